package onnxtest

import (
	"fmt"
	"maps"
	"slices"
)

// call is a node that is computed. A failed check panics with a mistake.
type call struct {
	Node
	in []Tensor // an operand that is left out has the Kind 0
}

// mistake is what is wrong with a node.
type mistake string

// operators compute the results of nodes.
var operators = map[string]func(c *call) []Tensor{}

// Run computes the outputs from inputs, both by their names.
func (m *Model) Run(inputs map[string]Tensor) (out map[string]Tensor, err error) {
	var now Node
	defer func() {
		switch why := recover().(type) {
		case nil:
		case mistake:
			err = fmt.Errorf("%s %q: %s", now.Op, now.Name, string(why))
		default:
			panic(fmt.Sprintf("%s %q: %v", now.Op, now.Name, why))
		}
	}()
	have := maps.Clone(m.Constants)
	for _, p := range m.Inputs {
		t, ok := inputs[p.Name]
		if !ok {
			return nil, fmt.Errorf("got no input %q", p.Name)
		}
		t.Kind = p.Kind
		have[p.Name] = t
	}
	for _, n := range m.Nodes {
		now = n
		c := &call{Node: n}
		for _, name := range n.In {
			t, ok := have[name]
			if !ok && name != "" {
				return nil, fmt.Errorf("%s %q reads %q, which no node before it makes", n.Op, n.Name, name)
			}
			c.in = append(c.in, t)
		}
		f := operators[n.Op]
		if f == nil {
			return nil, fmt.Errorf("the operator %s is not known", n.Op)
		}
		for i, t := range f(c) {
			if i < len(n.Out) {
				if size(t.Shape) != len(t.Data) {
					return nil, fmt.Errorf("%s %q: %d elements for the shape %v", n.Op, n.Name, len(t.Data), t.Shape)
				}
				if _, taken := have[n.Out[i]]; taken {
					return nil, fmt.Errorf("%s %q makes %q again", n.Op, n.Name, n.Out[i])
				}
				have[n.Out[i]] = t
			}
		}
	}
	out = map[string]Tensor{}
	for _, p := range m.Outputs {
		t, ok := have[p.Name]
		if !ok {
			return nil, fmt.Errorf("no node makes the output %q", p.Name)
		}
		if t.Kind != p.Kind {
			return nil, fmt.Errorf("the output %q has elements of the type %d, is said to have %d", p.Name, t.Kind, p.Kind)
		}
		out[p.Name] = t
	}
	return out, nil
}

// want ends the node unless ok.
func want(ok bool, format string, a ...any) {
	if !ok {
		panic(mistake(fmt.Sprintf(format, a...)))
	}
}

// has says whether operand i is given.
func (c *call) has(i int) bool { return i < len(c.in) && c.in[i].Kind != 0 }

// ints returns the integers of operand i.
func (c *call) ints(i int) []int {
	want(c.has(i) && c.in[i].Kind == Int64, "operand %d: want integers", i)
	out := make([]int, len(c.in[i].Data))
	for k, v := range c.in[i].Data {
		out[k] = int(v)
	}
	return out
}

// int returns an attribute.
func (c *call) int(name string, fallback int) int {
	if a, ok := c.Attrs[name]; ok {
		return a.I
	}
	return fallback
}

// list returns an attribute; by default n times the fallback.
func (c *call) list(name string, n, fallback int) []int {
	if a, ok := c.Attrs[name]; ok {
		return a.Ints
	}
	return slices.Repeat([]int{fallback}, n)
}

// float returns an attribute.
func (c *call) float(name string, fallback float64) float64 {
	if a, ok := c.Attrs[name]; ok {
		return a.F
	}
	return fallback
}

// axis returns an axis of a rank, which may count from the last.
func axisOf(axis, rank int) int {
	want(axis >= -rank && axis < rank, "axis %d of %d", axis, rank)
	if axis < 0 {
		axis += rank
	}
	return axis
}

// lines calls f for each line of a shape along an axis, with the offset of its first element.
func lines(shape []int, axis int, f func(at, step int)) {
	step := size(shape[axis+1:])
	for outer := range size(shape[:axis]) {
		for inner := range step {
			f(outer*shape[axis]*step+inner, step)
		}
	}
}

// places calls f with each position of a shape, in order.
func places(shape []int, f func(i int, at []int)) {
	at := make([]int, len(shape))
	for i := range size(shape) {
		rest := i
		for k := len(shape) - 1; k >= 0; k-- {
			at[k], rest = rest%shape[k], rest/shape[k]
		}
		f(i, at)
	}
}

// offset returns the number of a position's element.
func offset(shape, at []int) int {
	n := 0
	for k, d := range shape {
		n = n*d + at[k]
	}
	return n
}

// broadcast returns the element of x for a position of the shape that x broadcasts to.
func (x Tensor) broadcast(at []int) float64 {
	n, off := 0, len(at)-len(x.Shape)
	for k, d := range x.Shape {
		p := at[off+k]
		if d == 1 {
			p = 0
		}
		n = n*d + p
	}
	return x.Data[n]
}

// shapeOf returns the shape that all broadcast to.
func together(all ...Tensor) []int {
	rank := 0
	for _, t := range all {
		rank = max(rank, len(t.Shape))
	}
	out := slices.Repeat([]int{1}, rank)
	for _, t := range all {
		for k, d := range t.Shape {
			to := &out[rank-len(t.Shape)+k]
			want(*to == 1 || d == 1 || *to == d, "shapes do not broadcast: %v", all)
			if d != 1 {
				*to = d
			}
		}
	}
	return out
}

// made returns a tensor whose elements f computes from their positions.
func made(kind int, shape []int, f func(at []int) float64) Tensor {
	t := Tensor{kind, slices.Clone(shape), make([]float64, size(shape))}
	places(shape, func(i int, at []int) { t.Data[i] = f(at) })
	return t
}
