package graph_test

import (
	"math"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"gorgonia.org/gorgonia"
)

// lossAndGrad runs a loss of x and targets and its gradient by x.
func lossAndGrad(t *testing.T, x []float64, shape []int, f func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node) (loss float64, grad []float64) {
	t.Helper()
	b := graph.New(nil)
	in := b.Input("x", shape...)
	l := f(b, in)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	g, err := autograd.Gradients(l, in)
	if err != nil {
		t.Fatal(err)
	}
	out := runs(t, b, map[string][]float64{"x": x}, l, g[0])
	return out[0][0], out[1]
}

// TestLosses compares values and gradients with numbers worked out by hand.
func TestLosses(t *testing.T) {
	two := func(f func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node, y ...float64) func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		return func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return f(b, x, b.Const(y, b.Shape(x)...)) }
	}
	l2, l3 := math.Ln2, math.Log(3)
	for _, c := range []struct {
		name  string
		x     []float64
		shape []int
		f     func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
		loss  float64
		grad  []float64
	}{
		{"mse", []float64{1, 3}, []int{2}, two(loss.MSE, 0, 5), 2.5, []float64{1, -2}},
		{"mae", []float64{1, 3}, []int{2}, two(loss.MAE, 0, 5), 1.5, []float64{0.5, -0.5}},
		{"huber", []float64{0.5, 4}, []int{2}, two(func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node { return loss.Huber(b, x, y, 1) }, 0, 1), (0.125 + 2.5) / 2, []float64{0.25, 0.5}},
		{"bce of logits at 0", []float64{0, 0}, []int{2}, two(loss.BCEWithLogits, 1, 0), l2, []float64{-0.25, 0.25}},
		{"bce of logits of 1e4", []float64{1e4, -1e4, 1e4, -1e4}, []int{4}, two(loss.BCEWithLogits, 1, 0, 0, 1), 5000, []float64{0, 0, 0.25, -0.25}},
		{"bce of probabilities", []float64{0.5, 0.25}, []int{2}, two(loss.BCE, 1, 0), (l2 - math.Log(0.75)) / 2, []float64{-1, 1 / 1.5}},
		{"bce of exact probabilities", []float64{1, 0, 0}, []int{3}, two(loss.BCE, 1, 0, 1), 100.0 / 3, nil},
		{"cross-entropy", []float64{0, 0, 0, l2, 0, 0}, []int{2, 3}, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return loss.SoftmaxCrossEntropy(b, x, b.ConstInts([]int{2, 0}, 2))
		}, (l3 + l2) / 2, []float64{1. / 6, 1. / 6, -1. / 3, -0.25, 0.125, 0.125}},
		{"cross-entropy of 1e4", []float64{1e4, -1e4, 1e4, -1e4}, []int{2, 2}, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return loss.SoftmaxCrossEntropy(b, x, b.ConstInts([]int{0, 1}, 2))
		}, 1e4, []float64{0, 0, 0.5, -0.5}},
		{"cross-entropy with soft targets", []float64{0, 0, l2, 0}, []int{2, 2}, two(loss.SoftmaxCrossEntropySoft, 0.5, 0.5, 1, 0), (l2 + math.Log(1.5)) / 2, []float64{0, 0, -1. / 6, 1. / 6}},
		{"course", []float64{0, 0, 0, 0}, []int{2, 2}, two(loss.CourseCrossEntropy, 1, 0, 0, 1), 2 * l2, []float64{-0.25, 0.25, 0.25, -0.25}},
		{"course at 1e4", []float64{1e4, -1e4, -1e4, 1e4}, []int{2, 2}, two(loss.CourseCrossEntropy, 1, 0, 1, 1), 5000, []float64{0, 0, -0.5, 0}},
	} {
		loss, grad := lossAndGrad(t, c.x, c.shape, c.f)
		near(t, c.name, loss, c.loss, 1e-14)
		for i, g := range c.grad {
			near(t, c.name+", gradient", grad[i], g, 1e-14)
		}
	}
}

// TestLossShapes refuses what would broadcast by mistake.
func TestLossShapes(t *testing.T) {
	for name, f := range map[string]func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node{
		"mse": loss.MSE, "mae": loss.MAE, "bce": loss.BCEWithLogits,
		"bce on probabilities": loss.BCE, "soft": loss.SoftmaxCrossEntropySoft, "course": loss.CourseCrossEntropy,
		"labels": loss.SoftmaxCrossEntropy,
		"huber":  func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node { return loss.Huber(b, x, y, 1) },
	} {
		b := graph.New(nil)
		y := b.Input("y", 5)
		if name == "labels" {
			y = b.Ints("labels", 4)
		}
		f(b, b.Input("x", 5, 1), y)
		if !errors.Is(b.Err(), graph.ErrShape) {
			t.Errorf("%s of [5,1] and [5]: got %v, want ErrShape", name, b.Err())
		}
	}
}
