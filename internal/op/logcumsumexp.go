package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/exact"
	"gorgonia.org/gorgonia"
)

// LogCumSumExp is the logarithm of the running sum of eˣ along an axis, from the end
// with the attribute reverse, stable for any finite x:
//
//	dxⱼ = Σᵢ dᵢ·e^(xⱼ − yᵢ) = e^(xⱼ − yⱼ)·tⱼ    tⱼ = dⱼ + e^(yⱼ − yⱼ₊₁)·tⱼ₊₁
//
// over the places i whose sum has j. No y is below those before it, so that no power
// is above 1.
var LogCumSumExp Entry

func init() {
	define(&LogCumSumExp, Entry{
		Def: ir.Def{Name: "logcumsumexp", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if a.Bool("exclusive") {
					return ir.Type{}, Unsupportedf("got exclusive, which logcumsumexp does not know")
				}
				return inferAxis(in, a)
			},
			F32: runningKernel(runningLogSum[float32]), F64: runningKernel(runningLogSum[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, y, axis, reverse := n.In[0], n.Out, n.Attrs.Int("axis"), n.Attrs.Bool("reverse")
			last := c.shift(y, axis, reverse)
			grown := c.Select(c.Eq(last, y), c.Fill(y, 0), c.Sub(last, y)) // infinite ones may be equal
			a := c.Exp(c.shift(grown, axis, !reverse))
			none := c.EqConst(x, math.Inf(-1)) // e^x is 0 and stays it
			share := c.Exp(c.Select(none, c.Fill(x, math.Inf(-1)), c.Sub(x, y)))
			return []*gorgonia.Node{c.Mul(share, c.recurrence(d, a, axis, !reverse))}
		},
		Ref: refRunning(math.Inf(-1), func(acc, x float64) float64 { return math.Log(math.Exp(acc) + math.Exp(x)) }),
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 4}}, Attrs: ir.A("axis", 1, "exclusive", false, "reverse", false)},
				{In: []ir.Shape{{2, 3, 4}}, Attrs: ir.A("axis", 1, "exclusive", false, "reverse", true)},
				{In: []ir.Shape{{5}}, Attrs: ir.A("axis", 0, "exclusive", false, "reverse", false)},
			}
		},
	})
}

// runningLogSum carries Σ e^(x − m) for the largest x so far, m.
func runningLogSum[T ir.Float](dst, x []T, w walk) {
	m, sum := math.Inf(-1), exact.Sum[float64]{}
	for range w.left {
		switch v := float64(x[w.at]); {
		case v != v || m != m:
			m = math.NaN()
		case v > m:
			shrink := math.Exp(m - v)
			sum.Sum, sum.Lost = float64(sum.Sum*shrink), float64(sum.Lost*shrink)
			sum.Add(1)
			m = v
		case v == m && m > math.Inf(-1):
			sum.Add(1)
		case v > math.Inf(-1):
			sum.Add(math.Exp(v - m))
		}
		dst[w.at] = T(m + math.Log(sum.Total()))
		w.at += w.step
	}
}

// LogCumSumExp is the logarithm of the running sum of eˣ along the axis.
func (c *Ctx) LogCumSumExp(x *gorgonia.Node, axis int) *gorgonia.Node {
	return c.alongAxis(&LogCumSumExp, axis, forwards, x)
}
