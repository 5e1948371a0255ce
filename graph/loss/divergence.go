package loss

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/special"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// KLDivergenceOptions are the settings of KLDivergence.
type KLDivergenceOptions struct {
	LogTarget bool      // y are logarithms of probabilities; -Inf is the probability 0
	Reduction Reduction // Mean by default
}

// KLDivergence returns the mean of the terms of the Kullback–Leibler divergence from the
// predictions to the targets,
//
//	y·(log y − x)
//
// Logarithms of probabilities x, as from LogSoftmax, and target probabilities y ≥ 0 have
// one shape (Kullback and Leibler 1951). Each returns that shape; Mean divides by the
// number of elements. The divergence of whole distributions is a sum over their classes:
// for N of them Sum divided by N is the mean divergence. A term of y = 0 is 0.
func KLDivergence(b *graph.Builder, x, y *gorgonia.Node, options ...KLDivergenceOptions) *gorgonia.Node {
	c := build.Enter(b, "loss.KLDivergence", x, y)
	defer c.Leave()
	o := first(options)
	l := c.Checks().Optional(len(options)).Alike(x, y)
	if !o.LogTarget {
		l = l.Targets(y, graph.NotNegative)
	}
	if !l.OK() {
		return nil
	}
	if !o.LogTarget {
		return reduce(b, b.Sub(special.Xlogy(b, y, y), c.Weigh(y, x)), o.Reduction)
	}
	none, zero := c.EqConst(y, math.Inf(-1)), c.Fill(y, 0)
	x, y = b.Where(none, zero, x), b.Where(none, zero, y)
	return reduce(b, b.Where(none, zero, c.Weigh(b.Exp(y), b.Sub(y, x))), o.Reduction)
}
