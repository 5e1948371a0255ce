package linalg

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Exp returns the matrix exponential eˣ = Σ xⁱ/i! of square matrices.
// Shape: x [..., N, N]; result [..., N, N].
func Exp(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Exp", x)
	defer c.Leave()
	return c.MatrixExp(x)
}

// Power returns the power xᵖ of square matrices. A negative power is that of the
// inverse; the power 0 returns identity matrices.
// Shape: x [..., N, N]; result [..., N, N].
func Power(b *graph.Builder, x *gorgonia.Node, power int) *gorgonia.Node {
	c := build.Enter(b, "linalg.Power", x)
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

// Vandermonde returns the powers x⁰, x¹, ..., xⁿ⁻¹ along a new last axis.
// Shape: x [...]; result [..., N].
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

// square is the extent of square matrices.
func square(b *graph.Builder, x *gorgonia.Node) (n int, ok bool) {
	c := build.Of(b)
	s := c.Shape(x)
	if c.Err != nil {
		return 0, false
	}
	k := len(s) - 2
	if k < 0 || s[k] != s[k+1] {
		c.Refuse(mistake.Shapef("got %v, want square matrices [..., N, N]", s))
		return 0, false
	}
	return s[k], true
}
