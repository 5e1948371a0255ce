package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// LogSoftmax is y = x − log Σeˣ along an axis, stable for any finite x:
// dx = d − eʸ·Σd.
var LogSoftmax Entry

func init() {
	define(&LogSoftmax, Entry{
		Def: ir.Def{Name: "logsoftmax", Class: ir.Opaque, Arity: 1, Infer: inferAxis,
			ByRow: byRowOffAxis,
			Cost:  func(v *ir.Value) ir.Cost { return ir.Cost{Flops: 4 * int64(v.Type.Shape.Size())} },
			F32: lineKernel(func(dst, x []float32) {
				m := finite(vec.MaxOfF32(x))
				s := float32(math.Log(float64(vec.SumExpSubF32(x, m))))
				vec.AddSF32(dst, x, -m) // apart: m may be so large that m + s is m
				vec.AddSF32(dst, dst, -s)
			}),
			F64: lineKernel(func(dst, x []float64) {
				m := finite(vec.MaxOfF64(x))
				s := math.Log(vec.SumExpSubF64(x, m))
				vec.AddSF64(dst, x, -m)
				vec.AddSF64(dst, dst, -s)
			})},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			s := c.Sum(d, []int{n.Attrs.Int("axis")}, true)
			return []*gorgonia.Node{c.Sub(d, c.Mul(c.Exp(n.Out), s))}
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

// LogSoftmax is x − log Σeˣ along the axis; a negative one counts from the last.
func (c *Ctx) LogSoftmax(x *gorgonia.Node, axis int) *gorgonia.Node {
	return c.alongAxis(&LogSoftmax, x, axis)
}
