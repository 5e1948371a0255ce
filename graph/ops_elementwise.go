package graph

import "gorgonia.org/gorgonia"

// This file publishes the functions of one element.

// Exp is eˣ; +Inf where it overflows.
func (b *Builder) Exp(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Exp", x).Leave()
	return b.c.Exp(x)
}

// Expm1 is eˣ − 1, accurate near 0.
func (b *Builder) Expm1(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Expm1", x).Leave()
	return b.c.Expm1(x)
}

// Log is the natural logarithm: -Inf at 0, NaN below.
func (b *Builder) Log(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Log", x).Leave()
	return b.c.Log(x)
}

// Log1p is log(1 + x), accurate near 0.
func (b *Builder) Log1p(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Log1p", x).Leave()
	return b.c.Log1p(x)
}

// Sqrt is √x: NaN below 0. Its derivative at 0 is infinite.
func (b *Builder) Sqrt(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sqrt", x).Leave()
	return b.c.Sqrt(x)
}

// Sin is the sine, Cos the cosine, of radians.
func (b *Builder) Sin(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sin", x).Leave()
	return b.c.Sin(x)
}

// Cos is the cosine of radians.
func (b *Builder) Cos(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Cos", x).Leave()
	return b.c.Cos(x)
}

// Abs is |x|; its derivative at 0 is 0.
func (b *Builder) Abs(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Abs", x).Leave()
	return b.c.Abs(x)
}

// Sign is −1, 0 or 1 as x is. It has no gradient.
func (b *Builder) Sign(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sign", x).Leave()
	return b.c.Sign(x)
}

// Sigmoid is 1/(1 + e⁻ˣ), without overflow. Its derivatives keep their digits where it
// is rounded to 1.
func (b *Builder) Sigmoid(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sigmoid", x).Leave()
	return b.c.Sigmoid(x)
}

// Softplus is log(1 + eˣ), without overflow.
func (b *Builder) Softplus(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Softplus", x).Leave()
	return b.c.Softplus(x)
}

// ReLU is max(x, 0); its derivative at 0 is 0. NaN stays.
func (b *Builder) ReLU(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.ReLU", x).Leave()
	return b.c.Relu(x)
}

// LeakyReLU is x for x > 0, else slope·x.
func (b *Builder) LeakyReLU(x *gorgonia.Node, slope float64) *gorgonia.Node {
	defer b.c.Enter("graph.LeakyReLU", x).Leave()
	return b.c.LeakyRelu(x, slope)
}

// ELU is x for x > 0, else alpha·(eˣ − 1) (Clevert et al. 2016); its derivative at 0 is
// alpha.
func (b *Builder) ELU(x *gorgonia.Node, alpha float64) *gorgonia.Node {
	defer b.c.Enter("graph.ELU", x).Leave()
	return b.c.Elu(x, alpha)
}

// GELU is x·Φ(x), Φ being the normal distribution, by the error function
// (Hendrycks and Gimpel 2016).
func (b *Builder) GELU(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.GELU", x).Leave()
	return b.c.Gelu(x)
}

// SiLU is x·sigmoid(x), also called swish.
func (b *Builder) SiLU(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.SiLU", x).Leave()
	return b.c.Silu(x)
}

// Where is x where cond is not 0, else y, broadcast. What is not chosen has no
// influence on the value; its gradient is 0·that of its own expression, so a
// NaN there needs a safe argument (Where(x > 0, Log(Where(x > 0, x, 1)), 0)).
func (b *Builder) Where(cond, x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Where", cond, x, y).Leave()
	return b.c.Select(cond, x, y)
}

// Exp2 is 2ˣ.
func (b *Builder) Exp2(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Exp2", x).Leave()
	return b.c.Exp2(x)
}

// Log2 is the binary logarithm.
func (b *Builder) Log2(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Log2", x).Leave()
	return b.c.Log2(x)
}

// Log10 is the decimal logarithm.
func (b *Builder) Log10(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Log10", x).Leave()
	return b.c.Log10(x)
}

// Rsqrt is 1/√x.
func (b *Builder) Rsqrt(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Rsqrt", x).Leave()
	return b.c.Rsqrt(x)
}

// Reciprocal is 1/x.
func (b *Builder) Reciprocal(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Reciprocal", x).Leave()
	return b.c.Reciprocal(x)
}

// Cube is x³.
func (b *Builder) Cube(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Cube", x).Leave()
	return b.c.Cube(x)
}

// Tan is the tangent of radians.
func (b *Builder) Tan(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Tan", x).Leave()
	return b.c.Tan(x)
}

// Asin is the inverse sine: NaN outside of [−1, 1].
func (b *Builder) Asin(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Asin", x).Leave()
	return b.c.Asin(x)
}

// Acos is the inverse cosine: NaN outside of [−1, 1].
func (b *Builder) Acos(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Acos", x).Leave()
	return b.c.Acos(x)
}

// Atan is the inverse tangent.
func (b *Builder) Atan(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Atan", x).Leave()
	return b.c.Atan(x)
}

// Atan2 is the angle of the point (y, x), in (−π, π], broadcast.
func (b *Builder) Atan2(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Atan2", x, y).Leave()
	return b.c.Atan2(x, y)
}

// Sinh is the hyperbolic sine.
func (b *Builder) Sinh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sinh", x).Leave()
	return b.c.Sinh(x)
}

