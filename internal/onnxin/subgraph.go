package onnxin

import (
	"maps"
	"slices"

	"github.com/symgrad/symgrad/internal/onnxfile"
)

// controlRules are those of operators that have graphs of their own. They are built where what
// they decide is known: a branch is chosen and steps are repeated while the graph is built.
var controlRules = map[string]rule{
	"If":   {least: 1, most: 1, settings: []int{0}, make: branch},
	"Loop": {least: 2, most: -1, settings: []int{0, 1}, make: loop},
	"Scan": {least: 1, most: -1, since: 9, make: scan},
}

// graphAttr returns an attribute that is a graph.
func (c *call) graphAttr(name string) *onnxfile.Graph {
	a := c.attr(name, onnxfile.AttrGraph)
	if a == nil || a.G == nil {
		c.malformed("got no graph %s, want one", name)
	}
	return a.G
}

// inline builds a graph within this one, with values for its inputs.
func (c *call) inline(g *onnxfile.Graph, in []Value) []Value {
	if len(g.Inputs) != len(in) {
		c.malformed("got a graph of %d inputs, want %d", len(g.Inputs), len(in))
	}
	w := &building{c.Builder, c.g, c.core, maps.Clone(c.values), c.count}
	for _, t := range g.Tensors {
		w.values[t.Name] = read(t)
	}
	for i, p := range g.Inputs {
		w.values[p.Name] = in[i]
	}
	for _, n := range g.Nodes {
		for _, x := range n.In {
			if _, ok := w.values[x]; !ok {
				panic(malformed(n, "reads %q, which nothing before it makes", x))
			}
		}
		r, err := c.g.ruleOf(n)
		if err == nil {
			err = w.add(step{n, r})
		}
		if err != nil {
			panic(err)
		}
	}
	var out []Value
	for _, p := range g.Outputs {
		v, ok := w.values[p.Name]
		if !ok || p.Name == "" {
			c.malformed("got a graph whose output %q nothing makes", p.Name)
		}
		out = append(out, v)
	}
	return out
}

// branch builds the graph that the condition chooses.
func branch(c *call) []Value {
	name, then, other := "else_branch", c.graphAttr("then_branch"), c.graphAttr("else_branch")
	g := other
	if c.number(0, 0) != 0 {
		name, g = "then_branch", then
	}
	if len(g.Inputs) > 0 {
		c.malformed("got the graph %s with inputs, want none", name)
	}
	return c.inline(g, nil)
}

// loop repeats a graph. It has a largest number of steps, a condition, or both.
func loop(c *call) []Value {
	body, most := c.graphAttr("body"), float64(c.g.limits.Parts)
	if c.has(0) {
		most = c.number(0, 0)
	} else if !c.has(1) {
		c.malformed("got neither a number of steps nor a condition, want one")
	}
	going := Value{Kind: onnxfile.Bool, Known: &Array{Ints: []int64{1}}}
	if c.has(1) {
		going = c.value(1)
	}
	carried := c.rest(2)
	if len(body.Outputs) < 1+len(carried) {
		c.malformed("got a body of %d outputs, want a condition and %d values", len(body.Outputs), len(carried))
	}
	lists := make([][]Value, len(body.Outputs)-1-len(carried))
	for i := 0; float64(i) < most && c.holds(going); i++ {
		number := vector(i)
		out := c.inline(body, append([]Value{{Kind: number.Kind, Known: number.Known.reshaped(nil)}, going}, carried...))
		going, carried = out[0], out[1:1+len(carried)]
		for k, v := range out[1+len(carried):] {
			lists[k] = append(lists[k], v)
		}
	}
	out := slices.Clone(carried)
	for _, list := range lists {
		out = append(out, c.stacked(list, 0))
	}
	return out
}

// rest returns the operands from one on.
func (c *call) rest(first int) (all []Value) {
	for i := first; i < len(c.in); i++ {
		all = append(all, c.value(i))
	}
	return all
}

// holds returns a condition, which must be known.
func (c *call) holds(v Value) bool {
	if v.Known == nil || v.Known.len() != 1 {
		c.refuse("got a condition that is computed, want one that is known when the graph is built")
	}
	return v.Known.numbers()[0] != 0
}

// stacked joins the values of all steps along a new axis.
func (c *call) stacked(list []Value, axis int) Value {
	if len(list) == 0 {
		c.refuse("got a result of no steps, want at least one step")
	}
	var nodes []node
	for _, v := range list {
		nodes = append(nodes, c.floatOf(v))
	}
	if slices.ContainsFunc(list, func(v Value) bool { return v.Known == nil }) || axis != 0 {
		return Value{Kind: list[0].Kind, Node: c.Stack(axis, nodes...)}
	}
	y := &Array{Shape: append([]int{len(list)}, list[0].Known.Shape...)}
	for _, v := range list {
		if !slices.Equal(v.Known.Shape, list[0].Known.Shape) {
			c.malformed("got results of the shapes %v and %v, want one shape", list[0].Known.Shape, v.Known.Shape)
		}
		y.Ints, y.Floats = append(y.Ints, v.Known.Ints...), append(y.Floats, v.Known.Floats...)
	}
	c.room(y.Shape)
	return Value{Kind: list[0].Kind, Known: y}
}

// scan runs a graph over the elements of axes, with states.
func scan(c *call) []Value {
	body, n := c.graphAttr("body"), c.intAttr("num_scan_inputs", 0)
	states := len(c.in) - n
	if n < 1 || states < 0 || len(body.Outputs) < states {
		c.malformed("got num_scan_inputs = %d of %d operands, want at least 1", n, len(c.in))
	}
	results := len(body.Outputs) - states
	axes, outAxes := c.intsAttr("scan_input_axes", make([]int, n)), c.intsAttr("scan_output_axes", make([]int, results))
	back, outBack := c.intsAttr("scan_input_directions", make([]int, n)), c.intsAttr("scan_output_directions", make([]int, results))
	if len(axes) != n || len(back) != n || len(outAxes) != results || len(outBack) != results {
		c.malformed("got lists of axes and directions of other lengths than %d and %d", n, results)
	}
	all := c.rest(0)
	carried, steps := all[:states], 0
	for i, v := range all[states:] {
		s := c.shape(v)
		axes[i] = c.axis(axes[i], len(s))
		if i > 0 && s[axes[i]] != steps {
			c.malformed("got %d and %d steps, want as many of each operand", steps, s[axes[i]])
		}
		steps = s[axes[i]]
	}
	lists := make([][]Value, results)
	for t := range steps {
		in := slices.Clone(carried)
		for i, v := range all[states:] {
			at := t
			if back[i] == 1 {
				at = steps - 1 - t
			}
			in = append(in, Value{Kind: v.Kind, Node: c.at(c.floatOf(v), axes[i], at)})
		}
		out := c.inline(body, in)
		carried = out[:states]
		for k, v := range out[states:] {
			if lists[k] = append(lists[k], v); outBack[k] == 1 {
				lists[k] = append([]Value{v}, lists[k][:t]...)
			}
		}
	}
	out := slices.Clone(carried)
	for k, list := range lists {
		out = append(out, c.stacked(list, outAxes[k]))
	}
	return out
}
