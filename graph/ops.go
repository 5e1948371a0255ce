package graph

import "gorgonia.org/gorgonia"

// This file publishes the operators: one documented method for each.

// MatMul is the matrix product of x: [..., M, K] and y: [..., K, N], [..., M, N].
// Leading axes broadcast; a vector on the left is a row, one on the right a
// column, and its axis is dropped from the result, as NumPy's matmul does.
func (b *Builder) MatMul(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.MatMul", x, y).Leave()
	return b.c.MatMul(x, y)
}

// Add is x + y, element by element, broadcast as NumPy does: axes are matched
// from the last, and an extent of 1 repeats.
func (b *Builder) Add(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Add", x, y).Leave()
	return b.c.Add(x, y)
}

// Sub is x − y, broadcast as Add does. Take care with predictions [N, 1] and targets
// [N]: their difference is [N, N]. The losses, such as MSE, refuse such a pair.
func (b *Builder) Sub(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sub", x, y).Leave()
	return b.c.Sub(x, y)
}

// Mul is x · y, element by element, broadcast.
func (b *Builder) Mul(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Mul", x, y).Leave()
	return b.c.Mul(x, y)
}

// Div is x / y, broadcast; IEEE 754 where y is 0.
func (b *Builder) Div(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Div", x, y).Leave()
	return b.c.Div(x, y)
}

// Neg is −x.
func (b *Builder) Neg(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Neg", x).Leave()
	return b.c.Neg(x)
}

// Scale is by·x.
func (b *Builder) Scale(x *gorgonia.Node, by float64) *gorgonia.Node {
	defer b.c.Enter("graph.Scale", x).Leave()
	return b.c.Scale(x, by)
}

// AddConst is x + by.
func (b *Builder) AddConst(x *gorgonia.Node, by float64) *gorgonia.Node {
	defer b.c.Enter("graph.AddConst", x).Leave()
	return b.c.AddConst(x, by)
}

// Square is x². Of a Norm of order 2, a Std or a Hypot it is what is under the root,
// with all of its derivatives, also where that is 0.
func (b *Builder) Square(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Square", x).Leave()
	return b.c.Square(x)
}

// Tanh is the hyperbolic tangent. Its derivatives keep their digits where it is rounded
// to ±1.
func (b *Builder) Tanh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Tanh", x).Leave()
	return b.c.Tanh(x)
}

// Reshape gives x another shape of the same size, row-major. One extent may be
// -1: what is left.
func (b *Builder) Reshape(x *gorgonia.Node, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Reshape", x).Leave()
	return b.c.Reshape(x, shape)
}

// Transpose permutes the axes: axis i of the result is axis perm[i] of x. No
// perm reverses them.
func (b *Builder) Transpose(x *gorgonia.Node, perm ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Transpose", x).Leave()
	return b.c.Transpose(x, perm)
}

// Broadcast repeats x to the shape as NumPy does.
func (b *Builder) Broadcast(x *gorgonia.Node, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Broadcast", x).Leave()
	return b.c.Broadcast(x, shape)
}

// Sum adds the elements of x over the axes, which are dropped; negative ones
// count from the last. No axes: all.
func (b *Builder) Sum(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Sum", x).Leave()
	return b.c.Sum(x, axes, false)
}

// Mean is the average over the axes, which are dropped. No axes: all.
func (b *Builder) Mean(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Mean", x).Leave()
	return b.c.Mean(x, axes, false)
}
