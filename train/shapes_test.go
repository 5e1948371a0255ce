package train_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/safetensors"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// planes are n images whose examples have the given shape of 24 numbers, with labels.
func planes(t *testing.T, n int, shape ...int) *data.Dataset {
	t.Helper()
	x, y := make([]float64, n*24), make([]int, n)
	for i := range x {
		x[i] = float64(i*i%37) / 37
	}
	for i := range y {
		y[i] = i % 2
	}
	return must(t)(data.New(data.Field{Name: "x", Shape: shape, Floats: x}, data.Field{Name: "y", Ints: y, Classes: 2}))
}

// plane is a model of images of two channels of 3 by 4 pixels.
func plane(d graph.DType) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		h := nn.Conv(b, "conv", b.Input("x", n, 2, 3, 4), nn.ConvOptions{Out: 3, Kernel: []int{2, 2}})
		logits := nn.Dense(b, "out", b.Reshape(h, n, -1), 2, nn.Identity)
		return loss.CrossEntropy(b, logits, b.Ints("y", n)), b.Softmax(logits)
	}}
}

// TestOtherAxes gives images with their channels last to a model that has them first, by every way
// in which examples reach it. Each is an error with both shapes, field, input and remedy.
func TestOtherAxes(t *testing.T) {
	ctx := context.Background()
	good, bad, flat, odd := planes(t, 12, 2, 3, 4), planes(t, 12, 3, 4, 2), planes(t, 12, 24), planes(t, 12, 6, 4)
	files := map[string]bool{"NewPredictor": true, "of the trainer": true} // what is said of a model file
	want := []string{`"x"`, "[3, 4, 2]", "[2, 3, 4]", "last axis moved to the front", "Dataset.Map"}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		trained := newTrainer(t, plane(d), train.Options{Epochs: 1, BatchSize: 4})
		value(trained.Fit(ctx, good))
		p := value(trained.NewPredictor(train.ModelFile{}, train.PredictorOptions{}))
		inMemory := func(f train.ModelFile) error {
			_, err := train.NewPredictor(trained.Model(), f, train.PredictorOptions{})
			return err
		}
		fresh := func(o train.Options) *train.Trainer {
			o.Epochs, o.BatchSize = 1, 5
			return newTrainer(t, plane(d), o)
		}
		steps := func(src data.Source) (err error) {
			for _, err = range fresh(train.Options{}).Steps(ctx, src) {
			}
			return err
		}
		ways := map[string]func(*data.Dataset) error{
			"Fit":           func(s *data.Dataset) error { return second(fresh(train.Options{}).Fit(ctx, s)) },
			"Fit, a source": func(s *data.Dataset) error { return second(fresh(train.Options{}).Fit(ctx, &numberedSource{s})) },
			"Fit, a stream": func(s *data.Dataset) error {
				return second(fresh(train.Options{}).Fit(ctx, &streamedSource{d: s, length: -1}))
			},
			"Validation":       func(s *data.Dataset) error { return second(fresh(train.Options{Validation: s}).Fit(ctx, good)) },
			"Validation, flat": func(s *data.Dataset) error { return second(fresh(train.Options{Validation: s}).Fit(ctx, flat)) },
			"DryRun":           func(s *data.Dataset) error { return second(fresh(train.Options{DryRun: true}).Fit(ctx, s)) },
			"Steps":            func(s *data.Dataset) error { return steps(s) },
			"Step":             func(s *data.Dataset) error { return second(fresh(train.Options{}).Step(s, []int{1})) },
			"FindRate": func(s *data.Dataset) error {
				return second(fresh(train.Options{}).FindRate(ctx, s, train.RateFinder{}))
			},
			"Evaluate":          func(s *data.Dataset) error { return second(trained.Evaluate(ctx, s)) },
			"Predict":           func(s *data.Dataset) error { return second(trained.Predict(ctx, s)) },
			"Predict, a source": func(s *data.Dataset) error { return second(trained.Predict(ctx, &numberedSource{s})) },
			"Predictor":         func(s *data.Dataset) error { return second(p.Predict(ctx, s)) },
			"NewPredictor":      func(s *data.Dataset) error { return inMemory(train.ModelFile{Data: s}) },
			"of the trainer": func(s *data.Dataset) error {
				return second(trained.NewPredictor(train.ModelFile{Data: s}, train.PredictorOptions{}))
			},
		}
		for name, way := range ways {
			kind := graph.ErrShape
			if files[name] {
				kind = train.ErrModelFile
			}
			wantError(t, name, way(bad), kind, want...)
			wantError(t, name+", no order of the axes", way(odd), kind, "[6, 4]", "[2, 3, 4]")
			for _, s := range []*data.Dataset{good, flat} {
				if err := way(s); err != nil {
					t.Errorf("%s: got %v, want no error for the shape %v", name, err, s.Info()[0].Shape)
				}
			}
		}
		turned := must(t)(bad.Map("x", []int{2, 3, 4}, func(out, in []float64) error {
			for i, v := range in { // in: [3, 4, 2]
				out[i%2*12+i/2] = v
			}
			return nil
		}))
		if err := ways["Fit"](turned); err != nil {
			t.Errorf("the remedy: got %v", err)
		}
	}
}

