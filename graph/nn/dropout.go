package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Dropout sets each element of x to 0 with the probability rate in [0, 1) and
// multiplies the others by 1/(1−rate), so that the expected value stays
// (Srivastava et al. 2014, inverted). Outside of training it is x itself. An element
// that is infinite or NaN gives NaN where it is dropped, as in PyTorch: it is not hidden.
//
// Every run draws anew: by the step that Program.SetStep set, or the number of
// runs. Every Dropout of a graph draws apart from the others, and an equal seed
// and step give equal masks whatever the number of workers.
func Dropout(b *graph.Builder, x *gorgonia.Node, rate float64) *gorgonia.Node {
	c := build.Enter(b, "nn.Dropout", x)
	defer c.Leave()
	if c.Shape(x); c.Err != nil {
		return nil
	}
	if !(rate >= 0 && rate < 1) {
		c.Refuse(mistake.Optionf("got the rate %v, want it in [0, 1)", rate))
		return nil
	}
	c.Draws++ // also outside of training: the streams do not depend on the mode
	if !c.Training || rate == 0 {
		return x
	}
	return c.Mul(x, c.DropMask(x, c.Step(), 1-rate, c.Seed, c.Draws))
}
