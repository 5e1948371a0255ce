package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"gorgonia.org/gorgonia"
)

// Permutation is the Int numbers from 0 to before the attribute n in a random order.
var Permutation Entry

func init() {
	define(&Permutation, Entry{
		Ints: true,
		Def: ir.Def{Name: "permutation", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				n := a.Int("n")
				if n < 0 {
					return ir.Type{}, shapef("got %d numbers, want at least 0", n)
				}
				return ir.Type{DType: ir.Int, Shape: ir.Shape{n}}, isStep(in[0])
			},
			F32: ir.Kernel[float32]{Run: permutation[float32]}, F64: ir.Kernel[float64]{Run: permutation[float64]}},
		VJP: noGrad,
		Ref: permutation[float64],
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{}}, Int: []int{100}, Attrs: Draw{Seed: 1, Stream: 2}.attrs("n", 9)}}
		},
	})
}

func permutation[T ir.Float](c *ir.Call[T]) { draw.Permutation(c.IntOut, drawKey(c)) }

// Permutation draws the numbers from 0 to before n in a random order.
func (c *Ctx) Permutation(d Draw, n int) *gorgonia.Node {
	return c.Apply(&Permutation, d.attrs("n", n), d.Step)
}
