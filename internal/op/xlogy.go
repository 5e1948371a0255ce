package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Xlogy is x·log y and Xlog1py x·log(1 + y), both 0 where x is 0 and y is a number,
// though the logarithm be infinite: dx = d·log y, dy = d·x/y, and 0 where x and the
// logarithm's argument are both 0.
// Entropy is −x·log x, 0 at 0 and -Inf below: dx = −d·(log x + 1), +Inf at 0.
var Xlogy, Xlog1py, Entropy Entry

func init() {
	define(&Xlogy, Entry{
		Def: ir.Def{Name: "xlogy", Class: ir.Elementwise, Arity: 2, Weight: weightFast, Infer: sameShape,
			Elem32: timesLog(vec.F32.Log), Elem64: timesLog(vec.F64.Log)},
		VJP: vjp2(func(c *Ctx, x, y, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
			y = c.butZeros(x, y)
			return c.Mul(d, c.Log(y)), c.Mul(d, c.Div(x, y))
		}),
		Ref:     ref2(func(x, y float64) float64 { return x * math.Log(y) }),
		Samples: func() []Sample { return within(0.3, 2, shapes(2, plain...)) },
	})
	define(&Xlog1py, Entry{
		Def: ir.Def{Name: "xlog1py", Class: ir.Elementwise, Arity: 2, Weight: weightFast, Infer: sameShape,
			Elem32: timesLog(vec.F32.Log1p), Elem64: timesLog(vec.F64.Log1p)},
		VJP: vjp2(func(c *Ctx, x, y, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
			sum := c.butZeros(x, c.AddConst(y, 1))
			log := c.Select(c.Mul(c.EqConst(x, 0), c.EqConst(y, -1)), c.Fill(y, 0), c.Log1p(y))
			return c.Mul(d, log), c.Mul(d, c.Div(x, sum))
		}),
		Ref:     ref2(func(x, y float64) float64 { return x * math.Log1p(y) }),
		Samples: func() []Sample { return within(-0.5, 2, shapes(2, plain...)) },
	})
	define(&Entropy, Entry{
		Def: ir.Def{Name: "entropy", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: entropy(vec.F32.Log), Elem64: entropy(vec.F64.Log)},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Neg(c.Mul(d, c.AddConst(c.Log(x), 1)))
		}),
		Ref:     ref1(func(x float64) float64 { return -x * math.Log(x) }),
		Samples: func() []Sample { return within(0.3, 2, shapes(1, plain...)) },
	})
}

// butZeros is y, but 1 where x and y are 0.
func (c *Ctx) butZeros(x, y *gorgonia.Node) *gorgonia.Node {
	return c.Select(c.Mul(c.EqConst(x, 0), c.EqConst(y, 0)), c.Fill(y, 1), y)
}

// timesLog is x times log of y, 0 where x is 0 and y is a number.
func timesLog[T ir.Float](log func(dst, y []T)) ir.Elem[T] {
	return func(dst []T, in [][]T, _ []T) {
		var block [256]T
		for at := 0; at < len(dst); at += len(block) {
			end := min(len(dst), at+len(block))
			y := in[1][at:end]
			l := block[:len(y)]
			log(l, y)
			for i, x := range in[0][at:end] {
				v := x * l[i]
				if x == 0 && y[i] == y[i] {
					v = 0
				}
				dst[at+i] = v
			}
		}
	}
}

func entropy[T ir.Float](log func(dst, x []T)) ir.Elem[T] {
	return func(dst []T, in [][]T, _ []T) {
		var block [256]T
		for at := 0; at < len(dst); at += len(block) {
			x := in[0][at:min(len(dst), at+len(block))]
			l := block[:len(x)]
			log(l, x)
			for i, v := range x {
				y := -v * l[i]
				switch {
				case v == 0:
					y = 0
				case v < 0:
					y = T(math.Inf(-1))
				}
				dst[at+i] = y
			}
		}
	}
}

// Xlogy is x·log y, 0 where x is 0, broadcast.
func (c *Ctx) Xlogy(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Xlogy, x, y) }

// Xlog1py is x·log(1 + y), 0 where x is 0, broadcast.
func (c *Ctx) Xlog1py(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Xlog1py, x, y) }

// Entropy is −x·log x.
func (c *Ctx) Entropy(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Entropy, nil, x) }
