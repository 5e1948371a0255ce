package special

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// WindowOptions are the settings of Windows. Both numbers are at least 1.
type WindowOptions struct {
	Size int // elements of a window
	Step int // from one window to the next
}

// Windows returns sliding windows along the axis. The axis counts the windows; their
// elements are a new last axis.
// Shape: x [..., N, ...]; result [..., (N−Size)/Step+1, ..., Size].
// Gradient: summed over the windows that an element is in.
// Errors: ErrShape for a Size or Step below 1, and for a Size above N.
func Windows(b *graph.Builder, x *gorgonia.Node, axis int, o WindowOptions) *gorgonia.Node {
	c := build.Enter(b, "special.Windows", x)
	defer c.Leave()
	size, step := o.Size, o.Step
	k, n, ok := c.Extent(x, axis, size)
	if !ok {
		return nil
	}
	if size < 1 || step < 1 {
		c.Refuse(mistake.Shapef("got the size %d and the step %d, want at least 1", size, step))
		return nil
	}
	count := (n-size)/step + 1
	if !c.Holds(count, size) {
		return nil
	}
	index := make([]int, 0, count*size)
	for j := range count {
		for i := range size {
			index = append(index, j*step+i)
		}
	}
	y := b.Unflatten(b.IndexSelect(x, b.ConstInts(index, len(index)), k), k, count, size)
	return b.MoveAxes(y, []int{k + 1}, []int{-1})
}

// Strided returns an array whose element (i, j, ...) is element offset + i·strides[0] +
// j·strides[1] + ... of x in row-major order.
// Shape: the given shape.
// Gradient: summed over all reads of an element.
// Errors: ErrShape if an element is out of range.
func Strided(b *graph.Builder, x *gorgonia.Node, shape, strides []int, offset int) *gorgonia.Node {
	c := build.Enter(b, "special.Strided", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(strides) != len(shape) {
		c.Refuse(mistake.Shapef("got the shape %v and the strides %v, want a stride for each axis", shape, strides))
		return nil
	}
	if !c.Holds(shape...) {
		return nil
	}
	if !reaches(s.Size(), shape, strides, offset) {
		c.Refuse(mistake.Shapef("got the shape %v, the strides %v and the offset %d, want only elements 0 to %d", shape, strides, offset, s.Size()-1))
		return nil
	}
	index := []int{offset}
	if slices.Contains(shape, 0) {
		index = nil
	}
	for i, d := range shape {
		next := make([]int, 0, len(index)*d)
		for _, at := range index {
			for j := range d {
				next = append(next, at+j*strides[i])
			}
		}
		index = next
	}
	return b.Take(b.Reshape(x, s.Size()), b.ConstInts(index, shape...))
}

// reaches says whether offset + i·strides[0] + j·strides[1] + ... is one of n elements
// for all places of the shape.
func reaches(n int, shape, strides []int, offset int) bool {
	if slices.Contains(shape, 0) {
		return true
	}
	if offset < 0 || offset >= n {
		return false
	}
	lo, hi := offset, offset
	for i, d := range shape {
		size := uint(strides[i])
		if strides[i] < 0 {
			size = -size
		}
		switch {
		case d == 1 || size == 0:
		case uint(d-1) > uint(n-1)/size: // no element is so far from another one
			return false
		case strides[i] < 0:
			lo -= (d - 1) * int(size)
		default:
			hi += (d - 1) * int(size)
		}
		if lo < 0 || hi >= n {
			return false
		}
	}
	return true
}
