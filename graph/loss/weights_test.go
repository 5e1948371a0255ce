package loss_test

import (
	"errors"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"gorgonia.org/gorgonia"
)

// TestMeanOf: the mean over what counts, with and without weights of the examples. What does
// not count may be NaN.
func TestMeanOf(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name      string
		mask      []float64
		maskShape []int
		weights   []float64
		shape     []int // of the weights
		x         []float64
		want      float64
	}{
		{name: "plain", x: []float64{1, 2, 3, 4, 5, 6}, want: 3.5},
		{name: "mask", mask: []float64{1, 0, 1, 0, 1, 1}, maskShape: []int{3, 2}, x: []float64{1, nan, 3, nan, 5, 6}, want: 15.0 / 4},
		{name: "row mask", mask: []float64{1, 0}, maskShape: []int{2}, x: []float64{1, nan, 3, nan, 5, nan}, want: 3},
		{name: "nothing", mask: []float64{0, 0}, maskShape: []int{2}, x: []float64{nan, nan, 3, nan, 5, nan}, want: 0},
		{name: "weights", weights: []float64{0, 1, 3}, shape: []int{3}, x: []float64{nan, 2, 3, 4, 5, 6}, want: (3 + 4 + 3*11) / 8.0},
		{name: "weights and mask", weights: []float64{0, 1, 3}, shape: []int{3}, mask: []float64{1, 0, 1, 0, 1, 1}, maskShape: []int{3, 2}, x: []float64{nan, nan, 3, nan, 5, 6}, want: (3 + 3*11) / 7.0},
		{name: "weights of elements", weights: []float64{1, 0, 2, 1, 0, 1}, shape: []int{3, 2}, x: []float64{1, nan, 3, 4, nan, 6}, want: (1 + 6 + 4 + 6) / 5.0},
		{name: "weights of rows", weights: []float64{0, 1, 3}, shape: []int{3, 1}, x: []float64{nan, 2, 3, 4, 5, 6}, want: (3 + 4 + 3*11) / 8.0},
	} {
		b := graph.New(nil)
		if c.weights != nil {
			b.WeighExamples("w", c.shape...)
		}
		var mask *gorgonia.Node
		if c.mask != nil {
			mask = b.Const(c.mask, c.maskShape...)
		}
		l := loss.MeanOf(b, b.Input("x", 3, 2), mask)
		prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{l}})
		if err != nil {
			t.Fatal(err)
		}
		graph.InputOf[float64](prog, "x").Set(c.x)
		if c.weights != nil {
			graph.InputOf[float64](prog, "w").Set(c.weights)
			if b.WeighedMeans() != 1 {
				t.Errorf("%s: got %d uses of the weights, want 1", c.name, b.WeighedMeans())
			}
		}
		if err := prog.Run(); err != nil {
			t.Fatal(err)
		}
		if got := graph.OutputOf[float64](prog, 0).Scalar(); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestWeightMistakes: a sum with weights, and losses without the examples first.
func TestWeightMistakes(t *testing.T) {
	b := graph.New(nil)
	b.WeighExamples("w", 3)
	loss.MSE(b, b.Input("x", 3, 2), b.Input("y", 3, 2), loss.Sum)
	if !errors.Is(b.Err(), graph.ErrUnsupported) {
		t.Errorf("got %v, want an ErrUnsupported", b.Err())
	}
	b = graph.New(nil)
	b.WeighExamples("w", 3)
	loss.MSE(b, b.Input("x", 6), b.Input("y", 6))
	if !errors.Is(b.Err(), graph.ErrShape) {
		t.Errorf("got %v, want an ErrShape", b.Err())
	}
	b = graph.New(nil)
	loss.MeanOf(b, b.Input("x", 3), b.Input("mask", 2))
	if !errors.Is(b.Err(), graph.ErrShape) {
		t.Errorf("got %v, want an ErrShape", b.Err())
	}
}