// Cosh is the hyperbolic cosine.
func (b *Builder) Cosh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Cosh", x).Leave()
	return b.c.Cosh(x)
}

// Asinh is the inverse hyperbolic sine.
func (b *Builder) Asinh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Asinh", x).Leave()
	return b.c.Asinh(x)
}

// Acosh is the inverse hyperbolic cosine: NaN below 1.
func (b *Builder) Acosh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Acosh", x).Leave()
	return b.c.Acosh(x)
}

// Atanh is the inverse hyperbolic tangent: NaN outside of [−1, 1].
func (b *Builder) Atanh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Atanh", x).Leave()
	return b.c.Atanh(x)
}

// Floor rounds down. It has no gradient, as Ceil, Round and Trunc have none.
func (b *Builder) Floor(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Floor", x).Leave()
	return b.c.Floor(x)
}

// Ceil rounds up.
func (b *Builder) Ceil(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Ceil", x).Leave()
	return b.c.Ceil(x)
}

// Round rounds to the nearest integer, halves to the even one.
func (b *Builder) Round(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Round", x).Leave()
	return b.c.Round(x)
}

// Trunc rounds towards 0.
func (b *Builder) Trunc(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Trunc", x).Leave()
	return b.c.Trunc(x)
}

// Erf is the error function.
func (b *Builder) Erf(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Erf", x).Leave()
	return b.c.Erf(x)
}

// LogSigmoid is log(1/(1 + e⁻ˣ)), without overflow.
func (b *Builder) LogSigmoid(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LogSigmoid", x).Leave()
	return b.c.LogSigmoid(x)
}

// GELUTanh is the approximation x·½(1 + tanh(√(2/π)(x + 0.044715x³))) of GELU.
func (b *Builder) GELUTanh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.GELUTanh", x).Leave()
	return b.c.GeluTanh(x)
}

// Clamp is x held to [lo, hi], which may be infinite; NaN stays. Its derivative
// is 1 inside and at the bounds, 0 outside.
func (b *Builder) Clamp(x *gorgonia.Node, lo, hi float64) *gorgonia.Node {
	defer b.c.Enter("graph.Clamp", x).Leave()
	return b.c.Clamp(x, lo, hi)
}

// Pow is xʸ, broadcast: NaN for a negative x and a y that is no integer; 1 where x is 1
// or y is 0, whatever the other one is. Where x is 0 and y ≥ 0 the derivative by y is 0.
func (b *Builder) Pow(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Pow", x, y).Leave()
	return b.c.Pow(x, y)
}

// PowConst is x to the power of the constant p.
func (b *Builder) PowConst(x *gorgonia.Node, p float64) *gorgonia.Node {
	defer b.c.Enter("graph.PowConst", x).Leave()
	return b.c.PowConst(x, p)
}

// Maximum is the larger of x and y, broadcast, NaN if either is. Where they are
// equal each gets half of the gradient.
func (b *Builder) Maximum(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Maximum", x, y).Leave()
	return b.c.Maximum(x, y)
}

// Minimum is the smaller of x and y, as Maximum is the larger.
func (b *Builder) Minimum(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Minimum", x, y).Leave()
	return b.c.Minimum(x, y)
}

// Hypot is √(x² + y²) without overflow, broadcast; its derivative at 0 is 0. It is +Inf
// where x or y is infinite, whatever the other one is. Its square, by Square, Mul or
// PowConst, is x² + y² itself, with the derivatives of that at 0.
func (b *Builder) Hypot(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Hypot", x, y).Leave()
	return b.c.Hypot(x, y)
}

// Lerp is x + w·(y − x), broadcast: exactly x at w = 0, y at w = 1, and x where y is x.
// Between them it grows or falls with w, and does not overflow.
func (b *Builder) Lerp(x, y, w *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Lerp", x, y, w).Leave()
	return b.c.Lerp(x, y, w)
}

// Less is 1 where x < y, else 0, broadcast. Comparisons have no gradient.
func (b *Builder) Less(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Less", x, y).Leave()
	return b.c.Lt(x, y)
}

// LessEqual is 1 where x ≤ y, else 0.
func (b *Builder) LessEqual(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LessEqual", x, y).Leave()
	return b.c.Le(x, y)
}

// Greater is 1 where x > y, else 0.
func (b *Builder) Greater(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Greater", x, y).Leave()
	return b.c.Gt(x, y)
}

// GreaterEqual is 1 where x ≥ y, else 0.
func (b *Builder) GreaterEqual(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.GreaterEqual", x, y).Leave()
	return b.c.Ge(x, y)
}

// Equal is 1 where x = y, else 0.
func (b *Builder) Equal(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Equal", x, y).Leave()
	return b.c.Eq(x, y)
}

// NotEqual is 1 where x ≠ y, else 0.
func (b *Builder) NotEqual(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.NotEqual", x, y).Leave()
	return b.c.Ne(x, y)
}

// IsNaN is 1 where x is NaN, else 0.
func (b *Builder) IsNaN(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.IsNaN", x).Leave()
	return b.c.IsNaN(x)
}

// IsInf is 1 where x is infinite, else 0.
func (b *Builder) IsInf(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.IsInf", x).Leave()
	return b.c.IsInf(x)
}

// StopGradient is x, held constant by differentiation.
func (b *Builder) StopGradient(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.StopGradient", x).Leave()
	return b.c.StopGradient(x)
}
