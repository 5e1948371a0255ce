package main

import (
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/benchmarks/hand"
	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// compiled trains with a Program of this project.
type compiled[T hand.Float] struct {
	p         *workload.Problem
	prog      *graph.Program
	loss      graph.Output[float64]
	in        graph.Input[T]
	target    graph.Input[T] // of a regression
	label     graph.Input[int]
	lengths   graph.Input[int] // of sequences that have them
	x, y      []T
	optimizer train.Optimizer // nil: the program makes the steps
	view      *train.View
	step      int
}

// newSymgrad leaves the threads to the program: at most GOMAXPROCS, which the race
// sets.
func newSymgrad[T hand.Float](p *workload.Problem, _ int) (stepper, error) {
	dtype := graph.Float64
	if isFloat32[T]() {
		dtype = graph.Float32
	}
	m, err := p.Model(dtype)
	if err != nil {
		return nil, err
	}
	b, loss := workload.Training(m, p.Batch)
	if err := b.Err(); err != nil {
		return nil, err
	}
	for _, q := range p.Params {
		if err := m.Params().Set(q.Name, q.Values); err != nil {
			return nil, err
		}
	}
	prog, err := compileStep(b, loss, !p.Adam, 0)
	if err != nil {
		return nil, err
	}
	c := &compiled[T]{p: p, prog: prog, x: hand.Convert[T](p.X), y: hand.Convert[T](p.Y)}
	if p.Adam {
		c.optimizer = train.Adam{}
		if c.view, err = train.NewView(m.Params(), c.optimizer, prog.Stats().Workers); err != nil {
			return nil, err
		}
	} else if err := prog.SetRate(p.Rate); err != nil {
		return nil, err
	}
	c.loss, c.in = graph.OutputOf[float64](prog, 0), graph.InputOf[T](prog, "x")
	if p.MSE {
		c.target = graph.InputOf[T](prog, "y")
	} else {
		c.label = graph.InputOf[int](prog, "y")
	}
	if p.Lengths != nil {
		c.lengths = graph.InputOf[int](prog, "lengths")
	}
	return c, nil
}

// compileStep is a program of the loss and of the gradients of all parameters,
// which it adds to them if it is to descend.
func compileStep(b *graph.Builder, loss *gorgonia.Node, descend bool, threads int) (*graph.Program, error) {
	grads, err := autograd.Gradients(loss, b.ParamNodes()...)
	if err != nil {
		return nil, err
	}
	return b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: grads, Descend: descend, Workers: threads})
}

func (c *compiled[T]) Step(k int) (float64, error) {
	n, f, o := c.p.Batch, c.p.Features(), c.p.Out()
	at := (k % c.p.Batches()) * n
	if err := c.in.Bind(c.x[at*f : (at+n)*f]); err != nil {
		return 0, err
	}
	var err error
	if c.p.MSE {
		err = c.target.Bind(c.y[at*o : (at+n)*o])
	} else {
		err = c.label.Set(c.p.Labels[at : at+n])
	}
	if err != nil {
		return 0, err
	}
	if c.p.Lengths != nil {
		if err := c.lengths.Set(c.p.Lengths[at : at+n]); err != nil {
			return 0, err
		}
	}
	if err := c.prog.Run(); err != nil {
		return 0, err
	}
	if c.optimizer != nil {
		c.step++
		c.optimizer.Update(train.Step{N: c.step, Rate: c.p.Rate}, c.view)
	}
	return c.loss.Scalar(), nil
}

// Profile is where the time of the program goes; the optimizer is none of it.
func (c *compiled[T]) Profile(runs int) (graph.Profile, error) { return c.prog.Profile(runs) }

// Bytes is all memory of the program and the optimizer.
func (c *compiled[T]) Bytes() (n int) {
	s := c.prog.Stats()
	for _, b := range s.Bytes {
		n += b
	}
	if c.optimizer != nil {
		n += len(c.optimizer.Slots()) * s.Bytes["param"]
	}
	return n
}

func isFloat32[T hand.Float]() bool {
	_, ok := any(*new(T)).(float32)
	return ok
}
