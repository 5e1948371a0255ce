package machine_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/machine"
	"github.com/symgrad/symgrad/internal/graphtest"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// scalars makes scalar leaves with values.
func scalars(g *G.ExprGraph, v map[string]float64) map[string]*G.Node {
	out := map[string]*G.Node{}
	for name, x := range v {
		out[name] = G.NewScalar(g, tensor.Float64, G.WithName(name), G.WithValue(x))
	}
	return out
}

func vector(g *G.ExprGraph, name string, v ...float64) *G.Node {
	return G.NewVector(g, tensor.Float64, G.WithShape(len(v)), G.WithName(name), G.WithValue(tensor.New(tensor.WithShape(len(v)), tensor.WithBacking(v))))
}

func grad(t *testing.T, cost *G.Node, by ...*G.Node) G.Nodes {
	t.Helper()
	d, err := G.Grad(cost, by...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func runMachine(t *testing.T, g *G.ExprGraph, keep ...*G.Node) *machine.Machine {
	t.Helper()
	vm := machine.New(g, keep...)
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	return vm
}

// gradOf is what Grad of a leaf finds.
func gradOf(t *testing.T, x *G.Node) []float64 {
	t.Helper()
	v, err := x.Grad()
	if err != nil {
		t.Fatal(err)
	}
	return numbers(t, v)
}

// TestMachineSecondDerivatives calls gorgonia.Grad on its own gradients, which
// gives one term of each, or, where the gradient is made of the function's value,
// the first gradient again: Lint says so.
func TestMachineSecondDerivatives(t *testing.T) {
	at := 0.7
	for _, c := range []struct {
		name          string
		f             func(*G.Node) (*G.Node, error)
		first, second float64
		lost          bool
	}{
		{"cube", G.Cube, 3 * at * at, 6 * at, false},
		{"log2", G.Log2, 1 / (at * math.Ln2), -1 / (at * at * math.Ln2), false},
		{"square", G.Square, 2 * at, 2, false},
		{"sin", G.Sin, math.Cos(at), -math.Sin(at), false},
		{"exp", G.Exp, math.Exp(at), math.Exp(at), true},
		{"tanh", G.Tanh, 1 - math.Pow(math.Tanh(at), 2), 0, true},
		{"sqrt", G.Sqrt, 0.5 / math.Sqrt(at), 0, true},
		{"inverse", G.Inverse, -1 / (at * at), 0, true},
	} {
		g := G.NewGraph()
		x := vector(g, "x", at)
		first := grad(t, G.Must(G.Sum(G.Must(c.f(x)))), x)[0]
		second := grad(t, G.Must(G.Sum(first)), x)[0]
		var v1, v2 G.Value
		G.Read(first, &v1)
		G.Read(second, &v2)
		runMachine(t, g)
		near(t, c.name+"'", numbers(t, v1)[0], c.first, 1e-12)
		near(t, c.name+"' by Grad", gradOf(t, x)[0], c.first, 1e-12)
		if (second == first) != c.lost || lost(g) != c.lost {
			t.Errorf("%s: got the findings %v, and the first gradient again: %t, want both: %t", c.name, machine.Lint(g), second == first, c.lost)
		}
		if !c.lost {
			near(t, c.name+"''", numbers(t, v2)[0], c.second, 1e-12)
		}
	}
}

// lost says whether Lint finds that gorgonia.Grad stopped at a node.
func lost(g *G.ExprGraph) bool {
	for _, f := range machine.Lint(g) {
		if f.Doubt == machine.LostGradient {
			return true
		}
	}
	return false
}

// TestMachineTwoCosts differentiates two costs by one leaf: gorgonia returns the
// first term of the second gradient.
func TestMachineTwoCosts(t *testing.T) {
	g := G.NewGraph()
	x := vector(g, "x", 1, 2, 3)
	sin, square := G.Must(G.Sin(x)), G.Must(G.Square(x))
	first := grad(t, G.Must(G.Sum(square)), x)[0]
	second := grad(t, G.Must(G.Sum(G.Must(G.Add(sin, G.Must(G.HadamardProd(x, G.Must(G.Cos(x)))))))), x)[0]
	var v1, v2 G.Value
	G.Read(first, &v1)
	G.Read(second, &v2)
	runMachine(t, g)
	for i, v := range []float64{1, 2, 3} {
		near(t, "first", numbers(t, v1)[i], 2*v, 1e-12)
		near(t, "second", numbers(t, v2)[i], 2*math.Cos(v)-v*math.Sin(v), 1e-12)
	}
}

// TestMachineApart differentiates two costs by two leaves, of which neither has
// to do with the other, and by one leaf that a third cost passes through.
func TestMachineApart(t *testing.T) {
	g := G.NewGraph()
	x, y := vector(g, "x", 1, 2), vector(g, "y", 3, 4)
	grad(t, G.Must(G.Sum(G.Must(G.Log2(x)))), x)
	grad(t, G.Must(G.Sum(G.Must(G.Cube(y)))), y)
	runMachine(t, g)
	graphtest.Same(t, "x", gradOf(t, x), []float64{1 / math.Ln2, 0.5 / math.Ln2})
	graphtest.Same(t, "y", gradOf(t, y), []float64{27, 48})
}

// TestMachineLost differentiates a cost through a node that has a gradient of
// another: gorgonia gives that one's again, which Lint says.
func TestMachineLost(t *testing.T) {
	g := G.NewGraph()
	x := vector(g, "x", 1, 2)
	h := G.Must(G.Tanh(x))
	first := grad(t, G.Must(G.Sum(G.Must(G.Square(h)))), x)[0]
	second := grad(t, G.Must(G.Sum(G.Must(G.Cube(h)))), x)[0]
	if first != second {
		t.Error("gorgonia made two gradients: the test has no point")
	}
	runMachine(t, g)
	for i, v := range []float64{1, 2} {
		near(t, "gradient", gradOf(t, x)[i], 2*math.Tanh(v)*(1-math.Pow(math.Tanh(v), 2)), 1e-12)
	}
	if !lost(g) {
		t.Errorf("got %v, want a finding for the node that both costs pass", machine.Lint(g))
	}
}

// TestMachineCostOfCost differentiates a cost, and then one that is made of it.
func TestMachineCostOfCost(t *testing.T) {
	g := G.NewGraph()
	x := scalars(g, map[string]float64{"x": 3})["x"]
	c := G.Must(G.Square(x))
	grad(t, c, x)
	grad(t, G.Must(G.Log2(c)), x) // gives the first gradient again
	runMachine(t, g)
	graphtest.Same(t, "x", gradOf(t, x), []float64{6})
}

// TestMachineConstantGradient takes steps along a gradient that is the constant 1,
// and must leave gorgonia's constant alone.
func TestMachineConstantGradient(t *testing.T) {
	g := G.NewGraph()
	x := scalars(g, map[string]float64{"x": 3, "y": 4})
	cost := G.Must(G.Add(x["x"], x["y"]))
	params := G.Nodes{x["x"], x["y"]}
	grad(t, cost, params...)
	vm := machine.New(g)
	solver := G.NewVanillaSolver(G.WithLearnRate(0.5))
	for range 3 {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		graphtest.Same(t, "gradient", gradOf(t, x["x"]), []float64{1})
		if err := solver.Step(G.NodesToValueGrads(params)); err != nil {
			t.Fatal(err)
		}
	}
	graphtest.Same(t, "x", numbers(t, x["x"].Value()), []float64{1.5})
	graphtest.Same(t, "y", numbers(t, x["y"].Value()), []float64{2.5})
	one := G.NewGraph()
	z := scalars(one, map[string]float64{"z": 1})["z"]
	w := G.Must(G.Sub(G.NewConstant(1.0), z))
	grad(t, w, z)
	runMachine(t, one)
	graphtest.Same(t, "the constant 1", gradOf(t, z), []float64{-1})
}

// TestMachineOwnGradient runs parameters that have a gradient of their own.
func TestMachineOwnGradient(t *testing.T) {
	g := G.NewGraph()
	x := vector(g, "x", 1, 2, 3)
	own := tensor.New(tensor.WithBacking(make([]float64, 3)))
	G.WithGrad(own)(x)
	grad(t, G.Must(G.Sum(G.Must(G.Cube(x)))), x)
	vm := runMachine(t, g)
	graphtest.Same(t, "gradient", own.Float64s(), []float64{3, 12, 27})
	if err := G.Let(x, tensor.New(tensor.WithBacking([]float64{2, 2, 2}))); err != nil {
		t.Fatal(err)
	}
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	graphtest.Same(t, "gradient", gradOf(t, x), []float64{12, 12, 12})
	graphtest.Same(t, "its own", own.Float64s(), []float64{12, 12, 12})
}

// TestMachineDifferentiate trains a graph without gradient nodes, as programs for
// gorgonia's LispMachine do.
func TestMachineDifferentiate(t *testing.T) {
	build := func() (*G.ExprGraph, *G.Node, G.Nodes) {
		g := G.NewGraph()
		w, b := vector(g, "w", 0.1, 0.2, 0.3), scalars(g, map[string]float64{"b": 0.5})["b"]
		x := vector(g, "x", 1, -2, 0.5)
		p := G.Must(G.Tanh(G.Must(G.Add(G.Must(G.Mul(w, x)), b))))
		return g, G.Must(G.Square(G.Must(G.Sub(p, G.NewConstant(0.9))))), G.Nodes{w, b}
	}
	steps := func(machine func() G.VM, params G.Nodes) (out []float64) {
		solver := G.NewVanillaSolver(G.WithLearnRate(0.3))
		for range 5 {
			if err := machine().RunAll(); err != nil {
				t.Fatal(err)
			}
			for _, p := range params {
				out = append(out, gradOf(t, p)...)
			}
			if err := solver.Step(G.NodesToValueGrads(params)); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	g, cost, params := build()
	ours := machine.New(g)
	if err := ours.Differentiate(cost, params...); err != nil {
		t.Fatal(err)
	}
	got := steps(func() G.VM { return ours }, params)
	g, _, params = build()
	graphtest.Same(t, "gradients", got, steps(func() G.VM { return G.NewLispMachine(g) }, params)) // good for one run
	if err := ours.Differentiate(cost, params...); err == nil {
		t.Error("a second Differentiate: no error")
	}
	if err := machine.New(g).Differentiate(g.AllNodes()[0], params...); err == nil {
		t.Error("a cost that is no scalar: no error")
	}
}

// TestMachineWaste trains one factor of a product: the gradient of the other,
// which gorgonia.Grad builds too, must not be computed.
func TestMachineWaste(t *testing.T) {
	g := G.NewGraph()
	x := G.NewMatrix(g, tensor.Float64, G.WithShape(8, 30), G.WithName("x"), G.WithInit(G.Ones()))
	w := G.NewMatrix(g, tensor.Float64, G.WithShape(30, 5), G.WithName("w"), G.WithInit(G.Ones()))
	grad(t, G.Must(G.Sum(G.Must(G.Square(G.Must(G.Mul(x, w)))))), w)
	vm := runMachine(t, g)
	const product = 2 * 8 * 30 * 5
	if f := vm.Stats().Flops; f < 2*product || f >= 3*product {
		t.Errorf("a run takes %d operations, want those of two products of %d", f, product)
	}
	near(t, "gradient", gradOf(t, w)[0], 2*8*30, 1e-12)
}

// TestMachineSecondDerivativesOfOurs calls gorgonia.Grad on gradients of a Builder's
// nodes, alone and beside gorgonia's own.
func TestMachineSecondDerivativesOfOurs(t *testing.T) {
	at := []float64{0.3, 0.7, -1}
	for name, cube := range map[string]func(b *graph.Builder, x *G.Node) *G.Node{
		"ours":  func(b *graph.Builder, x *G.Node) *G.Node { return b.Mul(x, b.Mul(x, x)) },
		"mixed": func(b *graph.Builder, x *G.Node) *G.Node { return G.Must(G.HadamardProd(x, b.Square(x))) },
	} {
		b := graph.New(nil)
		x := b.Input("x", 3)
		first := grad(t, G.Must(G.Sum(cube(b, x))), x)[0]
		second := grad(t, G.Must(G.Sum(first)), x)[0]
		before := len(b.Graph().AllNodes())
		if !lost(b.Graph()) {
			t.Errorf("%s: got the findings %v, want a lost gradient", name, machine.Lint(b.Graph()))
		}
		if err := G.Let(x, floatsOf(tensor.Float64, at, 3)); err != nil {
			t.Fatal(err)
		}
		runMachine(t, b.Graph(), first, second)
		if now := len(b.Graph().AllNodes()); now != before {
			t.Errorf("%s: %d nodes were added to the graph", name, now-before)
		}
		for i, v := range at {
			near(t, name+": first", numbers(t, first.Value())[i], 3*v*v, 1e-14)
			near(t, name+": second", numbers(t, second.Value())[i], 6*v, 1e-14)
		}
	}
}
