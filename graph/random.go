package graph

import (
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file has the operators that draw. Element i of a draw is a function of four numbers:
// the Builder's seed, the number of the draw in its graph, the step and i. So its bits are
// the same for any number of workers, on every processor and however the graph is compiled.

// stepInput is the name of the hidden input that random operators draw by.
const stepInput = op.StepInput

// SetSeed sets the seed of the random operators that are built after it. The default is the
// seed of the Params.
func (b *Builder) SetSeed(seed uint64) { b.c.Seed = seed }

// SetStep sets the step, by which the random operators of the next Run draw. It is 0 for the
// first Run, and each Run adds 1.
func (p *Program) SetStep(step int) {
	if p != nil {
		p.step = step
	}
}

// Draws reports whether a run draws random numbers. Then its outputs depend on the step.
func (p *Program) Draws() bool { return p != nil && p.counter != nil }

// Uniform draws numbers that are uniform in [0, 1). Every run draws anew, by the Builder's
// seed and the step, see Program.SetStep. Each call draws its own. In float32 they are the
// numbers of float64, rounded, and below 1.
// Shape: the given shape.
// Gradient: none. Of lo + (hi−lo)·u there is one by lo and hi.
// Errors: ErrShape for a negative extent.
func (b *Builder) Uniform(shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Uniform").Leave()
	return b.c.Uniform(b.c.Draw(), b.c.Float, shape)
}

// Normal draws numbers of the standard normal distribution by the ziggurat of Marsaglia
// and Tsang (2000). It draws as Uniform does: anew in every run.
//
// With a result ε, μ + σ·ε is a sample with mean μ and standard deviation σ. It has gradients
// by both (Kingma and Welling 2014).
// Shape: the given shape.
// Gradient: none.
// Errors: ErrShape for a negative extent.
func (b *Builder) Normal(shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Normal").Leave()
	return b.c.Normal(b.c.Draw(), b.c.Float, shape)
}

// Gumbel draws numbers of the standard Gumbel distribution, −ln(−ln u) for uniform u. It
// draws as Uniform does: anew in every run. Softmax of (logits + Gumbel)/temperature is a
// category that has a gradient (Jang et al. 2017).
// Shape: the given shape.
// Gradient: none.
// Errors: ErrShape for a negative extent.
func (b *Builder) Gumbel(shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Gumbel").Leave()
	return b.c.Gumbel(b.c.Draw(), b.c.Float, shape)
}

// Bernoulli draws 1 with the probability p, else 0, for each element of p. It draws as
// Uniform does: anew in every run.
// Shape: that of p.
// Gradient: none, also not by p.
// Errors: a run fails with ErrOption on a p outside of [0, 1].
func (b *Builder) Bernoulli(p *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Bernoulli", p).Leave()
	return b.c.Bernoulli(b.c.Draw(), p)
}

// Categorical draws, as Ints, a category for each row of logits along the last axis:
// category k with the probability softmax(logits)[k]. It draws as Uniform does: anew in
// every run. A logit of -Inf is never drawn.
// Shape: logits [..., K]; result [...].
// Gradient: none.
// Errors: ErrShape for logits without axes or categories. A run fails with ErrNotFinite on
// NaN, and on a row without a category that can be drawn.
func (b *Builder) Categorical(logits *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Categorical", logits).Leave()
	return b.c.Categorical(b.c.Draw(), logits)
}

// Permutation draws, as Ints, the numbers from 0 to before n in a random order. All orders
// are equally likely. It draws as Uniform does: anew in every run. Take shuffles rows by
// it.
// Shape: [n].
// Gradient: none.
// Errors: ErrShape for n < 0.
func (b *Builder) Permutation(n int) *gorgonia.Node {
	defer b.c.Enter("graph.Permutation").Leave()
	return b.c.Permutation(b.c.Draw(), n)
}
