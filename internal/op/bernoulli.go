package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Bernoulli is 1 with the probability that the float operand has at the element, else 0. A
// run fails on what is no probability.
var Bernoulli Entry

func init() {
	define(&Bernoulli, Entry{
		Def: ir.Def{Name: "bernoulli", Class: ir.Opaque, Arity: 2,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				if !in[0].DType.IsFloat() {
					return ir.Type{}, dtypef("got the probabilities %v, want floats", in[0])
				}
				return in[0], isStep(in[1])
			},
			F32: drawKernel(noProbability[float32], drawBernoulli[float32]),
			F64: drawKernel(noProbability[float64], drawBernoulli[float64])},
		VJP: noGrad,
		Ref: func(c *ir.Call[float64]) { drawBernoulli(c, drawKey(c), 0, len(c.Out)) },
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{50, 7}, {}}, Int: []int{0, 100}, Lo: 0, Hi: 1, Attrs: Draw{Seed: 1, Stream: 2}.attrs()}}
		},
	})
}

func drawBernoulli[T ir.Float](c *ir.Call[T], key uint64, lo, hi int) {
	draw.Bernoulli(c.Out[lo:hi], c.In[0][lo:hi], key, lo)
}

// noProbability says which element of the operand is no probability.
func noProbability[T ir.Float](c *ir.Call[T]) error {
	for i, p := range c.In[0] {
		if !(p >= 0 && p <= 1) {
			return mistake.Optionf("got the probability %v at element %d, want one in [0, 1]", p, i)
		}
	}
	return nil
}

// Bernoulli draws 1 with the probability p, else 0.
func (c *Ctx) Bernoulli(d Draw, p *gorgonia.Node) *gorgonia.Node {
	return c.Apply(&Bernoulli, d.attrs(), p, d.Step)
}
