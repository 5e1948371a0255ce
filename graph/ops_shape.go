package graph

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// PadMode says what Pad puts around an array.
type PadMode uint8

// The modes of padding. With a, b, c, d along an axis:
const (
	PadZeros     PadMode = iota // 0 0 a b c d 0 0
	PadReflect                  // c b a b c d c b
	PadReplicate                // a a a b c d d d
	PadCircular                 // c d a b c d a b
)

var padNames = []string{PadZeros: "zeros", PadReflect: "reflect", PadReplicate: "replicate", PadCircular: "circular"}

// String returns the name, such as reflect.
func (m PadMode) String() string { return enum.String("mode", padNames, int(m)) }

// MarshalText returns the name. Errors: ErrOption if there is none.
func (m PadMode) MarshalText() ([]byte, error) { return enum.Text("mode", padNames, int(m)) }

// UnmarshalText reads what MarshalText writes. Errors: ErrOption for any other text.
func (m *PadMode) UnmarshalText(text []byte) error {
	i, err := enum.Parse("mode", padNames, text)
	*m = PadMode(i)
	return err
}

// Pad adds before[i] places in front of axis i and after[i] behind it, for the
// last len(before) axes; negative numbers cut places off. What is added follows
// the mode: PadReflect adds less than the axis has, PadCircular at most that.
func (b *Builder) Pad(x *gorgonia.Node, before, after []int, mode PadMode) *gorgonia.Node {
	defer b.c.Enter("graph.Pad", x).Leave()
	return b.pad(x, before, after, padding{mode: mode})
}

// PadConst is Pad with the number v in the new places, which may be infinite or NaN.
func (b *Builder) PadConst(x *gorgonia.Node, before, after []int, v float64) *gorgonia.Node {
	defer b.c.Enter("graph.PadConst", x).Leave()
	return b.pad(x, before, after, padding{value: v})
}

// padding is what pad puts into the new places.
type padding struct {
	mode  PadMode
	value float64 // of PadZeros
}

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

// beforeFirst is the Stop of a Span that goes back to the first element and with it.
const beforeFirst = math.MinInt / 2

// Flip turns the order along the axes around.
func (b *Builder) Flip(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Flip", x).Leave()
	if b.c.Shape(x); b.c.Err != nil {
		return nil
	}
	for _, a := range axes {
		k, ok := b.c.Axis(x, a)
		if !ok {
			return nil
		}
		x = b.c.Along(x, k, Span{Start: -1, Stop: beforeFirst, Step: -1})
	}
	return x
}

// Roll moves the elements by so many places along an axis; what leaves one end
// enters at the other.
func (b *Builder) Roll(x *gorgonia.Node, by, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Roll", x).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	n := b.c.Shape(x)[k]
	if n == 0 {
		return x
	}
	if by = ((by % n) + n) % n; by == 0 {
		return x
	}
	return b.Concat(k, b.c.Along(x, k, Range(n-by, n)), b.c.Along(x, k, Range(0, n-by)))
}

// Repeat repeats every element along an axis count times: a a b b.
func (b *Builder) Repeat(x *gorgonia.Node, axis, count int) *gorgonia.Node {
	defer b.c.Enter("graph.Repeat", x).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	return b.c.Repeat(x, k, count)
}

// Tile repeats x as a whole, counts[i] times along axis i: a b a b. There are as
// many counts as axes.
func (b *Builder) Tile(x *gorgonia.Node, counts ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Tile", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if len(counts) != len(s) || slices.ContainsFunc(counts, func(c int) bool { return c < 0 }) {
		b.c.Refuse(mistake.Shapef("got the counts %v, want one of at least 0 for each of %d axes", counts, len(s)))
		return nil
	}
	var apart, wide, out []int // each axis with one of its copies before it
	for axis, d := range s {
		apart, wide = append(apart, 1, d), append(wide, counts[axis], d)
		if d > 0 && counts[axis] > op.MaxElements/d {
			b.c.Refuse(mistake.Shapef("got the counts %v, want at most %d elements", counts, op.MaxElements))
			return nil
		}
		out = append(out, counts[axis]*d)
	}
	return b.Reshape(b.Broadcast(b.Reshape(x, apart...), wide...), out...)
}

// Squeeze drops axes of extent 1: those named, or all of them.
func (b *Builder) Squeeze(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Squeeze", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	drop := map[int]bool{}
	for _, a := range axes {
		k, ok := b.c.Axis(x, a)
		if !ok {
			return nil
		}
		if s[k] != 1 {
			b.c.Refuse(mistake.Shapef("axis %d: got the extent %d, want 1", a, s[k]))
			return nil
		}
		drop[k] = true
	}
	out := []int{}
	for i, d := range s {
		if !drop[i] && !(len(axes) == 0 && d == 1) {
			out = append(out, d)
		}
	}
	return b.Reshape(x, out...)
}

// Unsqueeze adds an axis of extent 1 that becomes the given axis of the result.
func (b *Builder) Unsqueeze(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Unsqueeze", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if axis < 0 {
		axis += len(s) + 1
	}
	if axis < 0 || axis > len(s) {
		b.c.Refuse(mistake.Shapef("axis %d: want 0 to %d, an axis of the result", axis, len(s)))
		return nil
	}
	return b.Reshape(x, slices.Insert(slices.Clone([]int(s)), axis, 1)...)
}

// Split cuts an axis into parts of the given extents, which add up to it.
func (b *Builder) Split(x *gorgonia.Node, axis int, extents ...int) []*gorgonia.Node {
	defer b.c.Enter("graph.Split", x).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return make([]*gorgonia.Node, len(extents))
	}
	n, sum := b.c.Shape(x)[k], 0
	for _, e := range extents {
		if e >= 0 && e <= n-sum { // else the sum is not n
			sum += e
		} else {
			sum = n + 1
			break
		}
	}
	if sum != n {
		b.c.Refuse(mistake.Shapef("axis %d: got parts %v, want extents of at least 0 that add up to %d", axis, extents, n))
		return make([]*gorgonia.Node, len(extents))
	}
	out := make([]*gorgonia.Node, len(extents))
	at := 0
	for i, e := range extents {
		out[i] = b.c.Along(x, k, Range(at, at+e))
		at += e
	}
	return out
}

// SwapAxes exchanges two axes.
func (b *Builder) SwapAxes(x *gorgonia.Node, i, j int) *gorgonia.Node {
	defer b.c.Enter("graph.SwapAxes", x).Leave()
	p, ok := b.c.Axis(x, i)
	if !ok {
		return nil
	}
	q, ok := b.c.Axis(x, j)
	if !ok {
		return nil
	}
	perm := make([]int, len(b.c.Shape(x)))
	for k := range perm {
		perm[k] = k
	}
	perm[p], perm[q] = q, p
	return b.Transpose(x, perm...)
}
