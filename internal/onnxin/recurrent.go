package onnxin

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
)

// recurrentRules are those of recurrent layers. Each direction is a sweep over the steps: by
// nn.Unroll for the cells that nn has, else step by step, see cells.go.
var recurrentRules = map[string]rule{
	"RNN":  {least: 3, most: 6, indices: []int{4}, make: func(c *call) []Value { return c.recurrent(rnnCell) }},
	"GRU":  {least: 3, most: 6, indices: []int{4}, make: func(c *call) []Value { return c.recurrent(gruCell) }},
	"LSTM": {least: 3, most: 8, indices: []int{4}, make: func(c *call) []Value { return c.recurrent(lstmCell) }},
}

// cell is a kind of recurrent layer.
type cell struct {
	of        nn.Cell
	gates     []int    // where nn's gates are in ONNX's order
	functions []string // the activations that nn has
	next      step1    // one step with any activations
}

// step1 makes the next state of a step from its input.
type step1 func(l *layer, x node, s nn.State) nn.State

var (
	rnnCell  = cell{nn.TanhRNN, []int{0}, []string{"Tanh"}, rnnStep}
	gruCell  = cell{nn.GRU, []int{1, 0, 2}, []string{"Sigmoid", "Tanh"}, gruStep}
	lstmCell = cell{nn.LSTM, []int{0, 2, 3, 1}, []string{"Sigmoid", "Tanh", "Tanh"}, lstmStep}
)

// layer is one direction of a recurrent layer.
type layer struct {
	*call
	cell
	w         nn.CellWeights // in nn's order of gates
	peepholes []node         // of the gates i, o, f; nil: there are none
	act       []activation
	clip      float64 // of what activations take; 0: no limit
	forget    bool    // LSTM: the forget gate is 1 minus the input gate
	late      bool    // GRU: the reset gate multiplies the product with the state
	hidden    int
}

// recurrent runs a layer in its directions.
func (c *call) recurrent(k cell) []Value {
	x, batchFirst := c.float(0), c.boolAttr("layout", false)
	if len(c.dims(0)) != 3 {
		c.malformed("got the steps %v, want three axes", c.dims(0))
	}
	reverse, ok := map[string][]bool{"forward": {false}, "reverse": {true}, "bidirectional": {false, true}}[c.textAttr("direction", "forward")]
	if !ok {
		c.refuse("got direction = %q, want forward, reverse or bidirectional", c.textAttr("direction", ""))
	}
	turn := func(x node) node { // batch and steps, or batch and directions
		if x != nil && batchFirst {
			return c.SwapAxes(x, 0, 1)
		}
		return x
	}
	x = turn(x)
	states := []node{turn(c.optional(5)), nil}
	if k.of == nn.LSTM {
		states[1] = turn(c.optional(6))
	}
	var o nn.UnrollOptions
	if c.has(4) {
		o.Lengths = c.index(4)
	}
	var ys, hs, cs []node
	for d, back := range reverse {
		o.Reverse = back
		l := c.layer(k, d, len(reverse))
		y, last := l.sweep(x, l.start(states, x, d), o)
		ys, hs, cs = append(ys, y), append(hs, last.H), append(cs, last.C)
	}
	y, out := c.Stack(1, ys...), []node{turn(c.Stack(0, hs...))} // [T, D, N, H] and [D, N, H]
	if batchFirst {
		y = c.Transpose(y, 2, 0, 1, 3)
	}
	if k.of == nn.LSTM {
		out = append(out, turn(c.Stack(0, cs...)))
	}
	return c.floats(append([]node{y}, out...)...)
}

// optional returns operand i, or nil if it is not given.
func (c *call) optional(i int) node {
	if !c.has(i) {
		return nil
	}
	return c.float(i)
}

