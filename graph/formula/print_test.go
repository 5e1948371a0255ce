package formula_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/formula"
	"github.com/symgrad/symgrad/graph/loss"
	"gorgonia.org/gorgonia"
)

// TestDerivatives prints derivatives as a textbook has them.
func TestDerivatives(t *testing.T) {
	type nodes struct{ x, w, b, y, v, m *gorgonia.Node }
	for _, c := range []struct {
		f    func(b *graph.Builder, n nodes) *gorgonia.Node
		want string // the derivative by x, else v or m
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
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Square(b.Sin(n.x)) }, "2 sin(x) cos(x)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Div(n.x, b.AddConst(b.Square(n.x), 1)) }, "(1 − x²) / (x² + 1)²"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Div(b.Sin(n.x), n.x) }, "(x cos(x) − sin(x)) / x²"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Div(b.Mul(n.w, n.x), b.Add(n.b, n.x)) }, "w b / (b + x)²"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Mul(b.Square(n.x), b.Cos(n.x)) }, "2 x cos(x) − x² sin(x)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Exp(b.Sin(b.Square(n.x))) }, "2 x exp(sin(x²)) cos(x²)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Exp(b.Neg(b.Div(b.Square(n.x), b.Scalar(2)))) }, "−x exp(−x² / 2)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Pow(n.x, n.y) }, "y x^(y − 1)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Pow(b.Scalar(2), n.x) }, "log(2) 2^x"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Abs(n.x) }, "sign(x)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.ReLU(n.x) }, "step(x)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Asin(n.x) }, "1 / sqrt(1 − x²)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Log(b.Sigmoid(n.x)) }, "1 − σ(x)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Sqrt(b.Sum(b.Square(n.v))) }, "v / sqrt(Σ v²)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.LogSumExp(n.v, 0) }, "softmax(v)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Mean(b.Square(n.v)) }, "2/3 v"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node { return b.Neg(b.Sum(b.Mul(n.y, b.LogSoftmax(n.v)))) }, "softmax(v) Σ y − y"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node {
			return loss.CrossEntropy(b, b.Reshape(n.v, 1, 3), b.Ints("label", 1))
		}, "softmax(v) − onehot(label)"},
		{func(b *graph.Builder, n nodes) *gorgonia.Node {
			return b.Sum(b.MatMul(b.MatMul(b.Transpose(n.m), b.Input("A", 3, 3)), n.m))
		}, "Aᵀ m + A m"},
	} {
		b := graph.New(nil)
		n := nodes{b.Input("x"), b.Input("w"), b.Input("b"), b.Input("y"), b.Input("v", 3), b.Input("m", 3, 1)}
		y := c.f(b, n)
		var d []*gorgonia.Node
		var err error
		for _, x := range []*gorgonia.Node{n.x, n.v, n.m} {
			if d, err = autograd.Gradients(y, x); !errors.Is(err, autograd.ErrUnconnected) {
				break
			}
		}
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
