package models_test

import (
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"gorgonia.org/gorgonia"
)

// TestPadding puts NaN behind the ends of sequences: losses, gradients and outputs of the
// steps that count have the bits that they have with zeros there.
func TestPadding(t *testing.T) {
	const n, steps, in = 3, 4, 2
	lengths := []int{4, 2, 1}
	for name, make := range map[string]func(h models.Head, d graph.DType) (model, error){
		"classifier": func(h models.Head, d graph.DType) (model, error) {
			return mk(models.NewRNN(models.RNNOptions{Steps: steps, In: in, Lengths: true, Cell: nn.GRU, Hidden: 3, Bidirectional: true, Out: 1, Head: h, DType: d, Seed: 1}))
		},
		"tagger": func(h models.Head, d graph.DType) (model, error) {
			return mk(models.NewRNN(models.RNNOptions{Steps: steps, In: in, Lengths: true, Hidden: 3, EachStep: true, Out: 1, Head: h, DType: d, Seed: 1}))
		},
		"Transformer": func(h models.Head, d graph.DType) (model, error) {
			return mk(models.NewTransformer(models.TransformerOptions{Steps: steps, In: in, Lengths: true, Features: 4, Heads: 2, Out: 1, Head: h, DType: d, Seed: 1}))
		},
	} {
		for _, h := range []models.Head{models.Binary, models.Regression} {
			for _, d := range []graph.DType{graph.Float64, graph.Float32} {
				m, err := make(h, d)
				if err != nil {
					t.Fatal(err)
				}
				run := func(padding, target float64) []float64 {
					b := graph.New(m.Params())
					l, output := m.Loss(b, n)
					grads, err := autograd.Gradients(l, b.ParamNodes()...)
					if err != nil {
						t.Fatal(err)
					}
					p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{l, output}, Grads: grads})
					if err != nil {
						t.Fatal(err)
					}
					x, y := wave(n*steps*in, 1, 1.7), slices.Repeat([]float64{1}, b.Shape(output)[0]*b.Shape(output)[1])
					for i := range x {
						if i/in%steps >= lengths[i/in/steps] {
							x[i] = padding
						}
					}
					if len(y) == n*steps {
						for i := range y {
							if i%steps >= lengths[i/steps] {
								y[i] = target
							}
						}
					}
					for name, v := range map[string][]float64{"x": x, "y": y} {
						if err := graph.InputOf[float64](p, name).Set(v); err != nil {
							t.Fatal(err)
						}
					}
					if err := graph.InputOf[int](p, "lengths").Set(lengths); err != nil {
						t.Fatal(err)
					}
					if err := p.Run(); err != nil {
						t.Fatal(err)
					}
					out := graph.OutputOf[float64](p, 0).Read(nil)
					for i, v := range graph.OutputOf[float64](p, 1).Read(nil) {
						if len(y) == n || i%steps < lengths[i/steps] {
							out = append(out, v)
						}
					}
					for _, q := range m.Params().List() {
						out = append(out, m.Params().Grad(q.Name)...)
					}
					return out
				}
				want := run(0, 1)
				if got := run(math.NaN(), 0); !slices.Equal(got, want) {
					t.Errorf("%s, %v, %v: got %v, want %v", name, h, d, got, want)
				}
			}
		}
	}
}

// TestTaggerLabels holds the loss of a tagger to the mean over the labels that are not −1.
func TestTaggerLabels(t *testing.T) {
	labels := []int{1, 2, -1, 0, -1, -1}
	m, err := models.NewRNN(models.RNNOptions{Steps: 3, In: 2, Tokens: 4, Hidden: 3, EachStep: true, Out: 3, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	b := graph.New(m.Params())
	l, output := m.Loss(b, 2)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{l, output}})
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string][]int{"x": {0, 3, 1, 2, 2, 0}, "y": labels} {
		if err := graph.InputOf[int](p, name).Set(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	want, probs := 0.0, graph.OutputOf[float64](p, 1).Read(nil)
	for i, label := range labels {
		if label >= 0 {
			want -= math.Log(probs[3*i+label]) / 3
		}
	}
	if got := graph.OutputOf[float64](p, 0).Scalar(); math.Abs(got-want) > 1e-14 {
		t.Errorf("got the loss %v, want %v", got, want)
	}
}