// layer returns direction d of n.
func (c *call) layer(k cell, d, n int) *layer {
	l := &layer{call: c, cell: k, clip: c.floatAttr("clip", 0)}
	w, r := c.float(1), c.float(2)
	shape := c.dims(2)
	if len(shape) != 3 || shape[0] != n || shape[1] != len(k.gates)*shape[2] {
		c.malformed("got the recurrence weights %v, want [%d, %d·hidden, hidden]", shape, n, len(k.gates))
	}
	if l.hidden = c.intAttr("hidden_size", shape[2]); l.hidden != shape[2] {
		c.malformed("got hidden_size = %d for the recurrence weights %v, want %d", l.hidden, shape, shape[2])
	}
	l.w.Input, l.w.Hidden = l.part(c.Transpose(c.at(w, 0, d))), l.part(c.Transpose(c.at(r, 0, d)))
	if c.has(3) {
		both := c.Reshape(c.float(3), n, 2, -1)
		own := c.at(both, 0, d)
		input, hidden := c.at(own, 0, 0), c.at(own, 0, 1)
		if k.of == nn.GRU {
			l.w.HiddenBias = l.part(hidden)
		} else { // both are added to one sum
			input = c.Add(input, hidden)
		}
		l.w.InputBias = l.part(input)
	}
	switch k.of {
	case nn.LSTM:
		l.forget = c.boolAttr("input_forget", false)
		if p := c.optional(7); p != nil {
			l.peepholes = c.Split(c.at(p, 0, d), 0, l.hidden, l.hidden, l.hidden)
		}
	case nn.GRU:
		l.late = c.boolAttr("linear_before_reset", false)
	}
	l.act = l.activations(d, n)
	return l
}

// part returns the gates of weights or biases, which lie side by side, in nn's order. So products
// read weights that lie as nn's do, and have their bits.
func (l *layer) part(all node) node {
	last := len(l.Shape(all)) - 1
	at := []graph.Span{graph.All(), graph.All()}[:last+1]
	var parts []node
	for _, g := range l.gates {
		at[last] = graph.Range(g*l.hidden, (g+1)*l.hidden)
		parts = append(parts, l.Slice(all, at...))
	}
	return l.Concat(last, parts...)
}

// start returns the state before the first step, zeros where none is given.
func (l *layer) start(states []node, x node, d int) (s nn.State) {
	of := func(all node) node {
		if all != nil {
			return l.at(all, 0, d)
		}
		return l.Broadcast(l.Scalar(0), l.Shape(x)[1], l.hidden)
	}
	s.H = of(states[0])
	if l.of == nn.LSTM {
		s.C = of(states[1])
	}
	return s
}

// sweep runs the layer over the steps.
func (l *layer) sweep(x node, s nn.State, o nn.UnrollOptions) (node, nn.State) {
	kind, standard := l.of, l.clip == 0 && !l.forget && l.peepholes == nil && (l.of != nn.GRU || l.late)
	if standard && l.of == nn.TanhRNN && l.act[0].name == "relu" {
		return nn.Unroll(l.Builder, nn.ReLURNN, x, s, l.w, o)
	}
	for i, f := range l.functions {
		standard = standard && l.act[i].is(f)
	}
	if standard {
		return nn.Unroll(l.Builder, kind, x, s, l.w, o)
	}
	return l.steps(x, s, o)
}

// steps runs the layer step by step. Behind the end of a sequence results are 0 and the state stays.
func (l *layer) steps(x node, s nn.State, o nn.UnrollOptions) (node, nn.State) {
	n := l.Shape(x)[0]
	ys := make([]node, n)
	var inside node
	if o.Lengths != nil {
		inside = nn.LengthMask(l.Builder, o.Lengths, n)
	}
	for i := range n {
		t := i
		if o.Reverse {
			t = n - 1 - i
		}
		now := l.next(l, l.at(x, 0, t), s)
		if inside == nil {
			s, ys[t] = now, now.H
			continue
		}
		is := l.Slice(inside, graph.All(), graph.Range(t, t+1))
		ys[t] = l.Where(is, now.H, l.Scalar(0))
		s.H = l.Where(is, now.H, s.H)
		if now.C != nil {
			s.C = l.Where(is, now.C, s.C)
		}
	}
	return l.Stack(0, ys...), s
}

// linear returns the gates of x·w + bias, one by one.
func (l *layer) linear(x, w, bias node) []node {
	y := l.MatMul(x, w)
	if bias != nil {
		y = l.Add(y, bias)
	}
	return l.Split(y, 1, slices.Repeat([]int{l.hidden}, len(l.gates))...)
}
