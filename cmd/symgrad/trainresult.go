package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// trainResult is what a run has come to.
type trainResult struct {
	Model      string // the file
	Run        string // the file of settings
	Report     string
	Rows       int // that were used
	LeftOut    int // rows without a target
	Epochs     int
	Best       int
	Validation train.Result
	Warnings   []string

	constant constant // the best answer that is always the same
	table    string
}

// MarshalJSON returns the result with keys of one style.
func (r *trainResult) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Model      string       `json:"model"`
		Run        string       `json:"run"`
		Report     string       `json:"report,omitempty"`
		Rows       int          `json:"rows"`
		LeftOut    int          `json:"left_out"`
		Epochs     int          `json:"epochs"`
		Best       int          `json:"best"`
		Validation measuredJSON `json:"validation"`
		Constant   metricJSON   `json:"constant"`
		Warnings   []string     `json:"warnings,omitempty"`
	}{r.Model, r.Run, r.Report, r.Rows, r.LeftOut, r.Epochs, r.Best, newMeasuredJSON(r.Validation), metricJSON{Name: r.constant.metric, Value: orNull(r.constant.value)}, r.Warnings})
}

// write prints the result.
func (r *trainResult) write(w io.Writer, asJSON bool) error {
	if asJSON {
		return writeJSON(w, r)
	}
	fmt.Fprintf(w, "The best epoch of %d is %d. On the rows for validation:\n", r.Epochs, r.Best)
	writeValues(w, r.Validation.Metrics)
	fmt.Fprintf(w, "  (always saying %s would have %s %.4g)\n", r.constant.says, r.constant.metric, r.constant.value)
	writeMatrix(w, r.Validation.Metrics)
	page := ""
	if r.Report != "" {
		page = ", a page about it is " + r.Report
	}
	_, err := fmt.Fprintf(w, "\nThe model is in %s, the settings are in %s%s. Now try:\n  symgrad predict %s %s\n  symgrad evaluate %s %s\n",
		r.Model, r.Run, page, shell(r.Model), shell(r.table), shell(r.Model), shell(r.table))
	return err
}

const (
	fewRows   = 10   // for validation: metrics of fewer say little
	lastShare = 0.05 // of the epochs: a best one among these may not be the end
)

// warn adds a warning for each doubt about the result.
func (r *trainResult) warn(rows, limit int, model string) {
	value, ok := r.Validation.Metric(r.constant.metric)
	switch {
	case !ok:
	case r.constant.metric == "accuracy" && value < r.constant.value, r.constant.metric != "accuracy" && value > r.constant.value:
		r.Warnings = append(r.Warnings, fmt.Sprintf("the model is worse than always saying %s: the %s is %.4g, and not %.4g", r.constant.says, r.constant.metric, value, r.constant.value))
	}
	if rows < fewRows {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s for validation say little; more rows, or a larger -validation, say more", count(rows, "row")))
	}
	if limit > 1 && r.Epochs == limit && float64(limit-r.Best) <= lastShare*float64(limit) {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the best epoch is among the last ones of %d; more epochs may help: -model %s", limit, withEpochs(model, 2*limit)))
	}
}

// constant is the best answer that is always the same, and what it would reach on the rows for
// validation.
type constant struct {
	says, metric string
	value        float64
}

// constantOf returns the best constant answer: the class that most rows for training have, or their mean.
func constantOf(part, validation *data.Dataset) constant {
	if counts := part.ClassCounts(); len(counts) > 0 {
		best := slices.Index(counts, slices.Max(counts))
		y, _ := validation.Field("y")
		name := fmt.Sprint(best)
		if best < len(y.ClassNames) {
			name = y.ClassNames[best]
		}
		return constant{fmt.Sprintf("%q", name), "accuracy", float64(validation.ClassCounts()[best]) / float64(validation.Len())}
	}
	from, _ := part.Field("y")
	to, _ := validation.Field("y")
	mean, sum := 0.0, 0.0
	for i := range from.Len() {
		mean += from.At(i, 0) / float64(from.Len())
	}
	for i := range to.Len() {
		sum += (to.At(i, 0) - mean) * (to.At(i, 0) - mean)
	}
	return constant{fmt.Sprintf("the mean, %.4g,", mean), "rmse", math.Sqrt(sum / float64(to.Len()))}
}
