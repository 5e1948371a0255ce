package onnxin

import (
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// building is a graph that is being added to a Builder.
type building struct {
	*graph.Builder
	g      *Graph
	core   *build.Core
	values map[string]Value
	count  *int // how many nodes there are so far
}

// Build adds the graph to a Builder and returns its outputs. shapes are those of the inputs,
// known the inputs whose elements are known.
//
// Errors: an *export.Error, which is the Builder's mistake too.
func (g *Graph) Build(b *graph.Builder, shapes map[string][]int, known map[string]Value) (out []Value, err error) {
	w := &building{b, g, build.Of(b), map[string]Value{"": {}}, new(int)}
	defer func() {
		if err != nil {
			w.core.Err = err
		}
	}()
	defer export.Caught(&err)
	if err := w.leaves(shapes, known); err != nil {
		return nil, err
	}
	for _, n := range g.nodes {
		if err := w.add(n); err != nil {
			return nil, err
		}
	}
	for _, p := range g.Outputs {
		out = append(out, w.values[p.Name])
	}
	return out, nil
}

// Declare adds the parameters and states to a Builder and returns their nodes by name.
func (g *Graph) Declare(b *graph.Builder) map[string]*gorgonia.Node {
	made := map[string]*gorgonia.Node{}
	for _, t := range g.Held {
		first := func(dst []float64, _ []int, _ *rand.Rand) error {
			copy(dst, t.Floats())
			return nil
		}
		if t.State {
			made[t.Name] = b.State(t.Name, first, t.Shape...)
		} else {
			made[t.Name] = b.Param(t.Name, first, t.Shape...)
		}
	}
	return made
}

// leaves adds inputs, parameters, states and constants.
func (w *building) leaves(shapes map[string][]int, known map[string]Value) error {
	for _, p := range w.g.Inputs {
		v, ok := known[p.Name]
		switch {
		case ok:
		case p.Index:
			v = Value{Kind: p.Kind, Node: w.Ints(p.As, shapes[p.Name]...)}
		default:
			v = Value{Kind: p.Kind, Node: w.Input(p.As, shapes[p.Name]...)}
		}
		w.values[p.Name] = v
	}
	held := w.g.Declare(w.Builder)
	for _, t := range w.g.Tensors {
		if n, ok := held[t.Name]; ok {
			w.values[t.Name] = Value{Kind: t.Kind, Node: n}
		} else {
			w.values[t.Name] = read(t)
		}
	}
	if err := w.Err(); err != nil {
		return &export.Error{Op: "file", Node: w.g.Name, Err: err}
	}
	return nil
}

// add builds a node.
func (w *building) add(n step) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *export.Error:
			err = r
		default:
			err = about(n.Node, errors.Errorf("internal error: %v", r))
		}
	}()
	if *w.count++; *w.count > w.g.limits.Parts {
		return about(n.Node, mistake.Newf(mistake.ErrMemory, "got more nodes than %d with those of loops", w.g.limits.Parts))
	}
	c := &call{building: w, Builder: w.Builder, step: n, version: w.g.Opset, read: map[int]bool{}, asked: map[string]bool{}}
	for _, x := range n.In {
		c.in = append(c.in, w.values[x])
	}
	if r, ok := w.g.rows[n.Node]; ok {
		c.asRow(r)
	}
	out, ok := []Value(nil), false
	if c.foldable() {
		out, ok = c.folded()
	}
	if !ok {
		out = c.make()
	}
	if err := w.Err(); err != nil {
		return unbuilt(n.Node, err)
	}
	c.leftovers()
	for i, name := range n.Out {
		if name == "" {
			continue
		}
		if i >= len(out) || out[i].isNone() {
			c.refuse("got the result %d (%q), which is not computed", i, name)
		}
		if out[i].Node != nil {
			w.Name(name, out[i].Node)
		}
		if d := w.shape(out[i]); size64(d) > int64(w.g.limits.Elements) {
			return about(n.Node, mistake.Newf(mistake.ErrMemory, "got a result of the shape %v, want at most %d elements", d, w.g.limits.Elements))
		}
		w.values[name] = out[i]
	}
	return nil
}

// frame is the package of the Builder's frames.
const frame = "onnx"

// make calls the rule within a frame of the Builder, whose errors name the operator of ONNX. What it
// makes is a layer of the name of the node.
func (c *call) make() []Value {
	c.core.Enter(frame+"."+c.Op, c.nodes()...).Named(c.step.Name)
	defer c.core.Leave()
	if name := c.nodeName(); name != "" {
		c.core.Stay(c.core.Scoped(name))
	}
	return c.rule.make(c)
}

// nodeName returns the name of the node, or of its first result if it has none.
func (c *call) nodeName() string {
	if c.step.Name != "" {
		return c.step.Name
	}
	return slices.Concat(c.Out, []string{""})[0]
}

// nodes returns the operands that are nodes.
func (c *call) nodes() (all []*gorgonia.Node) {
	for _, v := range c.in {
		if v.Node != nil {
			all = append(all, v.Node)
		}
	}
	return all
}

// shape returns the shape of a value.
func (w *building) shape(v Value) []int {
	if v.Known != nil {
		return slices.Clone(v.Known.Shape)
	}
	return w.Shape(v.Node)
}

// size64 returns the number of elements, or the largest number if it is beyond.
func size64(shape []int) int64 {
	n := int64(1)
	for _, d := range shape {
		if d == 0 {
			return 0
		}
	}
	for _, d := range shape {
		if n > (1<<62)/int64(d) {
			return 1 << 62
		}
		n *= int64(d)
	}
	return n
}

// isIndex reports whether a value is a node of integers.
func (w *building) isIndex(v Value) bool {
	return v.Node != nil && w.core.Type(v.Node).DType == ir.Int
}
