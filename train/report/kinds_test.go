package report_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/report"
)

// TestKinds: a report of what does not classify has no confusion matrix, also if the examples have
// classes that the model does not read. The examples show what was to be predicted.
func TestKinds(t *testing.T) {
	line, err := models.NewLinReg(models.LinRegOptions{In: 1})
	if err != nil {
		t.Fatal(err)
	}
	points, err := data.XY([]float64{0, 1, 2, 3, 4, 5, 6, 7}, 1, []float64{1, 3, 5, 7, 9, 11, 13, 30}, 1)
	if err != nil {
		t.Fatal(err)
	}
	code, err := models.NewAutoencoder(models.AutoencoderOptions{In: 64, Hidden: []int{16}, Code: 4})
	if err != nil {
		t.Fatal(err)
	}
	digits, err := data.Digits()
	if err != nil {
		t.Fatal(err)
	}
	if digits, err = data.Take(digits, 100); err != nil {
		t.Fatal(err)
	}
	binary, err := models.NewMLP(models.MLPOptions{In: 1, Out: 1, Head: models.Binary})
	if err != nil {
		t.Fatal(err)
	}
	sides, err := data.XY([]float64{-2, -1, 1, 2}, 1, []float64{0, 0, 1, 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, target, wanted string
		m                    train.Model
		d                    *data.Dataset
		confusion            bool
	}{{"line", "y", "30", line, points, false}, {"code", "x", "", code, digits, false}, {"code and classes", "y", "", code, digits, false}, {"binary", "y", "", binary, sides, true}} {
		trainer, err := train.New(c.m, train.Options{Epochs: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := trainer.Fit(t.Context(), c.d); err != nil {
			t.Fatal(err)
		}
		r, err := report.Of(t.Context(), trainer, report.Options{Data: c.d, Target: c.target, Runs: 1})
		if err != nil || len(r.Notes) > 0 || len(r.Worst) == 0 {
			t.Fatalf("%s: got %v, %q and %d examples", c.name, err, r.Notes, len(r.Worst))
		}
		if got := r.Confusion != nil; got != c.confusion {
			t.Errorf("%s: there is a confusion matrix: %v, want %v", c.name, got, c.confusion)
		}
		if c.wanted != "" && r.Worst[0].Wanted != c.wanted {
			t.Errorf("%s: got the target %q, want %q", c.name, r.Worst[0].Wanted, c.wanted)
		}
		if c.target == "x" && slices.Contains(r.Worst[0].Skip, "x") {
			t.Errorf("%s: the example does not show what was to be predicted", c.name)
		}
		write(t, r)
	}
}

// TestConfusionIsAccuracy: the value of the metric "confusion" stands under its own name.
func TestConfusionIsAccuracy(t *testing.T) {
	matrix := &train.ConfusionMatrix{Counts: [][]float64{{3, 1}, {0, 4}}}
	confusion := train.Value{Name: "confusion", Value: 0.875, Confusion: matrix}
	for name, values := range map[string][]train.Value{"alone": {confusion}, "beside it": {{Name: "accuracy", Value: 0.875}, confusion}} {
		r := &report.Report{Results: []report.Result{{Name: "validation", Result: train.Result{Metrics: values}}}, Confusion: matrix,
			History: &train.History{Epochs: []train.Epoch{{Epoch: 1, Metrics: values}, {Epoch: 2, Metrics: values}}}}
		var b bytes.Buffer
		if err := r.Write(&b); err != nil {
			t.Fatal(err)
		}
		if page := b.String(); strings.Contains(page, ">confusion<") || strings.Count(page, ">accuracy<") != 3 {
			t.Errorf("%s: got %d times accuracy, want it as a column of two tables and as a curve", name, strings.Count(page, ">accuracy<"))
		}
		if len(values) > 0 && values[len(values)-1].Name != "confusion" {
			t.Error("the values were changed")
		}
	}
}
