package graph

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// This file publishes functions of matrices: x: [..., m, n] with leading axes of
// any extents.

// Eigh are the eigenvalues, [..., n] in rising order, and the eigenvectors, [...,
// n, n] as columns, of symmetric matrices x: [..., n, n]; of others, those of (x +
// xᵀ)/2. The sign of an eigenvector is free: a derivative of what depends on it
// means nothing.
func (b *Builder) Eigh(x *gorgonia.Node) (values, vectors *gorgonia.Node) {
	defer b.c.Enter("graph.Eigh", x).Leave()
	return b.c.Eigh(x)
}

// SVD are the thin factors of x = u·diag s·vᵀ: u: [..., m, k], s: [..., k] in
// falling order and v: [..., n, k], k = min(m, n). The common sign of a column of
// u and v is free.
func (b *Builder) SVD(x *gorgonia.Node) (u, s, v *gorgonia.Node) {
	defer b.c.Enter("graph.SVD", x).Leave()
	return b.c.SVD(x)
}

// QR are the thin factors of x = q·r: q: [..., m, k] with orthonormal columns and
// r: [..., k, n] upper triangular, k = min(m, n). The gradient needs the first k
// columns of x to be independent.
func (b *Builder) QR(x *gorgonia.Node) (q, r *gorgonia.Node) {
	defer b.c.Enter("graph.QR", x).Leave()
	return b.c.QR(x)
}

// Pinv is the Moore-Penrose inverse [..., n, m]. Singular values up to rcond times
// the largest count as 0; the gradient holds for a rank that stays as it is.
func (b *Builder) Pinv(x *gorgonia.Node, rcond float64) *gorgonia.Node {
	defer b.c.Enter("graph.Pinv", x).Leave()
	return b.c.Pinv(x, rcond)
}

// LeastSquares is the y: [..., n, k] with the least ‖x·y − r‖, and of those the
// least ‖y‖: Pinv(x, rcond)·r for r: [..., m, k].
func (b *Builder) LeastSquares(x, r *gorgonia.Node, rcond float64) *gorgonia.Node {
	defer b.c.Enter("graph.LeastSquares", x, r).Leave()
	return b.MatMul(b.Pinv(x, rcond), r)
}

// MatrixExp is the exponential of square matrices.
func (b *Builder) MatrixExp(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.MatrixExp", x).Leave()
	return b.c.MatrixExp(x)
}

// square is the extent of square matrices.
func (b *Builder) square(x *gorgonia.Node) (n int, ok bool) {
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return 0, false
	}
	k := len(s) - 2
	if k < 0 || s[k] != s[k+1] {
		b.c.Refuse(mistake.Shapef("got %v, want square matrices [..., n, n]", s))
		return 0, false
	}
	return s[k], true
}

// MatrixPower is the power of square matrices; a negative one is that of the
// inverse, 0 gives identities.
func (b *Builder) MatrixPower(x *gorgonia.Node, power int) *gorgonia.Node {
	defer b.c.Enter("graph.MatrixPower", x).Leave()
	n, ok := b.square(x)
	if !ok {
		return nil
	}
	left := uint(power)
	if power < 0 {
		x, left = b.Inverse(x), -left
	}
	if left == 0 {
		return b.Add(b.Scale(b.StopGradient(x), 0), b.Identity(n))
	}
	var y *gorgonia.Node
	for ; left > 0; left >>= 1 {
		if left&1 == 1 {
			if y == nil {
				y = x
			} else {
				y = b.MatMul(y, x)
			}
		}
		if left > 1 {
			x = b.MatMul(x, x)
		}
	}
	return y
}

// Identity is the constant identity matrix [n, n].
func (b *Builder) Identity(n int) *gorgonia.Node {
	defer b.c.Enter("graph.Identity").Leave()
	if !b.c.Holds(n, n) {
		return nil
	}
	v := make([]float64, n*n)
	for i := range n {
		v[i*n+i] = 1
	}
	return b.Const(v, n, n)
}

// LogDet is the logarithm of the determinant of square matrices: NaN where it is
// negative. It does not overflow.
func (b *Builder) LogDet(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LogDet", x).Leave()
	sign, log := b.SlogDet(x)
	if b.c.Err != nil {
		return nil
	}
	return b.Where(b.c.LtConst(sign, 0), b.c.Fill(log, math.NaN()), log)
}

// CholeskySolve is the y with l·lᵀ·y = r for a lower triangular l, as Cholesky
// gives it, or uᵀ·u·y = r for an upper one: l: [..., n, n], r: [..., n, k].
func (b *Builder) CholeskySolve(l, r *gorgonia.Node, upper bool) *gorgonia.Node {
	defer b.c.Enter("graph.CholeskySolve", l, r).Leave()
	if upper {
		l = b.c.T(l)
	}
	return b.TriangularSolve(b.c.T(l), b.TriangularSolve(l, r, false), true)
}

