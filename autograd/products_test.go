package autograd_test

import (
	"math"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// rosenbrock is Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)² of a vector of n elements.
func rosenbrock(b *graph.Builder, x *gorgonia.Node, n int) *gorgonia.Node {
	head, tail := b.Slice(x, graph.Range(0, n-1)), b.Slice(x, graph.Range(1, n))
	return b.Sum(b.Add(b.Scale(b.Square(b.Sub(tail, b.Square(head))), 100), b.Square(b.AddConst(b.Neg(head), 1))))
}

func TestHessian(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 3)
	f := rosenbrock(b, x, 3)
	h, err := autograd.Hessian(f, x)
	if err != nil {
		t.Fatal(err)
	}
	v := b.Const([]float64{1, -2, 0.5}, 3)
	hv, err := autograd.HVP(f, gorgonia.Nodes{x}, gorgonia.Nodes{v})
	if err != nil {
		t.Fatal(err)
	}
	out := graphtest.Run(t, b, map[string][]float64{"x": {0.5, -1, 2}}, h, hv[0])
	x0, x1, x2 := 0.5, -1.0, 2.0
	want := []float64{
		1200*x0*x0 - 400*x1 + 2, -400 * x0, 0,
		-400 * x0, 200 + 1200*x1*x1 - 400*x2 + 2, -400 * x1,
		0, -400 * x1, 200,
	}
	for i, w := range want {
		near(t, "Hessian", out[0][i], w)
	}
	for i := range 3 {
		near(t, "HVP", out[1][i], want[3*i]-2*want[3*i+1]+0.5*want[3*i+2])
	}
}

// TestJacobian checks both ways to build one: by rows and by columns.
func TestJacobian(t *testing.T) {
	for _, size := range [][2]int{{2, 3}, {4, 3}, {1, 3}, {3, 1}, {1, 1}} {
		rows, cols := size[0], size[1]
		b := graph.New(nil)
		x := b.Input("x", cols)
		w := make([]float64, rows*cols)
		for i := range w {
			w[i] = float64(i%5) - 2
		}
		y := b.Tanh(b.MatMul(b.Const(w, rows, cols), x)) // ∂yᵢ/∂xⱼ = (1 − yᵢ²)·wᵢⱼ
		j, err := autograd.Jacobian(y, x)
		if err != nil {
			t.Fatal(err)
		}
		out := graphtest.Run(t, b, map[string][]float64{"x": []float64{0.1, 0.2, -0.3}[:cols]}, j, y)
		for i := range w {
			yi := out[1][i/cols]
			near(t, "Jacobian", out[0][i], (1-yi*yi)*w[i])
		}
	}
}

// TestGaussNewton compares with JᵀHJ built from its parts.
func TestGaussNewton(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 2)
	z := b.Exp(b.MatMul(b.Const([]float64{1, 2, -1, 0.5, 0.3, 1}, 3, 2), x))
	loss := b.Sum(b.Square(b.Square(z)))
	v := []float64{0.7, -1.1}
	gn, err := autograd.GaussNewton(loss, z, gorgonia.Nodes{x}, gorgonia.Nodes{b.Const(v, 2)})
	if err != nil {
		t.Fatal(err)
	}
	j, err := autograd.Jacobian(z, x)
	if err != nil {
		t.Fatal(err)
	}
	out := graphtest.Run(t, b, map[string][]float64{"x": {0.2, -0.4}}, gn[0], j, z)
	var want [2]float64
	for i, zi := range out[2] {
		jv := out[1][2*i]*v[0] + out[1][2*i+1]*v[1]
		for k := range want {
			want[k] += out[1][2*i+k] * 12 * zi * zi * jv
		}
	}
	for k := range want {
		if !(math.Abs(out[0][k]-want[k]) <= 1e-9*math.Abs(want[k])) {
			t.Errorf("got %v, want %v", out[0], want)
		}
	}
}

func TestValueAndGradients(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 2)
	p, err := autograd.ValueAndGradients(b, rosenbrock(b, x, 2), x)
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.InputOf[float64](p, "x").Set([]float64{-1, 2}); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	near(t, "value", graph.OutputOf[float64](p, 0).Scalar(), 104)
	near(t, "gradient", graph.OutputOf[float64](p, 1).Read(nil)[0], 396)
	near(t, "gradient", graph.OutputOf[float64](p, 1).Read(nil)[1], 200)
}

// TestInnerStep differentiates through a step of gradient descent, as in MAML:
// with f(w) = w², one step w' = w − a·2w and the outer loss f(w'), d/dw is
// 2(1 − 2a)²·w and d/da is −4w²(1 − 2a).
func TestInnerStep(t *testing.T) {
	b := graph.New(nil)
	w, a := b.Input("w"), b.Input("a")
	g, err := autograd.Gradients(b.Square(w), w)
	if err != nil {
		t.Fatal(err)
	}
	outer, err := autograd.Gradients(b.Square(b.Sub(w, b.Mul(a, g[0]))), w, a)
	if err != nil {
		t.Fatal(err)
	}
	out := graphtest.Run(t, b, map[string][]float64{"w": {3}, "a": {0.1}}, outer...)
	near(t, "by w", out[0][0], 2*0.8*0.8*3)
	near(t, "by a", out[1][0], -4*9*0.8)
}

// TestCheckSecondOrder checks that the check passes where it must and can fail:
// the derivative of |x| near its kink is no straight line.
func TestCheckSecondOrder(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 4)
	at := autograd.Point{Floats: map[string][]float64{"x": {0.3, -0.7, 1.1, 0.9}}}
	if err := autograd.CheckSecondOrder(b, rosenbrock(b, x, 4), at, autograd.CheckOptions{}); err != nil {
		t.Error(err)
	}
	b = graph.New(nil)
	x = b.Input("x", 1)
	kinked := b.Sum(b.Mul(x, b.Abs(x))) // its gradient 2|x| has a kink at 0
	err := autograd.CheckSecondOrder(b, kinked, autograd.Point{Floats: map[string][]float64{"x": {1e-9}}}, autograd.CheckOptions{})
	if !errors.Is(err, autograd.ErrMismatch) {
		t.Errorf("got %v, want a mismatch", err)
	}
}

func TestProductMistakes(t *testing.T) {
	b := graph.New(nil)
	x, y := b.Input("x", 2), b.Input("y", 3)
	other := graph.New(nil).Input("z", 2)
	s := b.Sum(b.Square(x))
	for name, err := range map[string]error{
		"direction of another shape": second(autograd.JVP(gorgonia.Nodes{s}, gorgonia.Nodes{x}, gorgonia.Nodes{y})),
		"direction of another graph": second(autograd.JVP(gorgonia.Nodes{s}, gorgonia.Nodes{x}, gorgonia.Nodes{other})),
		"no direction":               second(autograd.JVP(gorgonia.Nodes{s}, gorgonia.Nodes{x}, nil)),
		"vector of another shape":    second(autograd.VJP(b.Square(x), y, x)),
		"nil vector":                 second(autograd.VJP(b.Square(x), nil, x)),
		"Hessian of a vector":        secondNode(autograd.Hessian(b.Square(x), x)),
		"Jacobian by nil":            secondNode(autograd.Jacobian(s, nil)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second(_ []*gorgonia.Node, err error) error   { return err }
func secondNode(_ *gorgonia.Node, err error) error { return err }
