package main

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// rules are what computes the operators: each returns its outputs in order. Those that it
// does not compute are nil or missing.
var rules = map[string]func(c *call) []*gorgonia.Node{}

// call is a node that is computed.
type call struct {
	*graph.Builder
	node
	in      map[string]tensor
	version int             // of ONNX's operators
	asked   map[string]bool // attributes that the rule knows
	read    map[int]bool    // inputs that it knows
	feeds   map[string][]float64
}

// open ends the rule: the test is not covered.
func (c *call) open(format string, args ...any) { panic(openError(fmt.Sprintf(format, args...))) }

// compute returns the outputs of a model's node by their names.
func compute(m model, in map[string]tensor, d graph.DType) (out map[string]tensor, err error) {
	defer func() {
		if why, ok := recover().(openError); ok {
			err = why
		}
	}()
	n := m.nodes[0]
	c := &call{graph.New(graph.NewParams(d, 1)), n, in, m.version, map[string]bool{}, map[int]bool{}, map[string][]float64{}}
	results := rules[n.op](c)
	for name := range n.attrs {
		if !c.asked[name] {
			c.open("the attribute %s", name)
		}
	}
	for i, name := range n.inputs {
		if name != "" && !c.read[i] {
			c.open("the input %s", name)
		}
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	var names []string
	var nodes []*gorgonia.Node
	for i, y := range results {
		if y != nil && i < len(n.outputs) && n.outputs[i] != "" {
			names, nodes = append(names, n.outputs[i]), append(nodes, y)
		}
	}
	return c.run(names, nodes)
}

// run computes nodes.
func (c *call) run(names []string, nodes []*gorgonia.Node) (map[string]tensor, error) {
	p, err := c.Compile(graph.Options{Outputs: nodes})
	if err != nil {
		return nil, err
	}
	for _, in := range p.Inputs() {
		if err := graph.InputOf[float64](p, in.Name).Set(c.feeds[in.Name]); err != nil {
			return nil, err
		}
	}
	if err := p.Run(); err != nil {
		return nil, err
	}
	out := map[string]tensor{}
	for i, name := range names {
		out[name] = tensor{shape: c.Shape(nodes[i]), data: graph.OutputOf[float64](p, i).Read(nil)}
	}
	return out, nil
}

// has says whether input i is given.
func (c *call) has(i int) bool { return i < len(c.inputs) && c.inputs[i] != "" }

// value returns input i, or nil if it is not given.
func (c *call) value(i int) *tensor {
	if !c.has(i) {
		return nil
	}
	c.read[i] = true
	t, ok := c.in[c.inputs[i]]
	if !ok {
		c.open("no value of the input %s", c.inputs[i])
	}
	return &t
}

// tensor returns input i as an input of the graph, or nil if it is not given.
func (c *call) tensor(i int) *gorgonia.Node {
	t := c.value(i)
	if t == nil {
		return nil
	}
	name := fmt.Sprint("in", i)
	c.feeds[name] = t.data
	return c.Input(name, t.shape...)
}

// whole returns the integers of input i.
func (c *call) whole(i int) []int {
	t := c.value(i)
	out := make([]int, len(t.data))
	for k, v := range t.data {
		out[k] = int(v)
	}
	return out
}

// initial returns input i as what a parameter starts with; nil if it is not given.
func (c *call) initial(i int) graph.Initializer {
	if t := c.value(i); t != nil {
		return graph.Values(t.data)
	}
	return nil
}

// float returns an attribute.
func (c *call) float(name string, fallback float64) float64 {
	c.asked[name] = true
	if a, ok := c.attrs[name]; ok {
		return a.f
	}
	return fallback
}

// int returns an attribute.
func (c *call) int(name string, fallback int) int {
	c.asked[name] = true
	if a, ok := c.attrs[name]; ok {
		return a.i
	}
	return fallback
}

// string returns an attribute.
func (c *call) string(name, fallback string) string {
	c.asked[name] = true
	if a, ok := c.attrs[name]; ok {
		return a.s
	}
	return fallback
}

// ints returns an attribute; by default n times the fallback.
func (c *call) ints(name string, n, fallback int) []int {
	c.asked[name] = true
	if a, ok := c.attrs[name]; ok {
		return a.ints
	}
	return slices.Repeat([]int{fallback}, n)
}

// only wants an attribute to be the number.
func (c *call) only(name string, want int) {
	if got := c.int(name, want); got != want {
		c.open("%s = %d", name, got)
	}
}

// axesFrom returns the axes from the one on, which may count from the last.
func axesFrom(axis, rank int) (axes []int) {
	if axis < 0 {
		axis += rank
	}
	for ; axis < rank; axis++ {
		axes = append(axes, axis)
	}
	return axes
}
