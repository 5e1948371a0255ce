package loss

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// MSE returns the mean squared error, the mean of
//
//	(x − y)²
//
// Predictions x and targets y have one shape. Each returns that shape; Mean divides by
// the number of elements.
func MSE(b *graph.Builder, x, y *gorgonia.Node, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.MSE", x, y)
	defer c.Leave()
	if !c.Checks().Optional(len(r)).Alike(x, y).OK() {
		return nil
	}
	return reduce(b, b.Square(b.Sub(x, y)), first(r))
}

// MAE returns the mean absolute error, the mean of
//
//	|x − y|
//
// Predictions x and targets y have one shape. Each returns that shape; Mean divides by
// the number of elements. The derivative at x = y is 0.
func MAE(b *graph.Builder, x, y *gorgonia.Node, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.MAE", x, y)
	defer c.Leave()
	if !c.Checks().Optional(len(r)).Alike(x, y).OK() {
		return nil
	}
	return reduce(b, b.Abs(b.Sub(x, y)), first(r))
}

// Huber returns the mean of Huber's loss of the errors e = x − y,
//
//	e²/2                  where |e| ≤ delta
//	delta·(|e| − delta/2) elsewhere
//
// (Huber 1964). Predictions x and targets y have one shape; delta > 0. Each returns the
// shape of x; Mean divides by the number of elements. The derivative at infinite e is
// ±delta.
func Huber(b *graph.Builder, x, y *gorgonia.Node, delta float64, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.Huber", x, y)
	defer c.Leave()
	if !c.Checks().Optional(len(r)).Alike(x, y).Above("delta", delta, 0).OK() {
		return nil
	}
	near, size, far := nearAndFar(b, x, y, delta)
	each := b.Where(far, b.Scale(b.AddConst(size, -0.5*delta), delta), b.Scale(b.Square(near), 0.5))
	return reduce(b, each, first(r))
}

// SmoothL1 returns the mean of the smooth L1 loss of the errors e = x − y,
//
//	e²/(2·beta)  where |e| ≤ beta
//	|e| − beta/2 elsewhere
//
// (Girshick 2015, equation 3, where beta is 1). Predictions x and targets y have one
// shape; beta ≥ 0. Each returns the shape of x; Mean divides by the number of elements.
// A beta of 0, or one so small that float32 has no 1/beta, gives |e|.
func SmoothL1(b *graph.Builder, x, y *gorgonia.Node, beta float64, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.SmoothL1", x, y)
	defer c.Leave()
	if !c.Checks().Optional(len(r)).Alike(x, y).AtLeast("beta", beta, 0).OK() {
		return nil
	}
	if beta < 1/math.MaxFloat32 {
		return reduce(b, b.Abs(b.Sub(x, y)), first(r))
	}
	near, size, far := nearAndFar(b, x, y, beta)
	each := b.Where(far, b.AddConst(size, -0.5*beta), b.Scale(b.Square(near), 0.5/beta))
	return reduce(b, each, first(r))
}

// nearAndFar returns size = |x − y|; far, which is 1 where size is above the bound; and
// near, which is size where it is not far and 0 elsewhere, so that the square of near has
// no infinite slope.
func nearAndFar(b *graph.Builder, x, y *gorgonia.Node, bound float64) (near, size, far *gorgonia.Node) {
	c := build.Of(b)
	size = b.Abs(b.Sub(x, y))
	far = c.GtConst(size, bound)
	return b.Where(far, c.Fill(size, 0), size), size, far
}

// PoissonNLLOptions are the settings of PoissonNLL.
type PoissonNLLOptions struct {
	// Rate says that x is the rate (the expected count) itself. By default x is its
	// logarithm.
	Rate bool
	// Eps ≥ 0 is added to the rate before its logarithm is taken. It needs Rate.
	Eps float64
	// Full adds Stirling's formula for log y!, y·log y − y + ½·log 2πy, where y > 1.
	Full bool
	// Reduction is Mean by default.
	Reduction Reduction
}

// PoissonNLL returns the mean of the negative log likelihood of counts y under Poisson
// distributions, without the term log y! that no prediction changes,
//
//	eˣ − y·x             x is the logarithm of the rate
//	x − y·log(x + Eps)   x is the rate (Rate: true)
//
// Predictions x and targets y ≥ 0 have one shape. Each returns that shape; Mean divides
// by the number of elements. A count of 0 leaves the logarithm out.
func PoissonNLL(b *graph.Builder, x, y *gorgonia.Node, options ...PoissonNLLOptions) *gorgonia.Node {
	c := build.Enter(b, "loss.PoissonNLL", x, y)
	defer c.Leave()
	o := first(options)
	l := c.Checks().Optional(len(options)).Alike(x, y).AtLeast("eps", o.Eps, 0).Targets(y, graph.NotNegative)
	if !l.Setting("eps", o.Eps, o.Rate || o.Eps == 0, "0 without the option Rate").OK() {
		return nil
	}
	var each *gorgonia.Node
	if !o.Rate {
		each = b.Sub(b.Exp(x), c.Weigh(y, x))
	} else {
		rate := b.AddConst(x, o.Eps)
		neither := b.Mul(c.EqConst(y, 0), c.EqConst(rate, 0))
		each = b.Sub(x, c.Weigh(y, b.Log(b.Where(neither, c.Fill(x, 1), rate))))
	}
	if o.Full {
		few := c.LeConst(y, 1)
		safe := b.Where(few, c.Fill(y, 1), y)
		stirling := b.Add(b.Sub(b.Mul(safe, b.Log(safe)), safe), b.Scale(b.Log(b.Scale(safe, 2*math.Pi)), 0.5))
		each = b.Add(each, b.Where(few, c.Fill(y, 0), stirling))
	}
	return reduce(b, each, o.Reduction)
}

// GaussianNLLOptions are the settings of GaussianNLL.
type GaussianNLLOptions struct {
	// Eps > 0 is the smallest variance. Smaller ones count as Eps, with the gradient
	// that Eps would have, as in PyTorch. 0 means 1e-6.
	Eps float64
	// Full adds ½·log 2π, the term that no prediction changes.
	Full bool
	// Reduction is Mean by default.
	Reduction Reduction
}

// GaussianNLL returns the mean of the negative log likelihood of the targets y under
// normal distributions of mean x and variance v,
//
//	½·(log v + (x − y)²/v)
//
// Predictions x and targets y have one shape; v ≥ 0 broadcasts to it (Nix and Weigend
// 1994). Each returns the shape of x; Mean divides by the number of elements.
func GaussianNLL(b *graph.Builder, x, y, v *gorgonia.Node, options ...GaussianNLLOptions) *gorgonia.Node {
	c := build.Enter(b, "loss.GaussianNLL", x, y, v)
	defer c.Leave()
	o := first(options)
	if o.Eps == 0 {
		o.Eps = 1e-6
	}
	l := c.Checks().Optional(len(options)).Alike(x, y).Onto(x, v).Above("eps", o.Eps, 0)
	if !l.Targets(v, graph.NotNegative).OK() {
		return nil
	}
	held := b.AddConst(b.Sub(v, b.StopGradient(v)), o.Eps)
	v = b.Where(c.LtConst(v, o.Eps), held, v)
	each := b.Scale(b.Add(b.Log(v), b.Div(b.Square(b.Sub(x, y)), v)), 0.5)
	if o.Full {
		each = b.AddConst(each, 0.5*math.Log(2*math.Pi))
	}
	return reduce(b, each, o.Reduction)
}
