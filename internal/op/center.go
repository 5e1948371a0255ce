package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Center and Spread are the sums along an axis that the derivatives of softmax are
// made of, of every order: each is the other's derivative. They are sums of
// differences, in which a weight of nearly 1 leaves what the others are: what it
// lacks of 1 is their sum, and is not lost where it is rounded to 1.
//
//	Center(w, d)ₖ = Σⱼ wⱼ·(dₖ − dⱼ): for u, dd = Spread(w, u), dw = −Center(u, d)
//	Spread(w, u)ₖ = Σⱼ (uₖ·wⱼ − wₖ·uⱼ): for v, du = Center(w, v), dw = −Center(u, v)
var Center, Spread Entry

func init() {
	define(&Center, Entry{
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr {
			return sym.Sum(sym.Product(x[1], sym.Sigma(x[0])), sym.Neg(sym.Sigma(sym.Product(x[0], x[1]))))
		},
		Def: weightedLines("center", lineKernel2(center[float32]), lineKernel2(center[float64])),
		VJP: vjpLines(func(c *Ctx, w, d, u *gorgonia.Node, axis int) (dw, dd *gorgonia.Node) {
			return c.Neg(c.Center(u, d, axis)), c.Spread(w, u, axis)
		}),
		Ref: refLines2(func(dst, w, d []float64) {
			clear(dst)
			for k := range dst {
				for j := range w {
					dst[k] += w[j] * (d[k] - d[j])
				}
			}
		}),
		Samples: twice(axisSamples),
	})
	define(&Spread, Entry{
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr {
			return sym.Sum(sym.Product(x[1], sym.Sigma(x[0])), sym.Neg(sym.Product(x[0], sym.Sigma(x[1]))))
		},
		Def: weightedLines("spread", lineKernel2(spread[float32]), lineKernel2(spread[float64])),
		VJP: vjpLines(func(c *Ctx, w, u, v *gorgonia.Node, axis int) (dw, du *gorgonia.Node) {
			return c.Neg(c.Center(u, v, axis)), c.Center(w, v, axis)
		}),
		Ref: refLines2(func(dst, w, u []float64) {
			clear(dst)
			for k := range dst {
				for j := range w {
					dst[k] += u[k]*w[j] - w[k]*u[j]
				}
			}
		}),
		Samples: twice(axisSamples),
	})
}

// weightedLines is a row of two operands of one shape along an axis.
func weightedLines(name string, f32 ir.Kernel[float32], f64 ir.Kernel[float64]) ir.Def {
	return ir.Def{Name: name, Class: ir.Contract, Arity: 2, ByRow: byRowOffAxis,
		Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
			if _, err := sameShape(in, a); err != nil {
				return ir.Type{}, err
			}
			return inferAxis(in, a)
		},
		Cost: costOfLines,
		F32:  f32, F64: f64}
}

func vjpLines(f func(c *Ctx, x, y, d *gorgonia.Node, axis int) (dx, dy *gorgonia.Node)) func(*Ctx, Applied, *gorgonia.Node) []*gorgonia.Node {
	return func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
		dx, dy := f(c, n.In[0], n.In[1], d, n.Attrs.Int("axis"))
		return []*gorgonia.Node{dx, dy}
	}
}

// twice gives samples of one operand a second one of its shape.
func twice(samples func() []Sample) func() []Sample {
	return func() []Sample {
		s := samples()
		for i := range s {
			s[i].In = append(slices.Clone(s[i].In), s[i].In[0])
		}
		return s
	}
}

// heaviest is the index of the weight of the largest absolute value; 0 if a weight is NaN.
func heaviest[T ir.Float](w []T) int {
	l := vec.Of[T]()
	most, least := l.MaxOf(w), l.MinOf(w)
	if -least > most {
		most = least
	}
	return l.Find(w, most)
}

// center takes differences to the element of the largest weight.
func center[T ir.Float](dst, w, d []T) {
	if len(dst) == 0 {
		return
	}
	l := vec.Of[T]()
	l.AddS(dst, d, -d[heaviest(w)])
	sum := l.Dot(w, dst)
	l.MulS(dst, dst, l.Sum(w))
	l.AddS(dst, dst, -sum)
}

// spread sums all elements but that of the largest weight: for that element, what it
// gives and what it takes cancel.
func spread[T ir.Float](dst, w, u []T) {
	if len(dst) == 0 {
		return
	}
	l, k := vec.Of[T](), heaviest(w)
	ws, us := l.Sum(w[:k])+l.Sum(w[k+1:]), l.Sum(u[:k])+l.Sum(u[k+1:])
	l.MulS(dst, u, ws+w[k])
	l.Axpy(dst, -us-u[k], w)
	dst[k] = u[k]*ws - w[k]*us
}

// Center is Σⱼ wⱼ·(dₖ − dⱼ) along the axis.
func (c *Ctx) Center(w, d *gorgonia.Node, axis int) *gorgonia.Node {
	return c.Apply(&Center, ir.A("axis", axis), w, d)
}

// Spread is Σⱼ (uₖ·wⱼ − wₖ·uⱼ) along the axis.
func (c *Ctx) Spread(w, u *gorgonia.Node, axis int) *gorgonia.Node {
	return c.Apply(&Spread, ir.A("axis", axis), w, u)
}
