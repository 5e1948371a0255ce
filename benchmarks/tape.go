package main

import (
	"fmt"

	"github.com/symgrad/symgrad/benchmarks/hand"
	"github.com/symgrad/symgrad/benchmarks/workload"
	graphmachine "github.com/symgrad/symgrad/graph/machine"
	"github.com/symgrad/symgrad/graph/nn"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// tape trains a plain gorgonia graph with gorgonia's own differentiation and
// solvers, on some machine.
type tape[T hand.Float] struct {
	p      *workload.Problem
	g      *G.ExprGraph
	vm     G.VM
	solver G.Solver
	model  []G.ValueGrad
	params G.Nodes
	x, y   *G.Node
	loss   *G.Node

	lossValue G.Value
	xs, ys    []T // ys: targets, or one-hot labels
	next      int // parameter
	err       error
}

func newTape[T hand.Float](p *workload.Problem, _ int) (stepper, error) {
	return newPlain[T](p, func(g *G.ExprGraph, params G.Nodes) G.VM { return G.NewTapeMachine(g, G.BindDualValues(params...)) })
}

// newMachine trains the same gorgonia graph, with its gradients and its solvers,
// on this project's machine.
func newMachine[T hand.Float](p *workload.Problem, _ int) (stepper, error) {
	return newPlain[T](p, func(g *G.ExprGraph, _ G.Nodes) G.VM { return graphmachine.New(g) })
}

func newPlain[T hand.Float](p *workload.Problem, machine func(g *G.ExprGraph, params G.Nodes) G.VM) (stepper, error) {
	if err := p.Only(); err != nil {
		return nil, err
	}
	t := &tape[T]{p: p, g: G.NewGraph(), xs: hand.Convert[T](p.X), ys: hand.Convert[T](p.Y)}
	n, o := p.Batch, p.Out()
	if !p.MSE {
		t.ys = make([]T, p.Rows*o)
		for i, l := range p.Labels {
			t.ys[i*o+l] = 1
		}
	}
	t.y = t.leaf("y", n, o)
	out := t.forward()
	if p.MSE {
		t.loss = t.must(G.Mean(t.must(G.Square(t.must(G.Sub(out, t.y))))))
	} else {
		logs := t.must(G.Log(t.must(G.SoftMax(out, 1))))
		t.loss = t.must(G.Mul(t.must(G.Sum(t.must(G.HadamardProd(t.y, logs)))), t.constant(-1/float64(n))))
	}
	if t.err != nil {
		return nil, t.err
	}
	if _, err := G.Grad(t.loss, t.params...); err != nil {
		return nil, err
	}
	G.Read(t.loss, &t.lossValue)
	t.vm = machine(t.g, t.params)
	t.model = G.NodesToValueGrads(t.params)
	t.solver = G.NewVanillaSolver(G.WithLearnRate(p.Rate))
	if p.Adam {
		t.solver = G.NewAdamSolver(G.WithLearnRate(p.Rate))
	}
	return t, nil
}

func (t *tape[T]) must(n *G.Node, err error) *G.Node {
	if t.err == nil {
		t.err = err
	}
	if n == nil { // what follows is thrown away
		return t.leaf(fmt.Sprint("broken", t.g.AllNodes().Len()), 1)
	}
	return n
}

func (t *tape[T]) dtype() tensor.Dtype {
	if isFloat32[T]() {
		return tensor.Float32
	}
	return tensor.Float64
}

func (t *tape[T]) constant(v float64) *G.Node {
	if isFloat32[T]() {
		return G.NewConstant(float32(v))
	}
	return G.NewConstant(v)
}

func (t *tape[T]) leaf(name string, shape ...int) *G.Node {
	return G.NewTensor(t.g, t.dtype(), len(shape), G.WithShape(shape...), G.WithName(name))
}

// param is the next parameter of the problem, in the shape that it has there or
// in another of as many elements.
func (t *tape[T]) param(shape ...int) *G.Node {
	q := t.p.Params[t.next]
	t.next++
	if shape == nil {
		shape = q.Shape
	}
	v := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(hand.Convert[T](q.Values)))
	n := G.NewTensor(t.g, t.dtype(), len(shape), G.WithShape(shape...), G.WithName(q.Name), G.WithValue(v))
	t.params = append(t.params, n)
	return n
}

// affine is x·w + b.
func (t *tape[T]) affine(x *G.Node) *G.Node {
	w := t.param()
	b := t.param(1, t.p.Params[t.next].Shape[0])
	return t.must(G.BroadcastAdd(t.must(G.Mul(x, w)), b, nil, []byte{0}))
}

