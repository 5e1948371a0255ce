package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// BCE is the binary cross-entropy of the probability p with the target y,
//
//	−y·log p − (1 − y)·log(1 − p)
//	dp = d·(p − y)/max(p(1 − p), 1e-12)   dy = d·(log(1 − p) − log p)
//
// The logarithms are held above −100, as in PyTorch, so p = 0 and p = 1 have finite
// losses and derivatives. NaN stays.
//
// A p that was rounded to 1 is less than half of a unit of the type's last place away
// from it: 1 − p is held above that. In float32 the derivative at 1 is 2²⁴ and not 1e12,
// by which the slope of a sigmoid, 2e-9 at 20, would become a gradient of 2000.
var BCE Entry

const (
	leastLog   = -100  // of the logarithms
	leastSlope = 1e-12 // of p(1 − p)
)

func init() {
	define(&BCE, Entry{
		Def: ir.Def{Name: "bce", Class: ir.Elementwise, Arity: 2, Infer: sameShape,
			Elem32: elem2(bce[float32]), Elem64: elem2(bce[float64])},
		VJP: vjp2(func(c *Ctx, p, y, d *gorgonia.Node) (dp, dy *gorgonia.Node) {
			rest := c.AddConst(c.Neg(p), 1)
			unit := 0x1p-53
			if c.Type(p).DType == ir.F32 {
				unit = 0x1p-24
			}
			slope := c.Clamp(c.Mul(p, c.Clamp(rest, unit, math.Inf(1))), leastSlope, math.Inf(1))
			no, yes := c.heldLog(rest), c.heldLog(p)
			return c.Mul(d, c.Div(c.Sub(p, y), slope)), c.Mul(d, c.Sub(no, yes))
		}),
		Ref:     ref2(func(p, y float64) float64 { return -y*math.Log(p) - (1-y)*math.Log(1-p) }),
		Samples: func() []Sample { return within(0.1, 0.9, shapes(2, plain...)) },
	})
}

func bce[T ir.Float](dst, p, y []T) {
	y = y[:len(dst)]
	for i, v := range p[:len(dst)] {
		yes, no := math.Log(float64(v)), math.Log1p(-float64(v))
		if yes < leastLog {
			yes = leastLog
		}
		if no < leastLog {
			no = leastLog
		}
		t := float64(y[i])
		dst[i] = T(-t*yes - (1-t)*no)
	}
}

// heldLog is log x held above −100, with the derivative 0 where it is held.
func (c *Ctx) heldLog(x *gorgonia.Node) *gorgonia.Node {
	zero := c.EqConst(x, 0)
	log := c.Clamp(c.Log(c.Select(zero, c.Fill(x, 1), x)), leastLog, math.Inf(1))
	return c.Select(zero, c.Fill(x, leastLog), log)
}

// BCE is the binary cross-entropy of probabilities p with targets y, broadcast.
func (c *Ctx) BCE(p, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&BCE, p, y) }
