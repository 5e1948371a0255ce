package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// FMod is the remainder of x/y with the sign of x, Remainder the one with the sign of y.
// Both are exact, but for the rounding where Remainder adds y. With q, the quotient
// truncated (FMod) or rounded down (Remainder), dx = d and dy = −d·q. If y is ±Inf, the
// result is x, or for Remainder y where the signs differ.
var FMod, Remainder Entry

func init() {
	remainders(&FMod, "fmod", math.Mod, func(x, y float64) float64 { return x - y*math.Trunc(x/y) })
	remainders(&Remainder, "remainder", remainder, func(x, y float64) float64 { return x - y*math.Floor(x/y) })
}

func remainders(e *Entry, name string, f, ref func(x, y float64) float64) {
	define(e, Entry{
		Def: ir.Def{Name: name, Class: ir.Elementwise, Arity: 2, Weight: weightSlow, Infer: sameShape,
			Elem32: elem2(each2[float32](f)), Elem64: elem2(each2[float64](f))},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, y := n.In[0], n.In[1]
			q := c.Round(c.Div(c.Sub(x, n.Out), y))
			q = c.Select(c.Eq(n.Out, y), c.Fill(y, -1), q) // x + y, where y is infinite
			return []*gorgonia.Node{d, c.Neg(c.Mul(d, q))}
		},
		Ref:     ref2(ref),
		Samples: func() []Sample { return kinked(within(0.3, 2, shapes(2, plain...))) },
	})
}

// remainder has the sign of y, as Python's %.
func remainder(x, y float64) float64 {
	r := math.Mod(x, y)
	switch {
	case r == 0:
		return math.Copysign(r, y)
	case (r < 0) != (y < 0):
		return r + y
	}
	return r
}

// each2 makes a loop of a function of two float64.
func each2[T ir.Float](f func(x, y float64) float64) func(dst, x, y []T) {
	return func(dst, x, y []T) {
		for i, v := range x {
			dst[i] = T(f(float64(v), float64(y[i])))
		}
	}
}

// FMod is the remainder with x's sign, broadcast.
func (c *Ctx) FMod(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&FMod, x, y) }

// Remainder is the remainder with y's sign, broadcast.
func (c *Ctx) Remainder(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Remainder, x, y) }
