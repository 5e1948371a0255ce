package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Mish returns x·tanh(softplus x) (Misra 2019).
func Mish(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.Mish", x)
	defer c.Leave()
	return c.Mish(x)
}

// Softsign returns x/(1 + |x|), which is ±1 at ±Inf.
func Softsign(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.Softsign", x)
	defer c.Leave()
	return c.Softsign(x)
}

// SELU returns λ·x for x > 0, else λ·α·(eˣ − 1), with the λ ≈ 1.0507 and α ≈ 1.6733 that
// keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017).
func SELU(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.SELU", x)
	defer c.Leave()
	return c.Selu(x)
}

// CELU returns x for x > 0, else alpha·(e^(x/alpha) − 1) (Barron 2017).
//
// Errors: ErrOption for alpha = 0.
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

// HardTanh returns x clamped to [−1, 1].
func HardTanh(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.HardTanh", x)
	defer c.Leave()
	return c.HardTanh(x)
}

// HardTanhTo returns x clamped to [lo, hi]. The gradient is 0 at the bounds and outside.
// Builder.Clamp is the same with the gradient 1 at the bounds.
func HardTanhTo(b *graph.Builder, x *gorgonia.Node, lo, hi float64) *gorgonia.Node {
	c := build.Enter(b, "nn.HardTanhTo", x)
	defer c.Leave()
	inside := b.Mul(c.GtConst(x, lo), c.LtConst(x, hi))
	return b.Where(b.Add(inside, b.IsNaN(x)), x, b.Where(c.LeConst(x, min(lo, hi)), c.Fill(x, min(lo, hi)), c.Fill(x, hi)))
}

// ReLU6 returns x clamped to [0, 6] (Howard et al. 2017). The gradient is 0 at the bounds.
func ReLU6(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.ReLU6", x)
	defer c.Leave()
	return HardTanhTo(b, x, 0, 6)
}

// HardSigmoid returns x/6 + 1/2 clamped to [0, 1].
func HardSigmoid(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.HardSigmoid", x)
	defer c.Leave()
	return c.HardSigmoid(x)
}

// HardSwish returns x·HardSigmoid(x) (Howard et al. 2019).
func HardSwish(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.HardSwish", x)
	defer c.Leave()
	return c.HardSwish(x)
}

// SoftplusBeta returns log(1 + e^(beta·x))/beta. Where beta·x is above the threshold it
// returns x, from which it then differs by less than e^−threshold/beta.
func SoftplusBeta(b *graph.Builder, x *gorgonia.Node, beta, threshold float64) *gorgonia.Node {
	c := build.Enter(b, "nn.SoftplusBeta", x)
	defer c.Leave()
	y := b.Scale(b.Softplus(b.Scale(x, beta)), 1/beta)
	return b.Where(c.GtConst(b.Scale(x, beta), threshold), x, y)
}

// TanhShrink returns x − tanh x, without cancellation near 0.
func TanhShrink(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.TanhShrink", x)
	defer c.Leave()
	return c.TanhShrink(x)
}

// SoftShrink returns x − width·sign(x) for |x| > width, else 0: x moved towards 0.
// width ≥ 0.
func SoftShrink(b *graph.Builder, x *gorgonia.Node, width float64) *gorgonia.Node {
	c := build.Enter(b, "nn.SoftShrink", x)
	defer c.Leave()
	return b.Where(c.LeConst(b.Abs(x), width), c.Fill(x, 0), b.Sub(x, b.Scale(b.Sign(x), width)))
}

// HardShrink returns x for |x| > width, else 0.
func HardShrink(b *graph.Builder, x *gorgonia.Node, width float64) *gorgonia.Node {
	c := build.Enter(b, "nn.HardShrink", x)
	defer c.Leave()
	return b.Where(c.LeConst(b.Abs(x), width), c.Fill(x, 0), x)
}

// Threshold returns x for x > above, else value.
func Threshold(b *graph.Builder, x *gorgonia.Node, above, value float64) *gorgonia.Node {
	c := build.Enter(b, "nn.Threshold", x)
	defer c.Leave()
	return b.Where(c.LeConst(x, above), c.Fill(x, value), x)
}

// GLU returns u·sigmoid(v), the gated linear unit: u is the first half of x along the
// axis and v the second (Dauphin et al. 2017). The result has half of x's extent there.
//
// Errors: ErrShape for an odd extent.
func GLU(b *graph.Builder, x *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "nn.GLU", x)
	defer c.Leave()
	k, ok := c.Axis(x, axis)
	if !ok {
		return nil
	}
	n := c.Shape(x)[k]
	if n%2 != 0 {
		c.Refuse(mistake.Shapef("got %d elements along axis %d, want an even number", n, axis))
		return nil
	}
	return b.Mul(c.Along(x, k, graph.Range(0, n/2)), b.Sigmoid(c.Along(x, k, graph.Range(n/2, n))))
}

// PReLUOptions are the settings of PReLU.
type PReLUOptions struct {
	OneSlope bool              // one slope for all channels
	Slope    graph.Initializer // of the slopes; nil: Constant(0.25)
}

// PReLU returns x for x > 0, else slope·x, with a slope that is learned for each channel
// (He et al. 2015). x: [N, C, ...], result: the shape of x.
//
// It owns name/slope: [C], or [1] with OneSlope, where x may have any shape. SlopedReLU
// is the same for slopes that are given.
//
// Errors: ErrShape for x without a channel axis.
func PReLU(b *graph.Builder, name string, x *gorgonia.Node, o PReLUOptions) *gorgonia.Node {
	c := enter(b, "nn.PReLU", name, x)
	defer c.Leave()
	s, n := c.Shape(x), 1
	if !o.OneSlope {
		if c.OK() && len(s) < 2 {
			c.Refuse(mistake.Shapef("got %v, want [N, C, ...] or OneSlope", s))
		}
		if !c.OK() {
			return nil
		}
		n = s[1]
	}
	var y *gorgonia.Node
	own(b, name, "PReLU", func(l layer) {
		y = SlopedReLU(b, x, l.param("slope", o.Slope, graph.Constant(0.25), n))
	})
	return c.Label(name, y)
}

// SlopedReLU returns x for x > 0, else slope·x. x: [N, C, ...], slope: [C], with a slope
// for each channel; or x of any shape and a slope of one element. PReLU owns its slope.
//
// Errors: ErrShape for slopes that do not fit.
func SlopedReLU(b *graph.Builder, x, slope *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.SlopedReLU", x, slope)
	defer c.Leave()
	s, w := c.Shape(x), c.Shape(slope)
	if !c.OK() {
		return nil
	}
	if w.Size() == 1 {
		slope = b.Reshape(slope)
	} else {
		if len(s) < 2 || len(w) != 1 || w[0] != s[1] {
			c.Refuse(mistake.Shapef("got %v and the slopes %v, want one slope, or [N, C, ...] and [C]", s, w))
			return nil
		}
		slope = c.Channels(slope, x)
	}
	right := c.GtConst(x, 0)
	return b.Where(right, x, b.Mul(slope, b.Where(right, c.Fill(x, 0), x)))
}
