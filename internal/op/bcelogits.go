package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// BCELogits is the binary cross-entropy log(1 + eˣ) − x·y of the logit x with
// the target y, as max(x, 0) − x·y + log(1 + e^−|x|), which neither overflows
// nor cancels. It is 0 at x = -Inf for y = 0, and at +Inf for y = 1. dx = d·((1 −
// y)·sigmoid x − y·sigmoid(−x)), which is d·(sigmoid x − y) without its cancellation;
// dy = −d·x.
var BCELogits Entry

func init() {
	define(&BCELogits, Entry{
		Def: ir.Def{Name: "bcelogits", Class: ir.Elementwise, Arity: 2, Infer: sameShape,
			Elem32: elem2(bceLogits[float32]), Elem64: elem2(bceLogits[float64])},
		VJP: vjp2(func(c *Ctx, x, y, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
			rest := c.AddConst(c.Neg(y), 1)
			return c.Mul(d, c.Sub(c.Mul(rest, c.Sigmoid(x)), c.Mul(y, c.Sigmoid(c.Neg(x))))), c.Neg(c.Weigh(d, x))
		}),
		Ref:     ref2(func(x, y float64) float64 { return math.Log1p(math.Exp(x)) - x*y }),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

func bceLogits[T ir.Float](dst, x, y []T) {
	y = y[:len(dst)]
	for i, v := range x[:len(dst)] {
		k := -y[i]
		if v > 0 {
			k = 1 - y[i]
		}
		t := v * k
		if k == 0 { // also for an infinite v
			t = 0
		}
		dst[i] = t + T(math.Log1p(math.Exp(-math.Abs(float64(v)))))
	}
}

// BCELogits is log(1 + eˣ) − x·y, broadcast.
func (c *Ctx) BCELogits(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&BCELogits, x, y) }
