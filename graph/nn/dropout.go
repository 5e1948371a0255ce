package nn

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Dropout sets each element of x to 0 with probability rate and multiplies the others by
// 1/(1−rate), which keeps the expected value (Srivastava et al. 2014, inverted). Outside
// of training it returns x itself; see Builder.SetTraining. The result has the shape of x.
// An infinite or NaN element that is dropped gives NaN, as in PyTorch.
//
// Every run draws a new mask, from the Builder's seed and the step that Program.SetStep
// set, by default the number of runs. Each Dropout of a graph draws its own. The same seed
// and step give the same masks for any number of workers.
//
// Errors: ErrOption for a rate outside of [0, 1).
func Dropout(b *graph.Builder, x *gorgonia.Node, rate float64) *gorgonia.Node {
	c := build.Enter(b, "nn.Dropout", x)
	defer c.Leave()
	if c.Shape(x); !isRate(c, rate) {
		return nil
	}
	if !draws(c, rate) {
		return x
	}
	return c.Mul(x, c.DropMask(c.Draw(), x, 1-rate))
}

// isRate says whether an element may be dropped with this probability; if not it fails.
func isRate(c *build.Core, rate float64) bool {
	return c.Checks().Setting("rate", rate, rate >= 0 && rate < 1, "a number in [0, 1)").OK()
}

// draws says whether a layer that draws in training alone does so now.
func draws(c *build.Core, strength float64) bool {
	if c.Training && strength > 0 {
		return true
	}
	c.SkipDraw()
	return false
}

// kept draws an array of the shape that is 1 with the probability 1 − rate, else 0.
func kept(b *graph.Builder, rate float64, shape []int) *gorgonia.Node {
	return build.Of(b).LtConst(b.Uniform(shape...), 1-rate)
}

// dropParts drops the parts of x that all axes but the leading ones span.
func dropParts(b *graph.Builder, x *gorgonia.Node, rate float64, leading int) *gorgonia.Node {
	c := build.Of(b)
	if !draws(c, rate) {
		return x
	}
	s := c.Shape(x)
	shape := append(slices.Clone(s[:leading]), slices.Repeat([]int{1}, len(s)-leading)...)
	return b.Mul(x, b.Scale(kept(b, rate, shape), 1/(1-rate)))
}

// SpatialDropout sets whole channels of x to 0 with probability rate and multiplies the
// others by 1/(1−rate) (Tompson et al. 2015): neighbouring pixels are alike, so that
// Dropout would take little away. x: [N, C, ...], result: the shape of x. Outside of
// training it returns x itself. It draws as Dropout does.
//
// Errors: ErrShape for x without channels, ErrOption for a rate outside of [0, 1).
func SpatialDropout(b *graph.Builder, x *gorgonia.Node, rate float64) *gorgonia.Node {
	c := build.Enter(b, "nn.SpatialDropout", x)
	defer c.Leave()
	if _, ok := besidesChannels(c, x); !ok || !isRate(c, rate) {
		return nil
	}
	return dropParts(b, x, rate, 2)
}

// DropPath sets whole examples of x to 0 with probability rate and multiplies the others
// by 1/(1−rate). On the branch of a residual block it is stochastic depth: for some
// examples the block is left out (Huang et al. 2016). x: [N, ...], result: the shape of x.
// Outside of training it returns x itself. It draws as Dropout does.
//
// Errors: ErrShape for x without axes, ErrOption for a rate outside of [0, 1).
func DropPath(b *graph.Builder, x *gorgonia.Node, rate float64) *gorgonia.Node {
	c := build.Enter(b, "nn.DropPath", x)
	defer c.Leave()
	if _, _, ok := c.Extent(x, 0, 0); !ok || !isRate(c, rate) {
		return nil
	}
	return dropParts(b, x, rate, 1)
}

// AlphaDropout sets each element of x to −α with probability rate, and shifts and scales
// all so that mean 0 and variance 1 stay (Klambauer et al. 2017). It belongs behind SELU,
// whose limit −α = −1.7581 for low inputs is:
//
//	y = a·(m·(x + α) − α) + a·α·rate, a = 1/√((1−rate)·(1 + rate·α²))
//
// for a mask m that is 0 with probability rate, else 1. The result has the shape of x.
// Outside of training it returns x itself. It draws as Dropout does.
//
// Errors: ErrOption for a rate outside of [0, 1).
func AlphaDropout(b *graph.Builder, x *gorgonia.Node, rate float64) *gorgonia.Node {
	c := build.Enter(b, "nn.AlphaDropout", x)
	defer c.Leave()
	s := c.Shape(x)
	if !isRate(c, rate) {
		return nil
	}
	if !draws(c, rate) {
		return x
	}
	a := 1 / math.Sqrt((1-rate)*(1+rate*seluLimit*seluLimit))
	y := b.Mul(kept(b, rate, s), b.AddConst(x, seluLimit))
	return b.AddConst(b.Scale(y, a), -a*seluLimit*(1-rate))
}

// seluLimit is how far SELU goes below 0.
const seluLimit = op.SeluScale * op.SeluAlpha
