package train_test

import (
	"context"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// TestPredictRefusesPrepared gives a Predictor data that its recipe has scaled already.
func TestPredictRefusesPrepared(t *testing.T) {
	ctx := context.Background()
	for _, steps := range [][]data.Step{{&data.Scaler{}}, {&data.Scaler{}, &data.Join{Fields: []string{"x"}}}} {
		raw, recipe := flowerSet(t, 40), data.Recipe{Steps: steps}
		made, err := recipe.FitApply(raw)
		if err != nil {
			t.Fatal(err)
		}
		trainer, _ := newNormed(t, graph.Float64, train.Options{Epochs: 1, Recipe: recipe})
		if _, err := trainer.Fit(ctx, raw); err != nil {
			t.Fatal(err)
		}
		p, err := trainer.NewPredictor(train.ModelFile{}, train.PredictorOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Predict(ctx, raw); err != nil {
			t.Error(err)
		}
		if _, err := p.Predict(ctx, made); !errors.Is(err, data.ErrField) {
			t.Errorf("Predictor: got %v", err)
		}
		if _, err := trainer.Predict(ctx, made); !errors.Is(err, data.ErrField) {
			t.Errorf("Trainer: got %v", err)
		}
		if _, err := trainer.Evaluate(ctx, made); !errors.Is(err, data.ErrField) {
			t.Errorf("Evaluate: got %v", err)
		}
	}
}
