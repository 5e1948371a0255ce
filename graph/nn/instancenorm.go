package nn

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// InstanceNormOptions are the settings of InstanceNorm.
type InstanceNormOptions struct {
	NormOptions         // Eps, NoGain, NoBias, Gain and Bias
	Running     bool    // keep running statistics, which serve in prediction
	Momentum    float64 // weight of the latest batch in them, in (0, 1]; 0: 0.1; only with Running
}

// InstanceNorm normalizes each channel of each example to mean 0 and variance 1 over its
// pixels, and rescales it (Ulyanov et al. 2016). x: [N, C, In...], result: the shape of x.
//
// It owns name/gain: [C] and name/bias: [C], and with Running the states name/mean: [C], which
// starts as zeros, and name/variance: [C], which starts as ones. A run in training
// (Builder.SetTraining) moves these towards the means over the batch of each example's mean
// and unbiased variance. Otherwise the layer normalizes by the states, as BatchNorm does.
// PyTorch calls this track_running_stats.
//
// Errors: ErrShape for x without spatial axes, and for one pixel where running statistics are
// taken; ErrOption for Eps < 0, a Momentum outside of [0, 1] and one without Running.
func InstanceNorm(b *graph.Builder, name string, x *gorgonia.Node, o InstanceNormOptions) *gorgonia.Node {
	c := enter(b, "nn.InstanceNorm", name, x)
	defer c.Leave()
	axes, ok := spatial(c, x)
	if !ok || !o.holds(c, x) {
		return nil
	}
	s, kind := c.Shape(x), "InstanceNorm"
	if o.Running {
		kind = "InstanceNorm (with running statistics)"
	}
	var y *gorgonia.Node
	own(b, name, kind, func(l layer) {
		if o.Running {
			running := l.running(s[1])
			if !b.Training() {
				gain, bias := l.rescaling(o.NormOptions, s[1])
				y = normalized(b, x, running, gain, bias, o.eps())
				return
			}
			one := slices.Clone(s)
			one[0] = 1
			l.follow(running, meanMoments(c, x, axes), unbiased(one), momentumOr(o.Momentum))
		}
		y = l.rescaled(o.NormOptions, Standardize(b, x, o.eps(), axes...), s[1], channelsOf(c, x))
	})
	return c.Label(name, y)
}

// holds says whether the settings are such as the layer takes for x; if not it fails.
func (o InstanceNormOptions) holds(c *build.Core, x *gorgonia.Node) bool {
	s := c.Shape(x)
	switch {
	case !o.NormOptions.holds(c) || !c.Checks().Within("momentum", momentumOr(o.Momentum), 0, 1).OK():
	case o.Momentum != 0 && !o.Running:
		c.Refuse(mistake.Optionf("got a Momentum without Running, want both or neither"))
	case o.Running && c.Training && s[2:].Size() < 2:
		c.Refuse(mistake.Shapef("got %v, which has one pixel for each channel, want at least two to take statistics of", s))
	}
	return c.OK()
}

// meanMoments returns the means over the examples of each channel's mean and variance, which
// are taken over the axes.
func meanMoments(c *build.Core, x *gorgonia.Node, axes []int) Moments {
	all := append([]int{0}, axes...)
	e := c.Sub(x, c.Mean(x, axes, true))
	return Moments{c.Mean(x, all, false), c.Mean(c.Square(e), all, false)}
}
