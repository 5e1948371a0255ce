package train_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// narrow is a model that takes at most three examples at once.
type narrow struct{ train.Model }

func (narrow) MaxBatch() int { return 3 }

func (m narrow) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	if n > 3 {
		b.Fail(errors.New("too many"))
		return nil, nil
	}
	return m.Model.Loss(b, n)
}

// TestMaxBatch predicts and evaluates more examples than a model takes at once.
func TestMaxBatch(t *testing.T) {
	m := newFiled(filedOptions{In: 1, Hidden: 2})
	rows, targets := make([]float64, 10), make([]float64, 10)
	for i := range rows {
		rows[i], targets[i] = float64(i), float64(-i)
	}
	set, err := data.XY(rows, 1, targets, 1)
	if err != nil {
		t.Fatal(err)
	}
	var outs [2][]float64
	var losses [2]float64
	for i, m := range []train.Model{m, narrow{m}} {
		p, err := train.NewPredictor(m, train.ModelFile{}, train.PredictorOptions{Gather: train.Gather{Examples: 16}})
		if err != nil {
			t.Fatal(err)
		}
		if outs[i], err = p.PredictRows(rows); err != nil {
			t.Fatal(err)
		}
		trainer, err := train.New(m, train.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := trainer.Evaluate(context.Background(), set)
		if err != nil {
			t.Fatal(err)
		}
		losses[i] = r.Loss
	}
	if !slices.Equal(outs[0], outs[1]) || losses[0]-losses[1] > 1e-9 || losses[1]-losses[0] > 1e-9 {
		t.Errorf("got %v, want %v", outs[1], outs[0])
	}
}

// TestPredictorSaveModel writes what a Predictor knows: with recipe and names, and after an Update.
func TestPredictorSaveModel(t *testing.T) {
	m := newFiled(filedOptions{In: 1, Hidden: 2})
	recipe := data.Recipe{Steps: []data.Step{&data.Scaler{Field: "x", Mean: []float64{2}, Std: []float64{3}}}}
	p, err := train.NewPredictor(m, train.ModelFile{Recipe: recipe, Seed: 5}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Params().Set(m.Params().List()[0].Name, slices.Repeat([]float64{0.25}, m.Params().List()[0].Size())); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		path := filepath.Join(t.TempDir(), "m.safetensors")
		if err := p.SaveModel(path); err != nil {
			t.Fatal(err)
		}
		again, err := train.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		rows := []float64{-1, 0, 2, 7}
		want, err := p.PredictRows(rows)
		if err != nil {
			t.Fatal(err)
		}
		got, err := again.PredictRows(rows)
		if err != nil || !slices.Equal(got, want) || again.Info().Seed != 5 {
			t.Errorf("got %v (%v) with the seed %d, want %v with 5", got, err, again.Info().Seed, want)
		}
		if err := p.Update(); err != nil {
			t.Fatal(err)
		}
	}
	var none *train.Predictor
	if err := none.SaveModel("m"); !errors.Is(err, train.ErrOption) {
		t.Errorf("nil: got %v, want ErrOption", err)
	}
	bare, err := train.NewPredictor(narrow{m}, train.ModelFile{}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := bare.SaveModel(filepath.Join(t.TempDir(), "m")); !errors.Is(err, train.ErrOption) {
		t.Errorf("no Settings: got %v, want ErrOption", err)
	}
}
