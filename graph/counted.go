package graph

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
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

// WeighExamples makes an input of the name and shape, [N] or [N, ...], and lets the losses
// that are built after it weigh their examples, or elements, by it: see loss.MeanOf.
// Package train calls it for Options.SampleWeight and Options.ClassWeights.
// Errors: those of Input.
func (b *Builder) WeighExamples(name string, shape ...int) {
	defer b.c.Enter("graph.WeighExamples").Named(name).Leave()
	n := b.input(name, ir.Type{DType: b.params.dtype.ir(), Shape: append(ir.Shape{}, shape...)})
	if b.c.OK() {
		b.c.ExampleWeights = n
	}
}

// WeighedMeans returns how many losses have used the weights of WeighExamples.
func (b *Builder) WeighedMeans() int { return b.c.Weighted }

// IgnoredLabel is a label that a loss does not count. All other labels are 0 to
// Classes−1.
type IgnoredLabel struct{ Label, Classes int }

// IgnoredLabel returns the label that a loss does not count in the input of Ints with that
// name, and whether there is one.
func (b *Builder) IgnoredLabel(input string) (label IgnoredLabel, ok bool) {
	l, ok := b.c.Ignored[input]
	return IgnoredLabel{l[0], l[1]}, ok
}

// CountSteps says that of the targets of example i only those of the first lengths[i] steps
// count. Both are inputs: targets: [N, T, ...], lengths: Ints [N] in [0, T].
//
// It changes no value: the loss leaves the other steps out itself, by nn.LengthMask. A trainer
// leaves them out of its metrics then. It does not check what a data set has there, and feeds
// zeros, or the label that the loss ignores.
//
// Errors: ErrOption unless both are inputs, ErrDType for lengths that are no Ints, ErrShape
// for other shapes.
func (b *Builder) CountSteps(targets, lengths *gorgonia.Node) {
	defer b.c.Enter("graph.CountSteps", targets, lengths).Leave()
	y, s := b.c.Type(targets), b.c.Type(lengths)
	if !b.c.OK() {
		return
	}
	of, by := b.c.LeafOf(targets), b.c.LeafOf(lengths)
	switch {
	case of == nil || by == nil || of.Kind != ir.Input || by.Kind != ir.Input:
		b.c.Refuse(mistake.Optionf("got targets or lengths that were computed, want inputs, as Builder.Input and Builder.Ints make them"))
	case s.DType.IsFloat():
		b.c.Refuse(mistake.Newf(ErrDType, "got the lengths %v, want Ints", s))
	case len(y.Shape) < 2 || len(s.Shape) != 1 || y.Shape[0] != s.Shape[0]:
		b.c.Refuse(mistake.Shapef("got targets %v and lengths %v, want [N, T, ...] and [N]", y.Shape, s.Shape))
	default:
		b.c.Lengths[of.Name] = by.Name
	}
}

// CountedSteps returns the name of the input of lengths that CountSteps was given for the
// input of targets with that name, and whether there is one.
func (b *Builder) CountedSteps(targets string) (lengths string, ok bool) {
	lengths, ok = b.c.Lengths[targets]
	return lengths, ok
}

// AcrossExamples returns the first operator whose results for one example depend on the other
// examples of the batch, with the line of its call: "BatchNorm at model.go:12". Without such
// an operator it is "".
func (b *Builder) AcrossExamples() string { return b.c.Across }
