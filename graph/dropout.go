package graph

import (
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// stepInput is the name of the hidden input that random operators draw by.
const stepInput = op.StepInput

// SetSeed sets the seed of the random operators that are built from now on. The
// default is the seed of the Params.
func (b *Builder) SetSeed(seed uint64) { b.c.Seed = seed }

// Dropout sets each element of x to 0 with the probability rate in [0, 1) and
// multiplies the others by 1/(1−rate), so that the expected value stays
// (Srivastava et al. 2014, inverted). Outside of training it is x itself. An element
// that is infinite or NaN gives NaN where it is dropped, as in PyTorch: it is not hidden.
//
// Every run draws anew: by the step that Program.SetStep set, or the number of
// runs. Every Dropout of a graph draws apart from the others, and an equal seed
// and step give equal masks whatever the number of workers.
func (b *Builder) Dropout(x *gorgonia.Node, rate float64) *gorgonia.Node {
	defer b.c.Enter("graph.Dropout", x).Leave()
	if b.c.Shape(x); b.c.Err != nil {
		return nil
	}
	if !(rate >= 0 && rate < 1) {
		b.c.Refuse(mistake.Optionf("got the rate %v, want it in [0, 1)", rate))
		return nil
	}
	b.c.Draws++ // also outside of training: the streams do not depend on the mode
	if !b.c.Training || rate == 0 {
		return x
	}
	return b.c.Mul(x, b.c.DropMask(x, b.c.Step(), 1-rate, b.c.Seed, b.c.Draws))
}

// SetStep sets the number that the random operators of the next Run draw by.
// Each Run counts it up by one; it starts at 0.
func (p *Program) SetStep(step int) {
	if p != nil {
		p.step = step
	}
}
