package loss_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"gorgonia.org/gorgonia"
)

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
		{"mse", []float64{1, 3}, []int{2}, two(with(loss.MSE, loss.Mean), 0, 5), 2.5, []float64{1, -2}},
		{"mae", []float64{1, 3}, []int{2}, two(with(loss.MAE, loss.Mean), 0, 5), 1.5, []float64{0.5, -0.5}},
		{"huber", []float64{0.5, 4}, []int{2}, two(func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node { return loss.Huber(b, x, y, 1) }, 0, 1), (0.125 + 2.5) / 2, []float64{0.25, 0.5}},
		{"bce of logits at 0", []float64{0, 0}, []int{2}, two(with(loss.BCEWithLogits, loss.BCEWithLogitsOptions{}), 1, 0), l2, []float64{-0.25, 0.25}},
		{"bce of logits of 1e4", []float64{1e4, -1e4, 1e4, -1e4}, []int{4}, two(with(loss.BCEWithLogits, loss.BCEWithLogitsOptions{}), 1, 0, 0, 1), 5000, []float64{0, 0, 0.25, -0.25}},
		{"bce of probabilities", []float64{0.5, 0.25}, []int{2}, two(with(loss.BCE, loss.Mean), 1, 0), (l2 - math.Log(0.75)) / 2, []float64{-1, 1 / 1.5}},
		{"bce of exact probabilities", []float64{1, 0, 0}, []int{3}, two(with(loss.BCE, loss.Mean), 1, 0, 1), 100.0 / 3, nil},
		{"cross-entropy", []float64{0, 0, 0, l2, 0, 0}, []int{2, 3}, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return loss.CrossEntropy(b, x, b.ConstInts([]int{2, 0}, 2))
		}, (l3 + l2) / 2, []float64{1. / 6, 1. / 6, -1. / 3, -0.25, 0.125, 0.125}},
		{"cross-entropy of 1e4", []float64{1e4, -1e4, 1e4, -1e4}, []int{2, 2}, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return loss.CrossEntropy(b, x, b.ConstInts([]int{0, 1}, 2))
		}, 1e4, []float64{0, 0, 0.5, -0.5}},
		{"cross-entropy with soft targets", []float64{0, 0, l2, 0}, []int{2, 2}, two(with(loss.SoftCrossEntropy, loss.SoftCrossEntropyOptions{}), 0.5, 0.5, 1, 0), (l2 + math.Log(1.5)) / 2, []float64{0, 0, -1. / 6, 1. / 6}},
		{"course", []float64{0, 0, 0, 0}, []int{2, 2}, two(with(loss.CourseCrossEntropy, loss.Mean), 1, 0, 0, 1), 2 * l2, []float64{-0.25, 0.25, 0.25, -0.25}},
		{"course at 1e4", []float64{1e4, -1e4, -1e4, 1e4}, []int{2, 2}, two(with(loss.CourseCrossEntropy, loss.Mean), 1, 0, 1, 1), 5000, []float64{0, 0, -0.5, 0}},
	} {
		value, grad := slopes(t, graph.Float64, c.x, c.shape, c.f)
		alike(t, c.name, value, []float64{c.loss}, 1e-14)
		if c.grad != nil {
			alike(t, c.name+", gradient", grad, c.grad, 1e-14)
		}
	}
}
