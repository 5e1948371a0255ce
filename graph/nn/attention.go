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
// key from a query. A query that sees no key gives zeros and takes no part in any gradient.
// A key that is hidden from all queries has no influence, even where it or its value is
// infinite or NaN. The value of a key that some queries see must be finite, or those that
// do not see it give NaN too.
//
// Errors: ErrShape for shapes that do not fit.
func Attention(b *graph.Builder, q, k, v, mask *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.Attention", q, k, v, mask)
	defer c.Leave()
	s := c.Shape(q)
	if c.Err != nil {
		return nil
	}
	if err := attentionShapes(s, c.Shape(k), c.Shape(v)); c.Err == nil && err != nil {
		c.Refuse(err)
	}
	if c.Err != nil {
		return nil
	}
	if mask != nil {
		k, v = withoutHidden(b, mask, k, v)
	}
	scores := b.Scale(c.MatMulT(q, k, false, true), 1/math.Sqrt(float64(s[len(s)-1])))
	if mask == nil {
		return b.MatMul(b.Softmax(scores), v)
	}
	return b.MatMul(maskedSoftmax(b, scores, mask), v)
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

// maskedSoftmax is the softmax of x + mask along the last axis. It is 0 where the mask is
// -Inf, whatever x is there, and in rows where the mask is -Inf everywhere.
func maskedSoftmax(b *graph.Builder, x, mask *gorgonia.Node) *gorgonia.Node {
	c := build.Of(b)
	hidden := c.EqConst(mask, math.Inf(-1))
	x = b.Where(hidden, b.Scalar(math.Inf(-1)), b.Add(x, mask))
	none := c.EqConst(c.ReduceMin(hidden, []int{-1}, true), 1)
	return b.Where(none, b.Scalar(0), b.Softmax(b.Where(none, b.Scalar(0), x)))
}

// withoutHidden is k and v with zeros for the keys that the mask hides from all queries:
// a product would make NaN of an infinite element and the weight 0.
func withoutHidden(b *graph.Builder, mask, k, v *gorgonia.Node) (seenK, seenV *gorgonia.Node) {
	c := build.Of(b)
	s := c.Shape(mask)
	if c.Err != nil || len(s) == 0 || seesAll(b, mask) {
		return k, v
	}
	hidden := c.EqConst(mask, math.Inf(-1))
	if len(s) == 1 {
		hidden = b.Unsqueeze(hidden, 0)
	}
	gone := b.SwapAxes(c.ReduceMin(hidden, []int{-2}, true), -1, -2)
	return b.Where(gone, b.Scalar(0), k), b.Where(gone, b.Scalar(0), v)
}

// seesAll says whether the mask is a constant matrix, such as CausalMask, in which some
// query sees each key.
func seesAll(b *graph.Builder, mask *gorgonia.Node) bool {
	c := build.Of(b)
	var v []float64
	ok := false
	if l := c.LeafOf(mask); l != nil {
		v, ok = l.Data.([]float64)
	}
	s := c.Shape(mask)
	if !ok || len(s) != 2 {
		return false
	}
	for key := range s[1] {
		seen := false
		for i := key; i < len(v) && !seen; i += s[1] {
			seen = !math.IsInf(v[i], -1)
		}
		if !seen {
			return false
		}
	}
	return true
}

// CausalMask returns the mask for Attention with which query i sees the keys 0 to i: [n,
// n] of 0 and, above the diagonal, -Inf.
//
// Errors: ErrShape for n < 0, ErrMemory for a mask that does not fit into memory.
func CausalMask(b *graph.Builder, n int) *gorgonia.Node {
	c := build.Enter(b, "nn.CausalMask")
	defer c.Leave()
	if !c.Holds(n, n) {
		return nil
	}
	m := make([]float64, n*n)
	for i := range n {
		for j := i + 1; j < n; j++ {
			m[i*n+j] = math.Inf(-1)
		}
	}
	return b.Const(m, n, n)
}
