package main

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// This file has two cells of ONNX that nn does not have, composed of operators of graph: GRU
// with the reset gate before the product, and LSTM with peepholes.

// step makes the next state of direction d from the input x of a step.
type step func(c *call, d int, x *gorgonia.Node, s nn.State, w nn.CellWeights) nn.State

// composed is nn.Unroll, step by step.
func (c *call) composed(next step, d int, x *gorgonia.Node, s nn.State, w nn.CellWeights, o nn.UnrollOptions) (y *gorgonia.Node, last nn.State) {
	steps := c.Shape(x)[0]
	ys := make([]*gorgonia.Node, steps)
	for i := range steps {
		t := i
		if o.Reverse {
			t = steps - 1 - i
		}
		now := next(c, d, c.index(x, 0, t), s, w)
		if o.Lengths == nil {
			s, ys[t] = now, now.H
			continue
		}
		inside := c.Slice(nn.LengthMask(c.Builder, o.Lengths, steps), graph.All(), graph.Range(t, t+1))
		ys[t] = c.Where(inside, now.H, c.Scale(now.H, 0))
		s.H = c.Where(inside, now.H, s.H)
		if now.C != nil {
			s.C = c.Where(inside, now.C, s.C)
		}
	}
	return c.Stack(0, ys...), s
}

// linear returns the gates x·w + bias, one by one; a bias of nil is none.
func (c *call) linear(x, w, bias *gorgonia.Node, gates int) []*gorgonia.Node {
	y := c.MatMul(x, w)
	if bias != nil {
		y = c.Add(y, bias)
	}
	n := c.Shape(y)[1] / gates
	return c.Split(y, 1, slices.Repeat([]int{n}, gates)...)
}

// resetFirst is a step of GRU: n = tanh(aₙ + (r·h)·Hidden + bias), with nn's order of gates
// r, z, n.
func resetFirst(c *call, _ int, x *gorgonia.Node, s nn.State, w nn.CellWeights) nn.State {
	a, h := c.linear(x, w.Input, w.InputBias, 3), c.linear(s.H, w.Hidden, w.HiddenBias, 3)
	r, z := c.Sigmoid(c.Add(a[0], h[0])), c.Sigmoid(c.Add(a[1], h[1]))
	n := c.Tanh(c.Add(a[2], c.linear(c.Mul(r, s.H), w.Hidden, w.HiddenBias, 3)[2]))
	return nn.State{H: c.Add(n, c.Mul(z, c.Sub(s.H, n)))}
}

// peephole returns a step of LSTM whose gates i, o and f see the cell state, times
// peepholes: [D, 3·H] in this order; o sees the next one. Gates are in nn's order i, f, g, o.
func peephole(peepholes *gorgonia.Node) step {
	return func(c *call, d int, x *gorgonia.Node, s nn.State, w nn.CellWeights) nn.State {
		a, h := c.linear(x, w.Input, w.InputBias, 4), c.linear(s.H, w.Hidden, w.HiddenBias, 4)
		n := c.Shape(s.C)[1]
		p := c.Split(c.index(peepholes, 0, d), 0, n, n, n)
		gate := func(k int, p, state *gorgonia.Node) *gorgonia.Node {
			return c.Sigmoid(c.Add(c.Add(a[k], h[k]), c.Mul(p, state)))
		}
		cell := c.Add(c.Mul(gate(1, p[2], s.C), s.C), c.Mul(gate(0, p[0], s.C), c.Tanh(c.Add(a[2], h[2]))))
		return nn.State{H: c.Mul(gate(3, p[1], cell), c.Tanh(cell)), C: cell}
	}
}
