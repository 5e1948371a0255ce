package machine_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/machine"
	"github.com/symgrad/symgrad/internal/graphtest"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// normed is a graph with a batch normalisation of images.
func normed(dt tensor.Dtype) (g *G.ExprGraph, x, out *G.Node, op *G.BatchNormOp) {
	g = G.NewGraph()
	x = G.NewTensor(g, dt, 4, G.WithShape(2, 3, 2, 2), G.WithName("x"))
	ones := func(v float64) G.NodeConsOpt { return G.WithInit(G.ValuesOf(v)) }
	if dt == tensor.Float32 {
		ones = func(v float64) G.NodeConsOpt { return G.WithInit(G.ValuesOf(float32(v))) }
	}
	scale := G.NewTensor(g, dt, 4, G.WithShape(2, 3, 2, 2), G.WithName("scale"), ones(2))
	shift := G.NewTensor(g, dt, 4, G.WithShape(2, 3, 2, 2), G.WithName("shift"), ones(0.5))
	out, _, _, op, err := G.BatchNorm(x, scale, shift, 0.3, 1e-3)
	if err != nil {
		panic(err)
	}
	return g, x, out, op
}

// TestMachineBatchNorm trains and evaluates a batch normalisation on both
// machines: results and running statistics must be the same.
func TestMachineBatchNorm(t *testing.T) {
	for dt, tol := range map[tensor.Dtype]float64{tensor.Float64: 1e-12, tensor.Float32: 1e-5} {
		type result struct{ out, mean, variance []float64 }
		steps := func(train, eval func(g *G.ExprGraph) G.VM) (all []result) {
			g, x, out, op := normed(dt)
			var v G.Value
			G.Read(out, &v)
			run := func(vm G.VM, seed float64) {
				if err := G.Let(x, floatsOf(dt, graphtest.Wave(24, seed), 2, 3, 2, 2)); err != nil {
					t.Fatal(err)
				}
				if err := vm.RunAll(); err != nil {
					t.Fatal(err)
				}
				vm.Reset()
				m, s := op.Stats()
				all = append(all, result{numbers(t, v), numbers(t, m), numbers(t, s)})
			}
			vm := train(g)
			for i := range 4 {
				run(vm, float64(i))
			}
			vm = eval(g)
			run(vm, 7)
			run(vm, 8)
			return all
		}
		ours := steps(func(g *G.ExprGraph) G.VM { return machine.New(g) }, func(g *G.ExprGraph) G.VM { return machine.NewEval(g) })
		theirs := steps(func(g *G.ExprGraph) G.VM { return G.NewTapeMachine(g) }, func(g *G.ExprGraph) G.VM { return G.NewTapeMachine(g, G.EvalMode()) })
		for i := range ours {
			for j, v := range slices.Concat(theirs[i].out, theirs[i].mean, theirs[i].variance) {
				near(t, "batch normalisation", slices.Concat(ours[i].out, ours[i].mean, ours[i].variance)[j], v, tol)
			}
		}
	}
}

// floatsOf is a tensor of the type dt.
func floatsOf(dt tensor.Dtype, v []float64, shape ...int) *tensor.Dense {
	var back any = slices.Clone(v)
	if dt == tensor.Float32 {
		f := make([]float32, len(v))
		for i, x := range v {
			f[i] = float32(x)
		}
		back = f
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(back))
}

// TestMachineMode changes the mode of an operator under a machine that has run.
func TestMachineMode(t *testing.T) {
	g, x, out, op := normed(tensor.Float64)
	if err := G.Let(x, floatsOf(tensor.Float64, graphtest.Wave(24, 1), 2, 3, 2, 2)); err != nil {
		t.Fatal(err)
	}
	vm := runMachine(t, g)
	trained := numbers(t, out.Value())
	var seen [][]float64
	for _, training := range []bool{false, true, false} {
		if err := op.SetTraining(training); err != nil { // true resets the statistics
			t.Fatal(err)
		}
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		seen = append(seen, numbers(t, out.Value()))
	}
	graphtest.Same(t, "training again", seen[1], trained)
	if slices.Equal(seen[0], trained) || slices.Equal(seen[2], trained) {
		t.Error("evaluation gives what training gives")
	}
}

