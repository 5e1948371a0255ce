package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Dense is a linear layer with its usual settings, followed by an activation:
// act(x·W + b) with x: [..., In], W: [In, out], b: [out]; result [..., out].
// W, named name/weight, is drawn by HeUniform for ReLU and its kin and by
// XavierUniform else; b, name/bias, starts as zeros.
func Dense(b *graph.Builder, name string, x *gorgonia.Node, out int, act Activation) *gorgonia.Node {
	c := build.Enter(b, "nn.Dense", x)
	c.Named(c.Scoped(name))
	defer c.Leave()
	return c.Label(name, Activate(b, act, Linear(b, name, x, LinearOptions{Out: out, Weight: act.Initializer()})))
}

// Linear are the settings of the layer x·W + b.
type LinearOptions struct {
	Out    int               // features that come out, ≥ 1
	NoBias bool              // leave b out
	Weight graph.Initializer // nil: XavierUniform()
	Bias   graph.Initializer // nil: Zeros()
}

// Linear is the layer x·W + b: x: [..., In], W: [In, Out] named name/weight, b:
// [Out] named name/bias; result [..., Out].
func Linear(b *graph.Builder, name string, x *gorgonia.Node, l LinearOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.Linear", x)
	c.Named(c.Scoped(name))
	defer c.Leave()
	shape := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(shape) == 0 || l.Out < 1 {
		c.Refuse(mistake.Shapef("got %v and %d features to come out, want at least one axis and one feature", shape, l.Out))
		return nil
	}
	if l.Weight == nil {
		l.Weight = graph.XavierUniform()
	}
	if l.Bias == nil {
		l.Bias = graph.Zeros()
	}
	var y *gorgonia.Node
	b.Scope(name, func() {
		w := b.Param("weight", l.Weight, shape[len(shape)-1], l.Out)
		y = b.MatMul(x, w)
		if !l.NoBias {
			y = b.Add(y, b.Param("bias", l.Bias, l.Out))
		}
	})
	return c.Label(name, y)
}
