package graph

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file publishes functions of one element that are made of the operators,
// around remainders, signs, bounds and what is no number.

var broadcastShape = op.BroadcastShape

// Frac is x − Trunc(x): what stands behind the point, with x's sign.
func (b *Builder) Frac(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Frac", x).Leave()
	return b.Sub(x, b.Trunc(x))
}

// RoundDecimals rounds to so many decimals, halves to the even digit; a negative
// number counts places before the point. Numbers that have no digit so far behind the
// point stay, and those far below the place are 0. It has no gradient.
func (b *Builder) RoundDecimals(x *gorgonia.Node, decimals int) *gorgonia.Node {
	defer b.c.Enter("graph.RoundDecimals", x).Leave()
	t := b.c.Type(x)
	if b.c.Err != nil {
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
		below := b.c.EqConst(tens, 0) // k may be infinite
		return b.Where(b.c.IsInf(x), x, b.Where(below, tens, b.Mul(tens, k)))
	}
	scaled := b.Mul(x, k)
	whole := b.c.EqConst(b.Sub(scaled, scaled), 0) // x·k is finite
	return b.Where(whole, b.Div(b.Round(scaled), k), x)
}

// FMod is the remainder of x/y with x's sign, broadcast: exact, as C's fmod. It is x
// where y is infinite, NaN where y is 0 or x is infinite. Its derivatives are 1 and
// −Trunc(x/y).
func (b *Builder) FMod(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.FMod", x, y).Leave()
	return b.c.FMod(x, y)
}

// Remainder is the remainder of x/y with y's sign, broadcast, as Python's %. Where y
// is infinite it is x, or y if the signs differ; NaN where y is 0 or x is infinite. Its
// derivatives are 1 and −Floor(x/y).
func (b *Builder) Remainder(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Remainder", x, y).Leave()
	return b.c.Remainder(x, y)
}

// CopySign is |x| with y's sign, broadcast; a y of −0 counts as negative. y has no
// gradient.
func (b *Builder) CopySign(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.CopySign", x, y).Leave()
	x, y = b.c.Together(x, y)
	if b.c.Err != nil {
		return nil
	}
	negative := b.Less(b.Where(b.c.EqConst(y, 0), b.Reciprocal(y), y), b.c.Fill(y, 0))
	return b.Mul(b.Abs(x), b.Where(negative, b.c.Fill(x, -1), b.c.Fill(x, 1)))
}

// Heaviside is 0 for x < 0, y for x = 0 and 1 for x > 0, broadcast. x has no
// gradient.
func (b *Builder) Heaviside(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Heaviside", x, y).Leave()
	x, y = b.c.Together(x, y)
	if b.c.Err != nil {
		return nil
	}
	step := b.Where(b.IsNaN(x), b.StopGradient(x), b.c.GtConst(x, 0))
	return b.Where(b.c.EqConst(x, 0), y, step)
}

// LDexp is x·2ʸ, broadcast.
func (b *Builder) LDexp(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LDexp", x, y).Leave()
	return b.Mul(x, b.Exp2(y))
}

// Degrees turns radians into degrees.
func (b *Builder) Degrees(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Degrees", x).Leave()
	return b.Scale(x, 180/math.Pi)
}

// Radians turns degrees into radians.
func (b *Builder) Radians(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Radians", x).Leave()
	return b.Scale(x, math.Pi/180)
}

// FMax is the larger of x and y, broadcast, and the other one where one is NaN.
func (b *Builder) FMax(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.FMax", x, y).Leave()
	return b.but(x, y, b.Maximum)
}

// FMin is the smaller of x and y, broadcast, and the other one where one is NaN.
func (b *Builder) FMin(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.FMin", x, y).Leave()
	return b.but(x, y, b.Minimum)
}