// TestMachineBatchNormGradient differentiates a batch normalisation in evaluation:
// its derivative is 2/√(variance + eps), and nothing runs by gorgonia's own Do.
func TestMachineBatchNormGradient(t *testing.T) {
	g, x, out, op := normed(tensor.Float64)
	w := dense(g, "w", graphtest.Wave(24, 3), 2, 3, 2, 2)
	grad(t, G.Must(G.Sum(G.Must(G.HadamardProd(out, w)))), x)
	v := graphtest.Wave(24, 1)
	if err := G.Let(x, floatsOf(tensor.Float64, v, 2, 3, 2, 2)); err != nil {
		t.Fatal(err)
	}
	runMachine(t, g) // the statistics are those of a batch now
	vm := machine.NewEval(g)
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	if f := vm.Stats().Fallbacks; len(f) > 0 {
		t.Errorf("fell back on %v", f)
	}
	mean, variance := op.Stats()
	for i := range v {
		channel := i / 4 % 3
		slope := 2 / math.Sqrt(numbers(t, variance)[channel]+1e-3)
		near(t, "normalised", numbers(t, out.Value())[i], (v[i]-numbers(t, mean)[channel])*slope+0.5, 1e-12)
		near(t, "gradient", gradOf(t, x)[i], graphtest.Wave(24, 3)[i]*slope, 1e-12)
	}
}

// TestMachineColumns multiplies vectors that gorgonia has as matrices of one column.
func TestMachineColumns(t *testing.T) {
	column := func(g *G.ExprGraph, name string, v ...float64) *G.Node {
		x := G.NewVector(g, tensor.Float64, G.WithShape(len(v), 1), G.WithName(name))
		if err := G.Let(x, floatsOf(tensor.Float64, v, len(v))); err != nil {
			t.Fatal(err)
		}
		return x
	}
	for name, c := range map[string]struct {
		product func(g *G.ExprGraph, x *G.Node) (*G.Node, error)
		want    []float64
	}{
		"dot":           {func(g *G.ExprGraph, x *G.Node) (*G.Node, error) { return G.Mul(x, column(g, "y", 4, 5, 6)) }, []float64{32}},
		"outer product": {func(g *G.ExprGraph, x *G.Node) (*G.Node, error) { return G.OuterProd(x, column(g, "y", 4, 5)) }, []float64{4, 5, 8, 10, 12, 15}},
		"matrix and vector": {func(g *G.ExprGraph, x *G.Node) (*G.Node, error) {
			return G.Mul(dense(g, "a", []float64{1, 0, 2, 0, 1, 1}, 2, 3), x)
		}, []float64{7, 5}},
		"vector and matrix": {func(g *G.ExprGraph, x *G.Node) (*G.Node, error) {
			return G.Mul(x, dense(g, "a", []float64{1, 0, 2, 0, 1, 1}, 3, 2))
		}, []float64{8, 3}},
	} {
		g := G.NewGraph()
		y, err := c.product(g, column(g, "x", 1, 2, 3))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		vm := runMachine(t, g)
		graphtest.Same(t, name, numbers(t, y.Value()), c.want)
		if f := vm.Stats().Fallbacks; len(f) > 0 {
			t.Errorf("%s: fell back on %v", name, f)
		}
	}
}

