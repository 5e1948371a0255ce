package linalg

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Eigh are the eigenvalues, [..., n] in rising order, and the eigenvectors, [...,
// n, n] as columns, of symmetric matrices x: [..., n, n]; of others, those of (x +
// xᵀ)/2. The sign of an eigenvector is free: a derivative of what depends on it
// means nothing.
func Eigh(b *graph.Builder, x *gorgonia.Node) (values, vectors *gorgonia.Node) {
	c := build.Enter(b, "linalg.Eigh", x)
	defer c.Leave()
	return c.Eigh(x)
}

// SVD are the thin factors of x = u·diag s·vᵀ: u: [..., m, k], s: [..., k] in
// falling order and v: [..., n, k], k = min(m, n). The common sign of a column of
// u and v is free.
func SVD(b *graph.Builder, x *gorgonia.Node) (u, s, v *gorgonia.Node) {
	c := build.Enter(b, "linalg.SVD", x)
	defer c.Leave()
	return c.SVD(x)
}

// QR are the thin factors of x = q·r: q: [..., m, k] with orthonormal columns and
// r: [..., k, n] upper triangular, k = min(m, n). The gradient needs the first k
// columns of x to be independent.
func QR(b *graph.Builder, x *gorgonia.Node) (q, r *gorgonia.Node) {
	c := build.Enter(b, "linalg.QR", x)
	defer c.Leave()
	return c.QR(x)
}

// Pinv is the Moore-Penrose inverse [..., n, m]. Singular values up to rcond times
// the largest count as 0; the gradient holds for a rank that stays as it is.
func Pinv(b *graph.Builder, x *gorgonia.Node, rcond float64) *gorgonia.Node {
	c := build.Enter(b, "linalg.Pinv", x)
	defer c.Leave()
	return c.Pinv(x, rcond)
}

// LeastSquares is the y: [..., n, k] with the least ‖x·y − r‖, and of those the
// least ‖y‖: Pinv(x, rcond)·r for r: [..., m, k].
func LeastSquares(b *graph.Builder, x, r *gorgonia.Node, rcond float64) *gorgonia.Node {
	c := build.Enter(b, "linalg.LeastSquares", x, r)
	defer c.Leave()
	return b.MatMul(Pinv(b, x, rcond), r)
}

// MatrixExp is the exponential of square matrices.
func MatrixExp(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.MatrixExp", x)
	defer c.Leave()
	return c.MatrixExp(x)
}

// square is the extent of square matrices.
func square(b *graph.Builder, x *gorgonia.Node) (n int, ok bool) {
	c := build.Of(b)
	s := c.Shape(x)
	if c.Err != nil {
		return 0, false
	}
	k := len(s) - 2
	if k < 0 || s[k] != s[k+1] {
		c.Refuse(mistake.Shapef("got %v, want square matrices [..., n, n]", s))
		return 0, false
	}
	return s[k], true
}

// MatrixPower is the power of square matrices; a negative one is that of the
// inverse, 0 gives identities.
func MatrixPower(b *graph.Builder, x *gorgonia.Node, power int) *gorgonia.Node {
	c := build.Enter(b, "linalg.MatrixPower", x)
	defer c.Leave()
	n, ok := square(b, x)
	if !ok {
		return nil
	}
	left := uint(power)
	if power < 0 {
		x, left = Inverse(b, x), -left
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

// LogDet is the logarithm of the determinant of square matrices: NaN where it is
// negative. It does not overflow.
func LogDet(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.LogDet", x)
	defer c.Leave()
	sign, log := SlogDet(b, x)
	if c.Err != nil {
		return nil
	}
	return b.Where(c.LtConst(sign, 0), c.Fill(log, math.NaN()), log)
}

// CholeskySolve is the y with l·lᵀ·y = r for a lower triangular l, as Cholesky
// gives it, or uᵀ·u·y = r for an upper one: l: [..., n, n], r: [..., n, k].
func CholeskySolve(b *graph.Builder, l, r *gorgonia.Node, upper bool) *gorgonia.Node {
	c := build.Enter(b, "linalg.CholeskySolve", l, r)
	defer c.Leave()
	if upper {
		l = c.T(l)
	}
	return TriangularSolve(b, c.T(l), TriangularSolve(b, l, r, false), true)
}

// CholeskyInverse is the inverse of l·lᵀ, or of uᵀ·u.
func CholeskyInverse(b *graph.Builder, l *gorgonia.Node, upper bool) *gorgonia.Node {
	c := build.Enter(b, "linalg.CholeskyInverse", l)
	defer c.Leave()
	n, ok := square(b, l)
	if !ok {
		return nil
	}
	return CholeskySolve(b, l, b.Identity(n), upper)
}

// HouseholderProduct are the first n columns of the product of the reflections 1 −
// tau[i]·v·vᵀ, v having zeros, then 1 at place i, then column i of x below it:
// x: [..., m, n], tau: [..., k], k ≤ n ≤ m.
func HouseholderProduct(b *graph.Builder, x, tau *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.HouseholderProduct", x, tau)
	defer c.Leave()
	s, t := c.Shape(x), c.Shape(tau)
	if c.Err != nil {
		return nil
	}
	if len(s) < 2 || len(t) != len(s)-1 || t[len(t)-1] > s[len(s)-1] || s[len(s)-1] > s[len(s)-2] {
		c.Refuse(mistake.Shapef("got %v and %v, want [..., m, n] and [..., k] with k ≤ n ≤ m", s, t))
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
func MatrixNorm(b *graph.Builder, x *gorgonia.Node, kind int) *gorgonia.Node {
	c := build.Enter(b, "linalg.MatrixNorm", x)
	defer c.Leave()
	switch kind {
	case NormFrobenius:
		return b.Norm(x, 2, -2, -1)
	case NormNuclear, NormSpectral, NormSmallest:
		_, s, _ := SVD(b, x)
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
	c.Refuse(mistake.Optionf("got the kind %d, want one of the norms", kind))
	return nil
}

// MultiDot is the product of matrices from left to right; the first and the last
// may be vectors.
func MultiDot(b *graph.Builder, xs ...*gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.MultiDot", xs...)
	defer c.Leave()
	if len(xs) == 0 {
		c.Refuse(mistake.Optionf("got no operands, want at least one"))
		return nil
	}
	y := xs[0]
	if c.Shape(y); c.Err != nil {
		return nil
	}
	for _, x := range xs[1:] {
		y = b.MatMul(y, x)
	}
	return y
}

// Kron is the Kronecker product: each element of x times the whole of y.
func Kron(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Kron", x, y)
	defer c.Leave()
	sx, sy := c.Shape(x), c.Shape(y)
	if c.Err != nil {
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
func Cross(b *graph.Builder, x, y *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "linalg.Cross", x, y)
	defer c.Leave()
	x, y = c.Together(x, y)
	k, n, ok := c.Extent(x, axis, 0)
	if !ok {
		return nil
	}
	if n != 3 {
		c.Refuse(mistake.Shapef("got %d places on axis %d, want 3", n, axis))
		return nil
	}
	turned := func(z *gorgonia.Node, by int) *gorgonia.Node { return b.Roll(z, by, k) }
	return b.Sub(b.Mul(turned(x, -1), turned(y, -2)), b.Mul(turned(x, -2), turned(y, -1)))
}

// Vandermonde are the powers 0 to n−1 of x: [...] along a new last axis.
func Vandermonde(b *graph.Builder, x *gorgonia.Node, n int) *gorgonia.Node {
	c := build.Enter(b, "linalg.Vandermonde", x)
	defer c.Leave()
	if n < 1 {
		c.Refuse(mistake.Shapef("got %d powers, want at least 1", n))
		return nil
	}
	column := b.Unsqueeze(x, -1)
	if n == 1 {
		return c.Fill(column, 1)
	}
	s := c.Shape(column).Clone()
	if c.Err != nil {
		return nil
	}
	s[len(s)-1] = n - 1
	return b.CumProd(b.Concat(-1, c.Fill(column, 1), b.Broadcast(column, s...)), -1)
}

// Covariance is that of the rows of x: [V, N], of N observations each; a vector is
// one row, whose variance is a scalar. w, which may be nil, are the observations'
// weights, [N]; the sum of products is divided by norm.
func Covariance(b *graph.Builder, x, w *gorgonia.Node, norm float64) *gorgonia.Node {
	c := build.Enter(b, "linalg.Covariance", x, w)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(s) == 0 || len(s) > 2 {
		c.Refuse(mistake.Shapef("got %v, want [V, N] or [N]", s))
		return nil
	}
	y := b.Reshape(x, append(slices.Repeat([]int{1}, 2-len(s)), s...)...)
	var z *gorgonia.Node
	if w == nil {
		y = b.Sub(y, c.Mean(y, []int{1}, true))
		z = y
	} else {
		y = b.Sub(y, b.Div(c.Sum(b.Mul(y, w), []int{1}, true), b.Sum(w)))
		z = b.Mul(y, w)
	}
	products := b.Scale(c.MatMulT(z, y, false, true), 1/norm)
	if len(s) == 1 {
		return b.Reshape(products)
	}
	return products
}

// Correlation is Covariance divided by both standard deviations, held to [−1, 1].
func Correlation(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Correlation", x)
	defer c.Leave()
	v := Covariance(b, x, nil, 1)
	s := c.Shape(v)
	if c.Err != nil {
		return nil
	}
	if len(s) == 0 {
		return b.Div(v, v)
	}
	d := b.Sqrt(b.Diagonal(v, 0, 1))
	return b.Clamp(b.Div(b.Div(v, d), b.Unsqueeze(d, 1)), -1, 1)
}
