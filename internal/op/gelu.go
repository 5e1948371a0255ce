package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Gelu is x·Φ(x), Φ being the normal distribution: dx = d·(Φ(x) + x·φ(x)), φ its density.
var Gelu Entry

func init() {
	define(&Gelu, Entry{
		Def: ir.Def{Name: "gelu", Class: ir.Elementwise, Arity: 1, Weight: weightLong, Infer: sameShape,
			Elem32: elem1(vec.F32.Gelu), Elem64: elem1(vec.F64.Gelu)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.GeluGrad(d, x) }),
		Ref:     ref1(func(x float64) float64 { return 0.5 * x * math.Erfc(-x/math.Sqrt2) }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Gelu is x·Φ(x).
func (c *Ctx) Gelu(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Gelu, nil, x) }
