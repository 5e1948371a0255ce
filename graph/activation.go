package graph

import (
	"gorgonia.org/gorgonia"
)

// Sigmoid returns 1/(1 + e⁻ˣ) without overflow.
// Gradient: accurate also where the result is rounded to 1.
func (b *Builder) Sigmoid(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sigmoid", x).Leave()
	return b.c.Sigmoid(x)
}

// LogSigmoid returns log(1/(1 + e⁻ˣ)) without overflow.
func (b *Builder) LogSigmoid(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LogSigmoid", x).Leave()
	return b.c.LogSigmoid(x)
}

// Softplus returns log(1 + eˣ) without overflow.
func (b *Builder) Softplus(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Softplus", x).Leave()
	return b.c.Softplus(x)
}

// ReLU returns max(x, 0). NaN stays NaN.
// Gradient: 1 above 0, else 0.
func (b *Builder) ReLU(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.ReLU", x).Leave()
	return b.c.Relu(x)
}

// LeakyReLU returns x for x > 0, else slope·x.
func (b *Builder) LeakyReLU(x *gorgonia.Node, slope float64) *gorgonia.Node {
	defer b.c.Enter("graph.LeakyReLU", x).Leave()
	return b.c.LeakyRelu(x, slope)
}

// ELU returns x for x > 0, else alpha·(eˣ − 1) (Clevert et al. 2016).
// Gradient: alpha at 0.
func (b *Builder) ELU(x *gorgonia.Node, alpha float64) *gorgonia.Node {
	defer b.c.Enter("graph.ELU", x).Leave()
	return b.c.Elu(x, alpha)
}

// GELU returns x·Φ(x), with the normal distribution Φ by the error function (Hendrycks
// and Gimpel 2016).
func (b *Builder) GELU(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.GELU", x).Leave()
	return b.c.Gelu(x)
}

// GELUTanh returns x·½·(1 + tanh(√(2/π)·(x + 0.044715·x³))), the usual approximation of
// GELU.
func (b *Builder) GELUTanh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.GELUTanh", x).Leave()
	return b.c.GeluTanh(x)
}

// SiLU returns x·sigmoid(x), also called swish.
func (b *Builder) SiLU(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.SiLU", x).Leave()
	return b.c.Silu(x)
}

// Softmax returns eˣ/Σeˣ along the last axis, for any finite x.
// Shape: that of x.
func (b *Builder) Softmax(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Softmax", x).Leave()
	return b.c.Softmax(x, -1)
}

// SoftmaxAxis returns eˣ/Σeˣ along the axis.
// Shape: that of x.
func (b *Builder) SoftmaxAxis(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.SoftmaxAxis", x).Leave()
	return b.c.Softmax(x, axis)
}

// LogSoftmax returns x − log Σeˣ along the last axis, for any finite x.
// Shape: that of x.
func (b *Builder) LogSoftmax(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LogSoftmax", x).Leave()
	return b.c.LogSoftmax(x, -1)
}

// LogSoftmaxAxis returns x − log Σeˣ along the axis.
// Shape: that of x.
func (b *Builder) LogSoftmaxAxis(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.LogSoftmaxAxis", x).Leave()
	return b.c.LogSoftmax(x, axis)
}
