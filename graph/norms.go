package graph

import (
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// inf is no upper bound.
var inf = math.Inf(1)

// Standardize is (x − mean)/√(variance + eps) over the axes, the variance being
// the biased one. eps > 0: constant rows give zeros, and finite gradients.
func (b *Builder) Standardize(x *gorgonia.Node, eps float64, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Standardize", x).Leave()
	if !b.c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	e := b.Sub(x, b.c.Mean(x, axes, true))
	return b.Mul(e, b.Rsqrt(b.AddConst(b.c.Mean(b.Square(e), axes, true), eps)))
}

// LayerNorm is Standardize over the last axis, times gain plus bias, each of
// that axis's extent: x: [..., F] (Ba et al. 2016). 1e-5 is a usual eps.
func (b *Builder) LayerNorm(x, gain, bias *gorgonia.Node, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.LayerNorm", x, gain, bias).Leave()
	return b.Add(b.Mul(b.Standardize(x, eps, -1), gain), bias)
}

// RMSNorm returns x/√(mean x² + eps) over the last axis, times gain (Zhang and
// Sennrich 2019). eps > 0: a row of zeros gives zeros.
func (b *Builder) RMSNorm(x, gain *gorgonia.Node, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.RMSNorm", x, gain).Leave()
	if !b.c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	return b.Mul(b.Mul(x, b.Rsqrt(b.AddConst(b.c.Mean(b.Square(x), []int{-1}, true), eps))), gain)
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
func (b *Builder) BatchNorm(x, gain, bias *gorgonia.Node, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.BatchNorm", x, gain, bias).Leave()
	b.c.AcrossExamples("BatchNorm")
	axes := b.withoutChannels(x)
	if s := b.c.Shape(x); b.c.Err == nil && s.Size() <= s[1] {
		b.c.Refuse(mistake.Shapef("got %v, which has one value for each channel, want more", s))
		return nil
	}
	return b.Add(b.Mul(b.Standardize(x, eps, axes...), b.c.Channels(gain, x)), b.c.Channels(bias, x))
}

func (b *Builder) withoutChannels(x *gorgonia.Node) []int {
	s := b.c.Shape(x)
	if b.c.Err == nil && len(s) < 2 {
		b.c.Refuse(mistake.Shapef("got %v, want [N, C, ...]", s))
	}
	axes := []int{0}
	for i := 2; i < len(s); i++ {
		axes = append(axes, i)
	}
	return axes
}

// BatchNormFixed is BatchNorm with a given mean and variance of each channel,
// [C], as in prediction.
func (b *Builder) BatchNormFixed(x, gain, bias, mean, variance *gorgonia.Node, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.BatchNormFixed", x, gain, bias, mean, variance).Leave()
	scale := b.Mul(gain, b.Rsqrt(b.AddConst(variance, eps)))
	return b.Add(b.Mul(b.Sub(x, b.c.Channels(mean, x)), b.c.Channels(scale, x)), b.c.Channels(bias, x))
}

// InstanceNorm is Standardize of each channel of each example over its
// positions: x: [N, C, ...].
func (b *Builder) InstanceNorm(x *gorgonia.Node, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.InstanceNorm", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err == nil && len(s) < 3 {
		b.c.Refuse(mistake.Shapef("got %v, want [N, C, ...]", s))
		return nil
	}
	var axes []int
	for i := 2; i < len(s); i++ {
		axes = append(axes, i)
	}
	return b.Standardize(x, eps, axes...)
}

// GroupNorm is Standardize over groups of channels and all positions, times gain
// plus bias: x: [N, C, ...], C a multiple of groups (Wu and He 2018).
func (b *Builder) GroupNorm(x, gain, bias *gorgonia.Node, groups int, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.GroupNorm", x, gain, bias).Leave()
	s := b.c.Shape(x)
	if b.c.Err == nil && (len(s) < 2 || groups < 1 || s[1]%groups != 0) {
		b.c.Refuse(mistake.Shapef("got %v in %d groups, want [N, C, ...] with a multiple of the groups", s, groups))
	}
	if b.c.Err != nil {
		return nil
	}
	y := b.Reshape(b.Standardize(b.Reshape(x, s[0], groups, -1), eps, -1), s...)
	return b.Add(b.Mul(y, b.c.Channels(gain, x)), b.c.Channels(bias, x))
}

// L2Normalize returns x/max(‖x‖, eps) over the axis. eps > 0: a vector of zeros gives
// zeros, with the gradient d/eps.
func (b *Builder) L2Normalize(x *gorgonia.Node, axis int, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.L2Normalize", x).Leave()
	if !b.c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	return b.Div(x, b.Clamp(b.c.Norm(x, 2, []int{axis}, true), eps, inf))
}

// CosineSimilarity is x·y/(max(‖x‖, eps)·max(‖y‖, eps)) over the axis, which is
// dropped. eps > 0, usually 1e-8: the cosine with a vector of zeros is 0.
func (b *Builder) CosineSimilarity(x, y *gorgonia.Node, axis int, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.CosineSimilarity", x, y).Leave()
	if !b.c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	nx := b.Clamp(b.Norm(x, 2, axis), eps, inf)
	ny := b.Clamp(b.Norm(y, 2, axis), eps, inf)
	return b.Div(b.Sum(b.Mul(x, y), axis), b.Mul(nx, ny))
}

// RunningStats are the running mean and variance of each channel, [C], after a
// batch x: [N, C, ...]: (1 − momentum)·old + momentum·new, the new variance being
// the unbiased one, as evaluation with BatchNormFixed wants them.
func (b *Builder) RunningStats(x, mean, variance *gorgonia.Node, momentum float64) (newMean, newVariance *gorgonia.Node) {
	defer b.c.Enter("graph.RunningStats", x, mean, variance).Leave()
	if !(momentum >= 0 && momentum <= 1) {
		b.c.Refuse(mistake.Optionf("got the momentum %v, want it in [0, 1]", momentum))
		return nil, nil
	}
	axes := b.withoutChannels(x)
	blend := func(old, now *gorgonia.Node) *gorgonia.Node {
		return b.Add(b.Scale(old, 1-momentum), b.Scale(now, momentum))
	}
	return blend(mean, b.c.Mean(x, axes, false)), blend(variance, b.c.Variance(x, axes, 1, false))
}
