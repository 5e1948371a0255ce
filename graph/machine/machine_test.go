package machine_test

import (
	"math"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/machine"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// plainLinear is a linear regression as users of gorgonia write it.
func plainLinear(t *testing.T, dt tensor.Dtype) (g *G.ExprGraph, x, y, cost, pred *G.Node, params G.Nodes) {
	t.Helper()
	g = G.NewGraph()
	x = G.NewMatrix(g, dt, G.WithShape(8, 3), G.WithName("x"))
	y = G.NewMatrix(g, dt, G.WithShape(8, 1), G.WithName("y"))
	w := G.NewMatrix(g, dt, G.WithShape(3, 1), G.WithName("w"), G.WithInit(G.Zeroes()))
	c := G.NewMatrix(g, dt, G.WithShape(1, 1), G.WithName("c"), G.WithInit(G.Zeroes()))
	pred = G.Must(G.BroadcastAdd(G.Must(G.Mul(x, w)), c, nil, []byte{0}))
	cost = G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(pred, y))))))
	params = G.Nodes{w, c}
	if _, err := G.Grad(cost, params...); err != nil {
		t.Fatal(err)
	}
	return g, x, y, cost, pred, params
}

// train runs steps of gorgonia's own solver on a machine and returns the costs.
func trainOn(t *testing.T, dt tensor.Dtype, machine func(g *G.ExprGraph, params G.Nodes) G.VM) []float64 {
	t.Helper()
	g, x, y, cost, pred, params := plainLinear(t, dt)
	var costVal, predVal G.Value
	G.Read(cost, &costVal)
	G.Read(pred, &predVal)
	vm := machine(g, params)
	defer vm.Close()
	xs, ys := graphtest.Wave(24, 1), make([]float64, 8)
	for i := range ys {
		ys[i] = 2*xs[3*i] - xs[3*i+1] + 0.5
	}
	let := func(n *G.Node, v []float64) {
		var back any = v
		if dt == tensor.Float32 {
			f := make([]float32, len(v))
			for i, e := range v {
				f[i] = float32(e)
			}
			back = f
		}
		if err := G.Let(n, tensor.New(tensor.WithShape(n.Shape()...), tensor.WithBacking(back))); err != nil {
			t.Fatal(err)
		}
	}
	solver := G.NewVanillaSolver(G.WithLearnRate(0.1))
	var out []float64
	for range 30 {
		let(x, xs)
		let(y, ys)
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		switch v := costVal.Data().(type) {
		case float64:
			out = append(out, v)
		case float32:
			out = append(out, float64(v))
		}
		if predVal.Shape().TotalSize() != 8 {
			t.Fatalf("read a prediction of the shape %v", predVal.Shape())
		}
		if err := solver.Step(G.NodesToValueGrads(params)); err != nil {
			t.Fatal(err)
		}
		vm.Reset()
	}
	return out
}

// TestMachine trains a plain gorgonia program with gorgonia's solver on both
// machines: the costs must be the same.
func TestMachine(t *testing.T) {
	for dt, tol := range map[tensor.Dtype]float64{tensor.Float64: 1e-12, tensor.Float32: 1e-4} {
		ours := trainOn(t, dt, func(g *G.ExprGraph, _ G.Nodes) G.VM { return machine.New(g) })
		theirs := trainOn(t, dt, func(g *G.ExprGraph, params G.Nodes) G.VM {
			return G.NewTapeMachine(g, G.BindDualValues(params...))
		})
		for i := range ours {
			if !(math.Abs(ours[i]-theirs[i]) <= tol*(1+theirs[i])) {
				t.Fatalf("%v, step %d: got the cost %v, want %v", dt, i, ours[i], theirs[i])
			}
		}
		if !(ours[len(ours)-1] < ours[0]/2) {
			t.Errorf("%v: the cost went from %v to %v", dt, ours[0], ours[len(ours)-1])
		}
	}
}

// TestMachineForward checks what gorgonia's machine has wrong: a sum over axis 2
// of a tensor with four axes, and a softmax far from 0.
func TestMachineForward(t *testing.T) {
	g := G.NewGraph()
	x := G.NewTensor(g, tensor.Float64, 4, G.WithShape(2, 2, 3, 2), G.WithName("x"), G.WithValue(tensor.New(tensor.WithShape(2, 2, 3, 2), tensor.WithBacking(graphtest.Wave(24, 1)))))
	z := G.NewMatrix(g, tensor.Float64, G.WithShape(2, 2), G.WithName("z"), G.WithValue(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{800, 0, 0, 1}))))
	sum, soft := G.Must(G.Sum(x, 2)), G.Must(G.SoftMax(z))
	vm := machine.New(g)
	if err := vm.RunAll(); err != nil {
		t.Fatal(err)
	}
	v := graphtest.Wave(24, 1)
	var want []float64
	for i := range 4 {
		for k := range 2 {
			want = append(want, v[6*i+k]+v[6*i+2+k]+v[6*i+4+k])
		}
	}
	graphtest.Same(t, "sum", sum.Value().Data().([]float64), want)
	e := math.E
	graphtest.Same(t, "softmax", soft.Value().Data().([]float64), []float64{1, 0, 1 / (1 + e), e / (1 + e)})
	if len(vm.Stats().Fallbacks) != 0 {
		t.Errorf("got the fallbacks %v", vm.Stats().Fallbacks)
	}
}

