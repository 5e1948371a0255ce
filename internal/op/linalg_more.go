package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file has matrix functions that are made of several rows of the table.

// Diagonal is the diagonal of the axes i and j, which have equal extents. They are
// dropped, and the diagonal is a new last axis.
func (c *Ctx) Diagonal(x *gorgonia.Node, i, j int) *gorgonia.Node {
	t := c.Type(x)
	if c.Err != nil {
		return nil
	}
	a, erra := t.Axis(i)
	b, errb := t.Axis(j)
	if erra != nil || errb != nil || a == b || t.Shape[a] != t.Shape[b] {
		c.Fail("diagonal", "", []*gorgonia.Node{x}, shapef("got the axes %d and %d of %v, want two different ones of equal extent", i, j, t.Shape))
		return nil
	}
	var perm []int
	var rest ir.Shape
	for k, d := range t.Shape {
		if k != a && k != b {
			perm, rest = append(perm, k), append(rest, d)
		}
	}
	n := t.Shape[a]
	flat := c.Reshape(c.Transpose(x, append(perm, a, b)), append(rest.Clone(), n*n))
	ranges := make([]Range, len(rest)+1)
	for k, d := range rest {
		ranges[k] = Range{0, d, 1}
	}
	ranges[len(rest)] = Range{0, n * n, n + 1}
	return c.Slice(flat, ranges)
}

// Trace is the sum of the diagonal of the last two axes.
func (c *Ctx) Trace(x *gorgonia.Node) *gorgonia.Node {
	return c.Sum(c.Diagonal(x, -2, -1), []int{-1}, false)
}

// Diag is the matrix with the vector on its diagonal, 0 elsewhere.
func (c *Ctx) Diag(v *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(v)
	if c.Err != nil {
		return nil
	}
	if len(s) != 1 {
		c.Fail("diag", "", []*gorgonia.Node{v}, shapef("got %v, want a vector", s))
		return nil
	}
	n := s[0]
	flat := c.Apply(&Unslice, ir.A("start", []int{0}, "count", []int{n}, "step", []int{n + 1}, "shape", []int{n * n}), v)
	return c.Reshape(flat, ir.Shape{n, n})
}

// Outer is the matrix of the products of the elements of two vectors.
func (c *Ctx) Outer(x, y *gorgonia.Node) *gorgonia.Node {
	sx, sy := c.Shape(x), c.Shape(y)
	if c.Err != nil {
		return nil
	}
	if len(sx) != 1 || len(sy) != 1 {
		c.Fail("outer", "", []*gorgonia.Node{x, y}, shapef("got %v and %v, want vectors", sx, sy))
		return nil
	}
	return c.Mul(c.Reshape(x, ir.Shape{sx[0], 1}), y)
}
