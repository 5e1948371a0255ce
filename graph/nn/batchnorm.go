package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// BatchNormOptions are the settings of BatchNorm.
type BatchNormOptions struct {
	Eps       float64           // added to the variance, > 0; 0: 1e-5
	Momentum  float64           // weight of the latest batch in the running statistics, in (0, 1]; 0: 0.1
	NoRunning bool              // keep no running statistics: those of the batch serve in prediction too
	Sync      bool              // take mean and variance of all shards of a batch together, see BatchNorm
	NoGain    bool              // leave the gain out
	NoBias    bool              // leave the bias out
	Gain      graph.Initializer // of the gain; nil: Ones()
	Bias      graph.Initializer // of the bias; nil: Zeros()
}

// norm returns the settings that all norms have.
func (o BatchNormOptions) norm() NormOptions {
	return NormOptions{Eps: o.Eps, NoGain: o.NoGain, NoBias: o.NoBias, Gain: o.Gain, Bias: o.Bias}
}

// momentumOr is the weight of the latest batch in running statistics, or its default.
func momentumOr(momentum float64) float64 {
	if momentum == 0 {
		return 0.1
	}
	return momentum
}

// BatchNorm normalizes each channel over the batch and all pixels, and rescales it (Ioffe
// and Szegedy 2015):
//
//	y = (x − mean)/√(variance + eps)·gain + bias
//
// x: [N, C, ...], result: the shape of x. In training (Builder.SetTraining) mean and
// variance are those of the batch, and a run moves the running statistics towards them, see
// RunningStats. Otherwise they are the running statistics, so the result for one example
// does not depend on the others.
//
// It owns the parameters name/gain: [C] and name/bias: [C], and the states name/mean: [C],
// which starts as zeros, and name/variance: [C], which starts as ones. With NoRunning it has
// no states. A Trainer trains such a model, and refuses to evaluate and to predict.
//
// A Trainer with Options.Shards computes a batch in shards, on one or several processes. Then mean and
// variance are those of each shard. With Sync they are those of the batch: the sums over all shards are
// exchanged in each run, forward and in the walk back. All shards of a process are in memory at the same
// time. Without shards Sync changes nothing. Known as SyncBatchNorm.
//
// Called twice under one name in training, it moves the running statistics twice.
//
// Errors: ErrShape for x without channels and, where statistics of the batch are taken, for
// one value in each channel; ErrOption for Eps < 0, a Momentum outside of [0, 1] and one with
// NoRunning.
func BatchNorm(b *graph.Builder, name string, x *gorgonia.Node, o BatchNormOptions) *gorgonia.Node {
	c := enter(b, "nn.BatchNorm", name, x)
	defer c.Leave()
	_, ok := besidesChannels(c, x)
	if !ok || !o.norm().holds(c) || !c.Checks().Within("momentum", momentumOr(o.Momentum), 0, 1).OK() {
		return nil
	}
	if o.NoRunning && o.Momentum != 0 {
		c.Refuse(mistake.Optionf("got a Momentum and NoRunning, want one of them"))
		return nil
	}
	ofBatch := o.NoRunning || b.Training()
	if ofBatch {
		c.AcrossExamples("BatchNorm")
	}
	s := c.Shape(x)
	sync := o.Sync && ofBatch && c.Sharded
	if ofBatch && !sync && s.Size() <= s[1] {
		c.Refuse(mistake.Shapef("got %v, which has one value for each channel, want at least two to take statistics of", s))
		return nil
	}
	kind := "BatchNorm"
	if o.NoRunning {
		kind = "BatchNorm (without running statistics)"
	}
	var y *gorgonia.Node
	own(b, name, kind, func(l layer) {
		gain, bias := l.rescaling(o.norm(), s[1])
		var running Moments
		if !o.NoRunning {
			running = l.running(s[1])
		}
		now := running
		latest, by := now, 1.0
		switch {
		case sync:
			now, latest = momentsOfShards(b, x)
		case ofBatch:
			now = momentsOf(c, x)
			latest, by = now, unbiased(s)
		}
		if ofBatch && !o.NoRunning {
			l.follow(running, latest, by, momentumOr(o.Momentum))
		}
		if !ofBatch {
			y = normalized(b, x, now, gain, bias, o.norm().eps())
			return
		}
		y = normalizedByBatch(c, x, now, gain, bias, o.norm().eps())
	})
	return c.Label(name, y)
}

// running returns the running statistics of n channels, which are states of the layer.
func (l layer) running(n int) Moments {
	return Moments{l.state("mean", graph.Zeros(), n), l.state("variance", graph.Ones(), n)}
}

// follow moves the running statistics towards now, whose variance times the factor by is unbiased.
func (l layer) follow(running, now Moments, by, momentum float64) {
	next := toward(l.b, Moments{l.b.Updated(running.Mean), l.b.Updated(running.Variance)}, now, by, momentum)
	l.b.Update(running.Mean, next.Mean)
	l.b.Update(running.Variance, next.Variance)
}

// Moments are the mean and the variance of each channel: [C] each.
type Moments struct{ Mean, Variance *gorgonia.Node }

