package machine_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph/machine"
	"github.com/symgrad/symgrad/internal/graphtest"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// These are programs as gorgonia's users write them: they look at Value after
// RunAll, of whatever their calls gave them, and read nothing.

// dense is a leaf with values.
func dense(g *G.ExprGraph, name string, v []float64, shape ...int) *G.Node {
	return G.NewTensor(g, tensor.Float64, len(shape), G.WithShape(shape...), G.WithName(name),
		G.WithValue(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v))))
}

// TestExampleRegression prints its cost and its predictions on the way, as
// programs do: they are those of a loop by hand.
func TestExampleRegression(t *testing.T) {
	const rows, rate, steps = 6, 0.05, 20
	g := G.NewGraph()
	xs := []float64{5, 1, 4, 2, 6, 1, 5, 2, 7, 3, 4, 1}
	ys := []float64{1, 2, 1.5, 2.5, 3, 0.5}
	x, y, w := dense(g, "x", xs, rows, 2), dense(g, "y", ys, rows), dense(g, "w", []float64{0.1, -0.2}, 2)
	pred := G.Must(G.Mul(x, w))
	cost := G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(pred, y))))))
	grad(t, cost, w)
	vm := machine.New(g)
	defer vm.Close()
	solver := G.NewVanillaSolver(G.WithLearnRate(rate / rows))
	w0, w1 := 0.1, -0.2
	for range steps {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		var mean, d0, d1 float64
		predicted := numbers(t, pred.Value())
		for i := range rows {
			p := w0*xs[2*i] + w1*xs[2*i+1]
			near(t, "prediction", predicted[i], p, 1e-12)
			e := p - ys[i]
			mean, d0, d1 = mean+e*e/rows, d0+2*e*xs[2*i]/rows, d1+2*e*xs[2*i+1]/rows
		}
		near(t, "cost", cost.Value().Data().(float64), mean, 1e-12)
		if err := solver.Step(G.NodesToValueGrads(G.Nodes{w})); err != nil {
			t.Fatal(err)
		}
		w0, w1 = w0-rate/rows*d0, w1-rate/rows*d1
		vm.Reset()
	}
}

// TestExampleLet feeds other numbers between runs.
func TestExampleLet(t *testing.T) {
	g := G.NewGraph()
	x, w := G.NewScalar(g, tensor.Float64, G.WithName("x")), G.NewScalar(g, tensor.Float64, G.WithName("w"), G.WithValue(3.0))
	z := G.Must(G.Mul(x, w))
	s := G.Must(G.Sigmoid(z))
	grads := grad(t, s, x)
	vm := machine.New(g)
	for _, v := range []float64{0.5, -1, 2} {
		if err := G.Let(x, v); err != nil {
			t.Fatal(err)
		}
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		y := 1 / (1 + math.Exp(-3*v))
		near(t, "product", z.Value().Data().(float64), 3*v, 1e-15)
		near(t, "sigmoid", s.Value().Data().(float64), y, 1e-14)
		near(t, "gradient", grads[0].Value().Data().(float64), 3*y*(1-y), 1e-14)
	}
}

// TestExampleBatchedProduct has a batched product, the sum of which is
// differentiated.
func TestExampleBatchedProduct(t *testing.T) {
	g := G.NewGraph()
	a := dense(g, "a", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 2, 2, 3)
	b := dense(g, "b", []float64{1, 0, 2, 1, 0, 1, 3, 1, 1, 1, 2, 0}, 2, 3, 2)
	c := G.Must(G.BatchedMatMul(a, b))
	s := G.Must(G.Sum(c))
	grad(t, s, a, b)
	runMachine(t, g)
	graphtest.Same(t, "product", numbers(t, c.Value()), []float64{5, 5, 14, 11, 47, 15, 65, 21})
	graphtest.Same(t, "sum", numbers(t, s.Value()), []float64{183})
	graphtest.Same(t, "gradient of a", gradOf(t, a), []float64{1, 3, 1, 1, 3, 1, 4, 2, 2, 4, 2, 2})
	graphtest.Same(t, "gradient of b", gradOf(t, b), []float64{5, 5, 7, 7, 9, 9, 17, 17, 19, 19, 21, 21})
}

