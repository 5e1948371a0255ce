package graph

import (
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Dense is a linear layer with its usual settings, followed by an activation:
// act(x·W + b) with x: [..., In], W: [In, out], b: [out]; result [..., out].
// W, named name/weight, is drawn by HeUniform for ReLU and its kin and by
// XavierUniform else; b, name/bias, starts as zeros.
func (b *Builder) Dense(name string, x *gorgonia.Node, out int, act Activation) *gorgonia.Node {
	defer b.c.Enter("graph.Dense", x).Named(b.c.Scoped(name)).Leave()
	return b.c.Label(name, b.Activate(act, b.Linear(name, x, Linear{Out: out, Weight: act.Initializer()})))
}

// Linear are the settings of the layer x·W + b.
type Linear struct {
	Out    int         // features that come out, ≥ 1
	NoBias bool        // leave b out
	Weight Initializer // nil: XavierUniform()
	Bias   Initializer // nil: Zeros()
}

// Linear is the layer x·W + b: x: [..., In], W: [In, Out] named name/weight, b:
// [Out] named name/bias; result [..., Out].
func (b *Builder) Linear(name string, x *gorgonia.Node, l Linear) *gorgonia.Node {
	defer b.c.Enter("graph.Linear", x).Named(b.c.Scoped(name)).Leave()
	shape := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if len(shape) == 0 || l.Out < 1 {
		b.c.Refuse(mistake.Shapef("got %v and %d features to come out, want at least one axis and one feature", shape, l.Out))
		return nil
	}
	if l.Weight == nil {
		l.Weight = XavierUniform()
	}
	if l.Bias == nil {
		l.Bias = Zeros()
	}
	var y *gorgonia.Node
	b.Scope(name, func() {
		w := b.Param("weight", l.Weight, shape[len(shape)-1], l.Out)
		y = b.MatMul(x, w)
		if !l.NoBias {
			y = b.Add(y, b.Param("bias", l.Bias, l.Out))
		}
	})
	return b.c.Label(name, y)
}
