package linalg

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/enum"
	"gorgonia.org/gorgonia"
)

// Inverse returns the inverse of square matrices.
// Shape: x [..., N, N]; result [..., N, N].
// Errors: a run fails on a singular matrix.
func Inverse(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Inverse", x)
	defer c.Leave()
	return c.Inverse(x)
}

// Solve returns the y that solves x·y = r.
// Shape: x [..., N, N], r [..., N, K]; result [..., N, K]; leading axes broadcast.
// Errors: a run fails on a singular matrix.
func Solve(b *graph.Builder, x, r *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Solve", x, r)
	defer c.Leave()
	return c.Solve(x, r)
}

// Triangle says which triangle of a matrix is meant.
type Triangle uint8

// The triangles, both with the diagonal.
const (
	Lower Triangle = iota
	Upper
)

var triangleNames = []string{Lower: "lower", Upper: "upper"}

// String returns lower or upper.
func (t Triangle) String() string { return enum.String("triangle", triangleNames, int(t)) }

// MarshalText returns the name.
// Errors: ErrOption if there is none.
func (t Triangle) MarshalText() ([]byte, error) { return enum.Text("triangle", triangleNames, int(t)) }

// UnmarshalText reads what MarshalText writes.
// Errors: ErrOption for any other text.
func (t *Triangle) UnmarshalText(text []byte) error {
	return enum.Read(t, "triangle", triangleNames, text)
}

// TriangularSolve returns the y that solves t·y = r, where t is the lower or upper
// triangle of x. Elements of x outside of the triangle are not read.
// Shape: x [..., N, N], r [..., N, K]; result [..., N, K]; leading axes broadcast.
// Errors: ErrOption for an unknown triangle; a run fails on a zero on the diagonal.
func TriangularSolve(b *graph.Builder, x, r *gorgonia.Node, triangle Triangle) *gorgonia.Node {
	c := build.Enter(b, "linalg.TriangularSolve", x, r)
	defer c.Leave()
	switch {
	case !c.Checks().OneOf("triangle", triangleNames, int(triangle)).OK():
		return nil
	case triangle == Upper:
		return c.Solve(c.Triu(x, 0), r)
	}
	return c.Solve(c.Tril(x, 0), r)
}

// Cholesky returns the lower triangular l with l·lᵀ = x. Matrices must be symmetric and
// positive definite; only the lower triangle is read.
// Shape: x [..., N, N]; result [..., N, N].
// Errors: a run fails on a matrix that is not positive definite.
func Cholesky(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Cholesky", x)
	defer c.Leave()
	return c.Cholesky(x)
}

// CholeskySolve returns the y that solves a·y = r, where factor is a triangular factor
// of a: a = factor·factorᵀ for Lower, as Cholesky returns it, and a = factorᵀ·factor for
// Upper.
// Shape: factor [..., N, N], r [..., N, K]; result [..., N, K].
func CholeskySolve(b *graph.Builder, factor, r *gorgonia.Node, triangle Triangle) *gorgonia.Node {
	c := build.Enter(b, "linalg.CholeskySolve", factor, r)
	defer c.Leave()
	if !c.Checks().OneOf("triangle", triangleNames, int(triangle)).OK() {
		return nil
	}
	if triangle == Upper {
		factor = c.T(factor)
	}
	return TriangularSolve(b, c.T(factor), TriangularSolve(b, factor, r, Lower), Upper)
}

// CholeskyInverse returns the inverse of a, where factor is a triangular factor of a:
// a = factor·factorᵀ for Lower and a = factorᵀ·factor for Upper.
// Shape: factor [..., N, N]; result [..., N, N].
func CholeskyInverse(b *graph.Builder, factor *gorgonia.Node, triangle Triangle) *gorgonia.Node {
	c := build.Enter(b, "linalg.CholeskyInverse", factor)
	defer c.Leave()
	n, ok := square(b, factor)
	if !ok {
		return nil
	}
	return CholeskySolve(b, factor, b.Identity(n), triangle)
}

// LeastSquares returns the y with the smallest ‖x·y − r‖; if there are several, the one
// with the smallest ‖y‖. It is Pinv(x, rcond)·r.
// Shape: x [..., M, N], r [..., M, K]; result [..., N, K].
func LeastSquares(b *graph.Builder, x, r *gorgonia.Node, rcond float64) *gorgonia.Node {
	c := build.Enter(b, "linalg.LeastSquares", x, r)
	defer c.Leave()
	return b.MatMul(Pinv(b, x, rcond), r)
}

// Pinv returns the Moore-Penrose pseudoinverse. Singular values of at most rcond times
// the largest one count as zero.
// Shape: x [..., M, N]; result [..., N, M].
// Gradient: valid while the rank does not change.
// Errors: ErrShape for a negative rcond.
func Pinv(b *graph.Builder, x *gorgonia.Node, rcond float64) *gorgonia.Node {
	c := build.Enter(b, "linalg.Pinv", x)
	defer c.Leave()
	return c.Pinv(x, rcond)
}
