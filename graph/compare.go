package graph

import (
	"gorgonia.org/gorgonia"
)

// Less returns 1 where x < y, else 0.
// Shape: x and y broadcast.
// Gradient: none.
func (b *Builder) Less(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Less", x, y).Leave()
	return b.c.Lt(x, y)
}

// LessEqual returns 1 where x ≤ y, else 0.
// Shape: x and y broadcast.
// Gradient: none.
func (b *Builder) LessEqual(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LessEqual", x, y).Leave()
	return b.c.Le(x, y)
}

// Greater returns 1 where x > y, else 0.
// Shape: x and y broadcast.
// Gradient: none.
func (b *Builder) Greater(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Greater", x, y).Leave()
	return b.c.Gt(x, y)
}

// GreaterEqual returns 1 where x ≥ y, else 0.
// Shape: x and y broadcast.
// Gradient: none.
func (b *Builder) GreaterEqual(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.GreaterEqual", x, y).Leave()
	return b.c.Ge(x, y)
}

// Equal returns 1 where x = y, else 0.
// Shape: x and y broadcast.
// Gradient: none.
func (b *Builder) Equal(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Equal", x, y).Leave()
	return b.c.Eq(x, y)
}

// NotEqual returns 1 where x ≠ y, else 0.
// Shape: x and y broadcast.
// Gradient: none.
func (b *Builder) NotEqual(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.NotEqual", x, y).Leave()
	return b.c.Ne(x, y)
}

// IsNaN returns 1 where x is NaN, else 0.
// Gradient: none.
func (b *Builder) IsNaN(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.IsNaN", x).Leave()
	return b.c.IsNaN(x)
}

// IsInf returns 1 where x is infinite, else 0.
// Gradient: none.
func (b *Builder) IsInf(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.IsInf", x).Leave()
	return b.c.IsInf(x)
}

// Where returns x where cond is not 0, else y. The element that is not chosen does not
// influence the value, but its own expression is still differentiated: 0 times an
// infinite slope is NaN. So give it a safe argument, as in Where(x > 0,
// Log(Where(x > 0, x, 1)), 0).
// Shape: cond, x and y broadcast.
// Gradient: goes to the element that is chosen; none for cond.
func (b *Builder) Where(cond, x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Where", cond, x, y).Leave()
	return b.c.Select(cond, x, y)
}

// StopGradient returns x, which differentiation treats as a constant.
// Gradient: none.
func (b *Builder) StopGradient(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.StopGradient", x).Leave()
	return b.c.StopGradient(x)
}
