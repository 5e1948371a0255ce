package nn

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Mix says how Mixup or CutMix has mixed the examples of a batch. Outside of training both
// nodes are nil, and nothing is mixed.
type Mix struct {
	Weight  *gorgonia.Node // the share of each example itself, in [0, 1]; a scalar
	Partner *gorgonia.Node // the index of the example that it is mixed with: Ints [N]

	back *gorgonia.Node // the index of the example that is mixed with it: Ints [N]
}

// newMix draws the partners of n examples.
func newMix(b *graph.Builder, weight *gorgonia.Node, n int) Mix {
	partner := b.Permutation(n)
	number := b.Take(b.Const(counts(n), n), partner) // as floats, to sort by
	return Mix{weight, partner, b.ArgSort(number, 0, graph.Ascending)}
}

// counts returns 0, 1, ... to before n.
func counts(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(i)
	}
	return v
}

// Mixup mixes each example with another one of the batch, which is drawn:
//
//	λ·x + (1−λ)·x[Partner]
//
// (Zhang et al. 2018). One λ for the batch is from the distribution Beta(alpha, alpha). Small
// alpha, such as 0.2, mix little; 1 draws λ uniformly. Targets are mixed by Mix.Loss:
//
//	x, mix := nn.Mixup(b, b.Input("x", n, 64), 0.2)
//	logits := nn.Dense(b, "out", x, 10, nn.Identity)
//	l := mix.Loss(b, logits, b.Ints("y", n), func(logits, y *gorgonia.Node) *gorgonia.Node {
//		return loss.CrossEntropy(b, logits, y)
//	})
//
// x: [N, ...], result: the shape of x. Outside of training it returns x itself. It draws as
// Dropout does: anew in every run. λ comes from two uniform numbers by Bailey's formula for
// Student's t distribution (Mathematics of Computation 62, 1994).
//
// Errors: ErrShape for x without examples, ErrOption for alpha ≤ 0.
func Mixup(b *graph.Builder, x *gorgonia.Node, alpha float64) (*gorgonia.Node, Mix) {
	c := build.Enter(b, "nn.Mixup", x)
	defer c.Leave()
	_, n, ok := c.Extent(x, 0, 1)
	if !ok || !c.Checks().Above("alpha", alpha, 0).OK() {
		return nil, Mix{}
	}
	if !mixes(c, 3) {
		return x, Mix{}
	}
	m := newMix(b, symmetricBeta(b, alpha), n)
	return m.of(b, x, b.Take(x, m.Partner)), m
}

// CutMix replaces a box of each image by that of another one of the batch, which is drawn
// (Yun et al. 2019). The box is at one place in all images, with its centre anywhere. Its
// share of the image is 1−λ, with λ from the distribution Beta(alpha, alpha); 1 draws it
// uniformly. Its sides are rounded to even numbers of pixels, and what lies outside of the
// image is cut off, as in the program of the authors. Mix.Weight is the share of what stays,
// and Mix.Loss mixes the targets; see Mixup.
//
// x: [N, C, ...] with one or more axes of space, result: the shape of x. Outside of training
// it returns x itself. It draws as Dropout does: anew in every run.
//
// Errors: ErrShape for x without axes of space, ErrOption for alpha ≤ 0.
func CutMix(b *graph.Builder, x *gorgonia.Node, alpha float64) (*gorgonia.Node, Mix) {
	c := build.Enter(b, "nn.CutMix", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.OK() && len(s) < 3 {
		c.Refuse(mistake.Shapef("got %v, want images [N, C, ...]", s))
	}
	if !c.Checks().Above("alpha", alpha, 0).OK() {
		return nil, Mix{}
	}
	if !mixes(c, len(s)+1) {
		return x, Mix{}
	}
	side := b.PowConst(c.OneMinus(symmetricBeta(b, alpha)), 1/float64(len(s)-2))
	box, share := b.Scalar(1), b.Scalar(1)
	for axis := 2; axis < len(s); axis++ {
		inside := interval(b, side, axis, s)
		box = b.Mul(box, inside)
		share = b.Mul(share, b.Scale(b.Sum(inside), 1/float64(s[axis])))
	}
	m := newMix(b, c.OneMinus(share), s[0])
	return b.Where(box, b.Take(x, m.Partner), x), m
}

// mixes says whether examples are mixed now. If not it skips the draws.
func mixes(c *build.Core, draws int) bool {
	if c.Training {
		return true
	}
	for range draws {
		c.SkipDraw()
	}
	return false
}

// interval draws an interval along an axis of x: 1 inside and 0 outside, on that axis and
// others of extent 1. side is its share of the axis, before it is cut off at the ends.
func interval(b *graph.Builder, side *gorgonia.Node, axis int, x []int) *gorgonia.Node {
	n, shape := x[axis], slices.Repeat([]int{1}, len(x))
	shape[axis] = n
	place := b.Const(counts(n), shape...)
	centre := b.Floor(b.Scale(b.Uniform(), float64(n)))
	half := b.Floor(b.Scale(b.Floor(b.Scale(side, float64(n))), 0.5))
	return b.Mul(b.GreaterEqual(place, b.Sub(centre, half)), b.Less(place, b.Add(centre, half)))
}

// symmetricBeta draws a number of the distribution Beta(alpha, alpha): (1 + t/√(2·alpha +
// t²))/2 for a number t of Student's t distribution with 2·alpha degrees of freedom, which
// is √(2·alpha·(u^(−1/alpha) − 1))·cos 2πv for uniform u and v. Here it is multiplied by
// u^(1/alpha), so that nothing overflows.
func symmetricBeta(b *graph.Builder, alpha float64) *gorgonia.Node {
	q := b.PowConst(b.Uniform(), 1/alpha)
	cos := b.Cos(b.Scale(b.Uniform(), 2*math.Pi))
	part := b.Mul(b.Square(cos), build.Of(b).OneMinus(q))
	root := b.Sqrt(b.Div(part, b.Add(part, q)))
	return b.Scale(b.AddConst(b.Mul(b.Sign(cos), root), 1), 0.5)
}

// of returns Weight·x + (1−Weight)·y.
func (m Mix) of(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	return b.Add(b.Mul(m.Weight, x), b.Mul(build.Of(b).OneMinus(m.Weight), y))
}

// Loss returns the loss of mixed examples for their targets and those of their partners,
//
//	Weight·f(output, y) + (1−Weight)·f(output, y[Partner])
//
// for outputs and targets with the batch first, and a function f that adds a loss to b: the
// mean or the sum over the examples. The second f gets the targets as they are, and the
// outputs in the order that goes with them. Outside of training it is f(output, y).
//
// Errors: ErrOption for a nil f; ErrShape for a loss of more than one element.
func (m Mix) Loss(b *graph.Builder, output, y *gorgonia.Node, f func(output, y *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.Mix.Loss", output, y)
	defer c.Leave()
	if c.OK() && f == nil {
		c.Refuse(mistake.Optionf("got a nil function, want the loss of outputs and targets"))
	}
	switch {
	case !c.OK():
		return nil
	case m.Weight == nil:
		return f(output, y)
	}
	own, other := f(output, y), f(b.Take(output, m.back), y)
	if s := c.Shape(own); c.OK() && s.Size() != 1 {
		c.Refuse(mistake.Shapef("got a loss of the shape %v, want one element", s))
		return nil
	}
	return m.of(b, own, other)
}
