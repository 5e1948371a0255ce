package loss

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// MeanOver returns the mean sum/count over what counts, such as the labels that are not
// ignored. If count is 0, the mean and its gradient are 0. Both operands have one element,
// and so has the result.
//
// The mean over a data set is Σ sum / Σ count over its batches, which is not the mean of
// the batches' means. A Trainer adds up sums and counts, so that the loss does not depend
// on how the data is cut into batches. That holds for a loss made by MeanOver, and for a
// sum of such losses and others. For losses and a mask use MeanOf: it knows the weights of
// classes and examples too, and MeanOver does not.
func MeanOver(b *graph.Builder, sum, count *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.MeanOver", sum, count)
	defer c.Leave()
	s, n := c.Shape(sum), c.Shape(count)
	if c.OK() && (s.Size() != 1 || n.Size() != 1) {
		c.Refuse(mistake.Shapef("got %v and %v, want one element in each", s, n))
	}
	if !c.OK() {
		return nil
	}
	mean := b.Div(sum, b.Where(c.EqConst(count, 0), c.Fill(count, 1), count))
	if c.OK() {
		c.Means = append(c.Means, [3]*gorgonia.Node{mean, sum, count})
	}
	return mean
}
