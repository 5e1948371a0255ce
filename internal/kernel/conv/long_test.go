package conv

import (
	"math"
	"testing"
)

// TestLong adds up the derivative by the weights over many places, of numbers that are
// all the same, so that roundings go one way, and wants the relative error that a sum of
// so many terms may have in float32.
func TestLong(t *testing.T) {
	const tol = 1e-5
	for _, c := range []struct {
		name          string
		n, c, o       int
		in, k, stride int
	}{
		{"walk along channels", 2, 6, 5, 161, 1, 2},
		{"walk along the kernel", 2, 1, 20, 161, 3, 2},
		{"runs of one image", 1, 1, 1, 300, 3, 1},
		{"runs of several images", 40, 1, 2, 60, 3, 1},
		{"lanes", 32, 1, 2, 121, 3, 2},
		{"Winograd's tiles", 2, 16, 16, 40, 3, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := c.in
			out := (in-c.k)/c.stride + 1
			s := Spec{N: c.n, C: c.c, O: c.o, Groups: 1, In: []int{in, in}, Kernel: []int{c.k, c.k}, Out: []int{out, out},
				Stride: []int{c.stride, c.stride}, Pad: []int{0, 0}, Dilation: []int{1, 1}}
			g, err := s.geometry()
			if err != nil {
				t.Fatal(err)
			}
			x, d, want := make([]float32, g.sizeX()), make([]float32, g.sizeY()), make([]float64, g.sizeW())
			for i := range x {
				x[i] = 0.3
			}
			for i := range d {
				d[i] = 0.7
			}
			each(s, func(y, i, w int) { want[w] += float64(d[y]) * float64(x[i]) })
			eachLevel(t, func(t *testing.T) {
				p, err := NewWeight[float32](s)
				if err != nil {
					t.Fatal(err)
				}
				got := nan[float32](len(want))
				p.Run(nil, got, x, d, nan[float32](p.Scratch(1)))
				for i, w := range want {
					if !(math.Abs(float64(got[i])-w) <= tol*math.Abs(w)) {
						t.Fatalf("element %d: got %v, want %v: off by %.2g of it", i, got[i], w, math.Abs(float64(got[i])-w)/w)
					}
				}
			})
		})
	}
}
