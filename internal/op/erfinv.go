package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Erfinv is the inverse y of the error function, on (−1, 1): dx = d·√π/2·e^(y²).
var Erfinv Entry

func init() {
	define(&Erfinv, Entry{
		Def: ir.Def{Name: "erfinv", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Elem32: elem1(each[float32](math.Erfinv)), Elem64: elem1(each[float64](math.Erfinv))},
		VJP: vjp1(func(c *Ctx, _, y, d *gorgonia.Node) *gorgonia.Node {
			return c.Scale(c.Mul(d, c.Exp(c.Square(y))), math.Sqrt(math.Pi)/2)
		}),
		Ref:     ref1(func(x float64) float64 { return bisect(x, -6, 6, math.Erf) }),
		Samples: func() []Sample { return within(-0.9, 0.9, shapes(1, plain...)) },
	})
}

// each makes a loop of a function of one float64.
func each[T ir.Float](f func(float64) float64) func(dst, x []T) {
	return func(dst, x []T) {
		for i, v := range x {
			dst[i] = T(f(float64(v)))
		}
	}
}

// bisect finds the x in [lo, hi] at which f, which increases, is y.
func bisect(y, lo, hi float64, f func(float64) float64) float64 {
	for range 100 {
		if mid := (lo + hi) / 2; f(mid) < y {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// Erfinv is the inverse of the error function.
func (c *Ctx) Erfinv(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Erfinv, nil, x) }
