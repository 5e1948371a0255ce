package linalg

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/enum"
	"gorgonia.org/gorgonia"
)

// NormKind names a norm of matrices.
type NormKind uint8

// The norms.
const (
	Frobenius     NormKind = iota // √(Σ x²)
	Nuclear                       // the sum of the singular values
	Spectral                      // the largest singular value
	SmallestValue                 // the smallest singular value
	MaxColumnSum                  // the largest Σ|x| of a column: the norm of order 1
	MaxRowSum                     // the largest Σ|x| of a row: the norm of order ∞
	MinColumnSum                  // the smallest Σ|x| of a column: order −1
	MinRowSum                     // the smallest Σ|x| of a row: order −∞
)

var normNames = []string{Frobenius: "frobenius", Nuclear: "nuclear", Spectral: "spectral", SmallestValue: "smallest singular value",
	MaxColumnSum: "max column sum", MaxRowSum: "max row sum", MinColumnSum: "min column sum", MinRowSum: "min row sum"}

// String returns the name, such as spectral.
func (k NormKind) String() string { return enum.String("norm", normNames, int(k)) }

// MarshalText returns the name.
// Errors: ErrOption if there is none.
func (k NormKind) MarshalText() ([]byte, error) { return enum.Text("norm", normNames, int(k)) }

// UnmarshalText reads what MarshalText writes.
// Errors: ErrOption for any other text.
func (k *NormKind) UnmarshalText(text []byte) error {
	return enum.Read(k, "norm", normNames, text)
}

// Norm returns a norm of each matrix.
// Shape: x [..., M, N]; result [...].
// Gradient: one of several possible ones where singular values are zero or equal.
// Errors: ErrOption for an unknown kind.
func Norm(b *graph.Builder, x *gorgonia.Node, kind NormKind) *gorgonia.Node {
	c := build.Enter(b, "linalg.Norm", x)
	defer c.Leave()
	if !c.Checks().OneOf("norm", normNames, int(kind)).OK() {
		return nil
	}
	switch kind {
	case Frobenius:
		return b.Norm(x, 2, -2, -1)
	case Nuclear, Spectral, SmallestValue:
		_, s, _ := SVD(b, x)
		switch kind {
		case Nuclear:
			return b.Sum(s, -1)
		case Spectral:
			return b.Max(s, -1)
		}
		return b.Min(s, -1)
	case MaxColumnSum:
		return b.Max(b.Sum(b.Abs(x), -2), -1)
	case MaxRowSum:
		return b.Max(b.Sum(b.Abs(x), -1), -1)
	case MinColumnSum:
		return b.Min(b.Sum(b.Abs(x), -2), -1)
	}
	return b.Min(b.Sum(b.Abs(x), -1), -1)
}
