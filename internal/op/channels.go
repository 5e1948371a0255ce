package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file holds what the operators on the channels of an array share: x: [N, C, ...] with
// a number for each channel in vectors [C].

// planes is an array of images: n·channels planes of inner elements, one after another.
type planes struct{ n, channels, inner int }

func planesOf(s ir.Shape) planes { return planes{s[0], s[1], s[2:].Size()} }

// few says that planes are too short for a call each: kernels go along whole images then.
func (g planes) few() bool { return g.inner < 32 }

// inferChannels checks that x has channels, and that vs have a number for each.
func inferChannels(x ir.Type, vs ...ir.Type) error {
	if !x.DType.IsFloat() {
		return dtypef("got %v, want floats", x)
	}
	if len(x.Shape) < 2 {
		return shapef("got %v, want [N, C, ...]", x.Shape)
	}
	for _, v := range vs {
		if v.DType != x.DType || len(v.Shape) != 1 || v.Shape[0] != x.Shape[1] {
			return shapef("got %v for %v, want [%d]", v, x, x.Shape[1])
		}
	}
	return nil
}

// inferSums is the shape rule of two sums for each channel of x.
func inferSums(x ir.Type) ir.Type {
	return ir.Type{DType: x.DType, Shape: ir.Shape{2, x.Shape[1]}}
}

// costOfOperand is some operations for each element of the first operand.
func costOfOperand(v *ir.Value) ir.Cost {
	return ir.Cost{Flops: 4 * int64(v.In[0].Type.Shape.Size())}
}

// row returns row i of v: [2, C].
func (c *Ctx) row(v *gorgonia.Node, i int) *gorgonia.Node {
	s := c.Shape(v)
	if c.Err != nil {
		return nil
	}
	return c.Reshape(c.part(v, 0, i, i+1), s[1:])
}

// ByChannel returns d·k with the number k of each channel.
func (c *Ctx) ByChannel(d, k *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(d)
	if c.Err != nil {
		return nil
	}
	each := make(ir.Shape, len(s)-1)
	for i := range each {
		each[i] = 1
	}
	each[0] = s[1]
	return c.Mul(d, c.Reshape(k, each))
}
