package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Standardize shifts and scales each line along an axis to mean 0 and variance 1:
// y = r·(x − m(x)) with r = 1/√(v + eps), the mean m and the biased variance v.
// StandardizeGrad is its derivative, r·(d − m(d) − y·m(d·y)), of the operands x and d.
//
//	For u, the gradient of StandardizeGrad(x, d): dd = StandardizeGrad(x, u),
//	dx = −k·r²·y − StandardizeGrad(x, r·(u·m(d·y) + d·m(u·y))), k = m(u·d) − m(u)·m(d) − m(u·y)·m(d·y)
var Standardize, StandardizeGrad Entry

func init() {
	define(&Standardize, Entry{
		Def: ir.Def{Name: "standardize", Class: ir.Contract, Arity: 1, Infer: inferAxis, ByRow: byRowOffAxis, Cost: costOfLines,
			F32: lineKernelWith(standardize[float32]), F64: lineKernelWith(standardize[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Apply(&StandardizeGrad, n.Attrs, n.In[0], d)}
		},
		Ref: func(c *ir.Call[float64]) {
			eps := c.V.Attrs.Float("eps")
			refLines(func(dst, x []float64) { refStandardize(dst, x, eps) })(c)
		},
		Samples: standardizeSamples,
	})
	grad := weightedLines("standardizegrad", lineKernelWith(standardizeGrad[float32]), lineKernelWith(standardizeGrad[float64]))
	grad.Absorb = absorbGain
	define(&StandardizeGrad, Entry{
		Def: grad,
		VJP: func(c *Ctx, n Applied, u *gorgonia.Node) []*gorgonia.Node {
			x, d := n.In[0], n.In[1]
			mean := func(v *gorgonia.Node) *gorgonia.Node { return c.Mean(v, []int{n.Attrs.Int("axis")}, true) }
			grad := func(d *gorgonia.Node) *gorgonia.Node { return c.Apply(&StandardizeGrad, n.Attrs, x, d) }
			y := c.Apply(&Standardize, n.Attrs, x)
			r := c.Rsqrt(c.AddConst(mean(c.Square(c.Sub(x, mean(x)))), n.Attrs.Float("eps")))
			dy, uy := mean(c.Mul(d, y)), mean(c.Mul(u, y))
			k := c.Sub(c.Sub(mean(c.Mul(u, d)), c.Mul(mean(u), mean(d))), c.Mul(uy, dy))
			through := grad(c.Mul(r, c.Add(c.Mul(u, dy), c.Mul(d, uy))))
			return []*gorgonia.Node{c.Neg(c.Add(c.Mul(c.Mul(k, c.Square(r)), y), through)), grad(u)}
		},
		Ref: func(c *ir.Call[float64]) {
			eps := c.V.Attrs.Float("eps")
			refLines2(func(dst, x, d []float64) {
				n := float64(len(x))
				r := refStandardize(dst, x, eps)
				md, mdy := 0.0, 0.0
				for k, y := range dst {
					md, mdy = md+d[k]/n, mdy+d[k]*y/n
				}
				for k, y := range dst {
					dst[k] = r * (d[k] - md - y*mdy)
				}
			})(c)
		},
		Samples: twice(standardizeSamples),
	})
}

func standardizeSamples() []Sample {
	s := axisSamples()
	for i := range s {
		s[i].Attrs = s[i].Attrs.With("eps", 0.25)
	}
	return s
}

// refStandardize writes the standardized x to dst and returns r.
func refStandardize(dst, x []float64, eps float64) (r float64) {
	n, mean, variance := float64(len(x)), 0.0, 0.0
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / n
	}
	r = 1 / math.Sqrt(variance+eps)
	for k, v := range x {
		dst[k] = r * (v - mean)
	}
	return r
}

// rowSpread says how a line of n elements is standardized: y = (x − m)·r + h. The mean is m − h/r:
// as one T it would have too few digits where it is large.
type rowSpread[T ir.Float] struct {
	m    T
	r, h float64
	by   float64 // 1/n
}

// spreadOf is the spread of x, of which there is at least one element.
func spreadOf[T ir.Float](l *vec.Loops[T], x []T, eps float64) rowSpread[T] {
	by := 1 / float64(len(x))
	m := T(float64(l.Sum(x)) * by)
	s, q := l.Moments(x, m)
	off := s * by
	r := 1 / math.Sqrt(max(0, q*by-off*off)+eps)
	return rowSpread[T]{m, r, -off * r, by}
}

// grad is the gradient of x as (x − m)·k + c + d·r, of the sums of d and of d·(x − m).
func (s rowSpread[T]) grad(sum, with float64) (k, c T) {
	y := (with*s.r + sum*s.h) * s.by // the mean of d·y
	return T(-s.r * s.r * y), T(-s.r * (sum*s.by + s.h*y))
}

func standardize[T ir.Float](a ir.Attrs) func(dst, x, _ []T) {
	eps, l := a.Float("eps"), vec.Of[T]()
	return func(dst, x, _ []T) {
		if len(x) > 0 {
			s := spreadOf(l, x, eps)
			l.Affine(dst, x, s.m, T(s.r), T(s.h))
		}
	}
}

func standardizeGrad[T ir.Float](a ir.Attrs) func(dst, x, d []T) {
	eps, l := a.Float("eps"), vec.Of[T]()
	return func(dst, x, d []T) {
		if len(x) > 0 {
			s := spreadOf(l, x, eps)
			k, c := s.grad(l.Comoments(d, x, s.m))
			l.Blend(dst, x, d, s.m, k, c, T(s.r))
		}
	}
}

// Standardize returns (x − mean)/√(variance + eps) along the axis, with the biased variance.
func (c *Ctx) Standardize(x *gorgonia.Node, axis int, eps float64) *gorgonia.Node {
	return c.alongAxis(&Standardize, axis, ir.A("eps", eps), x)
}
