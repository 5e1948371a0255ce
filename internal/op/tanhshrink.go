package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// TanhShrink is x − tanh x, with all digits near 0: dx = d·tanh² x.
var TanhShrink Entry

func init() {
	define(&TanhShrink, Entry{
		Def: ir.Def{Name: "tanhshrink", Class: ir.Elementwise, Arity: 1, Weight: weightLong, Infer: sameShape,
			Elem32: elem1(each[float32](tanhShrink)), Elem64: elem1(each[float64](tanhShrink))},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Mul(d, c.Square(c.Tanh(x)))
		}),
		Ref:     ref1(func(x float64) float64 { return x - math.Tanh(x) }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// tanhShrink is x·q/(1 + q) near 0, with tanh x = x/(1 + q) as Lambert's continued
// fraction q = x²/(3 + x²/(5 + ...)).
func tanhShrink(x float64) float64 {
	if !(math.Abs(x) < 1) {
		return x - math.Tanh(x)
	}
	q := 0.0
	for k := 21.0; k >= 3; k -= 2 {
		q = x * x / (k + q)
	}
	return x * q / (1 + q)
}

// TanhShrink is x − tanh x.
func (c *Ctx) TanhShrink(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&TanhShrink, nil, x) }
