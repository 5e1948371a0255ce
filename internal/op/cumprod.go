package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// CumProd is the running product along an axis, from the end with the attribute
// reverse, and without the element itself with exclusive. With pⱼ the product of the
// elements before xⱼ,
//
//	dxⱼ = Σᵢ dᵢ·∂yᵢ/∂xⱼ = pⱼ·tⱼ    tⱼ = dⱼ + xⱼ₊₁·tⱼ₊₁
//
// which divides by nothing and so is right at zeros; with exclusive, dⱼ₊₁ stands for dⱼ.
var CumProd Entry

func init() {
	define(&CumProd, Entry{
		Def: ir.Def{Name: "cumprod", Class: ir.Opaque, Arity: 1, Infer: inferAxis,
			F32: runningKernel(runningProduct[float32]), F64: runningKernel(runningProduct[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, axis, reverse := n.In[0], n.Attrs.Int("axis"), n.Attrs.Bool("reverse")
			if n.Attrs.Bool("exclusive") {
				d = c.shift(d, axis, !reverse)
			}
			before := c.Apply(&CumProd, n.Attrs.With("exclusive", true), x)
			return []*gorgonia.Node{c.Mul(before, c.recurrence(d, c.shift(x, axis, !reverse), axis, !reverse))}
		},
		Ref:     refRunning(1, func(acc, x float64) float64 { return acc * x }),
		Samples: runningSamples,
	})
}

func runningProduct[T ir.Float](dst, x []T, w walk) {
	running(dst, x, w, 1, func(acc, x float64) float64 { return acc * x })
}

// CumProd is the running product along the axis.
func (c *Ctx) CumProd(x *gorgonia.Node, axis int) *gorgonia.Node {
	return c.alongAxis(&CumProd, axis, forwards, x)
}
