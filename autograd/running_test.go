package autograd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/special"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// runningWeights are the weights of the running values in the sums that are
// differentiated.
func runningWeights(n int) []float64 {
	r := rand.New(rand.NewPCG(3, 4))
	w := make([]float64, n)
	for i := range w {
		w[i] = 2*r.Float64() - 1
	}
	return w
}

// derivatives are the gradient and the Hessian of Σ wᵢ·f(x)ᵢ.
func derivatives(t *testing.T, x []float64, f func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node) (grad, hessian []float64) {
	t.Helper()
	b := graph.New(nil)
	in := b.Input("x", len(x))
	y := b.Sum(b.Mul(f(b, in), b.Const(runningWeights(len(x)), len(x))))
	g, err := autograd.Gradients(y, in)
	if err != nil {
		t.Fatal(err)
	}
	h, err := autograd.Hessian(y, in)
	if err != nil {
		t.Fatal(err)
	}
	out := graphtest.Run(t, b, map[string][]float64{"x": x}, g[0], h)
	return out[0], out[1]
}

// TestCumProdZeros holds the derivatives of running products to the products of the
// other factors, where none, one, two or all factors are zero.
func TestCumProdZeros(t *testing.T) {
	for _, x := range [][]float64{{2, -3, 0.5, 1.5}, {2, 0, 0.5, 1.5}, {0, 2, 0.5, 0}, {2, 0, 0, 3}, {0, 0, 0, 0}, {5}} {
		w := runningWeights(len(x))
		without := func(i int, left ...int) float64 { // the product of the factors of y_i but for some
			p := 1.0
			for k := range i + 1 {
				for _, l := range left {
					if k == l {
						goto next
					}
				}
				p *= x[k]
			next:
			}
			return p
		}
		grad, hessian := derivatives(t, x, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.CumProd(x, 0) })
		for j := range x {
			want := 0.0
			for i := j; i < len(x); i++ {
				want += w[i] * without(i, j)
			}
			near(t, fmt.Sprintf("%v: derivative by x%d", x, j), grad[j], want)
			for l := range x {
				want := 0.0
				for i := max(j, l); i < len(x) && l != j; i++ {
					want += w[i] * without(i, j, l)
				}
				near(t, fmt.Sprintf("%v: derivative by x%d and x%d", x, j, l), hessian[j*len(x)+l], want)
			}
		}
	}
}

// TestLogCumSumExpExtremes holds the derivatives of LogCumSumExp to the softmax of each
// beginning of the line: dy_i/dx_j = p_j, d²y_i/dx_j dx_l = p_j·(1{j=l} − p_l).
func TestLogCumSumExpExtremes(t *testing.T) {
	inf := math.Inf(-1)
	for _, x := range [][]float64{{1, 2, -1, 0.5}, {1000, -1000, 1000, 2000}, {-2000, 2000, 0, -1}, {inf, 1, inf, 2}, {inf, inf, 3, 710}, {5}} {
		w := runningWeights(len(x))
		share := func(i, j int) float64 {
			m, sum := math.Inf(-1), 0.0
			for _, v := range x[:i+1] {
				m = max(m, v)
			}
			if m == inf {
				return 0
			}
			for _, v := range x[:i+1] {
				sum += math.Exp(v - m)
			}
			return math.Exp(x[j]-m) / sum
		}
		grad, hessian := derivatives(t, x, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return special.LogCumSumExp(b, x, 0) })
		for j := range x {
			want := 0.0
			for i := j; i < len(x); i++ {
				want += w[i] * share(i, j)
			}
			near(t, fmt.Sprintf("%v: derivative by x%d", x, j), grad[j], want)
			for l := range x {
				want := 0.0
				for i := max(j, l); i < len(x); i++ {
					d := 0.0
					if j == l {
						d = 1
					}
					want += w[i] * share(i, j) * (d - share(i, l))
				}
				near(t, fmt.Sprintf("%v: derivative by x%d and x%d", x, j, l), hessian[j*len(x)+l], want)
			}
		}
	}
}

// TestRunningMemory wants the gradients of running folds in memory that grows as the
// line does.
func TestRunningMemory(t *testing.T) {
	const n = 20_000
	for name, f := range map[string]func(b *graph.Builder, x *gorgonia.Node, axis int) *gorgonia.Node{
		"CumSum": (*graph.Builder).CumSum, "CumProd": (*graph.Builder).CumProd, "LogCumSumExp": special.LogCumSumExp,
	} {
		b := graph.New(nil)
		x := b.Input("x", n)
		g, err := autograd.Gradients(b.Sum(f(b, x, 0)), x)
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.Compile(graph.Options{Outputs: g})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Stats().Bytes["temp"]; got > 16*8*n {
			t.Errorf("%s: the gradient of %d elements takes %d bytes, want at most 16 numbers for each", name, n, got)
		}
	}
}
