package graph_test

import (
	"errors"
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

// TestCountSteps looks at what CountSteps notes, and at what it refuses.
func TestCountSteps(t *testing.T) {
	b := graph.New(nil)
	b.CountSteps(b.Input("y", 3, 4, 2), b.Ints("n", 3))
	if got, ok := b.CountedSteps("y"); b.Err() != nil || got != "n" || !ok {
		t.Errorf("got %q, %v and %v, want n", got, ok, b.Err())
	}
	if got, ok := b.CountedSteps("n"); ok {
		t.Errorf("got %q for other targets, want none", got)
	}
	for name, c := range map[string]struct {
		f    func(b *graph.Builder)
		want error
	}{
		"computed targets": {func(b *graph.Builder) { b.CountSteps(b.Neg(b.Input("y", 3, 4)), b.Ints("n", 3)) }, graph.ErrOption},
		"constant lengths": {func(b *graph.Builder) { b.CountSteps(b.Input("y", 3, 4), b.ConstInts([]int{1, 2, 3}, 3)) }, graph.ErrOption},
		"a parameter":      {func(b *graph.Builder) { b.CountSteps(b.Param("y", graph.Ones(), 3, 4), b.Ints("n", 3)) }, graph.ErrOption},
		"numbers":          {func(b *graph.Builder) { b.CountSteps(b.Input("y", 3, 4), b.Input("n", 3)) }, graph.ErrDType},
		"no steps":         {func(b *graph.Builder) { b.CountSteps(b.Input("y", 3), b.Ints("n", 3)) }, graph.ErrShape},
		"other examples":   {func(b *graph.Builder) { b.CountSteps(b.Input("y", 3, 4), b.Ints("n", 4)) }, graph.ErrShape},
		"nil":              {func(b *graph.Builder) { b.CountSteps(nil, b.Ints("n", 4)) }, graph.ErrOption},
	} {
		b := graph.New(nil)
		c.f(b)
		if err := b.Err(); !errors.Is(err, c.want) || !strings.Contains(err.Error(), "CountSteps") || !strings.Contains(err.Error(), "counted_test.go:") {
			t.Errorf("%s: got %v, want %v of CountSteps with the line", name, err, c.want)
		}
	}
}
