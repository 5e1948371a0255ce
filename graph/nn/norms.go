package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// NormOptions are the settings of the layers that normalize and then rescale: they
// return normalized(x)·gain + bias.
type NormOptions struct {
	Eps    float64           // added to the variance, > 0; 0: 1e-5
	NoGain bool              // leave the gain out
	NoBias bool              // leave the bias out
	Gain   graph.Initializer // of the gain; nil: Ones()
	Bias   graph.Initializer // of the bias; nil: Zeros()
}

// eps is Eps, or its default.
func (o NormOptions) eps() float64 {
	if o.Eps == 0 {
		return 1e-5
	}
	return o.Eps
}

// holds says whether the settings are such as layers take; if not it fails.
func (o NormOptions) holds(c *build.Core) bool {
	return leavesOut(c, "Gain", o.NoGain, o.Gain) && leavesOut(c, "Bias", o.NoBias, o.Bias) && c.Checks().Above("eps", o.eps(), 0).OK()
}

// rescaled returns y·gain + bias, with n of each, which the layer of the name owns.
// spread gives a vector of n a shape that broadcasts to y.
func (o NormOptions) rescaled(b *graph.Builder, name, kind string, y *gorgonia.Node, n int, spread func(v *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	own(b, name, kind, func(l layer) { y = l.rescaled(o, y, n, spread) })
	return y
}

// rescaled is NormOptions.rescaled within the layer.
func (l layer) rescaled(o NormOptions, y *gorgonia.Node, n int, spread func(v *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	gain, bias := l.rescaling(o, n)
	if gain != nil {
		y = l.b.Mul(y, spread(gain))
	}
	if bias != nil {
		y = l.b.Add(y, spread(bias))
	}
	return y
}

// rescaling returns the gain and the bias of n elements that the layer owns; nil for one
// that it leaves out.
func (l layer) rescaling(o NormOptions, n int) (gain, bias *gorgonia.Node) {
	if !o.NoGain {
		gain = l.param("gain", o.Gain, graph.Ones(), n)
	}
	if !o.NoBias {
		bias = l.param("bias", o.Bias, graph.Zeros(), n)
	}
	return gain, bias
}

// LayerNorm normalizes each row of the last axis to mean 0 and variance 1, see
// Standardize, and rescales it: (x − mean)/√(variance + eps)·gain + bias (Ba et al. 2016).
// x: [..., F], result: the shape of x.
//
// It owns name/gain: [F] and name/bias: [F].
//
// Errors: ErrShape for x without axes, ErrOption for Eps < 0.
func LayerNorm(b *graph.Builder, name string, x *gorgonia.Node, o NormOptions) *gorgonia.Node {
	c := enter(b, "nn.LayerNorm", name, x)
	defer c.Leave()
	_, n, ok := c.Extent(x, -1, 0)
	if !ok || !o.holds(c) {
		return nil
	}
	y := Standardize(b, x, o.eps(), -1)
	return c.Label(name, o.rescaled(b, name, "LayerNorm", y, n, asIs))
}

// asIs spreads a vector of the last axis, which broadcasts as it is.
func asIs(v *gorgonia.Node) *gorgonia.Node { return v }

// RMSNorm divides each row of the last axis by the root of its mean square, see
// NormalizeRMS, and rescales it: x/√(mean x² + eps)·gain (Zhang and Sennrich 2019). x:
// [..., F], result: the shape of x.
//
// It owns name/gain: [F], and name/bias: [F] only where Bias is set.
//
// Errors: ErrShape for x without axes, ErrOption for Eps < 0.
func RMSNorm(b *graph.Builder, name string, x *gorgonia.Node, o NormOptions) *gorgonia.Node {
	c := enter(b, "nn.RMSNorm", name, x)
	defer c.Leave()
	_, n, ok := c.Extent(x, -1, 0)
	if !ok || !o.holds(c) {
		return nil
	}
	o.NoBias = o.Bias == nil
	y := NormalizeRMS(b, x, o.eps(), -1)
	return c.Label(name, o.rescaled(b, name, "RMSNorm", y, n, asIs))
}

// channelsOf spreads a vector of channels over x: [N, C, ...].
func channelsOf(c *build.Core, x *gorgonia.Node) func(v *gorgonia.Node) *gorgonia.Node {
	return func(v *gorgonia.Node) *gorgonia.Node { return c.Channels(v, x) }
}

// besidesChannels returns all axes of x: [N, C, ...] but that of the channels.
func besidesChannels(c *build.Core, x *gorgonia.Node) (axes []int, ok bool) {
	s := c.Shape(x)
	if c.OK() && len(s) < 2 {
		c.Refuse(mistake.Shapef("got %v, want [N, C, ...]", s))
	}
	axes = []int{0}
	for i := 2; i < len(s); i++ {
		axes = append(axes, i)
	}
	return axes, c.OK()
}

// GroupNorm normalizes each group of channels of each example to mean 0 and variance 1
// over its channels and pixels, and rescales it by channel (Wu and He 2018). x: [N, C,
// ...], result: the shape of x. The groups must divide C.
//
// It owns name/gain: [C] and name/bias: [C].
//
// Errors: ErrShape for channels that the groups do not divide, ErrOption for Eps < 0.
func GroupNorm(b *graph.Builder, name string, x *gorgonia.Node, groups int, o NormOptions) *gorgonia.Node {
	c := enter(b, "nn.GroupNorm", name, x)
	defer c.Leave()
	s, ok := grouped(c, x, groups)
	if !ok || !o.holds(c) {
		return nil
	}
	y := b.Reshape(Standardize(b, b.Reshape(x, s[0], groups, -1), o.eps(), -1), s...)
	return c.Label(name, o.rescaled(b, name, "GroupNorm", y, s[1], channelsOf(c, x)))
}
