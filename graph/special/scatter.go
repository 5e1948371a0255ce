package special

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Reduction says how elements that meet at one position become one.
type Reduction uint8

// The reductions.
const (
	ReduceSum Reduction = iota
	ReduceProd
	ReduceMean
	ReduceMax
	ReduceMin
)

var reductionNames = []string{ReduceSum: "sum", ReduceProd: "prod", ReduceMean: "mean", ReduceMax: "max", ReduceMin: "min"}

// String returns the name, such as sum.
func (r Reduction) String() string { return enum.String("reduction", reductionNames, int(r)) }

// MarshalText returns the name.
// Errors: ErrOption if there is none.
func (r Reduction) MarshalText() ([]byte, error) {
	return enum.Text("reduction", reductionNames, int(r))
}

// UnmarshalText reads what MarshalText writes.
// Errors: ErrOption for any other text.
func (r *Reduction) UnmarshalText(text []byte) error {
	return enum.Read(r, "reduction", reductionNames, text)
}

// ReduceOptions are the settings of ScatterReduce and IndexReduce. The zero value sums
// without the element of x itself.
type ReduceOptions struct {
	Reduction   Reduction
	IncludeSelf bool // the element of x takes part
}

// ScatterReduce returns x with each element reduced together with the elements of s that
// index sends to it, along the axis. Without IncludeSelf, the element of x takes no part
// if any are sent to it.
// Shape: s and index have one shape; the result has that of x.
// Gradient: for ReduceMax and ReduceMin equal shares for all extremes; for ReduceProd 0
// where several factors are 0, without second derivatives there.
// Errors: ErrOption for an unknown reduction.
func ScatterReduce(b *graph.Builder, x, s, index *gorgonia.Node, axis int, o ReduceOptions) *gorgonia.Node {
	c := build.Enter(b, "special.ScatterReduce", x, s, index)
	defer c.Leave()
	if !c.Checks().OneOf("reduction", reductionNames, int(o.Reduction)).OK() {
		return nil
	}
	count := c.ScatterAdd(c.Fill(s, 1), index, axis, c.Shape(x))
	if !o.IncludeSelf {
		neutral := [...]float64{ReduceProd: 1, ReduceMax: math.Inf(-1), ReduceMin: math.Inf(1)}[o.Reduction]
		x = b.Where(c.GtConst(count, 0), c.Fill(x, neutral), x)
	}
	switch o.Reduction {
	case ReduceProd:
		return c.ScatterMul(x, s, index, axis)
	case ReduceMax, ReduceMin:
		return c.ScatterExtreme(x, s, index, axis, o.Reduction == ReduceMin)
	}
	y := b.Add(x, c.ScatterAdd(s, index, axis, c.Shape(x)))
	if o.Reduction == ReduceMean {
		if o.IncludeSelf {
			count = b.AddConst(count, 1)
		}
		y = b.Div(y, b.Maximum(count, b.Scalar(1)))
	}
	return y
}

// IndexAdd returns x with row i of s added to row index[i].
// Shape: x [N, ...], s [K, ...], index [K]; result [N, ...].
// Gradient: rows that are named twice add up.
func IndexAdd(b *graph.Builder, x, s, index *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.IndexAdd", x, s, index)
	defer c.Leave()
	return c.IndexAdd(x, s, index)
}

// IndexCopy returns x with the slices of s copied to the positions of the axis that
// index lists.
// Shape: s has the extents of x except on the axis, where it has that of index [K]; the
// result has the shape of x.
func IndexCopy(b *graph.Builder, x, s, index *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.IndexCopy", x, s, index)
	defer c.Leave()
	k, all, ok := placedAlong(b, x, s, index, axis)
	if !ok {
		return nil
	}
	return b.Scatter(x, s, all, k)
}

// IndexReduce returns x with slices of s reduced into the positions of the axis that
// index lists. It works as ScatterReduce with an index vector.
// Shape: s has the extents of x except on the axis, where it has that of index [K]; the
// result has the shape of x.
func IndexReduce(b *graph.Builder, x, s, index *gorgonia.Node, axis int, o ReduceOptions) *gorgonia.Node {
	c := build.Enter(b, "special.IndexReduce", x, s, index)
	defer c.Leave()
	k, all, ok := placedAlong(b, x, s, index, axis)
	if !ok {
		return nil
	}
	return ScatterReduce(b, x, s, all, k, o)
}

// IndexFill returns x with the scalar v at the positions of the axis that index lists.
// Shape: that of x.
func IndexFill(b *graph.Builder, x, v, index *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.IndexFill", x, v, index)
	defer c.Leave()
	k, ok := c.Axis(x, axis)
	if !ok {
		return nil
	}
	s, n := c.Shape(x).Clone(), c.Shape(index)
	if len(n) == 1 {
		s[k] = n[0]
	}
	return IndexCopy(b, x, b.Broadcast(v, s...), index, k)
}

// placedAlong is an axis of x, and the vector index repeated for each element of s,
// which has x's extents on the other axes.
func placedAlong(b *graph.Builder, x, s, index *gorgonia.Node, axis int) (k int, all *gorgonia.Node, ok bool) {
	c := build.Of(b)
	k, ok = c.Axis(x, axis)
	if !ok {
		return 0, nil, false
	}
	sx, ss := c.Shape(x).Clone(), c.Shape(s)
	if len(ss) == len(sx) {
		sx[k] = ss[k]
	}
	if c.Err == nil && !sx.Equal(ss) {
		c.Refuse(mistake.Shapef("got %v for %v, want equal extents except on axis %d", ss, c.Shape(x), axis))
	}
	if c.Err != nil {
		return 0, nil, false
	}
	all = spread(b, x, index, k, ss)
	return k, all, c.Err == nil
}

// spread repeats the vector index over the shape, along its axis.
func spread(b *graph.Builder, x, index *gorgonia.Node, axis int, shape []int) *gorgonia.Node {
	c := build.Of(b)
	n := c.Shape(index)
	if c.Err != nil {
		return nil
	}
	if len(n) != 1 || shape[axis] != n[0] {
		c.Refuse(mistake.Shapef("got the index %v, want a vector [%d], the extent of axis %d of %v", n, shape[axis], axis, shape))
		return nil
	}
	column := slices.Repeat([]int{1}, len(shape)-axis)
	column[0] = n[0]
	return b.Broadcast(b.Reshape(index, column...), shape...)
}
