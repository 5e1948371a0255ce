package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
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
	if c.Shape(x); !c.Checks().Setting("rate", rate, rate >= 0 && rate < 1, "a number in [0, 1)").OK() {
		return nil
	}
	if !draws(c, rate) {
		return x
	}
	return c.Mul(x, c.DropMask(c.Draw(), x, 1-rate))
}

// draws says whether a layer that draws in training alone does so now.
func draws(c *build.Core, strength float64) bool {
	if c.Training && strength > 0 {
		return true
	}
	c.SkipDraw()
	return false
}
