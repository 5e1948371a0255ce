package formula_test

import (
	"fmt"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/formula"
	"gorgonia.org/gorgonia"
)

// TestDerivatives prints derivatives as a textbook has them.
func TestDerivatives(t *testing.T) {
	type nodes struct{ x, w, b, y *gorgonia.Node }
	for _, c := range []struct {
		f    func(b *graph.Builder, n nodes) *gorgonia.Node
		want string // the derivative by x
	}{
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Tanh(b.Add(b.Mul(n.w, n.x), n.b)) }, "w (1 − tanh²(w x + b))"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Sigmoid(n.x) }, "σ(x) (1 − σ(x))"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Square(b.Sub(n.x, n.y)) }, "2 (x − y)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Mul(n.x, b.Exp(n.x)) }, "exp(x) + x exp(x)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Log(n.x) }, "1 / x"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Mul(b.Scalar(3), b.Cos(n.x)) }, "−3 sin(x)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.PowConst(n.x, 5) }, "5 x⁴"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Div(n.y, n.x) }, "−y / x²"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Sin(b.Mul(n.w, n.x)) }, "w cos(w x)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Sqrt(n.x) }, "0.5 / sqrt(x)"},
	} {
		b := graph.New(nil)
		n := nodes{b.Input("x"), b.Input("w"), b.Input("b"), b.Input("y")}
		y := c.f(b, n)
		d, err := autograd.Gradients(y, n.x)
		if err != nil {
			t.Fatal(err)
		}
		got, err := formula.Text(d[0])
		if err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			f, _ := formula.Text(y)
			t.Errorf("d/dx %s: got %s, want %s", f, got, c.want)
		}
	}
}

// The gradient of a least squares loss.
func ExampleLaTeX() {
	b := graph.New(nil)
	x, w, y := b.Input("X", 20, 3), b.Input("w", 3, 1), b.Input("y", 20, 1)
	g, err := autograd.Gradients(b.Sum(b.Square(b.Sub(b.MatMul(x, w), y))), w)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := formula.Text(g[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	latex, err := formula.LaTeX(g[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text)
	fmt.Println(latex)
	// Output:
	// 2 Xᵀ (X w − y)
	// 2 X^{\top} \left(X w - y\right)
}
