package graph

import (
	"gorgonia.org/gorgonia"
)

// CountedMean is a mean over what counts: Node = Sum/Count, and 0 where nothing
// counts. All three have one element.
type CountedMean struct{ Node, Sum, Count *gorgonia.Node }

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