// momentsOf returns the mean and the variance of each channel of x.
func momentsOf(c *build.Core, x *gorgonia.Node) Moments {
	mean, variance := c.Moments(x)
	return Moments{mean, variance}
}

// normalizedByBatch is normalized for moments that x itself has, and that so wait for all of
// x: one operator, which others cannot be part of, but whose gradient reads x and d twice.
func normalizedByBatch(c *build.Core, x *gorgonia.Node, m Moments, gain, bias *gorgonia.Node, eps float64) *gorgonia.Node {
	scale := c.Rsqrt(c.AddConst(m.Variance, eps))
	if gain != nil {
		scale = c.Mul(gain, scale)
	}
	if bias == nil {
		bias = c.Fill(scale, 0)
	}
	return c.Affine(x, m.Mean, scale, bias)
}

// normalized returns (x − mean)·gain/√(variance + eps) + bias for each channel; gain and
// bias may be nil.
func normalized(b *graph.Builder, x *gorgonia.Node, m Moments, gain, bias *gorgonia.Node, eps float64) *gorgonia.Node {
	c := build.Of(b)
	scale := b.Rsqrt(b.AddConst(m.Variance, eps))
	if gain != nil {
		scale = b.Mul(gain, scale)
	}
	y := b.Mul(b.Sub(x, c.Channels(m.Mean, x)), c.Channels(scale, x))
	if bias != nil {
		y = b.Add(y, c.Channels(bias, x))
	}
	return y
}

// momentsOfShards returns the mean and the variance of each channel over all shards, and the
// same with the unbiased variance.
func momentsOfShards(b *graph.Builder, x *gorgonia.Node) (now, unbiased Moments) {
	c := build.Of(b)
	s := c.Shape(x)
	if c.Err != nil {
		return
	}
	channels := s[1]
	size := float64(s.Size() / channels)
	own := momentsOf(c, x)
	sums := c.OverShards(c.Concat(0, c.Scale(own.Mean, size), b.Const([]float64{size}, 1)))
	n := c.Part(sums, 0, channels, channels+1)
	mean := c.Div(c.Part(sums, 0, 0, channels), n)
	squares := c.OverShards(c.Scale(c.Add(own.Variance, c.Square(c.Sub(own.Mean, mean))), size))
	return Moments{mean, c.Div(squares, n)}, Moments{mean, c.Div(squares, c.AddConst(n, -1))}
}

// unbiased returns what makes the variance of a batch of the shape unbiased: n/(n − 1).
func unbiased(shape []int) float64 {
	n := 1.0
	for i, d := range shape {
		if i != 1 {
			n *= float64(d)
		}
	}
	return n / (n - 1)
}

// toward returns (1 − momentum)·old + momentum·now, where the variance of now counts times the factor by.
func toward(b *graph.Builder, old, now Moments, by, momentum float64) Moments {
	blend := func(old, now *gorgonia.Node, scale float64) *gorgonia.Node {
		return b.Add(b.Scale(old, 1-momentum), b.Scale(now, momentum*scale))
	}
	return Moments{blend(old.Mean, now.Mean, 1), blend(old.Variance, now.Variance, by)}
}

// BatchNormFixed returns (x − mean)·gain/√(variance + eps) + bias: BatchNorm with moments
// that are given, as in prediction. x: [N, C, ...]; moments, gain and bias: [C]; result:
// the shape of x. gain and bias may be nil.
//
// Errors: ErrShape for shapes that do not fit, ErrOption for eps ≤ 0.
func BatchNormFixed(b *graph.Builder, x *gorgonia.Node, m Moments, gain, bias *gorgonia.Node, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.BatchNormFixed", x, m.Mean, m.Variance, gain, bias)
	defer c.Leave()
	given := []*gorgonia.Node{m.Mean, m.Variance}
	for _, v := range []*gorgonia.Node{gain, bias} {
		if v != nil {
			given = append(given, v)
		}
	}
	if _, ok := besidesChannels(c, x); !ok || !perChannel(c, x, given...) || !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	return normalized(b, x, m, gain, bias, eps)
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
//
//	(1 − momentum)·old + momentum·new
//
// The new variance is the unbiased one of the batch, as in PyTorch. BatchNormFixed takes
// the result.
//
// Errors: ErrShape for shapes that do not fit and for one value in each channel, ErrOption
// for a momentum outside of [0, 1].
func RunningStats(b *graph.Builder, x *gorgonia.Node, old Moments, momentum float64) Moments {
	c := build.Enter(b, "nn.RunningStats", x, old.Mean, old.Variance)
	defer c.Leave()
	_, ok := besidesChannels(c, x)
	if !ok || !perChannel(c, x, old.Mean, old.Variance) || !c.Checks().Within("momentum", momentum, 0, 1).OK() {
		return Moments{}
	}
	s := c.Shape(x)
	if s.Size() <= s[1] {
		c.Refuse(mistake.Shapef("got %v, which has one value for each channel, want at least two to take statistics of", s))
		return Moments{}
	}
	return toward(b, old, momentsOf(c, x), unbiased(s), momentum)
}
