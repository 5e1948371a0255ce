package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/ir"
)

// TestPatches checks that a convolution is a product with the columns of Patches, and that
// FromPatches is the transpose of Patches: Σ Patches(x)·y = Σ x·FromPatches(y).
func TestPatches(t *testing.T) {
	for _, o := range []nn.PatchOptions{
		{Kernel: []int{2, 3}},
		{Kernel: []int{2}, Windowing: nn.Windowing{Stride: []int{2, 1}, Pad: []int{1}}},
		{Kernel: []int{2, 1}, Windowing: nn.Windowing{Dilation: []int{2, 1}, Pad: []int{0, 1}, PadEnd: []int{2, 0}}},
		{Kernel: []int{3}, Windowing: nn.Windowing{Stride: []int{3}, PadEnd: []int{2}}},
	} {
		b := graph.New(nil)
		x := b.Const(graphtest.Wave(2*3*5*6, 1), 2, 3, 5, 6)
		columns := nn.Patches(b, x, o)
		s := b.Shape(columns)
		y := b.Const(graphtest.Wave(ir.Shape(s).Size(), 2), s...)
		back := nn.FromPatches(b, y, []int{5, 6}, o)
		kernel := append([]int{}, o.Kernel...)
		if len(kernel) == 1 {
			kernel = append(kernel, kernel[0])
		}
		w := b.Const(graphtest.Wave(4*s[1], 3), append([]int{4, 3}, kernel...)...)
		images := nn.Convolve(b, x, w, o.Windowing)
		product := b.Reshape(b.MatMul(b.Reshape(w, 4, s[1]), columns), b.Shape(images)...)
		out := graphtest.Run(t, b, nil, b.Sum(b.Mul(columns, y)), b.Sum(b.Mul(x, back)), images, product)
		what := fmt.Sprintf("%+v", o)
		if math.Abs(out[0][0]-out[1][0]) > 1e-12*math.Abs(out[0][0]) {
			t.Errorf("%s: got %v and %v, want equal sums", what, out[0][0], out[1][0])
		}
		graphtest.Same(t, what, out[2], out[3])
	}
}
