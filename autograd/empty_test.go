package autograd_test

import (
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
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
		{"det", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Det(x) }, 1},
		{"slogdet", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			sign, log := b.SlogDet(x)
			return b.Add(sign, log)
		}, 1},
		{"logdet", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.LogDet(x) }, 0},
		{"inverse", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Inverse(x) }, 0},
		{"solve", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Solve(x, x) }, 0},
		{"triangularsolve", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.TriangularSolve(x, x, true) }, 0},
		{"cholesky", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Cholesky(x) }, 0},
		{"choleskysolve", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.CholeskySolve(x, x, false) }, 0},
		{"choleskyinverse", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.CholeskyInverse(x, false) }, 0},
		{"eigh", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return first(b.Eigh(x)) }, 0},
		{"svd", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			_, s, _ := b.SVD(x)
			return s
		}, 0},
		{"qr", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return first(b.QR(x)) }, 0},
		{"pinv", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Pinv(x, 1e-12) }, 0},
		{"leastsquares", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.LeastSquares(x, x, 1e-12) }, 0},
		{"matrixexp", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.MatrixExp(x) }, 0},
		{"matrixpower", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.MatrixPower(x, 3) }, 0},
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
			p, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{loss, grads[0]}})
			if err != nil {
				t.Errorf("%s of %v: %v", c.name, shape, err)
				continue
			}
			if err := p.Feed("x", nil); err != nil {
				t.Fatal(err)
			}
			if err := p.Run(); err != nil {
				t.Errorf("%s of %v: %v", c.name, shape, err)
				continue
			}
			if got := p.Output(0, nil)[0]; got != c.want*float64(batch) {
				t.Errorf("%s of %v: got the sum %v, want %v", c.name, shape, got, c.want*float64(batch))
			}
			if g := p.Output(1, nil); len(g) != 0 {
				t.Errorf("%s of %v: got the gradient %v, want an empty one", c.name, shape, g)
			}
		}
	}
}
