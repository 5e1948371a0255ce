package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// CumProd is the running product along an axis, from the end with the attribute
// reverse, and without the element itself with exclusive. With y the result
// and e the element of which it is exclusive or not, dxⱼ = Σᵢ dᵢ·∂yᵢ/∂xⱼ is
// found without dividing: from the products of each pair of places.
var CumProd Entry

func init() {
	define(&CumProd, Entry{
		Def: ir.Def{Name: "cumprod", Class: ir.Opaque, Arity: 1, Infer: inferAxis,
			F32: runningKernel(1, func(acc, x float32) float32 { return acc * x }),
			F64: runningKernel(1, func(acc, x float64) float64 { return acc * x })},
		VJP:     vjpCumProd,
		Ref:     refRunning(1, func(acc, x float64) float64 { return acc * x }),
		Samples: runningSamples,
	})
}

// vjpCumProd lays the line out as a square: row i has the factors of y_i, 1
// elsewhere. y_i is the product of row i, whose derivative is right at zeros.
func vjpCumProd(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
	x, axis := n.In[0], n.Attrs.Int("axis")
	s := c.Shape(x)
	if c.Err != nil {
		return []*gorgonia.Node{nil}
	}
	last := len(s) - 1
	perm := make([]int, len(s))
	for i := range perm {
		perm[i] = i
	}
	perm[axis], perm[last] = last, axis // its own inverse
	length := s[axis]
	outer := s.Size() / max(1, length)
	line := func(z *gorgonia.Node) *gorgonia.Node {
		return c.Reshape(c.Transpose(z, perm), ir.Shape{outer, length})
	}
	square := c.Broadcast(c.Reshape(line(x), ir.Shape{outer, 1, length}), ir.Shape{outer, length, length})
	uses := c.Tri(square, n.Attrs.Bool("reverse"), n.Attrs.Bool("exclusive"))
	factors := c.Select(uses, square, c.Fill(square, 1))
	each := c.Mul(c.Mul(uses, c.Reshape(line(d), ir.Shape{outer, length, 1})), c.prodOfOthers(factors, []int{2}))
	dx := c.Sum(each, []int{1}, false)
	moved := s.Clone()
	moved[axis], moved[last] = s[last], s[axis]
	return []*gorgonia.Node{c.Transpose(c.Reshape(dx, moved), perm)}
}

// Tri is 1 where place j of a line takes part in the running fold at place i,
// for x: [..., n, n] with i and j the last axes, else 0.
func (c *Ctx) Tri(x *gorgonia.Node, reverse, exclusive bool) *gorgonia.Node {
	ones := c.Fill(x, 1)
	k := 0
	if exclusive {
		k = 1
	}
	if reverse {
		return c.Triu(ones, k)
	}
	return c.Tril(ones, -k)
}

// CumProd is the running product along the axis.
func (c *Ctx) CumProd(x *gorgonia.Node, axis int) *gorgonia.Node {
	return c.runningAlong(&CumProd, x, axis)
}
