package linalg

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Eigh returns the eigenvalues, in rising order, and the eigenvectors, as columns, of
// symmetric matrices. A matrix that is not symmetric counts as (x + xᵀ)/2.
// Shape: x [..., N, N]; values [..., N], vectors [..., N, N].
// Gradient: the sign of an eigenvector is arbitrary, so only results that do not depend
// on it have a meaningful gradient.
func Eigh(b *graph.Builder, x *gorgonia.Node) (values, vectors *gorgonia.Node) {
	c := build.Enter(b, "linalg.Eigh", x)
	defer c.Leave()
	return c.Eigh(x)
}

// SVD returns the thin singular value decomposition x = u·diag(s)·vᵀ, with s in falling
// order.
// Shape: x [..., M, N]; u [..., M, K], s [..., K], v [..., N, K] with K = min(M, N).
// Gradient: a column of u and the same column of v may change sign together, so only
// results that do not depend on it have a meaningful gradient.
func SVD(b *graph.Builder, x *gorgonia.Node) (u, s, v *gorgonia.Node) {
	c := build.Enter(b, "linalg.SVD", x)
	defer c.Leave()
	return c.SVD(x)
}

// QR returns the thin factors x = q·r: q has orthonormal columns and r is upper
// triangular.
// Shape: x [..., M, N]; q [..., M, K], r [..., K, N] with K = min(M, N).
// Gradient: the first K columns of x must be linearly independent.
func QR(b *graph.Builder, x *gorgonia.Node) (q, r *gorgonia.Node) {
	c := build.Enter(b, "linalg.QR", x)
	defer c.Leave()
	return c.QR(x)
}

// HouseholderProduct returns the first N columns of the product of Householder
// reflections 1 − tau[i]·v·vᵀ. The vector v of reflection i is zero above row i, 1 at
// row i, and column i of x below it.
// Shape: x [..., M, N], tau [..., K] with K ≤ N ≤ M; result [..., M, N].
func HouseholderProduct(b *graph.Builder, x, tau *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.HouseholderProduct", x, tau)
	defer c.Leave()
	s, t := c.Shape(x), c.Shape(tau)
	if c.Err != nil {
		return nil
	}
	if len(s) < 2 || len(t) != len(s)-1 || t[len(t)-1] > s[len(s)-1] || s[len(s)-1] > s[len(s)-2] {
		c.Refuse(mistake.Shapef("got %v and %v, want [..., M, N] and [..., K] with K ≤ N ≤ M", s, t))
		return nil
	}
	m, n, k := s[len(s)-2], s[len(s)-1], t[len(t)-1]
	if !c.Holds(m, n) || !c.Unrolls(k) {
		return nil
	}
	eye := make([]float64, m*n)
	for i := range n {
		eye[i*n+i] = 1
	}
	y := b.Broadcast(b.Const(eye, m, n), s...)
	v := b.Add(b.Tril(x, -1), b.Const(eye, m, n))
	for i := k - 1; i >= 0; i-- {
		column := c.Along(v, len(s)-1, graph.Range(i, i+1))
		factor := b.Unsqueeze(c.Along(tau, len(t)-1, graph.Range(i, i+1)), len(t))
		y = b.Sub(y, b.Mul(factor, b.MatMul(column, c.MatMulT(column, y, true, false))))
	}
	return y
}
