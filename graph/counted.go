package graph

import (
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// CountedMean is a mean over what counts: Node = Sum/Count, and 0 where nothing
// counts. All three have one element.
type CountedMean struct{ Node, Sum, Count *gorgonia.Node }

// MeanOver is the mean sum/count over what counts, such as the labels that are
// not ignored, and 0 with the gradient 0 where the count is 0. Both have one
// element.
//
// The mean over a data set is Σ sum/Σ count over its batches, not the mean of the
// batches' means: a Trainer adds up sums and counts, so that a loss made by
// MeanOver, or a sum of such losses and others, does not depend on how the data is
// cut into batches.
func (b *Builder) MeanOver(sum, count *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.MeanOver", sum, count).Leave()
	s, n := b.c.Shape(sum), b.c.Shape(count)
	if b.c.OK() && (s.Size() != 1 || n.Size() != 1) {
		b.c.Refuse(mistake.Shapef("got %v and %v, want one element each", s, n))
	}
	if !b.c.OK() {
		return nil
	}
	mean := b.Div(sum, b.Where(b.c.EqConst(count, 0), b.c.Fill(count, 1), count))
	if b.c.OK() {
		b.c.Means = append(b.c.Means, [3]*gorgonia.Node{mean, sum, count})
	}
	return mean
}

// CountedMeans are the means that MeanOver, and losses that use it, have made, in
// order.
func (b *Builder) CountedMeans() []CountedMean {
	var out []CountedMean
	for _, m := range b.c.Means {
		out = append(out, CountedMean{m[0], m[1], m[2]})
	}
	return out
}

// IgnoredLabel is a label that a loss does not count. The others must be in [0,
// Classes).
type IgnoredLabel struct{ Label, Classes int }

// IgnoredLabel is the label that a loss does not count in the input of Ints with
// that name, and whether there is one.
func (b *Builder) IgnoredLabel(input string) (label IgnoredLabel, ok bool) {
	l, ok := b.c.Ignored[input]
	return IgnoredLabel{l[0], l[1]}, ok
}

// AcrossExamples says which operator makes the results for one example depend on
// the other examples of its batch, and where it was built, as in "BatchNorm at
// model.go:12"; "" if none does that.
func (b *Builder) AcrossExamples() string { return b.c.Across }
