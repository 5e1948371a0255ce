package graph

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/op"
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
	s, n := b.c.Shape(sum), b.c.Shape(count)
	if b.c.Err == nil && (s.Size() != 1 || n.Size() != 1) {
		b.c.Fail("meanover", b.c.Label, gorgonia.Nodes{sum, count}, errors.Wrapf(ErrShape, "got %v and %v, want one element each", s, n))
	}
	if b.c.Err != nil {
		return nil
	}
	label := b.c.Label
	b.c.Label = ""
	divisor := b.Where(b.c.EqConst(count, 0), b.c.Fill(count, 1), count)
	b.c.Label = label
	mean := b.Div(sum, divisor)
	if b.c.Err == nil {
		b.means = append(b.means, CountedMean{mean, sum, count})
	}
	return mean
}

// CountedMeans are the means that MeanOver, and losses that use it, have made, in
// order.
func (b *Builder) CountedMeans() []CountedMean { return append([]CountedMean(nil), b.means...) }

// IgnoredLabel is a label that a loss does not count. The others must be in [0,
// Classes).
type IgnoredLabel struct{ Label, Classes int }

// IgnoredLabel is the label that a loss does not count in the input of Ints with
// that name, and whether there is one.
func (b *Builder) IgnoredLabel(input string) (label IgnoredLabel, ok bool) {
	label, ok = b.ignored[input]
	return label, ok
}

// ignoring remembers that a loss does not count the label among so many classes.
func (b *Builder) ignoring(labels *gorgonia.Node, label, classes int) {
	l, ok := b.leaves[labels]
	if !ok || b.c.Err != nil {
		return
	}
	if b.ignored == nil {
		b.ignored = map[string]IgnoredLabel{}
	}
	b.ignored[l.name] = IgnoredLabel{label, classes}
}

// AcrossExamples says which operator makes the results for one example depend on
// the other examples of its batch, and where it was built, as in "batchnorm at
// model.go:12"; "" if none does that.
func (b *Builder) AcrossExamples() string { return b.across }

// acrossExamples remembers such an operator.
func (b *Builder) acrossExamples(name string) {
	if b.across != "" || b.c.Err != nil {
		return
	}
	b.across = name
	if at := op.Position(op.Caller()); at != "" {
		b.across += " at " + at
	}
}