// TestExampleTensordot contracts vectors: gorgonia leaves a vector of one number.
func TestExampleTensordot(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
		g := G.NewGraph()
		a := G.NewVector(g, dt, G.WithName("a"), G.WithShape(3), G.WithValue(floatsOf(dt, []float64{1, 2, 3}, 3)))
		b := G.NewVector(g, dt, G.WithName("b"), G.WithShape(3), G.WithValue(floatsOf(dt, []float64{4, 5, 6}, 3)))
		c := G.Must(G.Tensordot([]int{0}, []int{0}, a, b))
		square := G.Must(G.Square(c))
		vm := machine.New(g)
		for range 2 {
			if err := vm.RunAll(); err != nil {
				t.Fatal(err)
			}
			if s := c.Value().Shape(); !s.Eq(tensor.Shape{1}) {
				t.Errorf("got a value of %v, want (1)", s)
			}
			graphtest.Same(t, "contraction", numbers(t, c.Value()), []float64{32})
			graphtest.Same(t, "its square", numbers(t, square.Value()), []float64{1024})
			if err := G.Let(a, floatsOf(dt, []float64{1, 2, 3}, 3)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestExampleBackpropagate differentiates symbolically with gradients that come
// from outside.
func TestExampleBackpropagate(t *testing.T) {
	g := G.NewGraph()
	x, y := dense(g, "x", []float64{1, 2, 3}, 3), dense(g, "y", []float64{-1, 0.5, 4}, 3)
	z := G.Must(G.HadamardProd(G.Must(G.Square(x)), y))
	seed := dense(g, "seed", []float64{1, 10, 100}, 3)
	grads, err := G.Backpropagate(G.Nodes{z}, G.Nodes{seed}, G.Nodes{x, y})
	if err != nil {
		t.Fatal(err)
	}
	runMachine(t, g)
	graphtest.Same(t, "value", numbers(t, z.Value()), []float64{-1, 2, 36})
	graphtest.Same(t, "by x", numbers(t, grads[0].Value()), []float64{-2, 20, 2400})
	graphtest.Same(t, "by y", numbers(t, grads[1].Value()), []float64{1, 40, 900})
}

// TestExampleConvolution looks at every layer of a small convolutional network.
func TestExampleConvolution(t *testing.T) {
	g := G.NewGraph()
	x := dense(g, "x", []float64{1, 2, 0, -1, 0, 3, 1, 1, 2, -2, 1, 0, 1, 1, -1, 2}, 1, 1, 4, 4)
	w, b := dense(g, "w", []float64{1, 0, -1, 1}, 1, 1, 2, 2), dense(g, "b", []float64{-1}, 1, 1, 1, 1)
	conv := G.Must(G.Conv2d(x, w, tensor.Shape{2, 2}, []int{0, 0}, []int{1, 1}, []int{1, 1}))
	biased := G.Must(G.BroadcastAdd(conv, b, nil, []byte{2, 3}))
	act := G.Must(G.Rectify(biased))
	pool := G.Must(G.MaxPool2D(act, tensor.Shape{3, 3}, []int{0, 0}, []int{1, 1}))
	flat := G.Must(G.Reshape(pool, tensor.Shape{1, 1}))
	cost := G.Must(G.Sum(flat))
	grad(t, cost, w, b)
	runMachine(t, g)
	graphtest.Same(t, "convolution", numbers(t, conv.Value()), []float64{4, 0, 0, -4, 6, 0, 2, -4, 4})
	graphtest.Same(t, "with the bias", numbers(t, biased.Value()), []float64{3, -1, -1, -5, 5, -1, 1, -5, 3})
	graphtest.Same(t, "activation", numbers(t, act.Value()), []float64{3, 0, 0, 0, 5, 0, 1, 0, 3})
	graphtest.Same(t, "pool", numbers(t, pool.Value()), []float64{5})
	graphtest.Same(t, "reshaped", numbers(t, flat.Value()), []float64{5})
	graphtest.Same(t, "cost", numbers(t, cost.Value()), []float64{5})
	graphtest.Same(t, "gradient of the kernel", gradOf(t, w), []float64{3, 1, -2, 1})
	graphtest.Same(t, "gradient of the bias", gradOf(t, b), []float64{1})
}

// TestExampleBatchNorm looks at what is normalised, and at what is made of it.
func TestExampleBatchNorm(t *testing.T) {
	g := G.NewGraph()
	x := dense(g, "x", []float64{1, 10, 3, 20, 5, 60}, 3, 2)
	scale, bias := dense(g, "scale", []float64{2, 2, 2, 2, 2, 2}, 3, 2), dense(g, "bias", []float64{1, 1, 1, 1, 1, 1}, 3, 2)
	y, _, _, _, err := G.BatchNorm(x, scale, bias, 0.9, 1e-5)
	if err != nil {
		t.Fatal(err)
	}
	act := G.Must(G.Tanh(y))
	grad(t, G.Must(G.Sum(act)), scale)
	runMachine(t, g)
	got := numbers(t, y.Value())
	mean, sd := []float64{3, 30}, []float64{math.Sqrt(8.0/3 + 1e-5), math.Sqrt(1400.0/3 + 1e-5)}
	for i, v := range []float64{1, 10, 3, 20, 5, 60} {
		want := 2*(v-mean[i%2])/sd[i%2] + 1
		near(t, "normalised", got[i], want, 1e-12)
		near(t, "activation", numbers(t, act.Value())[i], math.Tanh(want), 1e-12)
	}
}

// TestExampleDifferentiate leaves the derivatives to the machine.
func TestExampleDifferentiate(t *testing.T) {
	g := G.NewGraph()
	x := dense(g, "x", []float64{0.5, -1}, 2)
	e := G.Must(G.Exp(x))
	cost := G.Must(G.Sum(G.Must(G.Square(e))))
	vm := machine.New(g)
	if err := vm.Differentiate(cost, x); err != nil {
		t.Fatal(err)
	}
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	for i, v := range []float64{0.5, -1} {
		near(t, "inside", numbers(t, e.Value())[i], math.Exp(v), 1e-14)
		near(t, "gradient", gradOf(t, x)[i], 2*math.Exp(2*v), 1e-13)
	}
}

// TestExampleAutograd mixes gorgonia's functions with this module's gradients:
// these have values, the nodes on the way to them have none.
func TestExampleAutograd(t *testing.T) {
	g := G.NewGraph()
	x := dense(g, "x", []float64{1, 2}, 2)
	cost := G.Must(G.Sum(G.Must(G.Cube(x))))
	before := len(g.AllNodes())
	d, err := autograd.Gradients(cost, x)
	if err != nil {
		t.Fatal(err)
	}
	built := g.AllNodes()[before:]
	norm := G.Must(G.Sum(G.Must(G.Square(d[0]))))
	runMachine(t, g)
	graphtest.Same(t, "gradient", numbers(t, d[0].Value()), []float64{3, 12})
	graphtest.Same(t, "its square", numbers(t, norm.Value()), []float64{153})
	graphtest.Same(t, "cost", numbers(t, cost.Value()), []float64{9})
	for _, n := range built {
		if n != d[0] && n.Value() != nil {
			t.Errorf("%v, on the way to a gradient, has a value", n)
		}
	}
}

// TestKeepOnly narrows what has a value, and keeps what gorgonia.Grad built.
func TestKeepOnly(t *testing.T) {
	build := func() (g *G.ExprGraph, e, s, cost *G.Node, inner G.Nodes) {
		g = G.NewGraph()
		x := dense(g, "x", []float64{0.5, -1}, 2)
		e = G.Must(G.Exp(x))
		s = G.Must(G.Square(e))
		cost = G.Must(G.Sum(s))
		before := len(g.AllNodes())
		grads := grad(t, cost, x)
		for _, n := range g.AllNodes()[before:] {
			if n.Op() != nil && n != grads[0] && kindOf(n) == "elemBinOp" {
				inner = append(inner, n)
			}
		}
		return g, e, s, cost, inner
	}
	g, e, s, _, inner := build()
	vm := machine.New(g)
	if err := vm.KeepOnly(s); err != nil {
		t.Fatal(err)
	}
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	if e.Value() != nil || s.Value() == nil || inner[0].Value() != nil {
		t.Errorf("got the values %v, %v and %v of an inner node, another that is kept, and one of Grad's, want the second alone", e.Value(), s.Value(), inner[0].Value())
	}
	if err := vm.KeepOnly(); err == nil {
		t.Error("KeepOnly after a run: no error")
	}
	if err := machine.New(g).KeepOnly(G.NewScalar(G.NewGraph(), tensor.Float64, G.WithName("other"))); err == nil {
		t.Error("KeepOnly of a node of another graph: no error")
	}
	g, e, s, cost, inner := build()
	runMachine(t, g, inner[0])
	for _, n := range []*G.Node{e, s, cost, inner[0]} {
		if n.Value() == nil {
			t.Errorf("%v has no value", n)
		}
	}
}
