package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Prod multiplies x over the axes: dx is d times the product of the others,
// which is right at zeros too.
var Prod Entry

func init() {
	define(&Prod, Entry{
		Def: ir.Def{Name: "prod", Class: ir.Reduce, Arity: 1, Infer: inferReduce,
			F32: prodKernel[float32](), F64: prodKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Mul(c.keepAxes(n, d), c.prodOfOthers(n.In[0], n.Attrs.Ints("axes")))}
		},
		Ref:     refReduce(1, func(acc, x float64) float64 { return acc * x }),
		Samples: func() []Sample { return reduceSamples()[:6] },
	})
}

// Each rounding of a product stays in all that it is multiplied by: so products are
// computed in float64 to the end, whatever the order and the element type.

// prodTile is how many products that lie side by side are computed together.
const prodTile = 64

// prods is the state of a prepared product.
type prods[T ir.Float] struct {
	c            *ir.Call[T]
	kept, folded []group
	width        int // products of a tile
	tiles, parts int
	part         func(worker, part int)
}

func prodKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := &prods[T]{width: 1, tiles: 1, parts: 1}
			for _, g := range groups(v.In[0].Type.Shape, v.Attrs.Ints("axes")) {
				if g.fold {
					s.folded = append(s.folded, g)
				} else {
					s.kept = append(s.kept, g)
				}
			}
			for i, g := range s.kept {
				if i == len(s.kept)-1 && g.stride == 1 { // the last axis
					s.width = min(g.n, prodTile)
					s.tiles *= (g.n + prodTile - 1) / prodTile
				} else {
					s.tiles *= g.n
				}
			}
			if size := v.In[0].Type.Shape.Size(); size > reduceGrain {
				s.parts = min(s.tiles, size/reduceGrain)
			}
			s.part = s.run
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*prods[T])
			if len(c.In[0]) == 0 {
				for i := range c.Out {
					c.Out[i] = 1
				}
				return
			}
			s.c = c
			c.Pool.Run(s.parts, s.part)
		},
	}
}

// run computes the tiles of one part.
func (s *prods[T]) run(_, part int) {
	var acc [prodTile]float64
	for t := part * s.tiles / s.parts; t < (part+1)*s.tiles/s.parts; t++ {
		in, out, n := s.place(t)
		for j := range n {
			acc[j] = 1
		}
		multiply(acc[:n], s.c.In[0][in:], s.folded)
		for j, p := range acc[:n] {
			s.c.Out[out+j] = T(p)
		}
	}
}

// place is where the t-th tile lies in the operand and in the result, and how many
// products it has.
func (s *prods[T]) place(t int) (in, out, n int) {
	n, step := s.width, 1
	for k := len(s.kept) - 1; k >= 0; k-- {
		g := s.kept[k]
		if k == len(s.kept)-1 && g.stride == 1 {
			across := (g.n + prodTile - 1) / prodTile
			in, out = t%across*prodTile, t%across*prodTile
			n = min(n, g.n-in)
			t /= across
		} else {
			in, out = in+t%g.n*g.stride, out+t%g.n*step
			t /= g.n
		}
		step *= g.n
	}
	return in, out, n
}

// multiply multiplies acc by the elements of x along the folded groups, those of one
// lying side by side.
func multiply[T ir.Float](acc []float64, x []T, folded []group) {
	switch {
	case len(folded) == 0:
		multiplyRows(acc, x, group{n: 1})
	case folded[0].stride == 1:
		acc[0] *= productOf(x[:folded[0].n])
	case len(folded) == 1:
		multiplyRows(acc, x, folded[0])
	default:
		for i := range folded[0].n {
			multiply(acc, x[i*folded[0].stride:], folded[1:])
		}
	}
}

// multiplyRows multiplies acc by the rows of x that the group has.
func multiplyRows[T ir.Float](acc []float64, x []T, rows group) {
	for i := range rows.n {
		for j, v := range x[i*rows.stride:][:len(acc)] {
			acc[j] *= float64(v)
		}
	}
}

// productOf multiplies the elements, in chains that the processor runs side by side.
func productOf[T ir.Float](x []T) float64 {
	p := [4]float64{1, 1, 1, 1}
	for ; len(x) >= 4; x = x[4:] {
		for j := range p {
			p[j] *= float64(x[j])
		}
	}
	for j, v := range x {
		p[j] *= float64(v)
	}
	return p[0] * p[1] * (p[2] * p[3])
}

// prodOfOthers is, for each element of x, the product of the elements that are
// folded with it but for itself: the product of the one before and the one after,
// by two running products of all folded axes as one.
func (c *Ctx) prodOfOthers(x *gorgonia.Node, axes []int) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	var perm []int
	kept, folded := 1, 1
	for i, d := range s {
		if !slices.Contains(axes, i) {
			perm = append(perm, i)
			kept *= d
		}
	}
	for _, a := range axes {
		perm = append(perm, a)
		folded *= s[a]
	}
	inverse := make([]int, len(perm))
	moved := make(ir.Shape, len(perm))
	for i, p := range perm {
		inverse[p], moved[i] = i, s[p]
	}
	flat := c.Reshape(c.Transpose(x, perm), ir.Shape{kept, folded})
	before := c.Apply(&CumProd, ir.A("axis", 1, "exclusive", true, "reverse", false), flat)
	after := c.Apply(&CumProd, ir.A("axis", 1, "exclusive", true, "reverse", true), flat)
	return c.Transpose(c.Reshape(c.Mul(before, after), moved), inverse)
}

// Prod multiplies x over the axes (nil: all of them).
func (c *Ctx) Prod(x *gorgonia.Node, axes []int, keep bool) *gorgonia.Node {
	return c.reduce(&Prod, x, axes, keep)
}
