package models_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/models"
	"gorgonia.org/gorgonia"
)

// network is a model for either type of floats.
type network struct {
	name  string
	in    int // numbers of one example
	out   int // targets of one example; classes if labels
	label bool
	make  func(d graph.DType) (model, error)
}

type model interface {
	Params() *graph.Params
	Loss(b *graph.Builder, n int) (l, output *gorgonia.Node)
}

// mk makes a constructor's result a model.
func mk[M model](m M, err error) (model, error) { return m, err }

var networks = []network{
	{"linear regression", 3, 1, false, func(d graph.DType) (model, error) {
		return mk(models.NewLinReg(models.LinRegOptions{In: 3, DType: d, Seed: 1}))
	}},
	{"perceptron, regression", 4, 2, false, func(d graph.DType) (model, error) {
		return mk(models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{7, 5}, Out: 2, Head: models.Regression, Activation: nn.Tanh, DType: d, Seed: 1}))
	}},
	{"perceptron, binary", 4, 1, false, func(d graph.DType) (model, error) {
		return mk(models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{9}, Out: 1, Head: models.Binary, Activation: nn.GELU, DType: d, Seed: 1}))
	}},
	{"perceptron, classes", 5, 3, true, func(d graph.DType) (model, error) {
		return mk(models.NewMLP(models.MLPOptions{In: 5, Hidden: []int{8}, Out: 3, Activation: nn.ReLU, DType: d, Seed: 1}))
	}},
	{"convolutional", 2 * 8 * 7, 3, true, func(d graph.DType) (model, error) {
		return mk(models.NewCNN(models.CNNOptions{Channels: 2, Height: 8, Width: 7, Out: 3, Hidden: []int{6}, DType: d, Seed: 1,
			Blocks: []models.ConvBlock{{Channels: 3, Kernel: 3, Pad: 1, Pool: 2}, {Channels: 4, Kernel: 2}}}))
	}},
	{"residual", 2 * 6 * 5, 3, true, func(d graph.DType) (model, error) {
		return mk(models.NewCNN(models.CNNOptions{Channels: 2, Height: 6, Width: 5, Out: 3, GlobalPool: true, DType: d, Seed: 1,
			Blocks: []models.ConvBlock{{Channels: 3, Kernel: 3, Pad: 1, BatchNorm: true}, {Channels: 4, Kernel: 3, Pad: 1, Stride: 2, BatchNorm: true, Residual: true}}}))
	}},
	{"LSTM", 4 * 3, 3, true, func(d graph.DType) (model, error) {
		return mk(models.NewRNN(models.RNNOptions{Steps: 4, In: 3, Hidden: 5, Out: 3, DType: d, Seed: 1}))
	}},
	{"GRU of two directions and layers", 4 * 3, 3, true, func(d graph.DType) (model, error) {
		return mk(models.NewRNN(models.RNNOptions{Steps: 4, In: 3, Hidden: 4, Cell: nn.GRU, Layers: 2, Bidirectional: true, Out: 3, DType: d, Seed: 1}))
	}},
	{"tagger, regression", 4 * 3, 4 * 2, false, func(d graph.DType) (model, error) {
		return mk(models.NewRNN(models.RNNOptions{Steps: 4, In: 3, Hidden: 5, EachStep: true, Out: 2, Head: models.Regression, DType: d, Seed: 1}))
	}},
	{"Transformer", 4 * 3, 3, true, func(d graph.DType) (model, error) {
		return mk(models.NewTransformer(models.TransformerOptions{Steps: 4, In: 3, Features: 6, Heads: 2, Hidden: 5, Layers: 2, Out: 3, DType: d, Seed: 1}))
	}},
}

// examples are the rows of a batch.
type examples struct {
	x, y   [][]float64
	labels []int
}

func (n network) draw(rows int) examples {
	r := rand.New(rand.NewPCG(7, 7))
	var e examples
	numbers := func(k int) []float64 {
		v := make([]float64, k)
		for i := range v {
			v[i] = float64(float32(r.Float64())) // exact in both types, and a probability
		}
		return v
	}
	for range rows {
		e.x, e.y, e.labels = append(e.x, numbers(n.in)), append(e.y, numbers(n.out)), append(e.labels, r.IntN(n.out))
	}
	return e
}

// rows are some of the examples in some order.
func (e examples) rows(index ...int) examples {
	var out examples
	for _, i := range index {
		out.x, out.y, out.labels = append(out.x, e.x[i]), append(out.y, e.y[i]), append(out.labels, e.labels[i])
	}
	return out
}

// result is what a model makes of examples.
type result struct{ loss, output, grad []float64 }

// times is r with its loss and gradient multiplied.
func (r result) times(k float64) result {
	return result{scaled(r.loss, k), r.output, scaled(r.grad, k)}
}

func scaled(v []float64, k float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = k * x
	}
	return out
}

func added(v, w []float64) []float64 {
	out := slices.Clone(v)
	for i, x := range w {
		out[i] += x
	}
	return out
}

