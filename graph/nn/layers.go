package nn

import (
	"math/rand/v2"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// layer is a layer while it is built: the owner of the parameters under its name.
type layer struct {
	b *graph.Builder
	*build.Layer
}

// enter opens the frame of a layer, such as "nn.Linear", that the user gave a name.
func enter(b *graph.Builder, operator, name string, in ...*gorgonia.Node) *build.Core {
	c := build.Enter(b, operator, in...)
	c.Named(c.Scoped(name))
	return c
}

// own runs f with the layer of the name, and with "name/" before the names that f gives.
func own(b *graph.Builder, name, kind string, f func(l layer)) {
	build.Of(b).Layer(name, kind, func(l *build.Layer) { f(layer{b, l}) })
}

// param returns a parameter of the layer. The layer's first call draws it from init, or
// from fallback if init is nil.
func (l layer) param(name string, init, fallback graph.Initializer, shape ...int) *gorgonia.Node {
	return l.Param(name, shape, func() *gorgonia.Node { return l.b.Param(name, either(init, fallback), shape...) })
}

// either returns init, or fallback if init is nil.
func either(init, fallback graph.Initializer) graph.Initializer {
	if init == nil {
		return fallback
	}
	return init
}

// norming says how the weight of a layer is made of its parameters: by neither of both,
// it is a parameter.
type norming struct{ weight, spectral bool }

// holds refuses both ways at once.
func (n norming) holds(c *build.Core) bool {
	if c.OK() && n.weight && n.spectral {
		c.Refuse(mistake.Optionf("got WeightNorm and SpectralNorm, want one of them"))
	}
	return c.OK()
}

// weight returns the weight of the layer, whose outputs are on the axis.
func (l layer) weight(init graph.Initializer, n norming, axis int, shape ...int) *gorgonia.Node {
	switch {
	case n.weight:
		return l.normed(init, axis, shape...)
	case n.spectral:
		return l.spectral(init, axis, shape...)
	}
	return l.param("weight", init, nil, shape...)
}

// found returns an Initializer that copies v, which the weight's Initializer finds. v is nil
// where the Params have the weight already.
func found(v *[]float64, option string) graph.Initializer {
	return func(dst []float64, _ []int, _ *rand.Rand) error {
		if *v == nil {
			return mistake.Optionf("got a weight that was made without %s, want another name", option)
		}
		copy(dst, *v)
		return nil
	}
}

// state returns a state of the layer. The layer's first call draws it from init.
func (l layer) state(name string, init graph.Initializer, shape ...int) *gorgonia.Node {
	return l.Param(name, shape, func() *gorgonia.Node { return l.b.State(name, init, shape...) })
}

// leavesOut refuses an initializer for a parameter that the layer is told to leave out.
func leavesOut(c *build.Core, name string, out bool, init graph.Initializer) bool {
	if c.OK() && out && init != nil {
		c.Refuse(mistake.Optionf("got No%s and an initializer %s, want one of them", name, name))
	}
	return c.OK()
}

// Dense returns act(x·W + b): a linear layer with its usual settings and an activation.
// x: [..., In], result: [..., out].
//
// It owns name/weight: [In, out] and name/bias: [out]. The weight is drawn by
// HeUniform for ReLU and its kin and by XavierUniform for the others, see
// Activation.Initializer. The bias starts as zeros. Linear has more settings. Called again
// under the same name it must have the same activation.
//
// Errors: ErrShape for x without axes, ErrOption for out < 1 or an unknown activation.
func Dense(b *graph.Builder, name string, x *gorgonia.Node, out int, act Activation) *gorgonia.Node {
	c := enter(b, "nn.Dense", name, x)
	defer c.Leave()
	if !c.Checks().OneOf("activation", activationNames, int(act)).OK() {
		return nil
	}
	y := linear(b, "Dense ("+act.String()+")", name, x, LinearOptions{Out: out, Weight: act.Initializer()})
	return c.Label(name, Activate(b, act, y))
}

// LinearOptions are the settings of Linear.
type LinearOptions struct {
	Out          int               // output features, ≥ 1
	NoBias       bool              // leave the bias out
	WeightNorm   bool              // learn the length and the direction of each output's weights apart, see WeightNorm
	SpectralNorm bool              // divide the weight by its largest singular value, see SpectralNorm
	Weight       graph.Initializer // of the weight; nil: XavierUniform()
	Bias         graph.Initializer // of the bias; nil: Zeros()
}

// Linear returns x·W + b. x: [..., In], result: [..., Out].
//
// It owns name/weight: [In, Out], with WeightNorm name/gain: [Out], with SpectralNorm the
// states name/u: [Out] and name/v: [In], and, unless NoBias is set, name/bias: [Out].
//
// Errors: ErrShape for x without axes, ErrOption for Out < 1.
func Linear(b *graph.Builder, name string, x *gorgonia.Node, o LinearOptions) *gorgonia.Node {
	c := enter(b, "nn.Linear", name, x)
	defer c.Leave()
	return c.Label(name, linear(b, "Linear", name, x, o))
}

// linear is Linear for a layer of the kind.
func linear(b *graph.Builder, kind, name string, x *gorgonia.Node, o LinearOptions) *gorgonia.Node {
	c := build.Of(b)
	s := c.Shape(x)
	norm := norming{o.WeightNorm, o.SpectralNorm}
	if !leavesOut(c, "Bias", o.NoBias, o.Bias) || !norm.holds(c) {
		return nil
	}
	if len(s) == 0 {
		c.Refuse(mistake.Shapef("got a scalar, want [..., In]"))
		return nil
	}
	if o.Out < 1 {
		c.Refuse(mistake.Optionf("got %d output features, want at least 1", o.Out))
		return nil
	}
	var y *gorgonia.Node
	own(b, name, kind, func(l layer) {
		y = b.MatMul(x, l.weight(either(o.Weight, graph.XavierUniform()), norm, 1, s[len(s)-1], o.Out))
		if !o.NoBias {
			y = b.Add(y, l.param("bias", o.Bias, graph.Zeros(), o.Out))
		}
	})
	return y
}
