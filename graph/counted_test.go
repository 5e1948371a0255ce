package graph_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// TestMeanOver holds a mean over what counts, and its gradient, to values by hand,
// with and without something that counts.
func TestMeanOver(t *testing.T) {
	for _, c := range []struct {
		name      string
		weights   []float64
		loss, dx0 float64
	}{
		{"two count", []float64{1, 0, 3}, (1*1 + 3*9) / 4.0, 2.0 / 4},
		{"none counts", []float64{0, 0, 0}, 0, 0},
	} {
		b := graph.New(nil)
		x := b.Input("x", 3)
		w := b.Const(c.weights, 3)
		loss := loss.MeanOver(b, b.Sum(b.Mul(w, b.Square(x))), b.Sum(w))
		g, err := autograd.Gradients(loss, x)
		if err != nil {
			t.Fatal(err)
		}
		out := runs(t, b, map[string][]float64{"x": {1, 2, 3}}, loss, g[0])
		if out[0][0] != c.loss || out[1][0] != c.dx0 {
			t.Errorf("%s: got %v with the derivative %v, want %v and %v", c.name, out[0][0], out[1][0], c.loss, c.dx0)
		}
		if m := b.CountedMeans(); len(m) != 1 || m[0].Node != loss {
			t.Errorf("%s: got the means %v, want the loss", c.name, m)
		}
	}
	b := graph.New(nil)
	loss.MeanOver(b, b.Input("x", 3), b.Scalar(1))
	if err := b.Err(); !errors.Is(err, graph.ErrShape) {
		t.Errorf("got %v for a sum of three elements, want ErrShape", err)
	}
}

// TestIgnoredLabel checks that the losses which leave a label out say so.
func TestIgnoredLabel(t *testing.T) {
	for name, loss := range map[string]func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node{
		"ignoring": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			return loss.SoftmaxCrossEntropyIgnoring(b, x, y, -7)
		},
		"nll": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			l, w := loss.NLLEach(b, b.LogSoftmax(x), y, loss.Likelihoods{Ignoring: true, Ignore: -7})
			return loss.MeanOver(b, b.Sum(l), b.Sum(w))
		},
	} {
		b := graph.New(nil)
		loss(b, b.Input("x", 4, 3), b.Ints("y", 4))
		if got, ok := b.IgnoredLabel("y"); !ok || got != (graph.IgnoredLabel{Label: -7, Classes: 3}) {
			t.Errorf("%s: got the ignored label %v, %v, want -7", name, got, ok)
		}
		if _, ok := b.IgnoredLabel("x"); ok || b.Err() != nil {
			t.Errorf("%s: got an ignored label of another input, or %v", name, b.Err())
		}
	}
}

// TestAcrossExamples checks which normalisations look at other examples.
func TestAcrossExamples(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(b *graph.Builder, x *gorgonia.Node)
		want bool
	}{
		"batch norm": {func(b *graph.Builder, x *gorgonia.Node) { nn.BatchNorm(b, "norm", x, nn.NormOptions{}) }, true},
		"batch norm fixed": {func(b *graph.Builder, x *gorgonia.Node) {
			v := b.Input("v", 4)
			nn.BatchNormFixed(b, x, nn.Moments{Mean: v, Variance: v}, v, v, 1e-5)
		}, false},
		"layer norm": {func(b *graph.Builder, x *gorgonia.Node) { nn.LayerNorm(b, "norm", x, nn.NormOptions{}) }, false},
		"group norm": {func(b *graph.Builder, x *gorgonia.Node) { nn.GroupNorm(b, "norm", x, 2, nn.NormOptions{}) }, false},
	} {
		b := graph.New(nil)
		c.f(b, b.Input("x", 3, 4))
		got := b.AcrossExamples()
		if b.Err() != nil || (got != "") != c.want || c.want && !strings.Contains(got, "at counted_test.go:") {
			t.Errorf("%s: got %q, want something: %v (%v)", name, got, c.want, b.Err())
		}
	}
}

// TestUnconnected checks that the nodes without a gradient are named, those that
// StopGradient cuts off among them.
func TestUnconnected(t *testing.T) {
	b := graph.New(nil)
	w, frozen, free := b.Param("w", graph.Ones(), 2), b.Param("frozen", graph.Ones(), 2), b.Param("free", graph.Ones(), 2)
	loss := b.Sum(b.Mul(w, b.StopGradient(frozen)))
	var got []*gorgonia.Node
	_, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true, Unconnected: func(n *gorgonia.Node) { got = append(got, n) }}, loss, w, frozen, free)
	if err != nil || len(got) != 2 || got[0] != frozen || got[1] != free {
		t.Errorf("got %v and %v, want the parameters frozen and free", got, err)
	}
}
