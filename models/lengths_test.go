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

// TestPadding puts NaN behind the ends of sequences, in inputs and in targets of Regression,
// and other targets of Binary: losses, gradients and outputs of the steps that count have
// the bits that they have with zeros in the inputs there.
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
				want, target := run(0, 1), 0.0
				if h == models.Regression {
					target = math.NaN()
				}
				if got := run(math.NaN(), target); !slices.Equal(got, want) {
					t.Errorf("%s, %v, %v: got %v, want %v", name, h, d, got, want)
				}
			}
		}
	}
}

// TestTaggerLabels holds the loss of a tagger to the mean over the labels that are not −1
// and not behind the end of a sequence, and its gradient by the last bias to what these
// labels make of it.
func TestTaggerLabels(t *testing.T) {
	for _, c := range []struct {
		lengths, labels []int
		counts          []bool
	}{
		{nil, []int{1, 2, -1, 0, -1, -1}, []bool{true, true, false, true, false, false}},
		{[]int{2, 1}, []int{1, 2, -1, 0, -1, -1}, []bool{true, true, false, true, false, false}},
		{[]int{2, 1}, []int{1, 2, 0, 0, 1, 2}, []bool{true, true, false, true, false, false}},
		{[]int{3, 0}, []int{1, -1, 2, 2, 2, -1}, []bool{true, false, true, false, false, false}},
		{[]int{0, 0}, []int{1, 0, 2, 2, 2, -1}, make([]bool, 6)},
	} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			m, err := models.NewRNN(models.RNNOptions{Steps: 3, In: 2, Tokens: 4, Lengths: c.lengths != nil, Hidden: 3, EachStep: true, Out: 3, DType: d, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			b := graph.New(m.Params())
			l, output := m.Loss(b, 2)
			grads, err := autograd.Gradients(l, b.ParamNodes()...)
			if err != nil {
				t.Fatal(err)
			}
			p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{l, output}, Grads: grads})
			if err != nil {
				t.Fatal(err)
			}
			for name, v := range map[string][]int{"x": {0, 3, 1, 2, 2, 0}, "y": c.labels, "lengths": c.lengths} {
				if v == nil {
					continue
				}
				if err := graph.InputOf[int](p, name).Set(v); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			want, slope, n := 0.0, make([]float64, 3), 0.0
			probs := graph.OutputOf[float64](p, 1).Read(nil)
			for i, label := range c.labels {
				if !c.counts[i] {
					continue
				}
				n++
				want -= math.Log(probs[3*i+label])
				slope[label]--
				for k := range slope {
					slope[k] += probs[3*i+k]
				}
			}
			got := append(m.Params().Grad("out/bias"), graph.OutputOf[float64](p, 0).Scalar())
			for i, w := range append(slope, want) {
				if math.Abs(got[i]-w/max(n, 1)) > map[graph.DType]float64{graph.Float64: 1e-14, graph.Float32: 1e-6}[d] {
					t.Errorf("%v, lengths %v, labels %v: got the gradient and the loss %v, want %v and %v, by %v", d, c.lengths, c.labels, got, slope, want, n)
					break
				}
			}
		}
	}
}
