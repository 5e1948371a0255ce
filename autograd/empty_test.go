package autograd_test

import (
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
	"gorgonia.org/gorgonia"
)

// TestEmptyMatrices computes functions of matrices of no rows and columns, and of a
// batch of two of them, with their gradients: determinants are 1, all else is empty.
func TestEmptyMatrices(t *testing.T) {
	first := func(x, _ *gorgonia.Node) *gorgonia.Node { return x }
	for _, c := range []struct {
		name string
		f    func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
		want float64 // the sum of one matrix's results
	}{
		{"det", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return linalg.Det(b, x) }, 1},
		{"slogdet", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			sign, log := linalg.SlogDet(b, x)
			return b.Add(sign, log)
		}, 1},
		{"logdet", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return linalg.LogDet(b, x) }, 0},
		{"inverse", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return linalg.Inverse(b, x) }, 0},
		{"solve", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return linalg.Solve(b, x, x) }, 0},
		{"triangularsolve", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return linalg.TriangularSolve(b, x, x, linalg.Upper)
		}, 0},
		{"cholesky", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return linalg.Cholesky(b, x) }, 0},
		{"choleskysolve", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return linalg.CholeskySolve(b, x, x, linalg.Lower)
		}, 0},
		{"choleskyinverse", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return linalg.CholeskyInverse(b, x, linalg.Lower)
		}, 0},
		{"eigh", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return first(linalg.Eigh(b, x)) }, 0},
		{"svd", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			_, s, _ := linalg.SVD(b, x)
			return s
		}, 0},
		{"qr", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return first(linalg.QR(b, x)) }, 0},
		{"pinv", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return linalg.Pinv(b, x, 1e-12) }, 0},
		{"leastsquares", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return linalg.LeastSquares(b, x, x, 1e-12) }, 0},
		{"matrixexp", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return linalg.Exp(b, x) }, 0},
		{"matrixpower", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return linalg.Power(b, x, 3) }, 0},
		{"trace", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Trace(x) }, 0},
		{"matmul", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.MatMul(x, x) }, 0},
		{"tril", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Tril(x, 0) }, 0},
	} {
		for batch, shape := range [][]int{1: {0, 0}, 2: {2, 0, 0}} {
			if batch == 0 {
				continue
			}
			b := graph.New(nil)
			x := b.Input("x", shape...)
			loss := b.Sum(c.f(b, x))
			grads, err := autograd.Gradients(loss, x)
			if err != nil {
				t.Errorf("%s of %v: %v", c.name, shape, err)
				continue
			}
			p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss, grads[0]}})
			if err != nil {
				t.Errorf("%s of %v: %v", c.name, shape, err)
				continue
			}
			if err := graph.InputOf[float64](p, "x").Set(nil); err != nil {
				t.Fatal(err)
			}
			if err := p.Run(); err != nil {
				t.Errorf("%s of %v: %v", c.name, shape, err)
				continue
			}
			if got := graph.OutputOf[float64](p, 0).Read(nil)[0]; got != c.want*float64(batch) {
				t.Errorf("%s of %v: got the sum %v, want %v", c.name, shape, got, c.want*float64(batch))
			}
			if g := graph.OutputOf[float64](p, 1).Read(nil); len(g) != 0 {
				t.Errorf("%s of %v: got the gradient %v, want an empty one", c.name, shape, g)
			}
		}
	}
}
