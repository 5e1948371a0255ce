package graph_test

import (
	"fmt"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/graphtest"
)

// TestPad holds the modes to the drawings in their comments.
func TestPad(t *testing.T) {
	for mode, want := range map[graph.PadMode][]float64{
		graph.PadZeros:     {0, 0, 1, 2, 3, 4, 0, 0},
		graph.PadReflect:   {3, 2, 1, 2, 3, 4, 3, 2},
		graph.PadReplicate: {1, 1, 1, 2, 3, 4, 4, 4},
		graph.PadCircular:  {3, 4, 1, 2, 3, 4, 1, 2},
	} {
		b := graph.New(nil)
		graphtest.Same(t, fmt.Sprint("mode ", mode), graphtest.Run(t, b, nil, b.Pad(b.Const([]float64{1, 2, 3, 4}, 4), []int{2}, []int{2}, mode))[0], want)
	}
}
