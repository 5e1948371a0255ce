package main

import (
	"math"

	"github.com/symgrad/symgrad/train"
)

// measuredJSON is a result of train.Evaluate in JSON: keys are lower-case words, and a number that is
// not finite is null.
type measuredJSON struct {
	Loss    *float64     `json:"loss"`
	Metrics []metricJSON `json:"metrics"`
	Notes   []string     `json:"notes,omitempty"`
}

// metricJSON is a metric.
type metricJSON struct {
	Name      string         `json:"name"`
	Value     *float64       `json:"value"`
	Confusion *confusionJSON `json:"confusion,omitempty"`
}

// confusionJSON is a confusion matrix.
type confusionJSON struct {
	Counts [][]float64 `json:"counts"`
	None   []float64   `json:"none,omitempty"`
	Names  []string    `json:"names,omitempty"`
}

func newMeasuredJSON(r train.Result) measuredJSON {
	j := measuredJSON{Loss: orNull(r.Loss), Metrics: []metricJSON{}, Notes: r.Notes}
	for _, m := range r.Metrics {
		v := metricJSON{Name: m.Name, Value: orNull(m.Value)}
		if m.Confusion != nil {
			v.Confusion = &confusionJSON{m.Confusion.Counts, m.Confusion.None, m.Confusion.Names}
		}
		j.Metrics = append(j.Metrics, v)
	}
	return j
}

// orNull returns a number as JSON has it: nil for one that is not finite.
func orNull(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
