package loss_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"gorgonia.org/gorgonia"
)

type (
	builder = graph.Builder
	node    = gorgonia.Node
)

var inf, nan = math.Inf(1), math.NaN()

// runs compiles the nodes, feeds the inputs and returns what one run computes.
func runs(t *testing.T, b *builder, feeds map[string][]float64, nodes ...*node) [][]float64 {
	t.Helper()
	p, err := b.Compile(graph.Options{Outputs: nodes})
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range feeds {
		if err := graph.InputOf[float64](p, name).Set(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, len(nodes))
	for i := range out {
		out[i] = graph.OutputOf[float64](p, i).Read(nil)
	}
	return out
}

// slopes returns f of x and the gradient of the sum of its elements.
func slopes(t *testing.T, d graph.DType, x []float64, shape []int, f func(b *builder, x *node) *node) (value, grad []float64) {
	t.Helper()
	b := graph.New(graph.NewParams(d, 1))
	in := b.Input("x", shape...)
	y := f(b, in)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	g, err := autograd.Gradients(b.Sum(y), in)
	if err != nil {
		t.Fatal(err)
	}
	out := runs(t, b, map[string][]float64{"x": x}, y, g[0])
	return out[0], out[1]
}

// alike compares elements, relative to 1 or to the wanted one if that is larger. Infinite
// ones and NaN must be the same.
func alike(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	ok := len(got) == len(want)
	for i := 0; ok && i < len(want); i++ {
		g, w := got[i], want[i]
		ok = g == w || math.IsNaN(g) && math.IsNaN(w) || !math.IsInf(w, 0) && math.Abs(g-w) <= tol*math.Max(1, math.Abs(w))
	}
	if !ok {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// with is a loss of two operands with its last argument.
func with[O any](f func(b *builder, x, y *node, o ...O) *node, o O) func(b *builder, x, y *node) *node {
	return func(b *builder, x, y *node) *node { return f(b, x, y, o) }
}

// pair is a loss of predictions and targets of one shape.
type pair struct {
	name string
	f    func(b *builder, x, y *node, r loss.Reduction) *node
	out  float64 // a target outside of the domain; 0: there is none
	rows bool    // a loss for each example, not for each element
}

// pairs are all such losses.
func pairs() []pair {
	plain := func(f func(b *builder, x, y *node, r ...loss.Reduction) *node) func(b *builder, x, y *node, r loss.Reduction) *node {
		return func(b *builder, x, y *node, r loss.Reduction) *node { return f(b, x, y, r) }
	}
	type B = builder
	type N = node
	type R = loss.Reduction
	return []pair{
		{"MSE", plain(loss.MSE), 0, false},
		{"MAE", plain(loss.MAE), 0, false},
		{"Huber", func(b *B, x, y *N, r R) *N { return loss.Huber(b, x, y, 1, r) }, 0, false},
		{"SmoothL1", func(b *B, x, y *N, r R) *N { return loss.SmoothL1(b, x, y, 1, r) }, 0, false},
		{"SmoothL1 of beta 0", func(b *B, x, y *N, r R) *N { return loss.SmoothL1(b, x, y, 0, r) }, 0, false},
		{"BCE", plain(loss.BCE), 1.5, false},
		{"BCEWithLogits", func(b *B, x, y *N, r R) *N {
			return loss.BCEWithLogits(b, x, y, loss.BCEWithLogitsOptions{Reduction: r})
		}, nan, false},
		{"BCEWithLogits, weighted", func(b *B, x, y *N, r R) *N {
			return loss.BCEWithLogits(b, x, y, loss.BCEWithLogitsOptions{PositiveWeight: b.Scalar(2), Reduction: r})
		}, -0.1, false},
		{"CourseCrossEntropy", plain(loss.CourseCrossEntropy), 3, true},
		{"SoftCrossEntropy", func(b *B, x, y *N, r R) *N {
			return loss.SoftCrossEntropy(b, x, y, loss.SoftCrossEntropyOptions{Reduction: r})
		}, -1, true},
		{"MultiLabelSoftMargin", func(b *B, x, y *N, r R) *N {
			return loss.MultiLabelSoftMargin(b, x, y, loss.MultiLabelSoftMarginOptions{Reduction: r})
		}, -1, true},
		{"KLDivergence", func(b *B, x, y *N, r R) *N {
			return loss.KLDivergence(b, x, y, loss.KLDivergenceOptions{Reduction: r})
		}, -1, false},
		{"PoissonNLL", func(b *B, x, y *N, r R) *N { return loss.PoissonNLL(b, x, y, loss.PoissonNLLOptions{Reduction: r}) }, -1, false},
		{"GaussianNLL", func(b *B, x, y *N, r R) *N {
			return loss.GaussianNLL(b, x, y, b.Scalar(1), loss.GaussianNLLOptions{Reduction: r})
		}, 0, false},
		{"Hinge", plain(loss.Hinge), 2, false},
		{"SoftMargin", plain(loss.SoftMargin), 0.5, false},
		{"HingeEmbedding", func(b *B, x, y *N, r R) *N { return loss.HingeEmbedding(b, x, y, 1, r) }, 3, false},
		{"MarginRanking", func(b *B, x, y *N, r R) *N { return loss.MarginRanking(b, x, x, y, 1, r) }, -2, false},
		{"TripletMargin", func(b *B, x, y *N, r R) *N {
			return loss.TripletMargin(b, x, y, x, 1, loss.TripletMarginOptions{Reduction: r})
		}, 0, true},
	}
}

// TestReductions checks for every loss of two operands that Each has the shape that the
// documents say, that Sum is the sum of Each and that Mean is Sum divided by their number.
func TestReductions(t *testing.T) {
	for _, l := range pairs() {
		b := graph.New(nil)
		x, y := b.Input("x", 2, 3), b.Const([]float64{1, 1, 1, 1, 1, 1}, 2, 3)
		each, sum, mean := l.f(b, x, y, loss.Each), l.f(b, x, y, loss.Sum), l.f(b, x, y, loss.Mean)
		if b.Err() != nil {
			t.Fatal(l.name, b.Err())
		}
		if s := b.Shape(each); len(s) != 2 && !l.rows || l.rows && len(s) != 1 || len(b.Shape(sum))+len(b.Shape(mean)) != 0 {
			t.Errorf("%s: got %v, %v and %v", l.name, s, b.Shape(sum), b.Shape(mean))
		}
		out := runs(t, b, map[string][]float64{"x": {.1, .5, .3, .2, .9, .7}}, each, sum, mean)
		total := 0.0
		for _, v := range out[0] {
			total += v
		}
		alike(t, l.name+", sum", out[1], []float64{total}, 1e-14)
		alike(t, l.name+", mean", out[2], []float64{total / float64(len(out[0]))}, 1e-14)
	}
}

// TestReductionNames checks that reductions are written and read by name.
func TestReductionNames(t *testing.T) {
	for r, name := range map[loss.Reduction]string{loss.Mean: "mean", loss.Sum: "sum", loss.Each: "each"} {
		text, err := r.MarshalText()
		var back loss.Reduction
		if err != nil || r.String() != name || string(text) != name || back.UnmarshalText(text) != nil || back != r {
			t.Errorf("got %v, %s, %v and %v, want %s", r, text, err, back, name)
		}
	}
	r := loss.Sum
	if err := r.UnmarshalText([]byte("none")); err == nil || r != loss.Sum {
		t.Errorf("reading none: got %v and %v, want an error", r, err)
	}
	if _, err := loss.Reduction(9).MarshalText(); err == nil || loss.Reduction(9).String() != "reduction(9)" {
		t.Errorf("got %v and %v, want an error", loss.Reduction(9), err)
	}
}