// but is f where neither is NaN, and the other one where one is.
func (b *Builder) but(x, y *gorgonia.Node, f func(x, y *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	return b.Where(b.IsNaN(x), y, b.Where(b.IsNaN(y), x, f(x, y)))
}

// ClampTo returns x held to [lo, hi], arrays that broadcast; either may be nil. The
// gradient goes to x inside and at the bounds, to the bound beyond. The result is NaN
// where x is NaN and where a bound is NaN.
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

// NaNToNum is x with the numbers in place of NaN, +Inf and -Inf, which have no
// gradient.
func (b *Builder) NaNToNum(x *gorgonia.Node, nan, posInf, negInf float64) *gorgonia.Node {
	defer b.c.Enter("graph.NaNToNum", x).Leave()
	y := b.Where(b.IsNaN(x), b.c.Fill(x, nan), x)
	for _, end := range []struct{ at, to float64 }{{math.Inf(1), posInf}, {math.Inf(-1), negInf}} {
		y = b.Where(b.c.EqConst(x, end.at), b.c.Fill(x, end.to), y)
	}
	return y
}

// AddCMul is x + by·y·z, broadcast.
func (b *Builder) AddCMul(x, y, z *gorgonia.Node, by float64) *gorgonia.Node {
	defer b.c.Enter("graph.AddCMul", x, y, z).Leave()
	return b.Add(x, b.Scale(b.Mul(y, z), by))
}

// AddCDiv is x + by·y/z, broadcast.
func (b *Builder) AddCDiv(x, y, z *gorgonia.Node, by float64) *gorgonia.Node {
	defer b.c.Enter("graph.AddCDiv", x, y, z).Leave()
	return b.Add(x, b.Scale(b.Div(y, z), by))
}

// CELU is x for x > 0, else alpha·(e^(x/alpha) − 1) (Barron 2017). alpha ≠ 0.
func (b *Builder) CELU(x *gorgonia.Node, alpha float64) *gorgonia.Node {
	defer b.c.Enter("graph.CELU", x).Leave()
	if alpha == 0 {
		b.c.Refuse(mistake.Optionf("got the alpha 0, want another number"))
		return nil
	}
	safe := b.Where(b.c.GtConst(x, 0), b.c.Fill(x, 0), x)
	return b.Where(b.c.GtConst(x, 0), x, b.Scale(b.Expm1(b.Scale(safe, 1/alpha)), alpha))
}

// ReLU6 is x held to [0, 6], with the gradient 0 at the bounds.
func (b *Builder) ReLU6(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.ReLU6", x).Leave()
	return b.HardTanhTo(x, 0, 6)
}

// HardTanhTo is x held to [lo, hi], with the gradient 0 at the bounds.
func (b *Builder) HardTanhTo(x *gorgonia.Node, lo, hi float64) *gorgonia.Node {
	defer b.c.Enter("graph.HardTanhTo", x).Leave()
	inside := b.Mul(b.c.GtConst(x, lo), b.c.LtConst(x, hi))
	return b.Where(b.Add(inside, b.IsNaN(x)), x, b.Where(b.c.LeConst(x, min(lo, hi)), b.c.Fill(x, min(lo, hi)), b.c.Fill(x, hi)))
}

// SoftplusBeta is log(1 + e^(beta·x))/beta, and x itself where beta·x is above the
// threshold.
func (b *Builder) SoftplusBeta(x *gorgonia.Node, beta, threshold float64) *gorgonia.Node {
	defer b.c.Enter("graph.SoftplusBeta", x).Leave()
	y := b.Scale(b.Softplus(b.Scale(x, beta)), 1/beta)
	return b.Where(b.c.GtConst(b.Scale(x, beta), threshold), x, y)
}

// TanhShrink is x − tanh x, with all digits near 0.
func (b *Builder) TanhShrink(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.TanhShrink", x).Leave()
	return b.c.TanhShrink(x)
}

// SoftShrink is x moved towards 0 by the width: 0 for |x| ≤ width ≥ 0.
func (b *Builder) SoftShrink(x *gorgonia.Node, width float64) *gorgonia.Node {
	defer b.c.Enter("graph.SoftShrink", x).Leave()
	return b.Where(b.c.LeConst(b.Abs(x), width), b.c.Fill(x, 0), b.Sub(x, b.Scale(b.Sign(x), width)))
}

// HardShrink is x where |x| > width, else 0.
func (b *Builder) HardShrink(x *gorgonia.Node, width float64) *gorgonia.Node {
	defer b.c.Enter("graph.HardShrink", x).Leave()
	return b.Where(b.c.LeConst(b.Abs(x), width), b.c.Fill(x, 0), x)
}

// Threshold is x where x > above, else value.
func (b *Builder) Threshold(x *gorgonia.Node, above, value float64) *gorgonia.Node {
	defer b.c.Enter("graph.Threshold", x).Leave()
	return b.Where(b.c.LeConst(x, above), b.c.Fill(x, value), x)
}

// PReLU is x for x > 0, else slope·x, with a slope for each channel, [C], or one
// for all: x: [N, C, ...] (He et al. 2015).
func (b *Builder) PReLU(x, slope *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.PReLU", x, slope).Leave()
	s, w := b.c.Shape(x), b.c.Shape(slope)
	if b.c.Err != nil {
		return nil
	}
	if w.Size() == 1 {
		slope = b.Reshape(slope)
	} else {
		if len(s) < 2 || len(w) != 1 || w[0] != s[1] {
			b.c.Refuse(mistake.Shapef("got %v and the slopes %v, want one slope, or one for each channel of [N, C, ...]", s, w))
			return nil
		}
		slope = b.c.Channels(slope, x)
	}
	right := b.c.GtConst(x, 0)
	return b.Where(right, x, b.Mul(slope, b.Where(right, b.c.Fill(x, 0), x)))
}

// GLU is u·sigmoid(v), u and v being the halves of x along the axis (Dauphin et
// al. 2017).
func (b *Builder) GLU(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.GLU", x).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	n := b.c.Shape(x)[k]
	if n%2 != 0 {
		b.c.Refuse(mistake.Shapef("got %d places on axis %d, want an even number", n, axis))
		return nil
	}
	return b.Mul(b.c.Along(x, k, Range(0, n/2)), b.Sigmoid(b.c.Along(x, k, Range(n/2, n))))
}
