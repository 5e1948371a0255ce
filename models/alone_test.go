package models_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// TestAlone predicts examples in batches of several sizes, on one and two workers: the
// output of an example has the same bits in each.
func TestAlone(t *testing.T) {
	const steps, features, tokens = 5, 7, 30
	residual := models.ResNet20()
	if testing.Short() {
		residual.Height, residual.Width, residual.Blocks = 12, 12, residual.Blocks[:6]
	}
	sequences := []data.Field{{Name: "x", Shape: []int{steps * features}}, {Name: "lengths", Classes: steps + 1}}
	text := []data.Field{{Name: "x", Shape: []int{steps}, Classes: tokens}}
	for _, c := range []struct {
		name   string
		fields []data.Field
		sizes  []int
		model  func(d graph.DType) (model, error)
	}{
		{"MLP", []data.Field{{Name: "x", Shape: []int{300}}}, []int{64, 33, 16, 7, 3, 2, 1}, func(d graph.DType) (model, error) {
			return mk(models.NewMLP(models.MLPOptions{In: 300, Hidden: []int{64, 33}, Out: 10, Activation: nn.Tanh, DType: d, Seed: 1}))
		}},
		{"MLP of one output", []data.Field{{Name: "x", Shape: []int{70}}}, []int{64, 33, 16, 7, 3, 2, 1}, func(d graph.DType) (model, error) {
			return mk(models.NewMLP(models.MLPOptions{In: 70, Hidden: []int{100}, Out: 1, Head: models.Regression, Activation: nn.ReLU, DType: d, Seed: 1}))
		}},
		{"LeNet-5", []data.Field{{Name: "x", Shape: []int{28 * 28}}}, []int{33, 16, 7, 3, 2, 1}, func(d graph.DType) (model, error) {
			o := models.LeNet5()
			o.DType = d
			return mk(models.NewCNN(o))
		}},
		{"ResNet-20", []data.Field{{Name: "x", Shape: []int{3 * residual.Height * residual.Width}}}, []int{16, 3, 1}, func(d graph.DType) (model, error) {
			o := residual
			o.DType = d
			return mk(models.NewCNN(o))
		}},
		{"LSTM", sequences, []int{64, 33, 16, 7, 3, 2, 1}, func(d graph.DType) (model, error) {
			return mk(models.NewRNN(models.RNNOptions{Steps: steps, In: features, Lengths: true, Hidden: 64, Layers: 2, Bidirectional: true, Out: 4, DType: d, Seed: 1}))
		}},
		{"Transformer", sequences, []int{64, 33, 16, 7, 3, 2, 1}, func(d graph.DType) (model, error) {
			return mk(models.NewTransformer(models.TransformerOptions{Steps: steps, In: features, Lengths: true, Features: 32, Heads: 4, Layers: 2, Out: 3, DType: d, Seed: 1}))
		}},
		{"language model", text, []int{33, 16, 7, 3, 2, 1}, func(d graph.DType) (model, error) {
			return mk(models.NewLanguageModel(models.LanguageModelOptions{Vocabulary: tokens, Steps: steps, Features: 24, Heads: 2, Layers: 2, DType: d, Seed: 1}))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() {
				c.sizes = slices.DeleteFunc(c.sizes, func(n int) bool { return n > 16 })
			}
			set := examplesOf(t, c.fields, c.sizes[0])
			for _, d := range []graph.DType{graph.Float32, graph.Float64} {
				m, err := c.model(d)
				if err != nil {
					t.Fatal(err)
				}
				var want []float64
				for _, n := range c.sizes {
					for workers := 1; workers <= 2; workers++ {
						tr, err := train.New(m, train.Options{EvalBatch: n, Workers: workers})
						if err != nil {
							t.Fatal(err)
						}
						got, err := tr.Predict(context.Background(), set)
						if err != nil {
							t.Fatal(err)
						}
						if want == nil {
							want = got
						}
						for i, v := range got {
							if math.Float64bits(v) != math.Float64bits(want[i]) {
								t.Errorf("%v, batches of %d, %d workers: output %d: got %v, in batches of %d %v", d, n, workers, i, v, c.sizes[0], want[i])
								break
							}
						}
					}
				}
			}
		})
	}
}

// examplesOf returns n examples of fields, labels where there are classes.
func examplesOf(t *testing.T, fields []data.Field, n int) *data.Dataset {
	t.Helper()
	all := make([]data.Field, len(fields))
	for k, f := range fields {
		size := n
		for _, e := range f.Shape {
			size *= e
		}
		if f.Classes > 0 {
			f.Ints = make([]int, size)
			for i := range f.Ints {
				f.Ints[i] = (3*i + i*i) % f.Classes
			}
		} else {
			f.Floats = wave(size, 1, 1.3)
		}
		f.Classes = 0
		all[k] = f
	}
	set, err := data.New(all...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
