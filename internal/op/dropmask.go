package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"gorgonia.org/gorgonia"
)

// DropMask is the mask of a dropout: each element is 1/keep with the probability
// keep, else 0. It reads only the shape of its float operand.
var DropMask Entry

func init() {
	define(&DropMask, Entry{
		Def: ir.Def{Name: "dropmask", Class: ir.Opaque, Arity: 2,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if !in[0].DType.IsFloat() {
					return ir.Type{}, dtypef("got %v, want floats", in[0])
				}
				if k := a.Float("keep"); !(k > 0 && k <= 1) {
					return ir.Type{}, shapef("got the probability %v of keeping an element, want it in (0, 1]", k)
				}
				return in[0], isStep(in[1])
			},
			F32: drawKernel(nil, dropMask[float32]), F64: drawKernel(nil, dropMask[float64])},
		VJP: noGrad,
		Ref: func(c *ir.Call[float64]) { dropMask(c, drawKey(c), 0, len(c.Out)) },
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{5, 7}, {}}, Int: []int{0, 100}, Attrs: Draw{Seed: 1, Stream: 2}.attrs("keep", 0.75)}}
		},
	})
}

func dropMask[T ir.Float](c *ir.Call[T], key uint64, lo, hi int) {
	keep := c.V.Attrs.Float("keep")
	draw.Mask(c.Out[lo:hi], key, lo, keep, T(1/keep))
}

// DropMask draws a mask in the shape of x.
func (c *Ctx) DropMask(d Draw, x *gorgonia.Node, keep float64) *gorgonia.Node {
	return c.Apply(&DropMask, d.attrs("keep", keep), x, d.Step)
}
