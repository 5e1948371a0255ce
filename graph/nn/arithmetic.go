package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// CELU is x for x > 0, else alpha·(e^(x/alpha) − 1) (Barron 2017). alpha ≠ 0.
func CELU(b *graph.Builder, x *gorgonia.Node, alpha float64) *gorgonia.Node {
	c := build.Enter(b, "nn.CELU", x)
	defer c.Leave()
	if alpha == 0 {
		c.Refuse(mistake.Optionf("got the alpha 0, want another number"))
		return nil
	}
	safe := b.Where(c.GtConst(x, 0), c.Fill(x, 0), x)
	return b.Where(c.GtConst(x, 0), x, b.Scale(b.Expm1(b.Scale(safe, 1/alpha)), alpha))
}

// ReLU6 is x held to [0, 6], with the gradient 0 at the bounds.
func ReLU6(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.ReLU6", x)
	defer c.Leave()
	return HardTanhTo(b, x, 0, 6)
}

// HardTanhTo is x held to [lo, hi], with the gradient 0 at the bounds.
func HardTanhTo(b *graph.Builder, x *gorgonia.Node, lo, hi float64) *gorgonia.Node {
	c := build.Enter(b, "nn.HardTanhTo", x)
	defer c.Leave()
	inside := b.Mul(c.GtConst(x, lo), c.LtConst(x, hi))
	return b.Where(b.Add(inside, b.IsNaN(x)), x, b.Where(c.LeConst(x, min(lo, hi)), c.Fill(x, min(lo, hi)), c.Fill(x, hi)))
}

// SoftplusBeta is log(1 + e^(beta·x))/beta, and x itself where beta·x is above the
// threshold.
func SoftplusBeta(b *graph.Builder, x *gorgonia.Node, beta, threshold float64) *gorgonia.Node {
	c := build.Enter(b, "nn.SoftplusBeta", x)
	defer c.Leave()
	y := b.Scale(b.Softplus(b.Scale(x, beta)), 1/beta)
	return b.Where(c.GtConst(b.Scale(x, beta), threshold), x, y)
}

// TanhShrink is x − tanh x, with all digits near 0.
func TanhShrink(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.TanhShrink", x)
	defer c.Leave()
	return c.TanhShrink(x)
}

// SoftShrink is x moved towards 0 by the width: 0 for |x| ≤ width ≥ 0.
func SoftShrink(b *graph.Builder, x *gorgonia.Node, width float64) *gorgonia.Node {
	c := build.Enter(b, "nn.SoftShrink", x)
	defer c.Leave()
	return b.Where(c.LeConst(b.Abs(x), width), c.Fill(x, 0), b.Sub(x, b.Scale(b.Sign(x), width)))
}

// HardShrink is x where |x| > width, else 0.
func HardShrink(b *graph.Builder, x *gorgonia.Node, width float64) *gorgonia.Node {
	c := build.Enter(b, "nn.HardShrink", x)
	defer c.Leave()
	return b.Where(c.LeConst(b.Abs(x), width), c.Fill(x, 0), x)
}

// Threshold is x where x > above, else value.
func Threshold(b *graph.Builder, x *gorgonia.Node, above, value float64) *gorgonia.Node {
	c := build.Enter(b, "nn.Threshold", x)
	defer c.Leave()
	return b.Where(c.LeConst(x, above), c.Fill(x, value), x)
}

// PReLU is x for x > 0, else slope·x, with a slope for each channel, [C], or one
// for all: x: [N, C, ...] (He et al. 2015).
func PReLU(b *graph.Builder, x, slope *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.PReLU", x, slope)
	defer c.Leave()
	s, w := c.Shape(x), c.Shape(slope)
	if c.Err != nil {
		return nil
	}
	if w.Size() == 1 {
		slope = b.Reshape(slope)
	} else {
		if len(s) < 2 || len(w) != 1 || w[0] != s[1] {
			c.Refuse(mistake.Shapef("got %v and the slopes %v, want one slope, or one for each channel of [N, C, ...]", s, w))
			return nil
		}
		slope = c.Channels(slope, x)
	}
	right := c.GtConst(x, 0)
	return b.Where(right, x, b.Mul(slope, b.Where(right, c.Fill(x, 0), x)))
}

// GLU is u·sigmoid(v), u and v being the halves of x along the axis (Dauphin et
// al. 2017).
func GLU(b *graph.Builder, x *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "nn.GLU", x)
	defer c.Leave()
	k, ok := c.Axis(x, axis)
	if !ok {
		return nil
	}
	n := c.Shape(x)[k]
	if n%2 != 0 {
		c.Refuse(mistake.Shapef("got %d places on axis %d, want an even number", n, axis))
		return nil
	}
	return b.Mul(c.Along(x, k, graph.Range(0, n/2)), b.Sigmoid(c.Along(x, k, graph.Range(n/2, n))))
}
