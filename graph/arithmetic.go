package graph

import (
	"gorgonia.org/gorgonia"
)

// Add returns x + y, element by element. Operands broadcast as in NumPy: axes are
// matched from the last, and an extent of 1 repeats.
// Shape: x and y broadcast.
// Gradient: summed over the axes that were repeated.
func (b *Builder) Add(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Add", x, y).Leave()
	return b.c.Add(x, y)
}

// Sub returns x − y, element by element. Take care with predictions [N, 1] and targets
// [N]: their difference is [N, N]. The losses refuse such a pair.
// Shape: x and y broadcast.
func (b *Builder) Sub(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sub", x, y).Leave()
	return b.c.Sub(x, y)
}

// Mul returns x·y, element by element.
// Shape: x and y broadcast.
func (b *Builder) Mul(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Mul", x, y).Leave()
	return b.c.Mul(x, y)
}

// Div returns x/y, element by element, as IEEE 754 defines it where y is 0.
// Shape: x and y broadcast.
func (b *Builder) Div(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Div", x, y).Leave()
	return b.c.Div(x, y)
}

// Neg returns −x.
func (b *Builder) Neg(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Neg", x).Leave()
	return b.c.Neg(x)
}

// Scale returns by·x.
func (b *Builder) Scale(x *gorgonia.Node, by float64) *gorgonia.Node {
	defer b.c.Enter("graph.Scale", x).Leave()
	return b.c.Scale(x, by)
}

// AddConst returns x + by.
func (b *Builder) AddConst(x *gorgonia.Node, by float64) *gorgonia.Node {
	defer b.c.Enter("graph.AddConst", x).Leave()
	return b.c.AddConst(x, by)
}

// Square returns x². The square of a Hypot, a Std or a Norm of order 2 has no root in
// it: its derivatives are exact at 0 too.
func (b *Builder) Square(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Square", x).Leave()
	return b.c.Square(x)
}

// Cube returns x³.
func (b *Builder) Cube(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Cube", x).Leave()
	return b.c.Cube(x)
}

// Reciprocal returns 1/x.
func (b *Builder) Reciprocal(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Reciprocal", x).Leave()
	return b.c.Reciprocal(x)
}

// Sqrt returns √x, NaN below 0.
// Gradient: 1/(2√x), which is infinite at 0.
func (b *Builder) Sqrt(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sqrt", x).Leave()
	return b.c.Sqrt(x)
}

// Rsqrt returns 1/√x, NaN below 0.
func (b *Builder) Rsqrt(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Rsqrt", x).Leave()
	return b.c.Rsqrt(x)
}

// Pow returns xʸ, NaN for a negative x and a y that is not an integer. It is 1 where x
// is 1 or y is 0, whatever the other one is.
// Shape: x and y broadcast.
// Gradient: 0 for y where x is 0 and y ≥ 0.
func (b *Builder) Pow(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Pow", x, y).Leave()
	return b.c.Pow(x, y)
}

// PowConst returns x to the constant power p.
func (b *Builder) PowConst(x *gorgonia.Node, p float64) *gorgonia.Node {
	defer b.c.Enter("graph.PowConst", x).Leave()
	return b.c.PowConst(x, p)
}

// FMod returns the remainder of x/y with the sign of x, exactly, as C's fmod. It is x
// where y is infinite, and NaN where y is 0 or x is infinite.
// Shape: x and y broadcast.
// Gradient: 1 for x, −trunc(x/y) for y.
func (b *Builder) FMod(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.FMod", x, y).Leave()
	return b.c.FMod(x, y)
}

// Remainder returns the remainder of x/y with the sign of y, as Python's %. Where y is
// infinite it is x, or y if the signs differ. It is NaN where y is 0 or x is infinite.
// Shape: x and y broadcast.
// Gradient: 1 for x, −floor(x/y) for y.
func (b *Builder) Remainder(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Remainder", x, y).Leave()
	return b.c.Remainder(x, y)
}

// Hypot returns √(x² + y²) without overflow; +Inf where x or y is infinite. Its Square
// is x² + y² itself, with exact derivatives at 0.
// Shape: x and y broadcast.
// Gradient: 0 where both are 0.
func (b *Builder) Hypot(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Hypot", x, y).Leave()
	return b.c.Hypot(x, y)
}

// Lerp returns x + w·(y − x), the point between x (w = 0) and y (w = 1). It is exact at
// both ends, monotonic in w, and does not overflow in between.
// Shape: x, y and w broadcast.
func (b *Builder) Lerp(x, y, w *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Lerp", x, y, w).Leave()
	return b.c.Lerp(x, y, w)
}

// Abs returns |x|.
// Gradient: the sign of x, 0 at 0.
func (b *Builder) Abs(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Abs", x).Leave()
	return b.c.Abs(x)
}

// Sign returns −1, 0 or 1.
// Gradient: none.
func (b *Builder) Sign(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sign", x).Leave()
	return b.c.Sign(x)
}

// Maximum returns the larger of x and y, NaN if either is NaN.
// Shape: x and y broadcast.
// Gradient: half for each where they are equal.
func (b *Builder) Maximum(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Maximum", x, y).Leave()
	return b.c.Maximum(x, y)
}

// Minimum returns the smaller of x and y, NaN if either is NaN.
// Shape: x and y broadcast.
// Gradient: half for each where they are equal.
func (b *Builder) Minimum(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Minimum", x, y).Leave()
	return b.c.Minimum(x, y)
}

// Clamp returns x limited to [lo, hi]; the bounds may be infinite. NaN stays NaN.
// Gradient: 1 inside and at the bounds, 0 outside.
// Errors: ErrShape if lo is above hi.
func (b *Builder) Clamp(x *gorgonia.Node, lo, hi float64) *gorgonia.Node {
	defer b.c.Enter("graph.Clamp", x).Leave()
	return b.c.Clamp(x, lo, hi)
}

// ClampTo returns x limited to [lo, hi], which are arrays; either may be nil. The result
// is NaN where x or a bound is NaN.
// Shape: x, lo and hi broadcast.
// Gradient: goes to x inside and at the bounds, and to the bound outside.
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
