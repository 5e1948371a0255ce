package special

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Frac is x − Trunc(x): what stands behind the point, with x's sign.
func Frac(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Frac", x)
	defer c.Leave()
	return b.Sub(x, b.Trunc(x))
}

// RoundDecimals rounds to so many decimals, halves to the even digit; a negative
// number counts places before the point. Numbers that have no digit so far behind the
// point stay, and those far below the place are 0. It has no gradient.
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

// CopySign is |x| with y's sign, broadcast; a y of −0 counts as negative. y has no
// gradient.
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

// Heaviside is 0 for x < 0, y for x = 0 and 1 for x > 0, broadcast. x has no
// gradient.
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

// LDexp is x·2ʸ, broadcast.
func LDexp(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.LDexp", x, y)
	defer c.Leave()
	return b.Mul(x, b.Exp2(y))
}

// Degrees turns radians into degrees.
func Degrees(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Degrees", x)
	defer c.Leave()
	return b.Scale(x, 180/math.Pi)
}

// Radians turns degrees into radians.
func Radians(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Radians", x)
	defer c.Leave()
	return b.Scale(x, math.Pi/180)
}

// FMax is the larger of x and y, broadcast, and the other one where one is NaN.
func FMax(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.FMax", x, y)
	defer c.Leave()
	return but(b, x, y, b.Maximum)
}

// FMin is the smaller of x and y, broadcast, and the other one where one is NaN.
func FMin(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.FMin", x, y)
	defer c.Leave()
	return but(b, x, y, b.Minimum)
}

// but is f where neither is NaN, and the other one where one is.
func but(b *graph.Builder, x, y *gorgonia.Node, f func(x, y *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	return b.Where(b.IsNaN(x), y, b.Where(b.IsNaN(y), x, f(x, y)))
}

// NaNToNum is x with the numbers in place of NaN, +Inf and -Inf, which have no
// gradient.
func NaNToNum(b *graph.Builder, x *gorgonia.Node, nan, posInf, negInf float64) *gorgonia.Node {
	c := build.Enter(b, "special.NaNToNum", x)
	defer c.Leave()
	y := b.Where(b.IsNaN(x), c.Fill(x, nan), x)
	for _, end := range []struct{ at, to float64 }{{math.Inf(1), posInf}, {math.Inf(-1), negInf}} {
		y = b.Where(c.EqConst(x, end.at), c.Fill(x, end.to), y)
	}
	return y
}

// AddCMul is x + by·y·z, broadcast.
func AddCMul(b *graph.Builder, x, y, z *gorgonia.Node, by float64) *gorgonia.Node {
	c := build.Enter(b, "special.AddCMul", x, y, z)
	defer c.Leave()
	return b.Add(x, b.Scale(b.Mul(y, z), by))
}

// AddCDiv is x + by·y/z, broadcast.
func AddCDiv(b *graph.Builder, x, y, z *gorgonia.Node, by float64) *gorgonia.Node {
	c := build.Enter(b, "special.AddCDiv", x, y, z)
	defer c.Leave()
	return b.Add(x, b.Scale(b.Div(y, z), by))
}
