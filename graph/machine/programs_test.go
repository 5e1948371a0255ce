package machine_test

import (
	"fmt"
	"math"
	"math/bits"
	"testing"

	"github.com/symgrad/symgrad/graph/machine"
	"github.com/symgrad/symgrad/internal/graphtest"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// written is a program as users of gorgonia write it: a graph, what it is fed in
// each step, what it learns, and what it reads.
type written struct {
	t      *testing.T
	g      *G.ExprGraph
	dt     tensor.Dtype
	params G.Nodes
	feeds  []*G.Node
	read   []*G.Node
	solver G.Solver // nil: nothing is learnt
}

func (w *written) leaf(name string, shape ...int) *G.Node {
	return G.NewTensor(w.g, w.dt, len(shape), G.WithShape(shape...), G.WithName(name))
}

// fed is a leaf with a new value in each step.
func (w *written) fed(name string, shape ...int) *G.Node {
	n := w.leaf(name, shape...)
	w.feeds = append(w.feeds, n)
	return n
}

// param is a leaf that is learnt, with values that depend on its name.
func (w *written) param(name string, scale float64, shape ...int) *G.Node {
	n := w.leaf(name, shape...)
	v := graphtest.Wave(tensor.Shape(shape).TotalSize(), float64(len(name))+float64(name[0]))
	for i := range v {
		v[i] *= scale
	}
	w.let(n, v)
	w.params = append(w.params, n)
	return n
}

func (w *written) let(n *G.Node, v []float64) {
	w.t.Helper()
	var value any = floatsOf(w.dt, v, n.Shape()...)
	if len(n.Shape()) == 0 {
		value = v[0]
		if w.dt == tensor.Float32 {
			value = float32(v[0])
		}
	}
	if err := G.Let(n, value); err != nil {
		w.t.Fatal(err)
	}
}

func (w *written) constant(v float64) *G.Node {
	if w.dt == tensor.Float32 {
		return G.NewConstant(float32(v))
	}
	return G.NewConstant(v)
}

func (w *written) affine(x *G.Node, name string, in, out int) *G.Node {
	b := w.param("b"+name, 0.1, 1, out)
	return G.Must(G.BroadcastAdd(G.Must(G.Mul(x, w.param("w"+name, 0.7/math.Sqrt(float64(in)), in, out))), b, nil, []byte{0}))
}

// crossEntropy is −mean Σ y·log softmax x.
func (w *written) crossEntropy(x, y *G.Node) *G.Node {
	n := x.Shape()[0]
	logs := G.Must(G.Log(G.Must(G.SoftMax(x))))
	return G.Must(G.Mul(G.Must(G.Sum(G.Must(G.HadamardProd(y, logs)))), w.constant(-1/float64(n))))
}

func (w *written) squares(x, y *G.Node) *G.Node {
	return G.Must(G.Mean(G.Must(G.Square(G.Must(G.Sub(x, y))))))
}

func rate(r float64) G.SolverOpt { return G.WithLearnRate(r) }

// programs are written as gorgonia's own examples are, each around its idea.
var programs = []struct {
	name string
	make func(w *written) (cost *G.Node) // nil: nothing is learnt
}{
	{"a line through points", func(w *written) *G.Node {
		x, y := w.fed("x", 16), w.fed("y", 16)
		slope, offset := w.param("slope", 1), w.param("offset", 1)
		w.solver = G.NewVanillaSolver(rate(0.05))
		p := G.Must(G.Add(G.Must(G.Mul(x, slope)), offset))
		w.read = G.Nodes{p}
		return w.squares(p, y)
	}},
	{"linear regression of a matrix", func(w *written) *G.Node {
		x, y, theta := w.fed("x", 12, 4), w.fed("y", 12), w.param("theta", 1, 4)
		w.solver = G.NewMomentum(rate(0.02))
		p := G.Must(G.Mul(x, theta))
		w.read = G.Nodes{p}
		return w.squares(p, y)
	}},
	{"logistic regression with a penalty", func(w *written) *G.Node {
		x, y, theta, b := w.fed("x", 10, 3), w.fed("y", 10), w.param("theta", 0.5, 3), w.param("b", 0.1)
		w.solver = G.NewVanillaSolver(rate(0.1))
		p := G.Must(G.Sigmoid(G.Must(G.Add(G.Must(G.Mul(x, theta)), b))))
		one := w.constant(1)
		other := G.Must(G.HadamardProd(G.Must(G.Sub(one, y)), G.Must(G.Log(G.Must(G.Sub(w.constant(1.0001), p))))))
		loss := G.Must(G.Neg(G.Must(G.Mean(G.Must(G.Add(G.Must(G.HadamardProd(y, G.Must(G.Log(p)))), other))))))
		w.read = G.Nodes{p}
		return G.Must(G.Add(loss, G.Must(G.Mul(G.Must(G.Sum(G.Must(G.Square(theta)))), w.constant(0.01)))))
	}},
	{"exclusive or", func(w *written) *G.Node {
		x, y := w.fed("x", 4, 2), w.fed("y", 4, 1)
		w.solver = G.NewRMSPropSolver(rate(0.02))
		h := G.Must(G.Tanh(w.affine(x, "0", 2, 5)))
		p := G.Must(G.Sigmoid(w.affine(h, "1", 5, 1)))
		w.read = G.Nodes{p}
		return w.squares(p, y)
	}},
	{"a perceptron of three layers", func(w *written) *G.Node {
		x, y := w.fed("x", 8, 20), w.fed("y", 8, 5)
		w.solver = G.NewAdamSolver(rate(0.01))
		h := G.Must(G.Rectify(w.affine(x, "0", 20, 16)))
		h = G.Must(G.LeakyRelu(w.affine(h, "1", 16, 12), 0.1))
		out := w.affine(h, "2", 12, 5)
		w.read = G.Nodes{out}
		return w.crossEntropy(out, y)
	}},
	{"a convolutional network", func(w *written) *G.Node {
		x, y := w.fed("x", 2, 1, 28, 28), w.fed("y", 2, 10)
		w.solver = G.NewVanillaSolver(rate(0.05))
		h := x
		for i, k := range []int{4, 6} {
			filter := w.param(fmt.Sprint("f", i), 0.3, k, h.Shape()[1], 3, 3)
			h = G.Must(G.Conv2d(h, filter, tensor.Shape{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}))
			h = G.Must(G.MaxPool2D(G.Must(G.Rectify(h)), tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
		}
		h = G.Must(G.Reshape(h, tensor.Shape{2, 6 * 7 * 7}))
		out := w.affine(G.Must(G.Rectify(w.affine(h, "0", 6*7*7, 20))), "1", 20, 10)
		w.read = G.Nodes{out}
		return w.crossEntropy(out, y)
	}},
	{"a strided convolution of a row", func(w *written) *G.Node {
		x, filter := w.fed("x", 2, 3, 1, 15), w.param("f", 0.4, 4, 3, 1, 4)
		w.solver = G.NewVanillaSolver(rate(0.05))
		h := G.Must(G.Tanh(G.Must(G.Conv1d(x, filter, 4, 1, 2, 1))))
		w.read = G.Nodes{h}
		return G.Must(G.Mean(G.Must(G.Square(h))))
	}},
	{"an autoencoder with tied weights", func(w *written) *G.Node {
		clean, noisy := w.fed("clean", 6, 12), w.fed("noisy", 6, 12)
		weights, b, c := w.param("w", 0.3, 12, 5), w.param("b", 0.1, 1, 5), w.param("c", 0.1, 1, 12)
		w.solver = G.NewVanillaSolver(rate(0.1))
		h := G.Must(G.Sigmoid(G.Must(G.BroadcastAdd(G.Must(G.Mul(noisy, weights)), b, nil, []byte{0}))))
		back := G.Must(G.Sigmoid(G.Must(G.BroadcastAdd(G.Must(G.Mul(h, G.Must(G.Transpose(weights, 1, 0)))), c, nil, []byte{0}))))
		w.read = G.Nodes{h, back}
		return w.squares(back, clean)
	}},
	{"two encoders on top of each other", func(w *written) *G.Node {
		x, y := w.fed("x", 6, 12), w.fed("y", 6, 3)
		w.solver = G.NewAdaGradSolver(rate(0.05))
		h := G.Must(G.Sigmoid(w.affine(G.Must(G.Sigmoid(w.affine(x, "0", 12, 8))), "1", 8, 6)))
		out := w.affine(h, "2", 6, 3)
		w.read = G.Nodes{out}
		return w.crossEntropy(out, y)
	}},
	{"a recurrent network over letters", func(w *written) *G.Node {
		w.solver = G.NewRMSPropSolver(rate(0.01))
		wx, wh, wo := w.param("wx", 0.4, 5, 7), w.param("wh", 0.3, 7, 7), w.param("wo", 0.4, 7, 5)
		b := w.param("b", 0.1, 1, 7)
		var h, cost *G.Node
		for i := range 4 {
			x, y := w.fed(fmt.Sprint("x", i), 1, 5), w.fed(fmt.Sprint("y", i), 1, 5)
			z := G.Must(G.Add(G.Must(G.Mul(x, wx)), b))
			if h != nil {
				z = G.Must(G.Add(z, G.Must(G.Mul(h, wh))))
			}
			h = G.Must(G.Tanh(z))
			loss := w.crossEntropy(G.Must(G.Mul(h, wo)), y)
			if cost == nil {
				cost = loss
			} else {
				cost = G.Must(G.Add(cost, loss))
			}
		}
		w.read = G.Nodes{h}
		return cost
	}},
	{"a long short-term memory with joined gates", func(w *written) *G.Node {
		const hid = 4
		w.solver = G.NewVanillaSolver(rate(0.1))
		weights, b := w.param("w", 0.4, 3+hid, 4*hid), w.param("b", 0.1, 1, 4*hid)
		h, c := w.fed("h", 2, hid), w.fed("c", 2, hid)
		for i := range 3 {
			z := G.Must(G.Concat(1, w.fed(fmt.Sprint("x", i), 2, 3), h))
			z = G.Must(G.BroadcastAdd(G.Must(G.Mul(z, weights)), b, nil, []byte{0}))
			gate := func(k int) *G.Node { return G.Must(G.Slice(z, nil, G.S(k*hid, (k+1)*hid))) }
			keep := G.Must(G.HadamardProd(G.Must(G.Sigmoid(gate(0))), c))
			c = G.Must(G.Add(keep, G.Must(G.HadamardProd(G.Must(G.Sigmoid(gate(1))), G.Must(G.Tanh(gate(2)))))))
			h = G.Must(G.HadamardProd(G.Must(G.Sigmoid(gate(3))), G.Must(G.Tanh(c))))
		}
		w.read = G.Nodes{h, c}
		return G.Must(G.Mean(G.Must(G.Square(h))))
	}},
	{"a formula and its derivatives", func(w *written) *G.Node {
		x, y, z := w.param("x", 1), w.param("y", 1), w.param("z", 1)
		w.solver = G.NewVanillaSolver(rate(0.01))
		return G.Must(G.Add(G.Must(G.Mul(G.Must(G.Sin(x)), y)), G.Must(G.HadamardDiv(G.Must(G.Exp(z)), G.Must(G.Add(G.Must(G.Square(y)), w.constant(1)))))))
	}},
	{"broadcasts on both sides", func(w *written) *G.Node {
		a, b, c := w.param("a", 1, 3, 1), w.param("b", 1, 1, 4), w.param("c", 1, 3, 4)
		w.solver = G.NewVanillaSolver(rate(0.05))
		s := G.Must(G.BroadcastSub(c, b, nil, []byte{0}))
		p := G.Must(G.BroadcastHadamardProd(a, s, []byte{1}, nil))
		q := G.Must(G.BroadcastHadamardDiv(p, G.Must(G.Add(G.Must(G.Square(b)), w.constant(1))), nil, []byte{0}))
		w.read = G.Nodes{s, p, q}
		return G.Must(G.Mean(G.Must(G.Square(q))))
	}},
	{"pieces of tensors", func(w *written) *G.Node {
		a, b := w.param("a", 1, 4, 3), w.param("b", 1, 2, 3)
		w.solver = G.NewVanillaSolver(rate(0.05))
		top := G.Must(G.Slice(a, G.S(0, 2)))
		row := G.Must(G.Slice(a, G.S(3)))
		both := G.Must(G.Concat(0, top, b))
		flat := G.Must(G.Reshape(G.Must(G.Transpose(both, 1, 0)), tensor.Shape{2, 6}))
		sum := G.Must(G.Sum(G.Must(G.Square(flat)), 1))
		w.read = G.Nodes{both, flat, sum, row}
		return G.Must(G.Add(G.Must(G.Mean(sum)), G.Must(G.Mean(G.Must(G.Cube(row))))))
	}},
	{"a contraction", func(w *written) *G.Node {
		a, b := w.param("a", 1, 2, 3), w.param("b", 1, 3, 4)
		w.solver = G.NewVanillaSolver(rate(0.05))
		p := G.Must(G.Tensordot([]int{1}, []int{0}, a, b))
		w.read = G.Nodes{p}
		return G.Must(G.Mean(G.Must(G.Square(p))))
	}},
	{"products of batches", func(w *written) *G.Node {
		a, b := w.param("a", 0.5, 2, 3, 4), w.param("b", 0.5, 2, 4, 3)
		w.solver = G.NewVanillaSolver(rate(0.05))
		p := G.Must(G.BatchedMatMul(a, b))
		w.read = G.Nodes{p}
		return G.Must(G.Mean(G.Must(G.Tanh(p))))
	}},
	{"values alone", func(w *written) *G.Node {
		x, y := w.fed("x", 3, 4), w.fed("y", 3, 4)
		w.read = G.Nodes{
			G.Must(G.Max(x, 1)), G.Must(G.Mean(x, 0)), G.Must(G.Lt(x, y, true)), G.Must(G.Abs(G.Must(G.Neg(x)))),
			G.Must(G.Norm(x, 0, 2)), G.Must(G.Softplus(y)), G.Must(G.SoftMax(x)), G.Must(G.Mish(y)),
		}
		return nil
	}},
}

// play runs steps of a program and returns what it reads in each, the cost last.
func play(t *testing.T, dt tensor.Dtype, write func(w *written) *G.Node, machine func(g *G.ExprGraph, params G.Nodes) G.VM) [][]float64 {
	t.Helper()
	w := &written{t: t, g: G.NewGraph(), dt: dt}
	cost := write(w)
	if cost != nil {
		if _, err := G.Grad(cost, w.params...); err != nil {
			t.Fatal(err)
		}
		w.read = append(w.read, cost)
	}
	into := make([]G.Value, len(w.read))
	for i, n := range w.read {
		G.Read(n, &into[i])
	}
	vm := machine(w.g, w.params)
	defer vm.Close()
	var out [][]float64
	for step := range 4 {
		for i, n := range w.feeds {
			v := graphtest.Wave(n.Shape().TotalSize(), float64(i)+0.37*float64(step))
			for j := range v {
				v[j] = (v[j] + 1) / 2 // the targets are probabilities
			}
			w.let(n, v)
		}
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		for _, v := range into {
			out = append(out, numbers(t, v))
		}
		if w.solver != nil {
			if err := w.solver.Step(G.NodesToValueGrads(w.params)); err != nil {
				t.Fatal(err)
			}
		}
		vm.Reset()
	}
	return out
}

// TestMachinePrograms runs programs like those that gorgonia shows on both
// machines, with the same solvers: what they read must be the same, step by step.
// float32 is compared coarser, since rounding grows over the steps.
func TestMachinePrograms(t *testing.T) {
	if bits.UintSize == 32 {
		t.Skip("gorgonia's own machine fails in Tensordot where an int has 32 bits")
	}
	for _, p := range programs {
		for dt, tol := range map[tensor.Dtype]float64{tensor.Float64: 1e-11, tensor.Float32: 2e-4} {
			name := fmt.Sprintf("%s in %v", p.name, dt)
			var vm *machine.Machine
			ours := play(t, dt, p.make, func(g *G.ExprGraph, _ G.Nodes) G.VM {
				vm = machine.New(g)
				return vm
			})
			theirs := play(t, dt, p.make, func(g *G.ExprGraph, params G.Nodes) G.VM {
				return G.NewTapeMachine(g, G.BindDualValues(params...))
			})
			if f := vm.Stats().Fallbacks; len(f) > 0 {
				t.Errorf("%s: fell back on %v", name, f)
			}
			for i := range theirs {
				if len(ours[i]) != len(theirs[i]) {
					t.Fatalf("%s: read %d: got %d elements, want %d", name, i, len(ours[i]), len(theirs[i]))
				}
				for j := range theirs[i] {
					near(t, fmt.Sprintf("%s: read %d", name, i), ours[i][j], theirs[i][j], tol)
				}
			}
		}
	}
}
