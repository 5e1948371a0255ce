// Package conv computes convolutions of dense row-major images and their two
// derivatives, over one to three spatial axes.
//
// It owns the loops over images and the kernels that multiply without laying
// out the windows: an image is copied once with its zeros around it, and a
// kernel walks from one tap to the next by a table of steps. Vectors go along the
// rows of an image or, where these do not fill them, across images: see lanes.go.
// Kernels of three by three places with channels enough go by Winograd's tiles
// instead, see winograd.go; the rule is in winograd_rule.go. It does not own
// memory: callers bring operands and scratch. Importers: the operator table.
package conv

import (
	"fmt"
	"unsafe"
)

// Float is the element type.
type Float interface{ ~float32 | ~float64 }

// Spec describes y = x ⋆ w, the cross-correlation that the field calls
// convolution, over up to three spatial axes:
//
//	y[n, o, p] = Σ over c, k of x[n, c, p·Stride + k·Dilation − Pad] · w[o, c, k]
//
// with x: [N, C, In...], w: [O, C/Groups, Kernel...], y: [N, O, Out...]. x counts
// as zero outside. The channels are cut into Groups that do not meet. The bits of an image
// of y do not depend on N.
type Spec struct {
	N, C, O, Groups       int
	In, Kernel, Out       []int
	Stride, Pad, Dilation []int
}

// geometry is a Spec with three spatial axes and groups of channels.
type geometry struct {
	n, groups        int
	c, o             int // channels of one group
	in, kernel, out  [3]int
	stride, pad, dil [3]int
}

// leastPad is the least padding, −2⁴⁰, or −2³⁰ where an int has 32 bits: sums with it
// do not overflow.
const leastPad = -1 << (30 + 10*(^uint(0)>>63))

// geometry checks s and adds axes of extent 1 in front.
func (s Spec) geometry() (geometry, error) {
	g := geometry{n: s.N, groups: s.Groups}
	if s.Groups < 1 || s.C%s.Groups != 0 || s.O%s.Groups != 0 {
		return g, fmt.Errorf("conv: got %d and %d channels in %d groups, want groups of equal size", s.C, s.O, s.Groups)
	}
	g.c, g.o = s.C/s.Groups, s.O/s.Groups
	axes := len(s.In)
	if axes < 1 || axes > 3 {
		return g, fmt.Errorf("conv: got %d spatial axes, want one to three", axes)
	}
	for _, f := range []struct {
		to       *[3]int
		from     []int
		least, x int
	}{{&g.in, s.In, 0, 1}, {&g.kernel, s.Kernel, 1, 1}, {&g.out, s.Out, 0, 1}, {&g.stride, s.Stride, 1, 1}, {&g.dil, s.Dilation, 1, 1}, {&g.pad, s.Pad, leastPad, 0}} {
		*f.to = [3]int{f.x, f.x, f.x}
		if len(f.from) != axes {
			return g, fmt.Errorf("conv: got %d settings for %d spatial axes", len(f.from), axes)
		}
		for i, v := range f.from {
			if v < f.least {
				return g, fmt.Errorf("conv: got the setting %d, want at least %d", v, f.least)
			}
			f.to[3-axes+i] = v
		}
	}
	return g, nil
}

func volume(e [3]int) int { return e[0] * e[1] * e[2] }

// taps is the number of terms of one sum: channels of a group times places of the kernel.
func (g *geometry) taps() int { return g.c * volume(g.kernel) }

func (g *geometry) sizeX() int { return g.n * g.groups * g.c * volume(g.in) }
func (g *geometry) sizeW() int { return g.groups * g.o * g.taps() }
func (g *geometry) sizeY() int { return g.n * g.groups * g.o * volume(g.out) }

// Flops is the number of floating-point operations, a multiply-add counting two;
// the derivatives need as many.
func (s Spec) Flops() int64 {
	g, err := s.geometry()
	if err != nil {
		return 0
	}
	return 2 * int64(g.sizeY()) * int64(g.taps())
}

// slack is how many elements after a padded image a kernel may read.
const slack = 64

// sizeOf is the size of an element in bytes.
func sizeOf[T Float]() int { return int(unsafe.Sizeof(T(0))) }

func ceil(n, d int) int { return (n + d - 1) / d }

// floorDiv is n/d rounded down.
func floorDiv(n, d int) int {
	if n < 0 {
		return -ceil(-n, d)
	}
	return n / d
}
