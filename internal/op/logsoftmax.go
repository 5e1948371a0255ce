package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// LogSoftmax is y = x − log Σeˣ along an axis, stable for any finite x:
// dx = Spread(eʸ, d), which is d − eʸ·Σd.
var LogSoftmax Entry

func init() {
	define(&LogSoftmax, Entry{
		Def: ir.Def{Name: "logsoftmax", Class: ir.Contract, Arity: 1, Infer: inferAxis,
			ByRow: byRowOffAxis,
			Cost:  costOfLines,
			F32:   lineKernel(logSoftmax[float32]), F64: lineKernel(logSoftmax[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Spread(c.Exp(n.Out), d, n.Attrs.Int("axis"))}
		},
		Ref: refLines(func(dst, x []float64) {
			m, sum := refMax(x), 0.0
			for _, v := range x {
				sum += math.Exp(v - m)
			}
			for i, v := range x {
				dst[i] = v - m - math.Log(sum)
			}
		}),
		Samples: axisSamples,
	})
}

// logSumExp is log Σeˣ as the largest x, or 0 if that is infinite, and the rest: the
// logarithm of 1 and what the others add to it, which keeps its digits where that is
// little.
func logSumExp[T ir.Float](x []T) (m, rest T) {
	l := vec.Of[T]()
	m = finite(l.MaxOf(x))
	s := l.SumExpSub(x, m)
	if s < 1.25 {
		for k, v := range x {
			if v == m {
				return m, T(math.Log1p(float64(l.SumExpSub(x[:k], m)) + float64(l.SumExpSub(x[k+1:], m))))
			}
		}
	}
	return m, T(math.Log(float64(s)))
}

func logSoftmax[T ir.Float](dst, x []T) {
	l := vec.Of[T]()
	m, s := logSumExp(x)
	l.AddS(dst, x, -m) // apart: m may be so large that m + s is m
	l.AddS(dst, dst, -s)
}

// LogSoftmax is x − log Σeˣ along the axis; a negative one counts from the last.
func (c *Ctx) LogSoftmax(x *gorgonia.Node, axis int) *gorgonia.Node {
	return c.alongAxis(&LogSoftmax, axis, nil, x)
}
