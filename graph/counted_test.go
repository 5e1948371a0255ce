package graph_test

import (
	"strings"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// TestAcrossExamples checks which normalisations look at other examples.
func TestAcrossExamples(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(b *graph.Builder, x *gorgonia.Node)
		want bool
	}{
		"batch norm": {func(b *graph.Builder, x *gorgonia.Node) {
			nn.BatchNorm(b, "norm", x, nn.BatchNormOptions{NoRunning: true})
		}, true},
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
