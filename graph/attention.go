package graph

import (
	"math"

	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// Attention is scaled dot-product attention, softmax(q·kᵀ/√D + mask)·v, over the
// keys (Vaswani et al. 2017, equation 1): q: [..., M, D], k: [..., K, D], v:
// [..., K, E]; result [..., M, E]. mask, which may be nil, is added to the
// scores and broadcasts to [..., M, K]: -Inf hides a key. A query that sees no
// key gives NaN in its row.
func (b *Builder) Attention(q, k, v, mask *gorgonia.Node) *gorgonia.Node {
	s := b.c.Shape(q)
	if b.c.Err != nil {
		return nil
	}
	if len(s) < 2 {
		b.c.Fail("attention", b.c.Label, gorgonia.Nodes{q, k, v}, errors.Wrapf(ErrShape, "got queries %v, want [..., M, D]", s))
		return nil
	}
	scores := b.Scale(b.c.MatMulT(q, k, false, true), 1/math.Sqrt(float64(s[len(s)-1])))
	if mask != nil {
		scores = b.Add(scores, mask)
	}
	return b.MatMul(b.Softmax(scores), v)
}

// CausalMask is the mask that lets query i of n see the keys 0 to i: [n, n] of 0
// and, above the diagonal, -Inf.
func (b *Builder) CausalMask(n int) *gorgonia.Node {
	m := make([]float64, max(0, n*n))
	for i := range n {
		for j := i + 1; j < n; j++ {
			m[i*n+j] = math.Inf(-1)
		}
	}
	return b.Const(m, n, n)
}