func (t *tape[T]) act(x *G.Node) *G.Node {
	switch t.p.Activation {
	case nn.Tanh:
		return t.must(G.Tanh(x))
	case nn.Sigmoid:
		return t.must(G.Sigmoid(x))
	}
	return t.must(G.Rectify(x))
}

func (t *tape[T]) forward() *G.Node {
	p, n := t.p, t.p.Batch
	var h *G.Node
	layers := len(p.Sizes)
	switch p.Kind {
	case "mlp":
		t.x = t.leaf("x", n, p.Sizes[0])
		h, layers = t.x, layers-1
	case "cnn":
		h = t.blocks()
	case "lstm":
		h = t.lstm()
	}
	for i := range layers {
		h = t.affine(h)
		if i < layers-1 {
			h = t.act(h)
		}
	}
	return h
}

func (t *tape[T]) blocks() *G.Node {
	p := t.p
	t.x = t.leaf("x", p.Batch, p.Image[0], p.Image[1], p.Image[2])
	h := t.x
	for _, b := range p.Blocks {
		s := max(1, b.Stride)
		h = t.must(G.Conv2d(h, t.param(), tensor.Shape{b.Kernel, b.Kernel}, []int{b.Pad, b.Pad}, []int{s, s}, []int{1, 1}))
		h = t.act(t.must(G.BroadcastAdd(h, t.param(1, b.Channels, 1, 1), nil, []byte{0, 2, 3})))
		if b.Pool > 1 {
			h = t.must(G.MaxPool2D(h, tensor.Shape{b.Pool, b.Pool}, []int{0, 0}, []int{b.Pool, b.Pool}))
		}
	}
	return t.must(G.Reshape(h, tensor.Shape{p.Batch, h.Shape().TotalSize() / p.Batch}))
}

// lstm has products of its own for each gate: gorgonia takes two slices whose
// bounds are equal modulo 256 for one.
func (t *tape[T]) lstm() *G.Node {
	p, n, hid := t.p, t.p.Batch, t.p.Hidden
	t.x = t.leaf("x", n, p.Steps*p.In)
	var wx, wh, b [4]*G.Node
	for i := range 4 {
		wx[i], wh[i], b[i] = t.columns(0, i, p.In, hid), t.columns(1, i, hid, hid), t.columns(2, i, 1, hid)
	}
	t.next = 3
	var h, c *G.Node
	for s := range p.Steps {
		x := t.must(G.Slice(t.x, nil, G.S(s*p.In, (s+1)*p.In)))
		gate := func(i int) *G.Node {
			z := t.must(G.BroadcastAdd(t.must(G.Mul(x, wx[i])), b[i], nil, []byte{0}))
			if h != nil {
				z = t.must(G.Add(z, t.must(G.Mul(h, wh[i]))))
			}
			return z
		}
		next := t.must(G.HadamardProd(t.must(G.Sigmoid(gate(0))), t.must(G.Tanh(gate(2)))))
		if c != nil {
			next = t.must(G.Add(next, t.must(G.HadamardProd(t.must(G.Sigmoid(gate(1))), c))))
		}
		out := t.must(G.Sigmoid(gate(3)))
		c = next
		h = t.must(G.HadamardProd(out, t.must(G.Tanh(c))))
	}
	return h
}

// columns is a parameter of its own: the columns of one gate of parameter k.
func (t *tape[T]) columns(k, gate, rows, hid int) *G.Node {
	v := make([]T, 0, rows*hid)
	for r := range rows {
		for _, x := range t.p.Params[k].Values[(4*r+gate)*hid : (4*r+gate+1)*hid] {
			v = append(v, T(x))
		}
	}
	n := G.NewTensor(t.g, t.dtype(), 2, G.WithShape(rows, hid), G.WithName(fmt.Sprintf("%s%d", t.p.Params[k].Name, gate)),
		G.WithValue(tensor.New(tensor.WithShape(rows, hid), tensor.WithBacking(v))))
	t.params = append(t.params, n)
	return n
}

func (t *tape[T]) Step(k int) (float64, error) {
	p := t.p
	n, f, o := p.Batch, p.Features(), p.Out()
	at := (k % p.Batches()) * n
	t.vm.Reset()
	if err := G.Let(t.x, tensor.New(tensor.WithShape(t.x.Shape()...), tensor.WithBacking(t.xs[at*f:(at+n)*f]))); err != nil {
		return 0, err
	}
	if err := G.Let(t.y, tensor.New(tensor.WithShape(n, o), tensor.WithBacking(t.ys[at*o:(at+n)*o]))); err != nil {
		return 0, err
	}
	if err := t.vm.RunAll(); err != nil {
		return 0, err
	}
	var loss float64
	switch v := t.lossValue.Data().(type) {
	case float32:
		loss = float64(v)
	case float64:
		loss = v
	}
	return loss, t.solver.Step(t.model)
}
