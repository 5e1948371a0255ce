package models_test

import (
	"context"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// split is a data set cut as the reference does, standardised by its training
// part.
func split(t *testing.T, name string) (trainSet, testSet *data.Dataset) {
	t.Helper()
	load := map[string]func() (*data.Dataset, error){
		"iris": data.Iris, "wine": data.Wine, "breast_cancer": data.BreastCancer, "digits": data.Digits}[name]
	all, err := load()
	if err != nil {
		t.Fatal(err)
	}
	trainRows, testRows, err := data.ReferenceSplit(name)
	if err != nil {
		t.Fatal(err)
	}
	parts := make([]*data.Dataset, 2)
	for i, rows := range [][]int{trainRows, testRows} {
		if parts[i], err = all.Subset(rows); err != nil {
			t.Fatal(err)
		}
	}
	var s data.Scaler
	if err := s.Fit(parts[0]); err != nil {
		t.Fatal(err)
	}
	for i := range parts {
		if parts[i], err = s.Apply(parts[i]); err != nil {
			t.Fatal(err)
		}
	}
	return parts[0], parts[1]
}

// features is the number of elements of one example of "x".
func features(d *data.Dataset) int {
	f, _ := d.Field("x")
	return f.Size()
}

// TestMLPAccuracy holds an MLP 64-32 with Adam, batches of 32 and 100 epochs to
// the test accuracy that scikit-learn's has with the same settings, a mean over
// five seeds.
func TestMLPAccuracy(t *testing.T) {
	for _, c := range []struct {
		name string
		mean float64
	}{{"iris", 0.9655}, {"wine", 1}, {"breast_cancer", 0.9710}, {"digits", 0.98347}} {
		t.Run(c.name, func(t *testing.T) {
			trainSet, testSet := split(t, c.name)
			const seeds = 3
			mean := 0.0
			for seed := range uint64(seeds) {
				m, err := models.NewMLP(models.MLPOptions{In: features(trainSet), Hidden: []int{64, 32}, Out: trainSet.Classes(), DType: graph.Float32, Seed: seed})
				if err != nil {
					t.Fatal(err)
				}
				tr, err := train.New(m, train.Options{Epochs: 100, BatchSize: 32, Seed: seed, Metrics: []train.Metric{train.Accuracy()}})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tr.Fit(context.Background(), trainSet); err != nil {
					t.Fatal(err)
				}
				r, err := tr.Evaluate(context.Background(), testSet)
				if err != nil {
					t.Fatal(err)
				}
				mean += r.Metrics[0].Value / seeds
			}
			if mean < c.mean-0.01 {
				t.Errorf("got the accuracy %.4f, want at least %.4f", mean, c.mean-0.01)
			}
		})
	}
}

// TestLogisticOptimum trains logistic regressions, MLPs without hidden layers,
// to the exact optimum of C·Σ cross-entropy + ½‖W‖², which was found by Newton's
// method to a gradient of 1e-12. The loss here is that divided by C·N.
func TestLogisticOptimum(t *testing.T) {
	for _, c := range []struct {
		name      string
		c         float64
		objective float64
	}{
		{"iris", 1, 27.41007351839919}, {"iris", 0.01, 0.9763701045023128},
		{"wine", 1, 11.649618306531874}, {"wine", 0.01, 0.8841225891128859},
		{"breast_cancer", 1, 31.044590214950993}, {"breast_cancer", 0.01, 1.1285072525470181},
		{"digits", 1, 99.09399921540674}, {"digits", 0.01, 9.315065679708258},
	} {
		trainSet, _ := split(t, c.name)
		scale := c.c * float64(trainSet.Len())
		p := models.MLPOptions{In: features(trainSet), Out: trainSet.Classes(), L2: 1 / scale}
		if c.name == "breast_cancer" {
			p.Head, p.Out = models.Binary, 1
			trainSet = withFloatLabels(t, trainSet)
		}
		m, err := models.NewMLP(p)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := train.New(m, train.Options{Optimizer: train.SGD{Momentum: 0.98, Nesterov: true}, Schedule: schedule.Constant(0.25),
			Epochs: 2000, BatchSize: trainSet.Len()})
		if err != nil {
			t.Fatal(err)
		}
		h, err := tr.Fit(context.Background(), trainSet)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := h.Last().Loss, c.objective/scale; math.Abs(got-want) > 1e-6 {
			t.Errorf("%s, C = %v: got the loss %.9f, want %.9f", c.name, c.c, got, want)
		}
	}
}

// withFloatLabels makes the labels targets of one number.
func withFloatLabels(t *testing.T, d *data.Dataset) *data.Dataset {
	t.Helper()
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	targets := make([]float64, len(y.Ints))
	for i, l := range y.Ints {
		targets[i] = float64(l)
	}
	out, err := data.XY(x.Floats, x.Size(), targets, 1)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
