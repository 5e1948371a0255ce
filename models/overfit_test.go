package models_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// TestOverfitting trains a perceptron of 64 and 32 units on the diabetes data, or on drawn
// data of that size without the directory that SYMGRAD_REFERENCE names. It learns the
// noise, and its R² on the test part is near 0. With a penalty it is near that of least
// squares, with early stopping between, and with both near least squares again.
func TestOverfitting(t *testing.T) {
	trainSet, testSet := noisy(t)
	without, with, gain := 0.35, 0.38, 0.05 // R² at most without a remedy, at least with a penalty; what early stopping adds
	if dir := os.Getenv("SYMGRAD_REFERENCE"); dir != "" {
		trainSet, testSet = diabetes(t, dir)
		without, with, gain = 0.1, 0.45, 0.2
	}
	for _, field := range []string{"x", "y"} {
		s := data.Scaler{Field: field}
		if err := s.Fit(trainSet); err != nil {
			t.Fatal(err)
		}
		trainSet, testSet = apply(t, s, trainSet), apply(t, s, testSet)
	}
	part, validation, err := trainSet.Split(0.2, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("least squares: R² %.3f", leastSquares(t, trainSet, testSet))
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		fit := func(l2 float64, stop *train.EarlyStopping) float64 {
			m, err := models.NewMLP(models.MLPOptions{In: 10, Hidden: []int{64, 32}, Out: 1, Head: models.Regression, L2: l2, Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			o, set := train.Options{Epochs: 200, Seed: seed, Metrics: []train.Metric{train.R2()}}, trainSet
			if stop != nil {
				o.Stop, o.Validation, set = stop, validation, part
			}
			tr, err := train.New(m, o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(context.Background(), set); err != nil {
				t.Fatal(err)
			}
			return r2(t, tr, testSet)
		}
		nothing, penalty := fit(0, nil), fit(0.1, nil)
		stopped, both := fit(0, &train.EarlyStopping{Patience: 15}), fit(0.1, &train.EarlyStopping{Patience: 15})
		t.Logf("seed %d: R² %.3f; with L2 %.3f, with early stopping %.3f, with both %.3f", seed, nothing, penalty, stopped, both)
		if nothing > without {
			t.Errorf("seed %d: got R² %v without a remedy, want it at most %v", seed, nothing, without)
		}
		if min(penalty, both) < with {
			t.Errorf("seed %d: got R² %v with L2 and %v with both, want at least %v", seed, penalty, both, with)
		}
		if stopped < nothing+gain {
			t.Errorf("seed %d: got R² %v with early stopping and %v without", seed, stopped, nothing)
		}
	}
}

// leastSquares returns R² on the test part of the exact linear regression.
func leastSquares(t *testing.T, trainSet, testSet *data.Dataset) float64 {
	t.Helper()
	m, err := models.NewLinReg(models.LinRegOptions{In: 10})
	if err != nil {
		t.Fatal(err)
	}
	x, _ := trainSet.Field("x")
	y, _ := trainSet.Field("y")
	if err := m.Solve(x.Floats, y.Floats); err != nil {
		t.Fatal(err)
	}
	tr, err := train.New(m, train.Options{Metrics: []train.Metric{train.R2()}})
	if err != nil {
		t.Fatal(err)
	}
	return r2(t, tr, testSet)
}

func apply(t *testing.T, s data.Scaler, d *data.Dataset) *data.Dataset {
	t.Helper()
	d, err := s.Apply(d)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// noisy draws 353 examples to train on and 89 to test, of which half the variance is noise.
func noisy(t *testing.T) (trainSet, testSet *data.Dataset) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 1))
	draw := func(n int) *data.Dataset {
		var x, y []float64
		for range n {
			sum := 0.0
			for k := range 10 {
				v := r.NormFloat64()
				x = append(x, v)
				sum += v * float64(k%4-1)
			}
			y = append(y, sum+4*r.NormFloat64())
		}
		d, err := data.XY(x, 10, y, 1)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	return draw(353), draw(89)
}
