package nn_test

import (
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
)

// TestGlobalPools compares the pools of whole images with the adaptive pools of one window.
func TestGlobalPools(t *testing.T) {
	for _, in := range [][]int{{5}, {2, 3}, {2, 3, 2}} {
		b := graph.New(nil)
		shape := append([]int{2, 3}, in...)
		n := 6
		for _, d := range in {
			n *= d
		}
		x := b.Const(graphtest.Wave(n, 1), shape...)
		largest, mean := nn.GlobalMaxPool(b, x), nn.GlobalAvgPool(b, x)
		if got := b.Shape(largest); len(got) != 2 || got[0] != 2 || got[1] != 3 {
			t.Errorf("got the shape %v, want [2, 3]", got)
		}
		out := graphtest.Run(t, b, nil, largest, nn.AdaptiveMaxPool(b, x, 1), mean, nn.AdaptiveAvgPool(b, x, 1))
		graphtest.Same(t, "largest", out[0], out[1])
		graphtest.Same(t, "mean", out[2], out[3])
	}
}