// evaluate computes factor times the loss of the examples, and its gradient.
func (n network) evaluate(t *testing.T, m model, e examples, factor float64, workers int) result {
	t.Helper()
	b := graph.New(m.Params())
	loss, output := m.Loss(b, len(e.x))
	if factor != 1 {
		loss = b.Scale(loss, factor)
	}
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	grads, err := autograd.Gradients(loss, b.ParamNodes()...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss, output}, Grads: grads, Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	err = graph.InputOf[float64](p, "x").Set(slices.Concat(e.x...))
	if err == nil && n.label {
		err = graph.InputOf[int](p, "y").Set(e.labels)
	} else if err == nil {
		err = graph.InputOf[float64](p, "y").Set(slices.Concat(e.y...))
	}
	if err == nil {
		err = p.Run()
	}
	if err != nil {
		t.Fatal(err)
	}
	r := result{loss: graph.OutputOf[float64](p, 0).Read(nil), output: graph.OutputOf[float64](p, 1).Read(nil)}
	for _, q := range m.Params().List() {
		r.grad = append(r.grad, m.Params().Grad(q.Name)...)
	}
	return r
}

// same compares results; tolerances are relative to the largest number of a kind.
func same(t *testing.T, what string, got, want result, tol float64) {
	t.Helper()
	for _, k := range []struct {
		name      string
		got, want []float64
	}{{"loss", got.loss, want.loss}, {"output", got.output, want.output}, {"gradient", got.grad, want.grad}} {
		scale := 0.0
		for _, w := range k.want {
			scale = max(scale, math.Abs(w))
		}
		for i, w := range k.want {
			if len(k.got) != len(k.want) || !(math.Abs(k.got[i]-w) <= tol*scale) {
				t.Errorf("%s: %s %d: got %v, want %v", what, k.name, i, k.got, k.want)
				return
			}
		}
	}
}

// TestMetamorphic compares what every kind of model makes of related batches: of
// the same examples in another order, twice, in two parts; of a scaled loss; in
// float32; without the compiler's optional passes; on more workers.
func TestMetamorphic(t *testing.T) {
	const rounding, narrow = 1e-12, 1e-4
	for _, n := range networks {
		t.Run(n.name, func(t *testing.T) {
			m, err := n.make(graph.Float64)
			if err != nil {
				t.Fatal(err)
			}
			e := n.draw(6)
			n.evaluate(t, m, e, 1, 1) // declares the parameters
			for _, q := range m.Params().List() {
				v := m.Params().Values(q.Name)
				for i, x := range v {
					v[i] = float64(float32(x + 0.01*float64(i%3))) // no bias is 0
				}
				if err := m.Params().Set(q.Name, v); err != nil {
					t.Fatal(err)
				}
			}
			base := n.evaluate(t, m, e, 1, 1)
			width := len(base.output) / len(e.x)
			row := func(i int) []float64 { return base.output[i*width : (i+1)*width] }

			perm := []int{3, 0, 5, 1, 4, 2}
			want := result{loss: base.loss, grad: base.grad}
			for _, i := range perm {
				want.output = append(want.output, row(i)...)
			}
			same(t, "another order", n.evaluate(t, m, e.rows(perm...), 1, 1), want, rounding)

			want.output = slices.Concat(base.output, base.output)
			same(t, "every example twice", n.evaluate(t, m, e.rows(0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5), 1, 1), want, rounding)

			same(t, "three times the loss", n.evaluate(t, m, e, 3, 1), base.times(3), rounding)

			two, four := n.evaluate(t, m, e.rows(0, 1), 1, 1).times(2./6), n.evaluate(t, m, e.rows(2, 3, 4, 5), 1, 1).times(4./6)
			same(t, "in two parts", result{added(two.loss, four.loss), slices.Concat(two.output, four.output), added(two.grad, four.grad)}, base, rounding)

			same(t, "three workers", n.evaluate(t, m, e, 1, 3), base, 0)
			same(t, "without passes", n.plainly(t, m, e), base, rounding)
			same(t, "float32", n.narrowed(t, m, e), base, narrow)
		})
	}
}

// plainly evaluates without the optional passes.
func (n network) plainly(t *testing.T, m model, e examples) result {
	t.Helper()
	all := compile.Passes
	defer func() { compile.Passes = all }()
	compile.Passes = slices.DeleteFunc(slices.Clone(all), func(p compile.Pass) bool { return !p.Required })
	return n.evaluate(t, m, e, 1, 1)
}

// narrowed evaluates the same model of float32.
func (n network) narrowed(t *testing.T, m model, e examples) result {
	t.Helper()
	f, err := n.make(graph.Float32)
	if err != nil {
		t.Fatal(err)
	}
	n.evaluate(t, f, e, 1, 1)
	for _, q := range m.Params().List() {
		if err := f.Params().Set(q.Name, m.Params().Values(q.Name)); err != nil {
			t.Fatal(err)
		}
	}
	return n.evaluate(t, f, e, 1, 1)
}
