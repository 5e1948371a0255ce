package nn

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// ResizeMode says how Resize and GridSample find values between places.
type ResizeMode uint8

// The modes of interpolation.
const (
	ResizeNearest      ResizeMode = iota // the place that a coordinate, rounded down, names; of GridSample the nearest
	ResizeLinear                         // between 2 places on each axis: bilinear, trilinear
	ResizeCubic                          // between 4 places on each axis, Keys' kernel with a = −3/4
	ResizeArea                           // the mean of the places that a window covers
	ResizeNearestExact                   // the nearest place, of Resize alone
)

// Resize are the settings of Resize.
type ResizeOptions struct {
	Mode ResizeMode
	Size []int // extents of the result, for each spatial axis or for all
	// Scale, used without Size, are the factors of the extents, which are rounded
	// down, and of the distance between places.
	Scale []float64
	// AlignCorners puts the first and last places of both on each other, and not
	// the edges of the images; of ResizeLinear and ResizeCubic alone.
	AlignCorners bool
}

// Resize changes the extents of the spatial axes of images x: [N, C, In...] by
// interpolation. A place that is infinite or NaN has a part only in the results that lie
// between it and others.
func Resize(b *graph.Builder, x *gorgonia.Node, r ResizeOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.Resize", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	k := len(s) - 2
	size, step, err := r.extents(s, k)
	if err != nil {
		c.Refuse(err)
		return nil
	}
	if r.Mode == ResizeArea {
		return AdaptiveAvgPool(b, x, size...)
	}
	mode := map[ResizeMode]int{ResizeNearest: op.NearestBelow, ResizeNearestExact: op.Nearest, ResizeLinear: op.Linear, ResizeCubic: op.Cubic}[r.Mode]
	for i, out := range size {
		if !c.Holds(4, out) { // the places that each is made of
			return nil
		}
		x = c.Resample(x, 2+i, out, mode, step[i], r.AlignCorners && (r.Mode == ResizeLinear || r.Mode == ResizeCubic))
	}
	return x
}

// extents are those of the result and the distances of its places in x.
func (r ResizeOptions) extents(s []int, k int) (size []int, step []float64, err error) {
	if k < 1 || len(r.Size) == 0 && len(r.Scale) == 0 || r.Mode > ResizeNearestExact {
		return nil, nil, mistake.Shapef("got %v, the extents %v, the factors %v and the mode %d, want [N, C, ...] and one of both", s, r.Size, r.Scale, r.Mode)
	}
	size, step = make([]int, k), make([]float64, k)
	for i := range size {
		in := s[2+i]
		if len(r.Size) > 0 {
			size[i] = r.Size[min(i, len(r.Size)-1)]
			step[i] = float64(in) / float64(size[i])
		} else {
			f := r.Scale[min(i, len(r.Scale)-1)]
			if !(float64(in)*f <= op.MaxElements) {
				return nil, nil, mistake.Shapef("got %v and the factors %v, want at most %d places on an axis", s, r.Scale, op.MaxElements)
			}
			size[i], step[i] = int(math.Floor(float64(in)*f)), 1/f
		}
		if size[i] < 1 || in < 1 {
			return nil, nil, mistake.Shapef("got %v, the extents %v and the factors %v, want at least one place on each axis", s, r.Size, r.Scale)
		}
	}
	return size, step, nil
}

// AffineGrid is the grid for GridSample that maps the points of an image of the
// extents out by theta: [N, k, k+1] of one to three axes: result [N, out..., k].
func AffineGrid(b *graph.Builder, theta *gorgonia.Node, out []int, corners bool) *gorgonia.Node {
	c := build.Enter(b, "nn.AffineGrid", theta)
	defer c.Leave()
	s, k := c.Shape(theta), len(out)
	if c.Err != nil {
		return nil
	}
	if k < 1 || k > 3 || len(s) != 3 || s[1] != k || s[2] != k+1 || slices.Min(out) < 1 {
		c.Refuse(mistake.Shapef("got %v for the extents %v, want [N, k, k+1] for one to three axes of at least one place", s, out))
		return nil
	}
	if !c.Holds(append(slices.Clone(out), k+1)...) {
		return nil
	}
	points := ir.Shape(out).Size()
	base := make([]float64, points*(k+1))
	for p := range points {
		rest := p
		for i := range k { // the last axis is the first coordinate
			n := out[k-1-i]
			j := float64(rest % n)
			rest /= n
			u := (2*j+1)/float64(n) - 1
			if corners {
				u = 0
				if n > 1 {
					u = 2*j/float64(n-1) - 1
				}
			}
			base[p*(k+1)+i] = u
		}
		base[p*(k+1)+k] = 1
	}
	y := c.MatMulT(b.Const(base, points, k+1), theta, false, true)
	return b.Reshape(y, append(append([]int{s[0]}, out...), k)...)
}
