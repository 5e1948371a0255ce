package graph

import "gorgonia.org/gorgonia"

// This file publishes the functions of one element.

// Exp is eˣ; +Inf where it overflows.
func (b *Builder) Exp(x *gorgonia.Node) *gorgonia.Node { return b.c.Exp(x) }

// Expm1 is eˣ − 1, accurate near 0.
func (b *Builder) Expm1(x *gorgonia.Node) *gorgonia.Node { return b.c.Expm1(x) }

// Log is the natural logarithm: -Inf at 0, NaN below.
func (b *Builder) Log(x *gorgonia.Node) *gorgonia.Node { return b.c.Log(x) }

// Log1p is log(1 + x), accurate near 0.
func (b *Builder) Log1p(x *gorgonia.Node) *gorgonia.Node { return b.c.Log1p(x) }

// Sqrt is √x: NaN below 0. Its derivative at 0 is infinite.
func (b *Builder) Sqrt(x *gorgonia.Node) *gorgonia.Node { return b.c.Sqrt(x) }

// Sin is the sine, Cos the cosine, of radians.
func (b *Builder) Sin(x *gorgonia.Node) *gorgonia.Node { return b.c.Sin(x) }

// Cos is the cosine of radians.
func (b *Builder) Cos(x *gorgonia.Node) *gorgonia.Node { return b.c.Cos(x) }

// Abs is |x|; its derivative at 0 is 0.
func (b *Builder) Abs(x *gorgonia.Node) *gorgonia.Node { return b.c.Abs(x) }

// Sign is −1, 0 or 1 as x is. It has no gradient.
func (b *Builder) Sign(x *gorgonia.Node) *gorgonia.Node { return b.c.Sign(x) }

// Sigmoid is 1/(1 + e⁻ˣ), without overflow.
func (b *Builder) Sigmoid(x *gorgonia.Node) *gorgonia.Node { return b.c.Sigmoid(x) }

// Softplus is log(1 + eˣ), without overflow.
func (b *Builder) Softplus(x *gorgonia.Node) *gorgonia.Node { return b.c.Softplus(x) }

// ReLU is max(x, 0); its derivative at 0 is 0. NaN stays.
func (b *Builder) ReLU(x *gorgonia.Node) *gorgonia.Node { return b.c.Relu(x) }

// LeakyReLU is x for x > 0, else slope·x.
func (b *Builder) LeakyReLU(x *gorgonia.Node, slope float64) *gorgonia.Node {
	return b.c.LeakyRelu(x, slope)
}

// ELU is x for x > 0, else alpha·(eˣ − 1) (Clevert et al. 2016).
func (b *Builder) ELU(x *gorgonia.Node, alpha float64) *gorgonia.Node { return b.c.Elu(x, alpha) }

// GELU is x·Φ(x), Φ being the normal distribution, by the error function
// (Hendrycks and Gimpel 2016).
func (b *Builder) GELU(x *gorgonia.Node) *gorgonia.Node { return b.c.Gelu(x) }

// SiLU is x·sigmoid(x), also called swish.
func (b *Builder) SiLU(x *gorgonia.Node) *gorgonia.Node { return b.c.Silu(x) }

// Where is x where cond is not 0, else y, broadcast. What is not chosen has no
// influence on the value; its gradient is 0·that of its own expression, so a
// NaN there needs a safe argument (Where(x > 0, Log(Where(x > 0, x, 1)), 0)).
func (b *Builder) Where(cond, x, y *gorgonia.Node) *gorgonia.Node { return b.c.Select(cond, x, y) }
