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
	own(b, name, kind, func(l layer) {
		if !o.NoGain {
			y = b.Mul(y, spread(l.param("gain", o.Gain, graph.Ones(), n)))
		}
		if !o.NoBias {
			y = b.Add(y, spread(l.param("bias", o.Bias, graph.Zeros(), n)))
		}
	})
	return y
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

// BatchNorm normalizes each channel to mean 0 and variance 1 over the batch and all
// pixels, and rescales it (Ioffe and Szegedy 2015). x: [N, C, ...], result: the shape of
// x.
//
// It owns name/gain: [C] and name/bias: [C].
//
// It keeps no running statistics: mean and variance are those of the batch, in prediction
// as in training, so the result for one example depends on the others in its batch. A
// Trainer trains with it, and refuses to evaluate and to predict. LayerNorm, GroupNorm
// and InstanceNorm look at one example alone; BatchNormFixed takes the statistics that it
// is given.
//
// Errors: ErrShape for x without channels or with one value for each channel, ErrOption
// for Eps < 0.
func BatchNorm(b *graph.Builder, name string, x *gorgonia.Node, o NormOptions) *gorgonia.Node {
	c := enter(b, "nn.BatchNorm", name, x)
	defer c.Leave()
	axes, ok := besidesChannels(c, x)
	if !ok || !o.holds(c) {
		return nil
	}
	c.AcrossExamples("BatchNorm")
	s := c.Shape(x)
	if s.Size() <= s[1] {
		c.Refuse(mistake.Shapef("got %v, which has one value for each channel, want at least two", s))
		return nil
	}
	return c.Label(name, o.rescaled(b, name, "BatchNorm", Standardize(b, x, o.eps(), axes...), s[1], channelsOf(c, x)))
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

// InstanceNorm normalizes each channel of each example to mean 0 and variance 1 over its
// pixels, and rescales it (Ulyanov et al. 2016). x: [N, C, In...], result: the shape of x.
//
// It owns name/gain: [C] and name/bias: [C].
//
// Errors: ErrShape for x without spatial axes, ErrOption for Eps < 0.
func InstanceNorm(b *graph.Builder, name string, x *gorgonia.Node, o NormOptions) *gorgonia.Node {
	c := enter(b, "nn.InstanceNorm", name, x)
	defer c.Leave()
	axes, ok := spatial(c, x)
	if !ok || !o.holds(c) {
		return nil
	}
	s := c.Shape(x)
	return c.Label(name, o.rescaled(b, name, "InstanceNorm", Standardize(b, x, o.eps(), axes...), s[1], channelsOf(c, x)))
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

// Moments are the mean and the variance of each channel: [C] each.
type Moments struct{ Mean, Variance *gorgonia.Node }

// BatchNormFixed returns (x − mean)·gain/√(variance + eps) + bias, BatchNorm with moments
// that are given, as in prediction. x: [N, C, ...]; moments, gain and bias: [C]; result:
// the shape of x.
//
// Errors: ErrShape for shapes that do not fit, ErrOption for eps ≤ 0.
func BatchNormFixed(b *graph.Builder, x *gorgonia.Node, m Moments, gain, bias *gorgonia.Node, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.BatchNormFixed", x, m.Mean, m.Variance, gain, bias)
	defer c.Leave()
	if _, ok := besidesChannels(c, x); !ok || !perChannel(c, x, m.Mean, m.Variance, gain, bias) || !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	scale := b.Mul(gain, b.Rsqrt(b.AddConst(m.Variance, eps)))
	return b.Add(b.Mul(b.Sub(x, c.Channels(m.Mean, x)), c.Channels(scale, x)), c.Channels(bias, x))
}

// perChannel says whether all vs have one number for each channel of x; if not it fails.
func perChannel(c *build.Core, x *gorgonia.Node, vs ...*gorgonia.Node) bool {
	s := c.Shape(x)
	for _, v := range vs {
		if t := c.Shape(v); c.OK() && (len(t) != 1 || t[0] != s[1]) {
			c.Refuse(mistake.Shapef("got %v for %d channels, want [%d]", t, s[1], s[1]))
		}
	}
	return c.OK()
}

// RunningStats returns the running moments of each channel after a batch x: [N, C, ...]:
// (1 − momentum)·old + momentum·new, with the unbiased variance of the batch as the new
// one. BatchNormFixed takes them.
//
// Errors: ErrShape for shapes that do not fit, ErrOption for a momentum outside of [0, 1].
func RunningStats(b *graph.Builder, x *gorgonia.Node, old Moments, momentum float64) Moments {
	c := build.Enter(b, "nn.RunningStats", x, old.Mean, old.Variance)
	defer c.Leave()
	axes, ok := besidesChannels(c, x)
	if !ok || !perChannel(c, x, old.Mean, old.Variance) || !c.Checks().Within("momentum", momentum, 0, 1).OK() {
		return Moments{}
	}
	blend := func(old, now *gorgonia.Node) *gorgonia.Node {
		return b.Add(b.Scale(old, 1-momentum), b.Scale(now, momentum))
	}
	return Moments{blend(old.Mean, c.Mean(x, axes, false)), blend(old.Variance, c.Variance(x, axes, 1, false))}
}
