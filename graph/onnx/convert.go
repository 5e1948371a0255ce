package onnx

import (
	"fmt"
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
)

// This file makes the graph of a file: leaves, operators and outputs.

// convert returns the file of the computation.
func convert(p *pair, b *graph.Builder, params *graph.Params, o Options) (f *file, err error) {
	defer export.Caught(&err)
	w := newWriter(p, fileFloats(params, o))
	w.file.name, w.file.doc, w.metadata = o.Name, o.Doc, o.Metadata
	if o.Name == "" {
		w.file.name = "symgrad"
	}
	w.leaves(b, params)
	w.ends()
	for _, v := range p.f.Values {
		if v.Def != nil {
			w.add(v)
		}
	}
	w.results()
	w.prune()
	return &w.file, nil
}

// leaves adds the inputs in the order in which they were built, and the parameters in theirs.
func (w *writer) leaves(b *graph.Builder, params *graph.Params) {
	order := map[string]int{}
	for i, n := range b.InputNodes() {
		order[n.Name()] = i
	}
	var inputs []*ir.Value
	held := map[string]*ir.Value{}
	for _, v := range w.f.Values {
		switch v.Leaf {
		case ir.Input:
			inputs = append(inputs, v)
		case ir.Param, ir.State:
			held[v.Name] = v
		}
	}
	place := func(v *ir.Value) int {
		if i, ok := order[v.Name]; ok {
			return i
		}
		return len(order) // of gorgonia's own
	}
	slices.SortStableFunc(inputs, func(x, y *ir.Value) int { return place(x) - place(y) })
	for _, v := range inputs {
		if v.Name == op.StepInput {
			continue // of random operators, which are refused
		}
		w.inputs = append(w.inputs, port{name: w.leaf(v), kind: w.kindOf(v), shape: w.shape(v)})
	}
	for _, q := range append(params.List(), params.States()...) {
		if v := held[q.Name]; v != nil {
			t := &tensor{name: w.leaf(v), kind: w.floats, shape: q.Shape, floats: w.fitting(v, params.Values(q.Name))}
			if q.State {
				t.doc = isState
			}
			w.tensors = append(w.tensors, t)
		}
	}
	for _, v := range w.f.Values {
		if v.Leaf == ir.Const {
			w.constantLeaf(v)
		}
	}
}

// fitting returns the numbers of a leaf. It refuses those that are beyond the file's type.
func (w *writer) fitting(v *ir.Value, x []float64) []float64 {
	for i, e := range x {
		if w.floats == float && math.IsInf(float64(float32(e)), 0) && !math.IsInf(e, 0) {
			why := export.Refuse(v, "element %d: got %v, want a number in the range of float32", i, e)
			why.Err = mistake.Newf(op.ErrNotFinite, "%v", why.Err)
			panic(why)
		}
	}
	return x
}

// leaf enters a leaf under its own name.
func (w *writer) leaf(v *ir.Value) string {
	name := w.unused(v.Name)
	*w.made.At(v) = result{name: name, shape: w.shape(v), whole: name}
	return name
}

// constantLeaf enters a constant, without the axes that grow with the batch.
func (w *writer) constantLeaf(v *ir.Value) {
	shape, floats, ints, err := w.shrunk(v)
	if err != nil {
		panic(err)
	}
	floats = w.fitting(v, floats)
	r := result{name: w.constant(tensor{kind: w.kindOf(v), shape: shape, floats: floats, ints: ints}), shape: fixed(shape...)}
	if slices.Equal(r.shape, w.shape(v)) {
		r.whole = r.name
	}
	*w.made.At(v) = r
}

// ends enters the outputs under their names.
func (w *writer) ends() {
	for i, v := range w.f.Out {
		name := v.Name
		if v.Leaf != ir.NotLeaf || name == "" {
			name = "output"
			if len(w.f.Out) > 1 {
				name = fmt.Sprintf("output%d", i)
			}
		}
		w.outputs = append(w.outputs, port{name: w.unused(name), kind: w.kindOf(v), shape: w.shape(v), doc: v.Made})
	}
}

// results makes the outputs: the tensor of a node that makes one gets its name, what is no
// node's or an output already is copied.
func (w *writer) results() {
	made := map[string]bool{}
	for _, n := range w.file.nodes {
		for _, x := range n.out {
			made[x] = true
		}
	}
	renamed := map[string]string{}
	for i, v := range w.f.Out {
		w.now = v
		before := len(w.file.nodes)
		from := w.name(v)
		w.now = nil
		name := w.outputs[i].name
		if (made[from] || len(w.file.nodes) > before) && renamed[from] == "" {
			renamed[from] = name
		} else {
			w.file.nodes = append(w.file.nodes, &node{op: "Identity", in: []string{from}, out: []string{name}, name: name})
		}
	}
	for _, n := range w.file.nodes {
		for _, list := range [][]string{n.in, n.out} {
			for i, x := range list {
				if y := renamed[x]; y != "" {
					list[i] = y
				}
			}
		}
	}
}

// prune drops the nodes and constants that no output needs.
func (w *writer) prune() {
	needed := map[string]bool{}
	for i := range w.outputs {
		needed[w.outputs[i].name] = true
	}
	for i := len(w.file.nodes) - 1; i >= 0; i-- {
		n := w.file.nodes[i]
		if slices.ContainsFunc(n.out, func(x string) bool { return needed[x] }) {
			for _, x := range n.in {
				needed[x] = true
			}
		}
	}
	w.file.nodes = slices.DeleteFunc(w.file.nodes, func(n *node) bool {
		return !slices.ContainsFunc(n.out, func(x string) bool { return needed[x] })
	})
	w.tensors = slices.DeleteFunc(w.tensors, func(t *tensor) bool { return !needed[t.name] })
}
