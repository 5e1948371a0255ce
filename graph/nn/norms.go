package nn

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Standardize is (x − mean)/√(variance + eps) over the axes, the variance being
// the biased one. eps > 0: constant rows give zeros, and finite gradients.
func Standardize(b *graph.Builder, x *gorgonia.Node, eps float64, axes ...int) *gorgonia.Node {
	c := build.Enter(b, "nn.Standardize", x)
	defer c.Leave()
	if !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	e := b.Sub(x, c.Mean(x, axes, true))
	return b.Mul(e, b.Rsqrt(b.AddConst(c.Mean(b.Square(e), axes, true), eps)))
}

// LayerNorm is Standardize over the last axis, times gain plus bias, each of
// that axis's extent: x: [..., F] (Ba et al. 2016). 1e-5 is a usual eps.
func LayerNorm(b *graph.Builder, x, gain, bias *gorgonia.Node, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.LayerNorm", x, gain, bias)
	defer c.Leave()
	return b.Add(b.Mul(Standardize(b, x, eps, -1), gain), bias)
}

// RMSNorm returns x/√(mean x² + eps) over the last axis, times gain (Zhang and
// Sennrich 2019). eps > 0: a row of zeros gives zeros.
func RMSNorm(b *graph.Builder, x, gain *gorgonia.Node, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.RMSNorm", x, gain)
	defer c.Leave()
	if !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	return b.Mul(b.Mul(x, b.Rsqrt(b.AddConst(c.Mean(b.Square(x), []int{-1}, true), eps))), gain)
}

// BatchNorm is Standardize of each channel over the batch and all positions,
// times gain plus bias: x: [N, C, ...]; gain and bias: [C] (Ioffe and Szegedy
// 2015). It needs more than one value for each channel.
//
// It has no running statistics: mean and variance are those of the batch in
// prediction as in training, so the result for one example depends on the other
// examples of its batch. A Trainer trains with it, and refuses to evaluate and to
// predict. LayerNorm, GroupNorm and InstanceNorm look at one example alone;
// BatchNormFixed takes the statistics that it is given.
func BatchNorm(b *graph.Builder, x, gain, bias *gorgonia.Node, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.BatchNorm", x, gain, bias)
	defer c.Leave()
	c.AcrossExamples("BatchNorm")
	axes := withoutChannels(b, x)
	if s := c.Shape(x); c.Err == nil && s.Size() <= s[1] {
		c.Refuse(mistake.Shapef("got %v, which has one value for each channel, want more", s))
		return nil
	}
	return b.Add(b.Mul(Standardize(b, x, eps, axes...), c.Channels(gain, x)), c.Channels(bias, x))
}

func withoutChannels(b *graph.Builder, x *gorgonia.Node) []int {
	c := build.Of(b)
	s := c.Shape(x)
	if c.Err == nil && len(s) < 2 {
		c.Refuse(mistake.Shapef("got %v, want [N, C, ...]", s))
	}
	axes := []int{0}
	for i := 2; i < len(s); i++ {
		axes = append(axes, i)
	}
	return axes
}

// BatchNormFixed is BatchNorm with a given mean and variance of each channel,
// [C], as in prediction.
func BatchNormFixed(b *graph.Builder, x, gain, bias, mean, variance *gorgonia.Node, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.BatchNormFixed", x, gain, bias, mean, variance)
	defer c.Leave()
	scale := b.Mul(gain, b.Rsqrt(b.AddConst(variance, eps)))
	return b.Add(b.Mul(b.Sub(x, c.Channels(mean, x)), c.Channels(scale, x)), c.Channels(bias, x))
}

// InstanceNorm is Standardize of each channel of each example over its
// positions: x: [N, C, ...].
func InstanceNorm(b *graph.Builder, x *gorgonia.Node, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.InstanceNorm", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err == nil && len(s) < 3 {
		c.Refuse(mistake.Shapef("got %v, want [N, C, ...]", s))
		return nil
	}
	var axes []int
	for i := 2; i < len(s); i++ {
		axes = append(axes, i)
	}
	return Standardize(b, x, eps, axes...)
}

// GroupNorm is Standardize over groups of channels and all positions, times gain
// plus bias: x: [N, C, ...], C a multiple of groups (Wu and He 2018).
func GroupNorm(b *graph.Builder, x, gain, bias *gorgonia.Node, groups int, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.GroupNorm", x, gain, bias)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err == nil && (len(s) < 2 || groups < 1 || s[1]%groups != 0) {
		c.Refuse(mistake.Shapef("got %v in %d groups, want [N, C, ...] with a multiple of the groups", s, groups))
	}
	if c.Err != nil {
		return nil
	}
	y := b.Reshape(Standardize(b, b.Reshape(x, s[0], groups, -1), eps, -1), s...)
	return b.Add(b.Mul(y, c.Channels(gain, x)), c.Channels(bias, x))
}

// L2Normalize returns x/max(‖x‖, eps) over the axis. eps > 0: a vector of zeros gives
// zeros, with the gradient d/eps.
func L2Normalize(b *graph.Builder, x *gorgonia.Node, axis int, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.L2Normalize", x)
	defer c.Leave()
	if !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	return b.Div(x, b.Clamp(c.Norm(x, 2, []int{axis}, true), eps, math.Inf(1)))
}

// RunningStats are the running mean and variance of each channel, [C], after a
// batch x: [N, C, ...]: (1 − momentum)·old + momentum·new, the new variance being
// the unbiased one, as evaluation with BatchNormFixed wants them.
func RunningStats(b *graph.Builder, x, mean, variance *gorgonia.Node, momentum float64) (newMean, newVariance *gorgonia.Node) {
	c := build.Enter(b, "nn.RunningStats", x, mean, variance)
	defer c.Leave()
	if !(momentum >= 0 && momentum <= 1) {
		c.Refuse(mistake.Optionf("got the momentum %v, want it in [0, 1]", momentum))
		return nil, nil
	}
	axes := withoutChannels(b, x)
	blend := func(old, now *gorgonia.Node) *gorgonia.Node {
		return b.Add(b.Scale(old, 1-momentum), b.Scale(now, momentum))
	}
	return blend(mean, c.Mean(x, axes, false)), blend(variance, c.Variance(x, axes, 1, false))
}
