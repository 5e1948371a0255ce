package main

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// This file has recurrences. Each direction is a call of Unroll. Two cells that nn does not
// have are composed of operators of graph: see composed.go.

func init() {
	rules["LSTM"] = func(c *call) []*gorgonia.Node {
		c.only("input_forget", 0)
		if peepholes := c.tensor(7); peepholes != nil {
			return c.recurrent(nn.LSTM, []int{0, 2, 3, 1}, peephole(peepholes), "Sigmoid", "Tanh", "Tanh")
		}
		return c.recurrent(nn.LSTM, []int{0, 2, 3, 1}, nil, "Sigmoid", "Tanh", "Tanh")
	}
	rules["GRU"] = func(c *call) []*gorgonia.Node {
		if c.int("linear_before_reset", 0) == 0 {
			return c.recurrent(nn.GRU, []int{1, 0, 2}, resetFirst, "Sigmoid", "Tanh")
		}
		return c.recurrent(nn.GRU, []int{1, 0, 2}, nil, "Sigmoid", "Tanh")
	}
	rules["RNN"] = func(c *call) []*gorgonia.Node {
		c.asked["activations"] = true
		if a := c.attrs["activations"].strings; len(a) > 0 && !slices.ContainsFunc(a, func(s string) bool { return s != "Relu" }) {
			return c.recurrent(nn.ReLURNN, []int{0}, nil, "Relu")
		}
		return c.recurrent(nn.TanhRNN, []int{0}, nil, "Tanh")
	}
}

// recurrent runs a cell whose gates are at the positions in ONNX's order; with own, which
// makes one step of direction d, in place of nn's.
func (c *call) recurrent(cell nn.Cell, gates []int, own step, functions ...string) []*gorgonia.Node {
	c.asked["activations"] = true
	if a := c.attrs["activations"].strings; !slices.Equal(a, slices.Repeat(functions, len(a)/len(functions))) {
		c.open("activations = %v", a)
	}
	x, hidden, batchFirst := c.tensor(0), c.int("hidden_size", 0), c.int("layout", 0) == 1
	states := [2]*gorgonia.Node{c.tensor(5), nil}
	if cell == nn.LSTM {
		states[1] = c.tensor(6)
	}
	if batchFirst {
		x = c.MoveAxes(x, []int{0}, []int{1})
		for i, s := range states {
			if s != nil {
				states[i] = c.MoveAxes(s, []int{0}, []int{1})
			}
		}
	}
	w, r, bias := c.tensor(1), c.tensor(2), c.tensor(3)
	var o nn.UnrollOptions
	if c.has(4) {
		o.Lengths = c.ConstInts(c.whole(4), c.Shape(x)[1])
	}
	directions := map[string][]bool{"forward": {false}, "reverse": {true}, "bidirectional": {false, true}}[c.string("direction", "forward")]
	var ys, hs, cs []*gorgonia.Node
	for d, reverse := range directions {
		o.Reverse = reverse
		weights := nn.CellWeights{Input: c.Transpose(c.part(w, d, gates, hidden)), Hidden: c.Transpose(c.part(r, d, gates, hidden))}
		if bias != nil {
			both := c.Reshape(bias, len(directions), 2, -1)
			weights.InputBias = c.part(c.index(both, 1, 0), d, gates, hidden)
			weights.HiddenBias = c.part(c.index(both, 1, 1), d, gates, hidden)
		}
		start := nn.State{H: c.start(states[0], x, d, hidden)}
		if cell == nn.LSTM {
			start.C = c.start(states[1], x, d, hidden)
		}
		var y *gorgonia.Node
		var last nn.State
		if own != nil {
			y, last = c.composed(own, d, x, start, weights, o)
		} else {
			y, last = nn.Unroll(c.Builder, cell, x, start, weights, o)
		}
		ys, hs, cs = append(ys, y), append(hs, last.H), append(cs, last.C)
	}
	y, h := c.Stack(1, ys...), c.Stack(0, hs...) // [T, D, N, H] and [D, N, H]
	out := []*gorgonia.Node{y, h}
	if cell == nn.LSTM {
		out = append(out, c.Stack(0, cs...))
	}
	if batchFirst {
		out[0] = c.Transpose(y, 2, 0, 1, 3)
		for i := range out[1:] {
			out[1+i] = c.MoveAxes(out[1+i], []int{0}, []int{1})
		}
	}
	return out
}

// part returns the gates of direction d in Unroll's order, joined along their axis.
func (c *call) part(w *gorgonia.Node, d int, gates []int, hidden int) *gorgonia.Node {
	all := c.index(w, 0, d)
	var parts []*gorgonia.Node
	for _, g := range gates {
		parts = append(parts, c.Slice(all, graph.Range(g*hidden, (g+1)*hidden)))
	}
	return c.Concat(0, parts...)
}

// start returns a direction's state before the first step, zeros if states is nil.
func (c *call) start(states, x *gorgonia.Node, d, hidden int) *gorgonia.Node {
	if states != nil {
		return c.index(states, 0, d)
	}
	n := c.Shape(x)[1]
	return c.Const(make([]float64, n*hidden), n, hidden)
}

// index returns element i of an axis, which is dropped.
func (c *call) index(x *gorgonia.Node, axis, i int) *gorgonia.Node {
	spans := slices.Repeat([]graph.Span{graph.All()}, axis+1)
	spans[axis] = graph.Range(i, i+1)
	return c.Squeeze(c.Slice(x, spans...), axis)
}
