package graph

import (
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file publishes functions of one element that are made of the operators,
// around remainders, signs, bounds and what is no number.

var broadcastShape = op.BroadcastShape

// FMod is the remainder of x/y with x's sign, broadcast: exact, as C's fmod. It is x
// where y is infinite, NaN where y is 0 or x is infinite. Its derivatives are 1 and
// −Trunc(x/y).
func (b *Builder) FMod(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.FMod", x, y).Leave()
	return b.c.FMod(x, y)
}

// Remainder is the remainder of x/y with y's sign, broadcast, as Python's %. Where y
// is infinite it is x, or y if the signs differ; NaN where y is 0 or x is infinite. Its
// derivatives are 1 and −Floor(x/y).
func (b *Builder) Remainder(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Remainder", x, y).Leave()
	return b.c.Remainder(x, y)
}

// ClampTo returns x held to [lo, hi], arrays that broadcast; either may be nil. The
// gradient goes to x inside and at the bounds, to the bound beyond. The result is NaN
// where x is NaN and where a bound is NaN.
func (b *Builder) ClampTo(x, lo, hi *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.ClampTo", x, lo, hi).Leave()
	if b.c.Shape(x); b.c.Err != nil {
		return nil
	}
	if lo != nil {
		x, lo = b.c.Together(x, lo)
		if b.c.Err == nil {
			x = b.Where(b.Add(b.GreaterEqual(x, lo), b.IsNaN(x)), x, lo)
		}
	}
	if hi != nil {
		x, hi = b.c.Together(x, hi)
		if b.c.Err == nil {
			x = b.Where(b.Add(b.LessEqual(x, hi), b.IsNaN(x)), x, hi)
		}
	}
	return x
}