// CholeskyInverse is the inverse of l·lᵀ, or of uᵀ·u.
func (b *Builder) CholeskyInverse(l *gorgonia.Node, upper bool) *gorgonia.Node {
	defer b.c.Enter("graph.CholeskyInverse", l).Leave()
	n, ok := b.square(l)
	if !ok {
		return nil
	}
	return b.CholeskySolve(l, b.Identity(n), upper)
}

// HouseholderProduct are the first n columns of the product of the reflections 1 −
// tau[i]·v·vᵀ, v having zeros, then 1 at place i, then column i of x below it:
// x: [..., m, n], tau: [..., k], k ≤ n ≤ m.
func (b *Builder) HouseholderProduct(x, tau *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.HouseholderProduct", x, tau).Leave()
	s, t := b.c.Shape(x), b.c.Shape(tau)
	if b.c.Err != nil {
		return nil
	}
	if len(s) < 2 || len(t) != len(s)-1 || t[len(t)-1] > s[len(s)-1] || s[len(s)-1] > s[len(s)-2] {
		b.c.Refuse(mistake.Shapef("got %v and %v, want [..., m, n] and [..., k] with k ≤ n ≤ m", s, t))
		return nil
	}
	m, n, k := s[len(s)-2], s[len(s)-1], t[len(t)-1]
	if !b.c.Holds(m, n) || !b.c.Unrolls(k) {
		return nil
	}
	eye := make([]float64, m*n)
	for i := range n {
		eye[i*n+i] = 1
	}
	y := b.Broadcast(b.Const(eye, m, n), s...)
	v := b.Add(b.Tril(x, -1), b.Const(eye, m, n))
	for i := k - 1; i >= 0; i-- {
		column := b.c.Along(v, len(s)-1, Range(i, i+1))
		factor := b.Unsqueeze(b.c.Along(tau, len(t)-1, Range(i, i+1)), len(t))
		y = b.Sub(y, b.Mul(factor, b.MatMul(column, b.c.MatMulT(column, y, true, false))))
	}
	return y
}

// The norms of matrices for MatrixNorm.
const (
	NormFrobenius = iota
	NormNuclear   // the sum of the singular values
	NormSpectral  // the largest singular value
	NormSmallest  // the smallest one
	NormColumns   // the largest sum of absolute values of a column
	NormRows      // of a row
	NormColumnsLeast
	NormRowsLeast
)

// MatrixNorm is a norm of matrices, [...], NormFrobenius and so on. Where singular
// values vanish or are equal, its gradient is one of several.
func (b *Builder) MatrixNorm(x *gorgonia.Node, kind int) *gorgonia.Node {
	defer b.c.Enter("graph.MatrixNorm", x).Leave()
	switch kind {
	case NormFrobenius:
		return b.Norm(x, 2, -2, -1)
	case NormNuclear, NormSpectral, NormSmallest:
		_, s, _ := b.SVD(x)
		switch kind {
		case NormNuclear:
			return b.Sum(s, -1)
		case NormSpectral:
			return b.Max(s, -1)
		}
		return b.Min(s, -1)
	case NormColumns:
		return b.Max(b.Sum(b.Abs(x), -2), -1)
	case NormRows:
		return b.Max(b.Sum(b.Abs(x), -1), -1)
	case NormColumnsLeast:
		return b.Min(b.Sum(b.Abs(x), -2), -1)
	case NormRowsLeast:
		return b.Min(b.Sum(b.Abs(x), -1), -1)
	}
	b.c.Refuse(mistake.Optionf("got the kind %d, want one of the norms", kind))
	return nil
}

// Inner is the product over the last axes of both: x: [..., K], y: [..., K],
// result x's other axes and then y's. Scalars multiply.
func (b *Builder) Inner(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Inner", x, y).Leave()
	sx, sy := b.c.Shape(x), b.c.Shape(y)
	if b.c.Err != nil {
		return nil
	}
	if len(sx) == 0 || len(sy) == 0 {
		return b.Mul(x, y)
	}
	return b.TensorDot(x, y, []int{-1}, []int{-1})
}

// TensorDot is the product of x and y summed over the axes ax[i] of x and ay[i] of
// y together: x's other axes and then y's.
func (b *Builder) TensorDot(x, y *gorgonia.Node, ax, ay []int) *gorgonia.Node {
	defer b.c.Enter("graph.TensorDot", x, y).Leave()
	sx, sy := b.c.Shape(x), b.c.Shape(y)
	if b.c.Err != nil {
		return nil
	}
	if len(ax) != len(ay) || len(sx)+len(sy) > 50 {
		b.c.Refuse(mistake.Shapef("got the axes %v and %v, want as many", ax, ay))
		return nil
	}
	letter := func(i int) rune { return rune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[i]) }
	lx, ly := make([]rune, len(sx)), make([]rune, len(sy))
	for i := range lx {
		lx[i] = letter(i)
	}
	for i := range ly {
		ly[i] = letter(len(sx) + i)
	}
	for i := range ax {
		p, okp := b.c.Axis(x, ax[i])
		q, okq := b.c.Axis(y, ay[i])
		if !okp || !okq {
			return nil
		}
		ly[q] = lx[p]
	}
	var out []rune
	for _, l := range lx {
		if !slices.Contains(ly, l) {
			out = append(out, l)
		}
	}
	for _, l := range ly {
		if !slices.Contains(lx, l) {
			out = append(out, l)
		}
	}
	return b.Einsum(string(lx)+","+string(ly)+"->"+string(out), x, y)
}

