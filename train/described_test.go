package train_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// bare is the prediction of a model, whose Loss reads no target.
type bare struct{ train.Model }

func (m bare) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	_, output = m.Model.Loss(b, n)
	return b.Mean(output), output
}

// described returns a model of two numbers, its Predictor with a recipe, and what Metadata says.
func described(t *testing.T, d graph.DType) (train.Model, *train.Predictor, map[string]string) {
	t.Helper()
	recipe := data.Recipe{Steps: []data.Step{&data.Scaler{Field: "x", Mean: []float64{1, 2}, Std: []float64{2, 4}}, &data.Scaler{Field: "y", Mean: []float64{3}, Std: []float64{5}}}}
	m, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{3}, Out: 1, Head: models.Regression, DType: d, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	p, err := train.NewPredictor(m, train.ModelFile{Recipe: recipe}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	meta, err := train.Metadata(p.Info())
	if err != nil {
		t.Fatal(err)
	}
	return m, p, meta
}

// TestNewPredictorOf makes the Predictor again of what Metadata has written: also for a model of the
// other type, and for one whose Loss reads no target.
func TestNewPredictorOf(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		m, p, meta := described(t, graph.Float64)
		if d == graph.Float32 {
			m, p, _ = described(t, d)
		}
		info, err := train.ReadMetadata(meta)
		if err != nil || info == nil {
			t.Fatal(err)
		}
		rows := []float64{1, 2, 3, -4}
		want, err := p.PredictRows(rows)
		if err != nil {
			t.Fatal(err)
		}
		for name, m := range map[string]train.Model{"whole": m, "bare": bare{m}} {
			again, err := train.NewPredictorOf(m, info, train.PredictorOptions{})
			if err != nil {
				t.Fatalf("%s %v: %v", name, d, err)
			}
			got, err := again.PredictRows(rows)
			if err != nil || !slices.Equal(got, want) || again.Info().DType != d || again.Info().Target.Name != "y" {
				t.Errorf("%s %v: got %v (%v) of %v, want %v", name, d, got, err, again.Info().DType, want)
			}
		}
		if info.DType != graph.Float64 {
			t.Error("the description is another one after the call")
		}
	}
}

// TestReadMetadataErrors holds what is refused.
func TestReadMetadataErrors(t *testing.T) {
	if info, err := train.ReadMetadata(map[string]string{"classes": "[]"}); info != nil || err != nil {
		t.Errorf("got %v and %v, want nothing", info, err)
	}
	for _, text := range []string{"", "{", "{}", `{"version":0}`, `{"version":99}`, `{"version":1,"more":2}`} {
		if _, err := train.ReadMetadata(map[string]string{"symgrad.model": text}); !errors.Is(err, train.ErrModelFile) {
			t.Errorf("%q: got %v, want ErrModelFile", text, err)
		}
	}
}

// TestNewPredictorOfErrors holds what does not fit.
func TestNewPredictorOfErrors(t *testing.T) {
	m, _, meta := described(t, graph.Float64)
	info, err := train.ReadMetadata(meta)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := models.NewMLP(models.MLPOptions{In: 3, Out: 1, Head: models.Regression})
	if err != nil {
		t.Fatal(err)
	}
	two, err := models.NewMLP(models.MLPOptions{In: 2, Out: 2, Head: models.Regression})
	if err != nil {
		t.Fatal(err)
	}
	bad, _, _ := described(t, graph.Float64)
	if err := bad.Params().Set("dense0/weight", []float64{1, 2, 3, 4, 5, math.NaN()}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		m    train.Model
		info *train.ModelInfo
		o    train.PredictorOptions
		want error
	}{
		"no model":      {nil, info, train.PredictorOptions{}, train.ErrOption},
		"no info":       {m, nil, train.PredictorOptions{}, train.ErrOption},
		"options":       {m, info, train.PredictorOptions{BatchSize: -1}, train.ErrOption},
		"follow":        {m, info, train.PredictorOptions{Follow: 1}, train.ErrOption},
		"other inputs":  {wide, info, train.PredictorOptions{}, train.ErrParameters},
		"other outputs": {two, info, train.PredictorOptions{}, train.ErrParameters},
		"not finite":    {bad, info, train.PredictorOptions{}, train.ErrNotFinite},
	} {
		if _, err := train.NewPredictorOf(c.m, c.info, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}