// TestMachineDropout checks the share of zeros, that backward uses the mask of
// forward, and that evaluation lets everything through.
func TestMachineDropout(t *testing.T) {
	const n, rate = 4000, 0.3
	g := G.NewGraph()
	x := G.NewVector(g, tensor.Float64, G.WithShape(n), G.WithName("x"), G.WithInit(G.Ones()))
	y := G.Must(G.Dropout(x, rate))
	var v G.Value
	G.Read(y, &v)
	grad(t, G.Must(G.Sum(y)), x)
	vm := machine.New(g)
	var last []float64
	for range 3 {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		got := numbers(t, v)
		graphtest.Same(t, "the gradient is the mask", gradOf(t, x), got)
		zeros := 0
		for _, e := range got {
			if e == 0 {
				zeros++
			} else {
				near(t, "what is kept", e, 1/(1-rate), 1e-12)
			}
		}
		near(t, "the share of zeros", float64(zeros)/n, rate, 0.05)
		if slices.Equal(last, got) {
			t.Error("two runs drew the same mask")
		}
		last = got
	}
	if f := vm.Stats().Fallbacks; len(f) > 0 {
		t.Errorf("fell back on %v", f)
	}
	if err := machine.NewEval(g).RunAll(); err != nil {
		t.Fatal(err)
	}
	graphtest.Same(t, "evaluation", numbers(t, v), numbers(t, x.Value()))
}

// TestMachineMovingSlice moves the bounds of a slice between runs.
func TestMachineMovingSlice(t *testing.T) {
	g := G.NewGraph()
	x := vector(g, "x", 1, 2, 3, 4, 5)
	part := G.Must(G.Slice(x, G.S(0, 2)))
	square := G.Must(G.Square(part))
	grad(t, G.Must(G.Sum(square)), x)
	vm := machine.New(g, square)
	for _, at := range []int{0, 3, 1, 0} {
		if err := G.UnsafeLet(part, G.S(at, at+2)); err != nil {
			t.Fatal(err)
		}
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		a, b := float64(at+1), float64(at+2)
		graphtest.Same(t, "squares", numbers(t, square.Value()), []float64{a * a, b * b})
		want := make([]float64, 5)
		want[at], want[at+1] = 2*a, 2*b
		graphtest.Same(t, "gradient", gradOf(t, x), want)
	}
}

// TestMachineSources runs what draws at random, a statement that does nothing,
// and the operator of YOLO, which runs by its own Do and writes to its operand.
func TestMachineSources(t *testing.T) {
	g := G.NewGraph()
	u := G.UniformRandomNode(g, tensor.Float64, 2, 3, 50)
	n := G.GaussianRandomNode(g, tensor.Float64, 0, 1, 51) // of one shape, they would be one node
	b := G.BinomialRandomNode(g, tensor.Float64, 1, 0.5, 52)
	x := vector(g, "x", graphtest.Wave(50, 1)...)
	G.Set(x, u)
	sum := G.Must(G.Add(u, x))
	vm := machine.New(g, u, n, b)
	var last []float64
	for range 2 {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		for i, v := range numbers(t, u.Value()) {
			w, z := numbers(t, b.Value())[i], numbers(t, n.Value())[i]
			if v < 2 || v >= 3 || w != 0 && w != 1 || math.Abs(z) > 8 {
				t.Fatalf("drew %v, %v and %v", v, w, z)
			}
		}
		if got := numbers(t, sum.Value()); slices.Equal(got, last) {
			t.Error("two runs drew the same")
		} else {
			last = got
		}
	}
	if len(vm.Stats().Fallbacks) == 0 {
		t.Error("random operators have rows now: the table of kinds should say so")
	}

	boxes := func(vm func(*G.ExprGraph) G.VM) []float64 {
		g := G.NewGraph()
		x := G.NewTensor(g, tensor.Float32, 4, G.WithShape(1, 14, 2, 2), G.WithName("x"))
		out, err := G.YOLOv3(x, []float32{10, 14, 23, 27}, []int{0, 1}, 8, 2, 0.7)
		if err != nil {
			t.Fatal(err)
		}
		var v G.Value
		G.Read(out, &v)
		if err := G.Let(x, floatsOf(tensor.Float32, graphtest.Wave(56, 1), 1, 14, 2, 2)); err != nil {
			t.Fatal(err)
		}
		if err := vm(g).RunAll(); err != nil {
			t.Fatal(err)
		}
		return numbers(t, v)
	}
	graphtest.Same(t, "YOLO", boxes(func(g *G.ExprGraph) G.VM { return machine.New(g) }), boxes(func(g *G.ExprGraph) G.VM { return G.NewTapeMachine(g) }))
}

