package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Categorical is an Int for each row of the float operand along the last axis: the place k
// with the probability softmax(row)[k]. A run fails on a row that has NaN, or -Inf alone.
var Categorical Entry

func init() {
	define(&Categorical, Entry{
		Ints: true,
		Def: ir.Def{Name: "categorical", Class: ir.Opaque, Arity: 2,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				s := in[0].Shape
				switch {
				case !in[0].DType.IsFloat():
					return ir.Type{}, dtypef("got the logits %v, want floats", in[0])
				case len(s) == 0 || s[len(s)-1] == 0:
					return ir.Type{}, shapef("got the logits %v, want [..., K] with at least one category", s)
				}
				return ir.Type{DType: ir.Int, Shape: s[:len(s)-1].Clone()}, isStep(in[1])
			},
			F32: drawKernel(noLogits[float32], categorical[float32]),
			F64: drawKernel(noLogits[float64], categorical[float64])},
		VJP: noGrad,
		Ref: func(c *ir.Call[float64]) { categorical(c, drawKey(c), 0, len(c.IntOut)) },
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{5, 7}, {}}, Int: []int{0, 100}, Attrs: Draw{Seed: 1, Stream: 2}.attrs()},
				{In: []ir.Shape{{40, 30, 20}, {}}, Int: []int{0, 100}, Attrs: Draw{Seed: 1, Stream: 3}.attrs()},
				{In: []ir.Shape{{4}, {}}, Int: []int{0, 100}, Attrs: Draw{Seed: 1, Stream: 4}.attrs()},
			}
		},
	})
}

func categorical[T ir.Float](c *ir.Call[T], key uint64, lo, hi int) {
	n := len(c.In[0]) / len(c.IntOut)
	draw.Categorical(c.IntOut[lo:hi], c.In[0][lo*n:hi*n], key, lo)
}

// noLogits says which row of the operand has no probabilities.
func noLogits[T ir.Float](c *ir.Call[T]) error {
	for row := range c.IntOut {
		n := len(c.In[0]) / len(c.IntOut)
		some := false
		for k, x := range c.In[0][row*n : (row+1)*n] {
			if x != x {
				return mistake.Newf(ErrNotFinite, "got the logit NaN for category %d of row %d, want a number", k, row)
			}
			some = some || x > T(math.Inf(-1))
		}
		if !some {
			return mistake.Newf(ErrNotFinite, "got the logit -Inf for all categories of row %d, want at least one that can be drawn", row)
		}
	}
	return nil
}

// Categorical draws a category for each row of logits along the last axis.
func (c *Ctx) Categorical(d Draw, logits *gorgonia.Node) *gorgonia.Node {
	return c.Apply(&Categorical, d.attrs(), logits, d.Step)
}
