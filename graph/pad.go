package graph

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// PadMode says which elements Pad adds. The zero value is PadZeros.
type PadMode uint8

// The modes of padding, two elements on each side of a, b, c, d:
const (
	PadZeros     PadMode = iota // 0 0 a b c d 0 0
	PadReflect                  // c b a b c d c b
	PadReplicate                // a a a b c d d d
	PadCircular                 // c d a b c d a b
)

var padNames = []string{PadZeros: "zeros", PadReflect: "reflect", PadReplicate: "replicate", PadCircular: "circular"}

// String returns the mode's name, such as "reflect".
func (m PadMode) String() string { return enum.String("mode", padNames, int(m)) }

// MarshalText returns the mode's name. Errors: ErrOption if it has none.
func (m PadMode) MarshalText() ([]byte, error) { return enum.Text("mode", padNames, int(m)) }

// UnmarshalText sets m to the mode of the name. Errors: ErrOption for another name.
func (m *PadMode) UnmarshalText(text []byte) error {
	return enum.Read(m, "mode", padNames, text)
}

// Pad adds before[i] elements in front of an axis and after[i] behind it. The lists belong to
// the last axes of x. A negative number removes elements. The mode says which elements are
// added.
// Shape: each extent plus before and after.
// Errors: ErrShape if PadReflect would add as many elements as the axis has, or PadCircular
// more than that.
func (b *Builder) Pad(x *gorgonia.Node, before, after []int, mode PadMode) *gorgonia.Node {
	defer b.c.Enter("graph.Pad", x).Leave()
	return b.pad(x, before, after, padding{mode: mode})
}

// PadConst pads as Pad does, with the number v. It may be infinite or NaN.
// Shape: each extent plus before and after.
func (b *Builder) PadConst(x *gorgonia.Node, before, after []int, v float64) *gorgonia.Node {
	defer b.c.Enter("graph.PadConst", x).Leave()
	return b.pad(x, before, after, padding{value: v})
}

// padding says which elements pad adds.
type padding struct {
	mode  PadMode
	value float64 // of PadZeros
}

// pad is Pad with any padding.
func (b *Builder) pad(x *gorgonia.Node, before, after []int, p padding) *gorgonia.Node {
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if !b.c.Checks().OneOf("mode", padNames, int(p.mode)).OK() {
		return nil
	}
	if len(before) != len(after) || len(before) > len(s) {
		b.c.Refuse(mistake.Shapef("got %v before and %v after, want two lists of one length for the last axes", before, after))
		return nil
	}
	y := x
	for i := range before {
		y = b.padAxis(y, len(s)-len(before)+i, before[i], after[i], p)
	}
	return y
}

// padAxis pads or cuts one axis.
func (b *Builder) padAxis(x *gorgonia.Node, axis, before, after int, p padding) *gorgonia.Node {
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	mode := p.mode
	if mode == PadCircular && min(before, after) < 0 && max(before, after) > 0 { // what is cut off does not come back
		x = b.padAxis(x, axis, min(0, before), min(0, after), padding{})
		return b.padAxis(x, axis, max(0, before), max(0, after), p)
	}
	n := s[axis]
	lo, hi := max(0, before), max(0, after)
	most := map[PadMode]int{PadZeros: op.MaxElements, PadReflect: n - 1, PadReplicate: op.MaxElements, PadCircular: n}[mode]
	if lo > most || hi > most || before < -n || after < -n || n+min(0, before)+min(0, after) < 0 || mode != PadZeros && n == 0 && lo+hi > 0 {
		b.c.Refuse(mistake.Shapef("axis %d: got %d before and %d after, want %d to %d each for %v", axis, before, after, -n, most, mode))
		return nil
	}
	part := func(span Span) *gorgonia.Node { return b.c.Along(x, axis, span) }
	fill := func(count int, first, back Span) *gorgonia.Node {
		switch {
		case count == 0:
			return nil
		case mode == PadZeros:
			z := slices.Clone(s)
			z[axis] = count
			return b.Broadcast(b.Scalar(p.value), z...)
		case mode == PadReplicate:
			return b.c.Repeat(part(first), axis, count)
		}
		return part(back)
	}
	var front, behind *gorgonia.Node
	if mode == PadReflect {
		front = fill(lo, Range(0, 1), Span{Start: lo, Stop: 0, Step: -1})
		behind = fill(hi, Range(n-1, n), Span{Start: n - 2, Stop: n - 2 - hi, Step: -1})
		if hi == n-1 && hi > 0 {
			behind = part(Span{Start: n - 2, Stop: beforeFirst, Step: -1})
		}
	} else {
		front = fill(lo, Range(0, 1), Range(n-lo, n))
		behind = fill(hi, Range(n-1, n), Range(0, hi))
	}
	pieces := []*gorgonia.Node{part(Range(max(0, -before), n-max(0, -after)))}
	if front != nil {
		pieces = append([]*gorgonia.Node{front}, pieces...)
	}
	if behind != nil {
		pieces = append(pieces, behind)
	}
	if len(pieces) == 1 {
		return pieces[0]
	}
	return b.Concat(axis, pieces...)
}

// beforeFirst is the Stop of a Span that goes backwards and includes the first element.
const beforeFirst = math.MinInt / 2
