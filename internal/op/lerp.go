package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Lerp is x + w·(y − x). It is exactly y at w = 1, and exactly x where y is x. It
// increases with w if y > x, and does not overflow between x and y (C++20, std::lerp).
// dx = d·(1 − w), dy = d·w, dw = d·(y − x).
var Lerp Entry

func init() {
	define(&Lerp, Entry{
		Def: ir.Def{Name: "lerp", Class: ir.Elementwise, Arity: 3, Infer: sameShape,
			Elem32: elem3(lerps[float32]), Elem64: elem3(lerps[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, y, w := n.In[0], n.In[1], n.In[2]
			return []*gorgonia.Node{c.Mul(d, c.AddConst(c.Neg(w), 1)), c.Mul(d, w), c.Mul(d, c.Sub(y, x))}
		},
		Ref:     ref3(func(x, y, w float64) float64 { return x + w*(y-x) }),
		Samples: func() []Sample { return shapes(3, plain...) },
	})
}

func lerps[T ir.Float](dst, x, y, w []T) {
	for i, a := range x {
		dst[i] = lerp(a, y[i], w[i])
	}
}

func lerp[T ir.Float](a, b, w T) T {
	switch {
	case w != w || a != a || b != b:
		return a + b + w
	case a == b:
		return a
	case a <= 0 && b >= 0 || a >= 0 && b <= 0:
		return T(w*b) + T((1-w)*a)
	case w == 1:
		return b
	}
	z := a + T(w*(b-a))
	if (w > 1) == (b > a) { // beyond b, or before it: rounding may not cross it
		return max(z, b)
	}
	return min(z, b)
}

// Lerp is x + w·(y − x), broadcast.
func (c *Ctx) Lerp(x, y, w *gorgonia.Node) *gorgonia.Node {
	x, y = c.broadcast2(&Lerp, x, y)
	w, x = c.broadcast2(&Lerp, w, x)
	_, y = c.broadcast2(&Lerp, x, y)
	return c.Apply(&Lerp, nil, x, y, w)
}