func TestMachineMistakes(t *testing.T) {
	g := G.NewGraph()
	x := G.NewVector(g, tensor.Float64, G.WithShape(3), G.WithName("x"))
	y := G.Must(G.Square(x))
	vm := machine.New(g)
	if err := vm.RunAll(); err == nil {
		t.Error("a leaf without a value: no error")
	}
	if err := G.Let(x, tensor.New(tensor.WithBacking([]float64{1, 2, 3}))); err != nil {
		t.Fatal(err)
	}
	for range 2 { // without a Reset between
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		graphtest.Same(t, "square", y.Value().Data().([]float64), []float64{1, 4, 9})
	}
	if err := machine.New(nil).RunAll(); err == nil {
		t.Error("no graph: no error")
	}
	if err := machine.New(G.NewGraph()).RunAll(); err == nil {
		t.Error("an empty graph: no error")
	}
	mixed := G.NewGraph()
	G.Must(G.Square(G.NewScalar(mixed, tensor.Float32, G.WithName("a"), G.WithValue(float32(1)))))
	G.Must(G.Square(G.NewScalar(mixed, tensor.Float64, G.WithName("b"), G.WithValue(1.0))))
	if err := machine.New(mixed).RunAll(); !errors.Is(err, graph.ErrUnsupported) {
		t.Errorf("two types: got %v", err)
	}
}

// TestLint checks that the traps are found, and that nothing else is.
func TestLint(t *testing.T) {
	g := G.NewGraph()
	x := G.NewTensor(g, tensor.Float64, 4, G.WithShape(2, 2, 3, 2), G.WithName("x"))
	v := G.NewVector(g, tensor.Float64, G.WithShape(600), G.WithName("v"))
	m := G.NewMatrix(g, tensor.Float64, G.WithShape(3, 4), G.WithName("m"))
	u := G.NewVector(g, tensor.Float64, G.WithShape(3), G.WithName("u"))
	want := map[*G.Node][]machine.Doubt{
		G.Must(G.Sum(x, 2)):               {machine.WrongValue},
		G.Must(G.SoftMax(m)):              {machine.WrongValue, machine.MayBeMerged},
		G.Must(G.Slice(v, G.S(0, 10, 2))): {machine.WrongValue, machine.MayBeMerged},
		G.Must(G.Log2(m)):                 {machine.WrongGradient},
		G.Must(G.InverseSqrt(m)):          {machine.WrongGradient},
		G.Must(G.OuterProd(u, u)):         {machine.WrongGradient},
		G.Must(G.Dropout(m, 0.5)):         {machine.WrongGradient, machine.MayBeMerged},
		G.Must(G.LogSumExp(u, 0)):         {machine.WrongValue, machine.WrongGradient},
		G.Must(G.AveragePool2D(x, tensor.Shape{2, 2}, []int{0, 1, 0, 0}, []int{1, 1})):                {machine.WrongValue, machine.WrongGradient, machine.WrongValue, machine.MayBeMerged},
		G.Must(G.Add(v, G.NewConstant(tensor.New(tensor.WithShape(600), tensor.Of(tensor.Float64))))): nil,
		G.Must(G.MaxPool1D(x, 2, 0, 1)): {machine.MayBeMerged},
	}
	G.Must(G.Sum(x, 1))
	G.Must(G.Tanh(m))
	G.Must(G.Mul(m, G.NewVector(g, tensor.Float64, G.WithShape(4), G.WithName("w"))))
	found := map[*G.Node][]machine.Doubt{}
	for _, f := range machine.Lint(g) {
		found[f.Node] = append(found[f.Node], f.Doubt)
		if f.String() == "" || f.Reason == "" {
			t.Errorf("a finding without a reason: %v", f)
		}
	}
	for n, d := range want {
		if len(found[n]) != len(d) {
			t.Errorf("%v: got %v, want %v", n.Op(), found[n], d)
		}
	}
	for n, d := range found {
		if want[n] == nil && n.Op() != nil && !(len(d) == 1 && d[0] == machine.MayBeMerged) {
			t.Errorf("%v: got %v, want none", n.Op(), d)
		}
	}
	clean, _, _, _, _, _ := plainLinear(t, tensor.Float64)
	if f := machine.Lint(clean); len(f) > 0 {
		t.Errorf("a linear regression: got %v", f)
	}
	b := graph.New(nil)
	nn.Dropout(b, b.Softmax(b.Input("x", 2, 2)), 0.5)
	if f := machine.Lint(b.Graph()); len(f) > 0 {
		t.Errorf("a Builder's graph: got %v", f)
	}
}

// TestDoubtText writes the kinds of findings as text, reads them back, and refuses others.
func TestDoubtText(t *testing.T) {
	for d := range machine.Unread + 1 {
		text, err := d.MarshalText()
		back := machine.Unread - d
		if err != nil || string(text) != d.String() || back.UnmarshalText(text) != nil || back != d {
			t.Errorf("%v: got %s, %v, and %v read back", d, text, err, back)
		}
	}
	if _, err := (machine.Unread + 1).MarshalText(); !errors.Is(err, graph.ErrOption) {
		t.Errorf("a kind that is none: got %v", err)
	}
}
