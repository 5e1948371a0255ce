package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Root is √x for lengths and deviations. dx = d/(2√x), and 0 where x is 0, since a length
// is least there; Sqrt's slope is infinite there. The square of a Root is x itself, with
// all of x's derivatives: see squareOf.
var Root Entry

func init() {
	define(&Root, Entry{
		Def: ir.Def{Name: "root", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Sqrt), Elem64: elem1(vec.F64.Sqrt)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Power(x[0], sym.Num(0.5)) },
		VJP: vjp1(func(c *Ctx, x, y, d *gorgonia.Node) *gorgonia.Node {
			zero := c.EqConst(x, 0)
			half := c.Scale(c.Div(d, c.Select(zero, c.Fill(y, 1), y)), 0.5)
			return c.Select(zero, c.Fill(d, 0), half)
		}),
		Ref:     ref1(math.Sqrt),
		Samples: func() []Sample { return within(0.3, 3, shapes(1, plain...)) },
	})
}

// squareOf is the square of x if x is a Root, a Hypot, or a view of one: the square has
// derivatives where the root has none. Else it is nil.
func (c *Ctx) squareOf(x *gorgonia.Node) *gorgonia.Node {
	if c.Err != nil || x == nil {
		return nil
	}
	return c.underRoot(x)
}

func (c *Ctx) underRoot(x *gorgonia.Node) *gorgonia.Node {
	o, ok := x.Op().(*Op)
	if !ok {
		return nil
	}
	switch o.Entry {
	case &Root:
		return o.In[0]
	case &Hypot:
		return c.Add(c.Square(o.In[0]), c.Square(o.In[1]))
	case &Reshape, &Broadcast, &Transpose, &Slice:
		if y := c.underRoot(o.In[0]); y != nil {
			return c.Apply(o.Entry, o.Attrs, y)
		}
	}
	return nil
}
