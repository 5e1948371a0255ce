package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Select is x where cond is not 0, else y: dx = d there, dy = d elsewhere, and
// no gradient of cond. What is not selected does not matter, not even NaN.
var Select Entry

// choose is Select for a cond that is one number. Only the executor makes it.
var choose = ir.Def{Name: "choose", Class: ir.Elementwise, Arity: 2, Infer: sameShape, Elem32: chooseBy[float32], Elem64: chooseBy[float64]}

func chooseBy[T ir.Float](dst []T, in [][]T, k []T) {
	if k[0] != 0 {
		copy(dst, in[0])
	} else {
		copy(dst, in[1])
	}
}

func init() {
	define(&Select, Entry{
		Def: ir.Def{Name: "select", Class: ir.Elementwise, Arity: 3, Infer: sameShape, By: &choose,
			Elem32: elem3(vec.F32.Select), Elem64: elem3(vec.F64.Select)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Select(x[0], x[1], x[2]) },
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			zero := c.Fill(d, 0)
			return []*gorgonia.Node{nil, c.Select(n.In[0], d, zero), c.Select(n.In[0], zero, d)}
		},
		Ref: ref3(func(k, x, y float64) float64 {
			if k != 0 {
				return x
			}
			return y
		}),
		Samples: func() []Sample { return kinked(shapes(3, plain...)) },
	})
}

// Select is x where cond is not 0, else y, broadcast.
func (c *Ctx) Select(cond, x, y *gorgonia.Node) *gorgonia.Node {
	x, y = c.broadcast2(&Select, x, y)
	cond, x = c.broadcast2(&Select, cond, x)
	_, y = c.broadcast2(&Select, x, y)
	return c.Apply(&Select, nil, cond, x, y)
}
