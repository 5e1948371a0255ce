package graph

import (
	"math"

	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Span is a part of an axis: Start, Start+Step, ... before Stop.
type Span = op.Range

// Range is the Span from start to before stop in steps of 1. Negative numbers
// count from the end.
func Range(start, stop int) Span { return Span{Start: start, Stop: stop, Step: 1} }

// All is the whole axis.
func All() Span { return Span{Stop: math.MaxInt, Step: 1} }

// Slice takes a Span of each of the leading axes, and all of the others, as
// Python's x[a:b, c:d] does: a stop beyond the end is the end.
func (b *Builder) Slice(x *gorgonia.Node, spans ...Span) *gorgonia.Node { return b.c.Slice(x, spans) }
