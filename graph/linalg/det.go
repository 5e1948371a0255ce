package linalg

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// Det returns the determinant of square matrices.
// Shape: x [..., N, N]; result [...].
// Gradient: needs the inverse where N > 6, so a run fails on a singular matrix there.
func Det(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Det", x)
	defer c.Leave()
	return c.Det(x)
}

// SlogDet returns the sign of the determinant and the logarithm of its absolute value.
// The logarithm does not overflow.
// Shape: x [..., N, N]; both results [...].
// Gradient: none for the sign; the transposed inverse for the logarithm.
func SlogDet(b *graph.Builder, x *gorgonia.Node) (sign, logAbs *gorgonia.Node) {
	c := build.Enter(b, "linalg.SlogDet", x)
	defer c.Leave()
	return c.Sign(c.Det(x)), c.LogAbsDet(x)
}

// LogDet returns the logarithm of the determinant, NaN where the determinant is
// negative. It does not overflow.
// Shape: x [..., N, N]; result [...].
func LogDet(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.LogDet", x)
	defer c.Leave()
	sign, log := SlogDet(b, x)
	if c.Err != nil {
		return nil
	}
	return b.Where(c.LtConst(sign, 0), c.Fill(log, math.NaN()), log)
}
