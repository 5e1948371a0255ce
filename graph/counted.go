package graph

import (
	"gorgonia.org/gorgonia"
)

// CountedMean is a mean over some of the examples or elements: Node = Sum/Count, and 0 if
// Count is 0. All three nodes have one element.
type CountedMean struct{ Node, Sum, Count *gorgonia.Node }

// CountedMeans returns the means that loss.MeanOver and the losses built on it have made,
// in order.
func (b *Builder) CountedMeans() []CountedMean {
	var out []CountedMean
	for _, m := range b.c.Means {
		out = append(out, CountedMean{m[0], m[1], m[2]})
	}
	return out
}

// IgnoredLabel is a label that a loss does not count. All other labels are 0 to
// Classes−1.
type IgnoredLabel struct{ Label, Classes int }

// IgnoredLabel returns the label that a loss does not count in the input of Ints with that
// name, and whether there is one.
func (b *Builder) IgnoredLabel(input string) (label IgnoredLabel, ok bool) {
	l, ok := b.c.Ignored[input]
	return IgnoredLabel{l[0], l[1]}, ok
}

// AcrossExamples returns the first operator whose results for one example depend on the other
// examples of the batch, with the line of its call: "BatchNorm at model.go:12". Without such
// an operator it is "".
func (b *Builder) AcrossExamples() string { return b.c.Across }
