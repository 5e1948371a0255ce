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

func prodKernel[T ir.Float]() ir.Kernel[T] {
	return reduceKernel(reducer[T]{
		rows: func(dst, x []T, n int) {
			for i := range dst {
				p := T(1)
				for _, v := range x[i*n : (i+1)*n] {
					p *= v
				}
				dst[i] = p
			}
		},
		cols: func(dst, x []T, n, stride int) {
			for j := range dst {
				dst[j] = 1
			}
			for i := range n {
				for j, v := range x[i*stride : i*stride+len(dst)] {
					dst[j] *= v
				}
			}
		},
	})
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
