package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Weigh is the weight w times x, and 0 where w is 0 whatever x is: a term of the
// weight 0 is left out, even where it is infinite or NaN. dw = weigh(d, x), dx =
// weigh(w, d).
var Weigh Entry

func init() {
	define(&Weigh, Entry{
		Def: ir.Def{Name: "weigh", Class: ir.Elementwise, Arity: 2, Infer: sameShape,
			Elem32: elem2(weigh[float32]), Elem64: elem2(weigh[float64])},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Product(x...) },
		VJP: vjp2(func(c *Ctx, w, x, d *gorgonia.Node) (dw, dx *gorgonia.Node) {
			return c.Weigh(d, x), c.Weigh(w, d)
		}),
		Ref: ref2(func(w, x float64) float64 {
			if w == 0 {
				return 0
			}
			return w * x
		}),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

func weigh[T ir.Float](dst, w, x []T) {
	x = x[:len(dst)]
	for i, k := range w[:len(dst)] {
		v := x[i]
		if k == 0 {
			v = 0
		}
		dst[i] = k * v
	}
}

// Weigh is w·x, and 0 where w is 0, broadcast.
func (c *Ctx) Weigh(w, x *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Weigh, w, x) }
