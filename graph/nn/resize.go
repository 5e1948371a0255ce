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

// ResizeMode says how Resize and GridSample find values between pixels.
type ResizeMode uint8

// The modes of interpolation.
const (
	ResizeNearest      ResizeMode = iota // Resize: the pixel at the coordinate rounded down; GridSample: the nearest pixel
	ResizeLinear                         // between 2 pixels on each axis: linear, bilinear, trilinear
	ResizeCubic                          // between 4 pixels on each axis, with Keys' kernel and a = −3/4
	ResizeArea                           // the mean of the pixels that a window covers; of Resize alone
	ResizeNearestExact                   // the nearest pixel; of Resize alone
)

// ResizeOptions are the settings of Resize. Size or Scale must be given. Each has one
// number for each spatial axis, or one for all of them.
type ResizeOptions struct {
	Mode  ResizeMode // the zero value is ResizeNearest
	Size  []int      // extents of the result
	Scale []float64  // factors of the extents; the extents are rounded down
	// AlignCorners puts the centres of the first and last pixels of both images on each
	// other. By default the edges of the images are. Of ResizeLinear and ResizeCubic alone.
	AlignCorners bool
}

// Resize changes the extents of the spatial axes by interpolation. x: [N, C, In...],
// result: [N, C, Size...]. An infinite or NaN pixel reaches only the results that are
// interpolated from it.
//
// Errors: ErrShape for x without spatial axes or extents below 1, ErrOption for an unknown
// mode, AlignCorners with a mode that does not have it, or unless one of Size and Scale is
// given.
func Resize(b *graph.Builder, x *gorgonia.Node, o ResizeOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.Resize", x)
	defer c.Leave()
	s := c.Shape(x)
	if !c.Checks().OneOf("resize mode", resizeNames, int(o.Mode)).OK() {
		return nil
	}
	size, step, err := o.extents(s)
	if err != nil {
		c.Refuse(err)
		return nil
	}
	if o.Mode == ResizeArea {
		return AdaptiveAvgPool(b, x, size...)
	}
	mode := map[ResizeMode]int{ResizeNearest: op.NearestBelow, ResizeNearestExact: op.Nearest, ResizeLinear: op.Linear, ResizeCubic: op.Cubic}[o.Mode]
	for i, out := range size {
		if !c.Holds(4, out) { // the pixels that each result is made of
			return nil
		}
		x = c.Resample(x, 2+i, out, mode, step[i], o.AlignCorners)
	}
	return x
}

// extents are those of the result, and the distances of its pixels in x.
func (o ResizeOptions) extents(s ir.Shape) (size []int, step []float64, err error) {
	k := len(s) - 2
	switch {
	case k < 1:
		return nil, nil, mistake.Shapef("got %v, want [N, C, In...] with spatial axes", s)
	case (len(o.Size) == 0) == (len(o.Scale) == 0):
		return nil, nil, mistake.Optionf("got the size %v and the scale %v, want one of them", o.Size, o.Scale)
	case max(len(o.Size), len(o.Scale)) > 1 && max(len(o.Size), len(o.Scale)) != k:
		return nil, nil, mistake.Shapef("got the size %v and the scale %v for %d spatial axes, want one number for each or one for all", o.Size, o.Scale, k)
	case o.AlignCorners && o.Mode != ResizeLinear && o.Mode != ResizeCubic:
		return nil, nil, mistake.Optionf("got AlignCorners with the resize mode %v, want it with linear or cubic alone", o.Mode)
	}
	size, step = make([]int, k), make([]float64, k)
	for i := range size {
		in := s[2+i]
		if len(o.Size) > 0 {
			size[i] = o.Size[min(i, len(o.Size)-1)]
			step[i] = float64(in) / float64(size[i])
		} else {
			f := o.Scale[min(i, len(o.Scale)-1)]
			if !(float64(in)*f <= op.MaxElements) {
				return nil, nil, mistake.Shapef("got the scale %v for %v, want at most %d pixels on an axis", o.Scale, s, op.MaxElements)
			}
			size[i], step[i] = int(math.Floor(float64(in)*f)), 1/f
		}
		if size[i] < 1 || in < 1 {
			return nil, nil, mistake.Shapef("got %d pixels to make from %d on spatial axis %d, want at least 1", size[i], in, i)
		}
	}
	return size, step, nil
}

// AffineGrid returns the points for GridSample where an affine map takes the pixels of an
// image: theta·(u, 1) for the coordinates u of each pixel. theta: [N, k, k+1] for one to
// three spatial axes, out: the k extents of the image, result: [N, out..., k]. alignCorners
// is that of GridOptions.
//
// Errors: ErrShape for shapes that do not fit.
func AffineGrid(b *graph.Builder, theta *gorgonia.Node, out []int, alignCorners bool) *gorgonia.Node {
	c := build.Enter(b, "nn.AffineGrid", theta)
	defer c.Leave()
	s, k := c.Shape(theta), len(out)
	if c.Err != nil {
		return nil
	}
	if k < 1 || k > 3 || len(s) != 3 || s[1] != k || s[2] != k+1 || slices.Min(out) < 1 {
		c.Refuse(mistake.Shapef("got %v for the extents %v, want [N, k, k+1] for one to three extents of at least 1", s, out))
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
			if alignCorners {
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