// TestOtherAxesOfTrainingSet trains a model that takes flat rows on images: other axes than those
// are refused all the same, also by a model file, and by a recipe.
func TestOtherAxesOfTrainingSet(t *testing.T) {
	ctx := context.Background()
	good, bad := planes(t, 12, 2, 3, 4), planes(t, 12, 3, 4, 2)
	m := value(models.NewMLP(models.MLPOptions{In: 24, Hidden: []int{3}, Out: 2}))
	for _, recipe := range []data.Recipe{{}, {Steps: []data.Step{&data.Scaler{}}}} {
		tr := newTrainer(t, m, train.Options{Epochs: 1, Recipe: recipe})
		value(tr.Fit(ctx, good))
		path := filepath.Join(t.TempDir(), "m.safetensors")
		if err := tr.SaveModel(path, train.ModelFile{}); err != nil {
			t.Fatal(err)
		}
		p := value(train.Open(path))
		for name, err := range map[string]error{"Evaluate": second(tr.Evaluate(ctx, bad)), "Predict": second(tr.Predict(ctx, bad)), "Predictor": second(p.Predict(ctx, bad))} {
			wantError(t, name, err, graph.ErrShape, "[3, 4, 2]", "[2, 3, 4]", "Dataset.Map")
		}
		for name, err := range map[string]error{"Predict": second(tr.Predict(ctx, planes(t, 3, 24))), "Predictor": second(p.Predict(ctx, planes(t, 3, 24)))} {
			if err != nil {
				t.Errorf("%s of flat rows: got %v", name, err)
			}
		}
	}
	cnn := value(models.NewCNN(models.CNNOptions{Channels: 2, Height: 3, Width: 4, Blocks: []models.ConvBlock{{Channels: 2, Kernel: 2}}, Out: 2}))
	tr := newTrainer(t, cnn, train.Options{Epochs: 1})
	wantError(t, "a CNN", second(tr.Fit(ctx, bad)), graph.ErrShape, "[3, 4, 2]", "[2, 3, 4]")
	value(tr.Fit(ctx, good))
	path := filepath.Join(t.TempDir(), "cnn.safetensors")
	if err := tr.SaveModel(path, train.ModelFile{}); err != nil {
		t.Fatal(err)
	}
	file := value(safetensors.Read(path, nil))
	const key = "symgrad.model"
	text := file.Meta[key]
	if file.Meta[key] = strings.Replace(text, `"shape":[2,3,4]`, `"shape":[3,4,2]`, 1); file.Meta[key] == text {
		t.Fatalf("got %s, want the shape of the input in it", text)
	}
	if err := safetensors.WriteTensors(path, file.Meta, file.Tensors, safetensors.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	wantError(t, "Open", second(train.Open(path)), train.ErrParameters, `input "x"`, "[3, 4, 2]", "[2, 3, 4]")
}