// MultiDot is the product of matrices from left to right; the first and the last
// may be vectors.
func (b *Builder) MultiDot(xs ...*gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.MultiDot", xs...).Leave()
	if len(xs) == 0 {
		b.c.Refuse(mistake.Optionf("got no operands, want at least one"))
		return nil
	}
	y := xs[0]
	if b.c.Shape(y); b.c.Err != nil {
		return nil
	}
	for _, x := range xs[1:] {
		y = b.MatMul(y, x)
	}
	return y
}

// Kron is the Kronecker product: each element of x times the whole of y.
func (b *Builder) Kron(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Kron", x, y).Leave()
	sx, sy := b.c.Shape(x), b.c.Shape(y)
	if b.c.Err != nil {
		return nil
	}
	n := max(len(sx), len(sy))
	full := func(s []int) []int { return append(slices.Repeat([]int{1}, n-len(s)), s...) }
	var ax, ay, out []int
	fx, fy := full(sx), full(sy)
	for i := range n {
		ax, ay, out = append(ax, fx[i], 1), append(ay, 1, fy[i]), append(out, fx[i]*fy[i])
	}
	return b.Reshape(b.Mul(b.Reshape(x, ax...), b.Reshape(y, ay...)), out...)
}

// Cross is the vector product along an axis of extent 3, broadcast.
func (b *Builder) Cross(x, y *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Cross", x, y).Leave()
	x, y = b.c.Together(x, y)
	k, n, ok := b.c.Extent(x, axis, 0)
	if !ok {
		return nil
	}
	if n != 3 {
		b.c.Refuse(mistake.Shapef("got %d places on axis %d, want 3", n, axis))
		return nil
	}
	turned := func(z *gorgonia.Node, by int) *gorgonia.Node { return b.Roll(z, by, k) }
	return b.Sub(b.Mul(turned(x, -1), turned(y, -2)), b.Mul(turned(x, -2), turned(y, -1)))
}

// Vandermonde are the powers 0 to n−1 of x: [...] along a new last axis.
func (b *Builder) Vandermonde(x *gorgonia.Node, n int) *gorgonia.Node {
	defer b.c.Enter("graph.Vandermonde", x).Leave()
	if n < 1 {
		b.c.Refuse(mistake.Shapef("got %d powers, want at least 1", n))
		return nil
	}
	column := b.Unsqueeze(x, -1)
	if n == 1 {
		return b.c.Fill(column, 1)
	}
	s := b.c.Shape(column).Clone()
	if b.c.Err != nil {
		return nil
	}
	s[len(s)-1] = n - 1
	return b.CumProd(b.Concat(-1, b.c.Fill(column, 1), b.Broadcast(column, s...)), -1)
}

// Covariance is that of the rows of x: [V, N], of N observations each; a vector is
// one row, whose variance is a scalar. w, which may be nil, are the observations'
// weights, [N]; the sum of products is divided by norm.
func (b *Builder) Covariance(x, w *gorgonia.Node, norm float64) *gorgonia.Node {
	defer b.c.Enter("graph.Covariance", x, w).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if len(s) == 0 || len(s) > 2 {
		b.c.Refuse(mistake.Shapef("got %v, want [V, N] or [N]", s))
		return nil
	}
	y := b.Reshape(x, append(slices.Repeat([]int{1}, 2-len(s)), s...)...)
	var z *gorgonia.Node
	if w == nil {
		y = b.Sub(y, b.c.Mean(y, []int{1}, true))
		z = y
	} else {
		y = b.Sub(y, b.Div(b.c.Sum(b.Mul(y, w), []int{1}, true), b.Sum(w)))
		z = b.Mul(y, w)
	}
	c := b.Scale(b.c.MatMulT(z, y, false, true), 1/norm)
	if len(s) == 1 {
		return b.Reshape(c)
	}
	return c
}

// Correlation is Covariance divided by both standard deviations, held to [−1, 1].
func (b *Builder) Correlation(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Correlation", x).Leave()
	c := b.Covariance(x, nil, 1)
	s := b.c.Shape(c)
	if b.c.Err != nil {
		return nil
	}
	if len(s) == 0 {
		return b.Div(c, c)
	}
	d := b.Sqrt(b.Diagonal(c, 0, 1))
	return b.Clamp(b.Div(b.Div(c, d), b.Unsqueeze(d, 1)), -1, 1)
}
