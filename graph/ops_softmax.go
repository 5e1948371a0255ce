package graph

import "gorgonia.org/gorgonia"

// Softmax is eˣ/Σeˣ along the last axis, for any finite x.
func (b *Builder) Softmax(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Softmax", x).Leave()
	return b.c.Softmax(x, -1)
}

// SoftmaxAxis is Softmax along an axis; a negative one counts from the last.
func (b *Builder) SoftmaxAxis(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.SoftmaxAxis", x).Leave()
	return b.c.Softmax(x, axis)
}

// LogSoftmax is x − log Σeˣ along the last axis, for any finite x.
func (b *Builder) LogSoftmax(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LogSoftmax", x).Leave()
	return b.c.LogSoftmax(x, -1)
}

// LogSoftmaxAxis is LogSoftmax along an axis; a negative one counts from the last.
func (b *Builder) LogSoftmaxAxis(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.LogSoftmaxAxis", x).Leave()
	return b.c.LogSoftmax(x, axis)
}

// OneHot is 1 at the index along a new last axis of classes, 0 elsewhere.
func (b *Builder) OneHot(index *gorgonia.Node, classes int) *gorgonia.Node {
	defer b.c.Enter("graph.OneHot", index).Leave()
	return b.c.OneHot(index, classes, b.Scalar(0))
}
