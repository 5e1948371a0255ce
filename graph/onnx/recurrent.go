package onnx

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file writes recurrent layers as LSTM, GRU and RNN. The graph has nodes for each step of
// a layer, and notes what they make together (build.Sweep): here that is read as one operator
// with the layer's sequences and weights as operands.
//
// Three kinds of layer are written step by step. One has a projection, which ONNX's LSTM does not
// have. One has lengths and starts from a state of its own, which ONNX does not return for a
// sequence without steps. The third is in a file of float64, whose operators few programs have.

// sweepRow is the operator that a noted layer is read as. Its operands are x, the weights of
// input and hidden state, and then those that the attributes input, hidden, lengths, h and c
// say are there. The attribute part says which result it is.
var sweepRow = op.Entry{Def: ir.Def{Name: "recurrent layer", Class: ir.Opaque, Arity: -1, Infer: inferSweep}}

func inferSweep(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	s, units := in[0].Shape, in[2].Shape[0]
	if a.Str("part") == "y" {
		return ir.Type{DType: in[0].DType, Shape: ir.Shape{s[0], s[1], units}}, nil
	}
	return ir.Type{DType: in[0].DType, Shape: ir.Shape{s[1], units}}, nil
}

// The layers' words in ONNX. Gates are those of nn's order, by their places in ONNX's.
var sweepCells = map[string]struct {
	op     string
	gates  []int
	states int
	attrs  attrs
}{
	"lstm":     {"LSTM", []int{0, 3, 1, 2}, 2, attrs{}},
	"gru":      {"GRU", []int{1, 0, 2}, 1, attrs{"linear_before_reset": 1}},
	"tanh_rnn": {"RNN", []int{0}, 1, attrs{}},
	"relu_rnn": {"RNN", []int{0}, 1, attrs{"activations": []string{"Relu"}}},
}

// describer returns how nodes are read: results of noted layers as one operator.
func describer(core *build.Core) func(n *gorgonia.Node) (op.Applied, bool, error) {
	apart := op.Apart()
	results := map[*gorgonia.Node]op.Applied{}
	for _, s := range core.Sweeps {
		if _, ok := sweepCells[s.Cell]; !ok || s.Lengths != nil && !(isZero(core, s.H) && isZero(core, s.C)) {
			continue
		}
		in, have := []*gorgonia.Node{s.X, s.Input, s.Hidden}, map[string]bool{}
		add := func(what string, n *gorgonia.Node) {
			if have[what] = n != nil; n != nil {
				in = append(in, n)
			}
		}
		add("input", s.InputBias)
		add("hidden", s.HiddenBias)
		add("lengths", s.Lengths)
		h, c := s.H, s.C
		if isZero(core, h) && isZero(core, c) {
			h, c = nil, nil
		}
		add("h", h)
		add("c", c)
		for part, n := range map[string]*gorgonia.Node{"y": s.Y, "h": s.LastH, "c": s.LastC} {
			if n != nil {
				a := ir.A("cell", s.Cell, "reverse", s.Reverse, "part", part, "input bias", have["input"], "hidden bias", have["hidden"],
					"lengths", have["lengths"], "h", have["h"], "c", have["c"])
				results[n] = op.Applied{Entry: &sweepRow, Attrs: a, In: in, Out: n}
			}
		}
	}
	return func(n *gorgonia.Node) (op.Applied, bool, error) {
		if a, ok := results[n]; ok {
			return a, true, nil
		}
		return foreign.Describe(apart, n)
	}
}

// isZero reports whether a node is nil or made of zeros.
func isZero(c *build.Core, n *gorgonia.Node) bool {
	if n == nil {
		return true
	}
	if o, ok := n.Op().(*op.Op); ok && o.Entry == &op.Broadcast {
		n = o.In[0]
	}
	l := c.LeafOf(n)
	if l == nil || l.Kind != ir.Const {
		return false
	}
	data, ok := l.Data.([]float64)
	return ok && !slices.ContainsFunc(data, func(x float64) bool { return x != 0 })
}

// sweepRule writes the operator, and takes the result that is asked for.
func sweepRule(c *call) string {
	a := c.v.Attrs
	key := fmt.Sprint(a.With("part", "").String())
	for _, x := range c.v.In {
		key += fmt.Sprint(" ", x.ID)
	}
	out := c.sweeps[key]
	if out == nil {
		out = c.sweep()
		c.sweeps[key] = out
	}
	switch a.Str("part") { // [T, 1, N, H], [1, N, H], [1, N, H]
	case "y":
		return c.do("Squeeze", out[0], c.list(1))
	case "h":
		return c.do("Squeeze", out[1], c.list(0))
	}
	return c.do("Squeeze", out[2], c.list(0))
}

// sweep writes the layer and returns its results.
func (c *call) sweep() []string {
	a, cell := c.v.Attrs, sweepCells[c.v.Attrs.Str("cell")]
	units, next := c.v.In[2].Type.Shape[0], 3
	operand := func(what string) string {
		if !a.Bool(what) {
			return ""
		}
		next++
		return c.arg(next - 1)
	}
	order := []int{} // the rows of ONNX's weights among ours
	for _, g := range cell.gates {
		for i := range units {
			order = append(order, g*units+i)
		}
	}
	weight := func(i int) string {
		w := c.node("Transpose", attrs{"perm": []int{1, 0}}, c.arg(i))
		return c.do("Unsqueeze", c.inOrder(w, order), c.list(0))
	}
	in := []string{c.arg(0), weight(1), weight(2), c.bothBiases(operand("input bias"), operand("hidden bias"), order)}
	lengths := operand("lengths")
	if lengths != "" {
		lengths = c.node("Cast", attrs{"to": int(int32s)}, lengths)
	}
	in = append(in, lengths)
	for _, what := range []string{"h", "c"} {
		state := operand(what)
		if state != "" {
			state = c.do("Unsqueeze", state, c.list(0))
		}
		in = append(in, state)
	}
	for in[len(in)-1] == "" {
		in = in[:len(in)-1]
	}
	all := attrs{"hidden_size": units}
	for k, v := range cell.attrs {
		all[k] = v
	}
	if a.Bool("reverse") {
		all["direction"] = "reverse"
	}
	return c.nodes2(cell.op, 1+cell.states, all, in...)
}

// inOrder returns rows of x in another order.
func (c *call) inOrder(x string, order []int) string {
	if slices.IsSorted(order) {
		return x
	}
	return c.node("Gather", attrs{"axis": 0}, x, c.list(order...))
}

// bothBiases returns the biases side by side, as one row; zeros for one that is not there.
func (c *call) bothBiases(input, hidden string, order []int) string {
	if input == "" && hidden == "" {
		return ""
	}
	var both []string
	for _, x := range []string{input, hidden} {
		if x == "" {
			both = append(both, c.array(make([]float64, len(order)), len(order)))
		} else {
			both = append(both, c.inOrder(x, order))
		}
	}
	return c.do("Unsqueeze", c.node("Concat", attrs{"axis": 0}, both...), c.list(0))
}
