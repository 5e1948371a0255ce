package graph

import (
	"gorgonia.org/gorgonia"
)

// Exp returns eˣ, +Inf where it overflows.
func (b *Builder) Exp(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Exp", x).Leave()
	return b.c.Exp(x)
}

// Exp2 returns 2ˣ.
func (b *Builder) Exp2(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Exp2", x).Leave()
	return b.c.Exp2(x)
}

// Expm1 returns eˣ − 1, accurate near 0.
func (b *Builder) Expm1(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Expm1", x).Leave()
	return b.c.Expm1(x)
}

// Log returns the natural logarithm, −Inf at 0, NaN below.
func (b *Builder) Log(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Log", x).Leave()
	return b.c.Log(x)
}

// Log1p returns log(1 + x), accurate near 0.
func (b *Builder) Log1p(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Log1p", x).Leave()
	return b.c.Log1p(x)
}

// Log2 returns the binary logarithm.
func (b *Builder) Log2(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Log2", x).Leave()
	return b.c.Log2(x)
}

// Log10 returns the decimal logarithm.
func (b *Builder) Log10(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Log10", x).Leave()
	return b.c.Log10(x)
}

// Sin returns the sine of radians.
func (b *Builder) Sin(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sin", x).Leave()
	return b.c.Sin(x)
}

// Cos returns the cosine of radians.
func (b *Builder) Cos(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Cos", x).Leave()
	return b.c.Cos(x)
}

// Tan returns the tangent of radians.
func (b *Builder) Tan(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Tan", x).Leave()
	return b.c.Tan(x)
}

// Asin returns the inverse sine in radians, NaN outside of [−1, 1].
func (b *Builder) Asin(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Asin", x).Leave()
	return b.c.Asin(x)
}

// Acos returns the inverse cosine in radians, NaN outside of [−1, 1].
func (b *Builder) Acos(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Acos", x).Leave()
	return b.c.Acos(x)
}

// Atan returns the inverse tangent in radians.
func (b *Builder) Atan(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Atan", x).Leave()
	return b.c.Atan(x)
}

// Atan2 returns the angle of the point (y, x) in (−π, π].
// Shape: x and y broadcast.
func (b *Builder) Atan2(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Atan2", x, y).Leave()
	return b.c.Atan2(x, y)
}

// Sinh returns the hyperbolic sine.
func (b *Builder) Sinh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sinh", x).Leave()
	return b.c.Sinh(x)
}

// Cosh returns the hyperbolic cosine.
func (b *Builder) Cosh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Cosh", x).Leave()
	return b.c.Cosh(x)
}

// Tanh returns the hyperbolic tangent.
// Gradient: accurate also where the result is rounded to ±1.
func (b *Builder) Tanh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Tanh", x).Leave()
	return b.c.Tanh(x)
}

// Asinh returns the inverse hyperbolic sine.
func (b *Builder) Asinh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Asinh", x).Leave()
	return b.c.Asinh(x)
}

// Acosh returns the inverse hyperbolic cosine, NaN below 1.
func (b *Builder) Acosh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Acosh", x).Leave()
	return b.c.Acosh(x)
}

// Atanh returns the inverse hyperbolic tangent, NaN outside of [−1, 1].
func (b *Builder) Atanh(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Atanh", x).Leave()
	return b.c.Atanh(x)
}

// Erf returns the error function.
// Gradient: 2/√π·e^(−x²).
func (b *Builder) Erf(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Erf", x).Leave()
	return b.c.Erf(x)
}

// Floor rounds down.
// Gradient: none.
func (b *Builder) Floor(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Floor", x).Leave()
	return b.c.Floor(x)
}

// Ceil rounds up.
// Gradient: none.
func (b *Builder) Ceil(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Ceil", x).Leave()
	return b.c.Ceil(x)
}

// Round rounds to the nearest integer, halves to the even one.
// Gradient: none.
func (b *Builder) Round(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Round", x).Leave()
	return b.c.Round(x)
}

// Trunc rounds towards 0.
// Gradient: none.
func (b *Builder) Trunc(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Trunc", x).Leave()
	return b.c.Trunc(x)
}
