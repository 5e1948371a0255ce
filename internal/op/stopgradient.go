package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// StopGradient is x, held constant by differentiation: no gradient.
var StopGradient Entry

func init() {
	define(&StopGradient, Entry{
		Def: ir.Def{Name: "stopgradient", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Copy), Elem64: elem1(vec.F64.Copy),
			Simplify: func(_ *ir.Func, v *ir.Value) *ir.Value { return v.In[0] }},
		VJP:     noGrad,
		Ref:     ref1(func(x float64) float64 { return x }),
		Samples: func() []Sample { return stopped(shapes(1, plain...)) },
	})
}

// StopGradient is x, held constant by differentiation.
func (c *Ctx) StopGradient(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&StopGradient, nil, x) }
