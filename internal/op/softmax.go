package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Softmax is y = eˣ/Σeˣ along an axis, from which the largest x is taken off
// first, so that nothing overflows: dx = SoftmaxGrad(y, d), which is y·(d − Σ d·y).
var Softmax Entry

// SoftmaxGrad is y·Center(y, d) along an axis, the gradient of x for y = softmax x and the
// gradient d of y. For u, dy = u·Center(y, d) − Center(u·y, d), dd = SoftmaxGrad(y, u).
var SoftmaxGrad Entry

// softmaxGradOf is SoftmaxGrad(softmax x, d) in one pass over x. Only the compiler makes it, where
// nothing else reads the softmax.
var softmaxGradOf ir.Def

func init() {
	defineInner(&softmaxGradOf, weightedLines("softmaxgradof", lineKernel2(softmaxThenGrad[float32]), lineKernel2(softmaxThenGrad[float64])))
	grad := weightedLines("softmaxgrad", lineKernel2(softmaxGrad[float32]), lineKernel2(softmaxGrad[float64]))
	grad.Absorb = func(v *ir.Value, alone func(*ir.Value) bool) (*ir.Def, ir.Attrs, []*ir.Value) {
		if y := v.In[0]; y.Def == &Softmax.Def && y.Attrs.Int("axis") == v.Attrs.Int("axis") && alone(y) {
			return &softmaxGradOf, v.Attrs, []*ir.Value{y.In[0], v.In[1]}
		}
		return nil, nil, nil
	}
	define(&SoftmaxGrad, Entry{
		Def: grad,
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr {
			return sym.Product(x[0], sym.Sum(sym.Product(x[1], sym.Sigma(x[0])), sym.Neg(sym.Sigma(sym.Product(x[0], x[1])))))
		},
		VJP: vjpLines(func(c *Ctx, y, d, u *gorgonia.Node, axis int) (dy, dd *gorgonia.Node) {
			return c.Sub(c.Mul(u, c.Center(y, d, axis)), c.Center(c.Mul(u, y), d, axis)), c.SoftmaxGrad(y, u, axis)
		}),
		Ref: refLines2(func(dst, y, d []float64) {
			clear(dst)
			for k := range dst {
				for j := range y {
					dst[k] += y[k] * y[j] * (d[k] - d[j])
				}
			}
		}),
		Samples: func() []Sample {
			s := twice(axisSamples)()
			for i := range s {
				s[i].Lo, s[i].Hi = -0.5, 0.5 // sums of larger numbers cancel too much
			}
			return s
		},
	})
	define(&Softmax, Entry{
		Def: ir.Def{Name: "softmax", Class: ir.Contract, Arity: 1, Infer: inferAxis,
			ByRow: byRowOffAxis,
			Cost:  costOfLines,
			F32:   lineKernel(softmax[float32]), F64: lineKernel(softmax[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.SoftmaxGrad(n.Out, d, n.Attrs.Int("axis"))}
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

// SoftmaxGrad is y·Center(y, d) along the axis.
func (c *Ctx) SoftmaxGrad(y, d *gorgonia.Node, axis int) *gorgonia.Node {
	return c.Apply(&SoftmaxGrad, ir.A("axis", axis), y, d)
}

func softmax[T ir.Float](dst, x []T) { vec.Of[T]().Softmax(dst, x) }

func softmaxGrad[T ir.Float](dst, y, d []T) { vec.Of[T]().Weigh(dst, y, d) }

func softmaxThenGrad[T ir.Float](dst, x, d []T) {
	l := vec.Of[T]()
	l.Softmax(dst, x)
	l.Weigh(dst, dst, d)
}
