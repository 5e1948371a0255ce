package op

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// PowConst is xᵇ with the constant b, the attribute by: dx = d·b·xᵇ⁻¹, and 0
// for b = 0.
var PowConst Entry

func init() {
	define(&PowConst, Entry{
		Def: ir.Def{Name: "powconst", Class: ir.Elementwise, Arity: 1, Weight: weightLong, Infer: sameShape, Consts: by,
			Elem32: elemS(vec.F32.PowS), Elem64: elemS(vec.F64.PowS)},
		Sym: func(a ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Power(x[0], sym.Num(a.Float("by"))) },
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			b := n.Attrs.Float("by")
			if b == 0 {
				return []*gorgonia.Node{nil}
			}
			return []*gorgonia.Node{c.Mul(d, c.Scale(c.PowConst(n.In[0], b-1), b))}
		},
		Ref: refBy(math.Pow),
		Samples: func() []Sample {
			return slices.Concat(within(0.3, 2, withAttrs(ir.A("by", 1.5), shapes(1, plain...))),
				withAttrs(ir.A("by", 3.0), shapes(1, plain...)), withAttrs(ir.A("by", 1.0), shapes(1, plain[0])),
				withAttrs(ir.A("by", 0.0), shapes(1, plain[0])))
		},
	})
}

// PowConst is x to the power of by. The square of a root is what is under the root.
func (c *Ctx) PowConst(x *gorgonia.Node, by float64) *gorgonia.Node {
	if by == 2 {
		if y := c.squareOf(x); y != nil {
			return y
		}
	}
	return c.Apply(&PowConst, ir.A("by", by), x)
}
