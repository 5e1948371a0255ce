package nn

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Attention returns softmax(q·kᵀ/√D + mask)·v, scaled dot-product attention, with the
// softmax over the keys (Vaswani et al. 2017, equation 1). Queries q: [..., M, D], keys k:
// [..., K, D], values v: [..., K, E]; result: [..., M, E].
//
// mask may be nil. It is added to the scores and broadcasts to [..., M, K]: -Inf hides a
// key from a query, whatever the score is. A query that sees no key gives zeros and takes
// no part in any gradient. A key has no influence on a query that it is hidden from, even
// where the key or its value is infinite or NaN. With a mask, a query that sees such a
// key gives NaN. CausalMask and PaddingMask make masks; their sum hides what one of them
// hides.
//
// Errors: ErrShape for shapes that do not fit.
func Attention(b *graph.Builder, q, k, v, mask *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.Attention", q, k, v, mask)
	defer c.Leave()
	if err := attentionShapes(c.Shape(q), c.Shape(k), c.Shape(v)); c.OK() && err != nil {
		c.Refuse(err)
	}
	if !c.OK() {
		return nil
	}
	a := attended{q: q, k: k, v: v, mask: mask}
	if mask != nil {
		a.spoilt = spoilt(b, k, v)
	}
	return a.sum(b)
}

// attended are the operands of attention, whose shapes fit.
type attended struct {
	q, k, v *gorgonia.Node
	mask    *gorgonia.Node // nil: none
	spoilt  *gorgonia.Node // with a mask: what spoilt returns for k and v
	allSee  bool           // the mask leaves each query a key
	dropout float64        // rate at which weights are dropped
}

// sum returns the values weighed by the softmax of the scores.
func (a attended) sum(b *graph.Builder) *gorgonia.Node {
	c := build.Of(b)
	s := c.Shape(a.q)
	if !c.OK() {
		return nil
	}
	if a.mask != nil {
		a.k, a.v = finite(b, a.k), finite(b, a.v)
	}
	scores := b.Scale(c.MatMulT(a.q, a.k, false, true), 1/math.Sqrt(float64(s[len(s)-1])))
	if !c.Checks().Onto(scores, a.mask).OK() {
		return nil
	}
	var blind *gorgonia.Node
	if a.mask != nil {
		scores = b.Add(scores, b.SwapAxes(a.spoilt, -1, -2))
		scores, blind = a.masked(b, scores)
	}
	weights := b.Softmax(scores)
	if a.dropout != 0 {
		weights = Dropout(b, weights, a.dropout)
	}
	y := b.MatMul(weights, a.v)
	if blind != nil {
		y = b.Where(blind, b.Scalar(0), y)
	}
	return y
}

// finite returns x with zeros for elements that are infinite or NaN. A product would
// spread those of keys and values to the queries that do not see them: 0·NaN is NaN.
func finite(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	return b.Where(build.Of(b).LtConst(b.Abs(x), math.Inf(1)), x, b.Scalar(0))
}

// spoilt returns NaN for the keys: [..., K, D] that are not finite, they or their values:
// [..., K, E], and 0 for the others: [..., K, 1]. It belongs to the scores, where a
// selection hides it.
func spoilt(b *graph.Builder, k, v *gorgonia.Node) *gorgonia.Node {
	zero := func(x *gorgonia.Node) *gorgonia.Node { // x·0 is 0 or NaN, and faster than a test of each element
		s := build.Of(b).Shape(x)
		if !build.Of(b).OK() {
			return nil
		}
		rows, d := s[:len(s)-1], s[len(s)-1]
		y := b.MatMul(b.Reshape(b.StopGradient(x), rows.Size(), d), b.Const(make([]float64, d), d, 1))
		return b.Reshape(y, append(rows.Clone(), 1)...)
	}
	return b.Add(zero(k), zero(v))
}

// attentionShapes says what is wrong with the last two axes of queries, keys and values.
// The products check the others.
func attentionShapes(q, k, v ir.Shape) error {
	switch {
	case len(q) < 2 || len(k) < 2 || len(v) < 2:
		return mistake.Shapef("got queries %v, keys %v and values %v, want [..., M, D], [..., K, D] and [..., K, E]", q, k, v)
	case q[len(q)-1] != k[len(k)-1]:
		return mistake.Shapef("got queries %v and keys %v, want the same last extent", q, k)
	case k[len(k)-2] != v[len(v)-2]:
		return mistake.Shapef("got keys %v and values %v, want a value for each key", k, v)
	}
	return nil
}

// masked returns scores + mask, and -Inf where the mask is -Inf, whatever the score is
// there. blind is 1 for the queries for which it is -Inf everywhere, 0 for the others: [...,
// M, 1]; nil if there are none. Their scores are 0: a softmax of -Inf alone is NaN.
func (a attended) masked(b *graph.Builder, scores *gorgonia.Node) (sums, blind *gorgonia.Node) {
	c := build.Of(b)
	hidden := c.EqConst(a.mask, math.Inf(-1))
	sums = b.Where(hidden, b.Scalar(math.Inf(-1)), b.Add(scores, a.mask))
	if a.allSee {
		return sums, nil
	}
	blind = c.EqConst(c.ReduceMin(hidden, []int{-1}, true), 1)
	return b.Where(blind, b.Scalar(0), sums), blind
}

// CausalMask returns the mask for Attention with which query i sees the keys 0 to i: [n,
// n] of 0 and, above the diagonal, -Inf.
//
// Errors: ErrShape for n < 0 or more elements than an array may have.
func CausalMask(b *graph.Builder, n int) *gorgonia.Node {
	c := build.Enter(b, "nn.CausalMask")
	defer c.Leave()
	at := b.CumSum(b.Broadcast(b.Scalar(1), n), 0) // 1, 2, ... n
	return b.Where(b.Greater(at, b.Unsqueeze(at, 1)), b.Scalar(math.Inf(-1)), b.Scalar(0))
}

// PaddingMask returns the mask for Attention that hides the keys from the lengths on:
// key t of example i is seen if t < lengths[i]. lengths: Ints [N] in [0, steps]; result:
// [N, 1, 1, steps] of 0 and -Inf, which broadcasts to scores [N, Heads, M, steps].
//
// Errors: as LengthMask.
func PaddingMask(b *graph.Builder, lengths *gorgonia.Node, steps int) *gorgonia.Node {
	c := build.Enter(b, "nn.PaddingMask", lengths)
	defer c.Leave()
	seen := LengthMask(b, lengths, steps)
	if !c.OK() {
		return nil
	}
	return b.Reshape(b.Where(seen, b.Scalar(0), b.Scalar(math.Inf(-1))), c.Shape(lengths)[0], 1, 1, steps)
}

// lengthsFit says whether there is a length for each of n examples; if not it fails.
func lengthsFit(c *build.Core, lengths *gorgonia.Node, n int) bool {
	if s := c.Shape(lengths); c.OK() && !s.Equal(ir.Shape{n}) {
		c.Refuse(mistake.Shapef("got the lengths %v, want [%d]: one for each example", s, n))
	}
	return c.OK()
}

// padded returns x: [N, T, D] with zeros for the steps from the lengths on.
func padded(b *graph.Builder, x, lengths *gorgonia.Node) *gorgonia.Node {
	s := build.Of(b).Shape(x)
	if !build.Of(b).OK() {
		return nil
	}
	return b.Where(b.Unsqueeze(LengthMask(b, lengths, s[1]), 2), x, b.Scalar(0))
}