// TestMachineViews lets leaves be slices and transposes of other tensors, and
// scalars of both kinds.
func TestMachineViews(t *testing.T) {
	g := G.NewGraph()
	x := G.NewMatrix(g, tensor.Float64, G.WithShape(3, 2), G.WithName("x"))
	s := G.NewScalar(g, tensor.Float64, G.WithName("s"))
	y := G.Must(G.Mul(G.Must(G.Exp(x)), s))
	vm := machine.New(g)
	whole := floatsOf(tensor.Float64, graphtest.Wave(6, 2), 2, 3)
	if err := whole.T(); err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{2.0, G.NewF64(3)} {
		if err := G.Let(s, v); err != nil {
			t.Fatal(err)
		}
		if err := G.Let(x, whole); err != nil {
			t.Fatal(err)
		}
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		by := numbers(t, s.Value())[0]
		for i, got := range numbers(t, y.Value()) {
			near(t, "a transpose", got, by*math.Exp(graphtest.Wave(6, 2)[i%2*3+i/2]), 1e-12)
		}
	}
}

// TestMachineAllocates counts the memory that a run takes.
func TestMachineAllocates(t *testing.T) {
	g, x, y, _, _, _ := plainLinear(t, tensor.Float32)
	if err := G.Let(x, floatsOf(tensor.Float32, graphtest.Wave(24, 1), 8, 3)); err != nil {
		t.Fatal(err)
	}
	if err := G.Let(y, floatsOf(tensor.Float32, graphtest.Wave(8, 2), 8, 1)); err != nil {
		t.Fatal(err)
	}
	vm := runMachine(t, g)
	if n := testing.AllocsPerRun(20, func() {
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("a run allocates %v times, want 0", n)
	}
}

// TestMachineGrows adds nodes, and then gradients, between runs: each run leaves values
// on all that there is.
func TestMachineGrows(t *testing.T) {
	g := G.NewGraph()
	x := G.NewVector(g, tensor.Float64, G.WithShape(3), G.WithName("x"), G.WithValue(tensor.New(tensor.WithBacking([]float64{1, 2, 3}))))
	y := G.Must(G.Square(x))
	vm := machine.New(g)
	run := func() {
		t.Helper()
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		graphtest.Same(t, "square", y.Value().Data().([]float64), []float64{1, 4, 9})
	}
	run()
	cost := G.Must(G.Sum(G.Must(G.Cube(y))))
	run()
	graphtest.Same(t, "cost", []float64{cost.Value().Data().(float64)}, []float64{1 + 64 + 729})
	if _, err := G.Grad(cost, x); err != nil {
		t.Fatal(err)
	}
	run()
	grad, err := x.Grad()
	if err != nil {
		t.Fatal(err)
	}
	graphtest.Same(t, "gradient", grad.Data().([]float64), []float64{6, 6 * 32, 6 * 243})
	run() // nothing was added
}

// TestMachineMisuse calls every method of machines that are nil, zero, or without a
// graph.
func TestMachineMisuse(t *testing.T) {
	for name, m := range map[string]*machine.Machine{"nil": nil, "zero": {}, "of no graph": machine.New(nil), "of no graph, to evaluate": machine.NewEval(nil)} {
		_, profiled := m.Profile(1)
		for method, err := range map[string]error{
			"RunAll": m.RunAll(), "KeepOnly": m.KeepOnly(nil), "Differentiate": m.Differentiate(nil), "Profile": profiled,
		} {
			if err == nil || method != "Profile" && !errors.Is(err, graph.ErrOption) {
				t.Errorf("%s of a machine that is %s: got %v, want ErrOption", method, name, err)
			}
		}
		m.Reset()
		if err := m.Close(); err != nil || m.Stats().Kernels != 0 {
			t.Errorf("Close of a machine that is %s: got %v", name, err)
		}
	}
	if got := machine.Lint(nil); got != nil {
		t.Errorf("Lint of no graph: got %v", got)
	}
}
