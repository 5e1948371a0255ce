package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Softmax is y = eˣ/Σeˣ along an axis, from which the largest x is taken off
// first, so that nothing overflows: dx = y·Center(y, d), which is y·(d − Σ d·y).
var Softmax Entry

func init() {
	define(&Softmax, Entry{
		Def: ir.Def{Name: "softmax", Class: ir.Contract, Arity: 1, Infer: inferAxis,
			ByRow: byRowOffAxis,
			Cost:  costOfLines,
			F32:   lineKernel(softmax[float32]), F64: lineKernel(softmax[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Mul(n.Out, c.Center(n.Out, d, n.Attrs.Int("axis")))}
		},
		Ref: refLines(func(dst, x []float64) {
			m, sum := refMax(x), 0.0
			for i, v := range x {
				dst[i] = math.Exp(v - m)
				sum += dst[i]
			}
			for i := range dst {
				dst[i] /= sum
			}
		}),
		Samples: axisSamples,
	})
}

// finite is m, or 0 if m is infinite: a line of -Inf then gives 0/0, not
// Inf − Inf, and one with +Inf overflows where it should.
func finite[T ir.Float](m T) T {
	if math.IsInf(float64(m), 0) {
		return 0
	}
	return m
}

// Softmax is eˣ/Σeˣ along the axis; a negative one counts from the last.
func (c *Ctx) Softmax(x *gorgonia.Node, axis int) *gorgonia.Node {
	return c.alongAxis(&Softmax, axis, nil, x)
}

func softmax[T ir.Float](dst, x []T) {
	l := vec.Of[T]()
	l.AddS(dst, x, -finite(l.MaxOf(x)))
	l.Exp(dst, dst)
	l.DivS(dst, dst, l.Sum(dst))
}
