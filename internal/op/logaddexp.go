package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// LogAddExp is log(eˣ + eʸ) as the larger of x and y and log(1 + e^−|x−y|), which
// does not overflow: dx = d·sigmoid(x − y), dy = d·sigmoid(y − x), halves where both
// are one infinity.
var LogAddExp Entry

func init() {
	define(&LogAddExp, Entry{
		Def: ir.Def{Name: "logaddexp", Class: ir.Elementwise, Arity: 2, Weight: weightFast, Infer: sameShape,
			Elem32: logAddExps(vec.F32.Softplus), Elem64: logAddExps(vec.F64.Softplus)},
		VJP: vjp2(func(c *Ctx, x, y, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
			e := c.Select(c.Mul(c.Eq(x, y), c.IsInf(x)), c.Fill(x, 0), c.Sub(x, y))
			return c.Mul(d, c.Sigmoid(e)), c.Mul(d, c.Sigmoid(c.Neg(e)))
		}),
		Ref:     ref2(func(x, y float64) float64 { return math.Log(math.Exp(x) + math.Exp(y)) }),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

func logAddExps[T ir.Float](softplus func(dst, x []T)) ir.Elem[T] {
	return func(dst []T, in [][]T, _ []T) {
		var block [256]T
		for at := 0; at < len(dst); at += len(block) {
			end := min(len(dst), at+len(block))
			x, y, e := in[0][at:end], in[1][at:end], block[:end-at]
			for i, v := range x {
				if e[i] = min(v, y[i]) - max(v, y[i]); v == y[i] {
					e[i] = 0
				}
			}
			softplus(e, e)
			for i, v := range x {
				dst[at+i] = max(v, y[i]) + e[i]
			}
		}
	}
}

// LogAddExp is log(eˣ + eʸ), broadcast.
func (c *Ctx) LogAddExp(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&LogAddExp, x, y) }
