package special

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Frac returns the fractional part x − trunc(x), with the sign of x.
// Gradient: 1.
func Frac(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Frac", x)
	defer c.Leave()
	return b.Sub(x, b.Trunc(x))
}

// RoundDecimals rounds to the given number of decimals, halves to the even digit. A
// negative number rounds to tens, hundreds and so on. Numbers without a digit at that
// position stay as they are; numbers far below it become 0.
// Gradient: none.
func RoundDecimals(b *graph.Builder, x *gorgonia.Node, decimals int) *gorgonia.Node {
	c := build.Enter(b, "special.RoundDecimals", x)
	defer c.Leave()
	t := c.Type(x)
	if c.Err != nil {
		return nil
	}
	power := math.Pow(10, math.Abs(float64(decimals)))
	if t.DType == ir.F32 && power > math.MaxFloat32 {
		power = math.Inf(1)
	}
	k := b.Scalar(power)
	x = b.StopGradient(x)
	if decimals < 0 {
		tens := b.Round(b.Div(x, k))
		below := c.EqConst(tens, 0) // k may be infinite
		return b.Where(c.IsInf(x), x, b.Where(below, tens, b.Mul(tens, k)))
	}
	scaled := b.Mul(x, k)
	whole := c.EqConst(b.Sub(scaled, scaled), 0) // x·k is finite
	return b.Where(whole, b.Div(b.Round(scaled), k), x)
}

// CopySign returns |x| with the sign of y. −0 counts as negative.
// Shape: x and y broadcast.
// Gradient: none for y.
func CopySign(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.CopySign", x, y)
	defer c.Leave()
	x, y = c.Together(x, y)
	if c.Err != nil {
		return nil
	}
	negative := b.Less(b.Where(c.EqConst(y, 0), b.Reciprocal(y), y), c.Fill(y, 0))
	return b.Mul(b.Abs(x), b.Where(negative, c.Fill(x, -1), c.Fill(x, 1)))
}

// Heaviside returns the step function: 0 for x < 0, y for x = 0, 1 for x > 0, and NaN
// for NaN.
// Shape: x and y broadcast.
// Gradient: none for x; for y, 1 where x is 0.
func Heaviside(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Heaviside", x, y)
	defer c.Leave()
	x, y = c.Together(x, y)
	if c.Err != nil {
		return nil
	}
	step := b.Where(b.IsNaN(x), b.StopGradient(x), c.GtConst(x, 0))
	return b.Where(c.EqConst(x, 0), y, step)
}

// Ldexp returns x·2ʸ.
// Shape: x and y broadcast.
func Ldexp(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Ldexp", x, y)
	defer c.Leave()
	return b.Mul(x, b.Exp2(y))
}

// Degrees converts radians to degrees.
func Degrees(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Degrees", x)
	defer c.Leave()
	return b.Scale(x, 180/math.Pi)
}

// Radians converts degrees to radians.
func Radians(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Radians", x)
	defer c.Leave()
	return b.Scale(x, math.Pi/180)
}

// FMax returns the larger of x and y; where one of them is NaN, the other one.
// Shape: x and y broadcast.
func FMax(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.FMax", x, y)
	defer c.Leave()
	return but(b, x, y, b.Maximum)
}

// FMin returns the smaller of x and y; where one of them is NaN, the other one.
// Shape: x and y broadcast.
func FMin(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.FMin", x, y)
	defer c.Leave()
	return but(b, x, y, b.Minimum)
}

// but is f where neither is NaN, and the other one where one is.
func but(b *graph.Builder, x, y *gorgonia.Node, f func(x, y *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	return b.Where(b.IsNaN(x), y, b.Where(b.IsNaN(y), x, f(x, y)))
}

// Replacements are the numbers that NaNToNum puts in: all 0 by default.
type Replacements struct{ NaN, PosInf, NegInf float64 }

// NaNToNum returns x with NaN and infinities replaced by numbers.
// Gradient: 0 where x was replaced.
func NaNToNum(b *graph.Builder, x *gorgonia.Node, by Replacements) *gorgonia.Node {
	c := build.Enter(b, "special.NaNToNum", x)
	defer c.Leave()
	y := b.Where(b.IsNaN(x), c.Fill(x, by.NaN), x)
	for _, end := range []struct{ at, to float64 }{{math.Inf(1), by.PosInf}, {math.Inf(-1), by.NegInf}} {
		y = b.Where(c.EqConst(x, end.at), c.Fill(x, end.to), y)
	}
	return y
}

// AddCMul returns x + by·y·z.
// Shape: x, y and z broadcast.
func AddCMul(b *graph.Builder, x, y, z *gorgonia.Node, by float64) *gorgonia.Node {
	c := build.Enter(b, "special.AddCMul", x, y, z)
	defer c.Leave()
	return b.Add(x, b.Scale(b.Mul(y, z), by))
}

// AddCDiv returns x + by·y/z.
// Shape: x, y and z broadcast.
func AddCDiv(b *graph.Builder, x, y, z *gorgonia.Node, by float64) *gorgonia.Node {
	c := build.Enter(b, "special.AddCDiv", x, y, z)
	defer c.Leave()
	return b.Add(x, b.Scale(b.Div(y, z), by))
}
