package special

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// GatherBroadcast returns the elements of x that index selects along the axis; x and
// index broadcast on the other axes.
// Shape: x and index broadcast except on the axis, which has the extent of index.
// Gradient: summed over all reads of an element.
func GatherBroadcast(b *graph.Builder, x, index *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.GatherBroadcast", x, index)
	defer c.Leave()
	k, ok := c.Axis(x, axis)
	if !ok {
		return nil
	}
	sx, si := c.Shape(x).Clone(), c.Shape(index).Clone()
	if c.Err != nil {
		return nil
	}
	if len(sx) != len(si) {
		c.Refuse(mistake.Shapef("got %v and the index %v, want as many axes", sx, si))
		return nil
	}
	nx, ni := sx[k], si[k]
	sx[k], si[k] = 1, 1
	both, err := op.BroadcastShape(sx, si)
	if err != nil {
		c.Refuse(err)
		return nil
	}
	wide := func(n int) []int { s := both.Clone(); s[k] = n; return s }
	return b.Gather(b.Broadcast(x, wide(nx)...), b.Broadcast(index, wide(ni)...), k)
}

// TakeFlat returns elements of x, indexed in row-major order.
// Shape: that of index.
// Gradient: summed over all reads of an element.
func TakeFlat(b *graph.Builder, x, index *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.TakeFlat", x, index)
	defer c.Leave()
	return b.Take(b.Flatten(x, 0, -1), index)
}

// PutFlat returns x with the elements of s copied to the row-major positions that index
// lists.
// Shape: s and index have one shape; the result has that of x.
// Gradient: 0 for elements of x that are replaced.
func PutFlat(b *graph.Builder, x, s, index *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.PutFlat", x, s, index)
	defer c.Leave()
	return putFlat(b, x, s, index, b.Scatter)
}

// AddFlat returns x with the elements of s added at the row-major positions that index
// lists.
// Shape: s and index have one shape; the result has that of x.
func AddFlat(b *graph.Builder, x, s, index *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.AddFlat", x, s, index)
	defer c.Leave()
	return putFlat(b, x, s, index, b.ScatterAdd)
}

// putFlat puts the elements of s into x, both flattened.
func putFlat(b *graph.Builder, x, s, index *gorgonia.Node, put func(x, s, index *gorgonia.Node, axis int) *gorgonia.Node) *gorgonia.Node {
	c := build.Of(b)
	shape, n := c.Shape(x), c.Shape(index).Size()
	if c.Err != nil {
		return nil
	}
	return b.Reshape(put(b.Reshape(x, shape.Size()), b.Reshape(s, n), b.Reshape(index, n), 0), shape...)
}

// MaskedSelect returns the elements of x, in row-major order, where mask is true.
// Shape: a vector with one element for each true.
// Errors: ErrShape if mask and x differ in size.
func MaskedSelect(b *graph.Builder, x *gorgonia.Node, mask []bool) *gorgonia.Node {
	c := build.Enter(b, "special.MaskedSelect", x)
	defer c.Leave()
	at := masked(b, x, mask)
	if c.Err != nil {
		return nil
	}
	return TakeFlat(b, x, b.ConstInts(at, len(at)))
}

// MaskedScatter returns x with the first elements of s, in row-major order, where mask
// is true.
// Shape: that of x.
// Errors: ErrShape if s has fewer elements than mask has true.
func MaskedScatter(b *graph.Builder, x *gorgonia.Node, mask []bool, s *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.MaskedScatter", x, s)
	defer c.Leave()
	at := masked(b, x, mask)
	if c.Err != nil {
		return nil
	}
	if n := c.Shape(s).Size(); n < len(at) {
		c.Refuse(mistake.Shapef("got %d elements for a mask with %d true, want at least as many", n, len(at)))
		return nil
	}
	if len(at) == 0 {
		return x
	}
	return PutFlat(b, x, c.Along(b.Flatten(s, 0, -1), 0, graph.Range(0, len(at))), b.ConstInts(at, len(at)))
}

// masked are the places of x whose mask is set.
func masked(b *graph.Builder, x *gorgonia.Node, mask []bool) []int {
	c := build.Of(b)
	s := c.Shape(x)
	if c.Err == nil && s.Size() != len(mask) {
		c.Refuse(mistake.Shapef("got a mask of %d elements for %v, want %d", len(mask), s, s.Size()))
	}
	at := []int{}
	for i, set := range mask {
		if set {
			at = append(at, i)
		}
	}
	return at
}
