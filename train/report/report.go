package report

import (
	"bytes"
	"io"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/formula"
	"github.com/symgrad/symgrad/internal/atomicfile"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// Report is what the page shows. The zero value of a part is none. Of makes all parts of a
// Trainer.
type Report struct {
	// Title is the heading of the page; default "Training".
	Title string

	// Summary is the model as a table of its layers, and as a graph.
	Summary *train.Summary

	// History has the curves. NaN and infinities are gaps.
	History *train.History

	// Results are measured losses and metrics, each with the name of its data set.
	Results []Result

	// Plan has the memory between the kernels over the kernels of a step: Plan.Pieces.
	Plan *graph.Plan

	// Profile is the time by kernel.
	Profile *graph.Profile

	// Phases are those of the compilation of a step, in order.
	Phases []graph.Phase

	// Equations are what each layer computes, and the gradients. MathML with other elements than
	// those of MathML is shown as its Text.
	Equations []formula.Equation

	// Confusion says which classes are taken for which.
	Confusion *train.ConfusionMatrix

	// Worst are examples that are predicted badly, the worst first.
	Worst []Example

	// WorstOf is the number of examples that Worst was chosen of; 0 to leave it out.
	WorstOf int

	// Table says how the table of the worst examples was read, nil for none. Their cells are shown as
	// they stand in it.
	Table *data.CSVPlan

	// ScaledTarget says that losses are those of a target that the Recipe of the training has changed.
	ScaledTarget bool

	// Notes are lines of text under the heading. Of says here what it could not make.
	Notes []string
}

// Result is what was measured on a data set.
type Result struct {
	Name string // of the data set: "test"
	train.Result
}

// Example is one example with what the model makes of it.
type Example struct {
	Number    int           // in the data set, from 0
	Place     string        // where it is from, such as "line 7 of iris.csv"; "" for its Number alone
	Loss      float64       // of this example alone
	Wanted    string        // the target, such as the name of a class
	Predicted string        // the output
	Data      *data.Dataset // this example alone; nil for none

	// Skip are the fields of Data that are not shown, such as the target.
	Skip []string
}

// Write writes the page to w. It is less than 2 MB of UTF-8.
//
// Errors: ErrOption for a nil w; those of w.
func (r *Report) Write(w io.Writer) error {
	if mistake.IsNil(w) {
		return mistake.Optionf("report: Write: got a nil writer, want a value")
	}
	page, err := r.page()
	if err == nil {
		_, err = w.Write(page)
	}
	return errors.Wrap(err, "report: Write")
}

// WriteFile writes the page to a file. It replaces an old one as a whole or not at all.
//
// Errors: those of the file system.
func (r *Report) WriteFile(path string) error {
	page, err := r.page()
	if err == nil {
		err = atomicfile.WriteFile(path, func(w io.Writer) error { _, err := w.Write(page); return err })
	}
	return errors.Wrap(err, "report: WriteFile")
}

// mostBytes bounds the page.
const mostBytes = 2_000_000

// page returns the whole page. Each part is bounded by itself. If the page is too large all the
// same, which odd reports alone can make it, the largest part is left out.
func (r *Report) page() ([]byte, error) {
	var short Report
	if r != nil {
		short = *r
	}
	parts := partsOf()
	for {
		page, err := short.render()
		if err != nil || len(page) < mostBytes || len(parts) == 0 {
			return page, err
		}
		largest, least := 0, len(page)
		for i, p := range parts {
			without := short
			p.drop(&without)
			if page, err := without.render(); err == nil && len(page) < least {
				largest, least = i, len(page)
			}
		}
		parts[largest].drop(&short)
		short.Notes = append(slices.Clip(short.Notes), parts[largest].name+" is left out: the page would be larger than 2 MB.")
		parts = slices.Delete(parts, largest, largest+1)
	}
}

// part is a part of a report that can be left out.
type part struct {
	name string
	drop func(*Report)
}

func partsOf() []part {
	return []part{
		{"Results", func(r *Report) { r.Results = nil }},
		{"Curves", func(r *Report) { r.History = nil }},
		{"Model", func(r *Report) { r.Summary = nil }},
		{"Confusion", func(r *Report) { r.Confusion = nil }},
		{"Worst predicted", func(r *Report) { r.Worst = nil }},
		{"Time", func(r *Report) { r.Profile = nil }},
		{"Memory", func(r *Report) { r.Plan = nil }},
		{"Derivatives", func(r *Report) { r.Equations = nil }},
		{"Compiler", func(r *Report) { r.Phases = nil }},
	}
}

func (r *Report) render() ([]byte, error) {
	title := clipped(r.Title, mostTitle)
	if title == "" {
		title = "Training"
	}
	var out bytes.Buffer
	writeHead(&out, title)
	if err := body.Execute(&out, r.view(title)); err != nil {
		return nil, err
	}
	writeFoot(&out)
	return out.Bytes(), nil
}

const mostTitle = 200 // characters
