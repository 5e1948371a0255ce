package onnx

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/onnxfile"
	"github.com/symgrad/symgrad/internal/onnxin"
	"github.com/symgrad/symgrad/internal/op"
)

// This file finds the nodes of a file that are one operator of the compiler. Write makes several
// nodes of GELU, for instance: Read makes GELU of these again. So a model that was written and
// read computes what it did, bit by bit.

// idiom is what Write makes of an operator.
type idiom struct {
	row    onnxin.Row // without operands
	nodes  []*node
	from   map[string]*node   // the node that makes a tensor
	consts map[string]*tensor // constants by their names
	root   *node              // makes the result
	plain  bool               // of arithmetic alone: the name of the last node must say what it is
}

// idioms returns those of elementwise operators without attributes, the longest first.
var idioms = sync.OnceValue(func() (all []*idiom) {
	for _, e := range op.All() {
		if e.Class != ir.Elementwise || rules[e.Name].form != composition || hasAttrs(e) {
			continue
		}
		for _, k := range []kind{float, double} {
			if x := newIdiom(e, nil, ir.Shape{2}, k); x != nil && len(x.nodes) > 1 {
				all = append(all, x)
			}
		}
	}
	slices.SortStableFunc(all, func(x, y *idiom) int { return len(y.nodes) - len(x.nodes) })
	return all
})

// hasAttrs reports whether an operator has attributes.
func hasAttrs(e *op.Entry) bool {
	return slices.ContainsFunc(e.Samples(), func(s op.Sample) bool { return len(s.Attrs) > 0 })
}

// operandName returns what operand i of an idiom is called.
func operandName(i int) string { return fmt.Sprint("\x00", i) }

// newIdiom writes the operator for operands of the shape; nil if its rule refuses that.
func newIdiom(e *op.Entry, a ir.Attrs, shape ir.Shape, floats kind) (x *idiom) {
	f := &ir.Func{}
	var in []*ir.Value
	for i := range e.Arity {
		in = append(in, f.Add(&ir.Value{Leaf: ir.Input, Name: operandName(i), Type: ir.Type{DType: ir.F64, Shape: shape}}))
	}
	v, err := f.New(&e.Def, a, in...)
	if err != nil {
		return nil
	}
	f.Out = []*ir.Value{v}
	defer func() {
		if r := recover(); r != nil {
			if _, refused := r.(*export.Error); !refused {
				panic(r)
			}
			x = nil
		}
	}()
	p, err := newPair(f, f, 1, 1)
	if err != nil {
		return nil
	}
	w := newWriter(p, floats)
	for _, y := range in {
		w.leaf(y)
	}
	w.ends()
	w.add(v)
	w.results()
	w.prune()
	x = &idiom{row: onnxin.Row{Name: e.Name, Attrs: a}, nodes: w.file.nodes, from: map[string]*node{}, consts: map[string]*tensor{}}
	for _, n := range x.nodes {
		x.from[n.out[0]] = n
	}
	for _, c := range w.tensors {
		x.consts[c.name] = c
	}
	x.root = x.from[w.outputs[0].name]
	x.plain = len(x.consts) == 0 && !slices.ContainsFunc(x.nodes, func(n *node) bool { return !slices.Contains(arithmetic, n.op) })
	return x
}

// arithmetic are the operators that people compose of themselves, with other bits than those of
// the compiler's operator.
var arithmetic = []string{"Add", "Sub", "Mul", "Div", "Neg"}

// rowOf returns the operator that the name of a node says that it ends: see writer.last.
func rowOf(n *onnxfile.Node) string {
	name := n.Name[strings.LastIndex(n.Name, "/")+1:]
	name, _, _ = strings.Cut(name, "#")
	return name
}

// restored returns the operators of the compiler that nodes of a graph end. The nodes before
// them stay: others may read them.
func restored(g *onnxfile.Graph) map[*onnxfile.Node]onnxin.Row {
	s := &search{from: map[string]*onnxfile.Node{}, consts: map[string]*onnxfile.Tensor{}, running: map[string]*idiom{}}
	for _, t := range g.Tensors {
		s.consts[t.Name] = t
	}
	for _, n := range g.Nodes {
		for _, y := range n.Out {
			s.from[y] = n
		}
		if n.Op == "Constant" && len(n.Out) == 1 && n.Attrs["value"] != nil && n.Attrs["value"].T != nil {
			s.consts[n.Out[0]] = n.Attrs["value"].T
		}
	}
	rows := map[*onnxfile.Node]onnxin.Row{}
	for _, n := range g.Nodes {
		all := idioms()
		if own := s.runs(n); own != nil {
			all = own
		}
		for _, x := range all {
			s.bound, s.done = map[string]string{}, map[string]string{}
			if (!x.plain || rowOf(n) == x.row.Name) && s.node(x, x.root, n) {
				rows[n] = s.found(x)
				break
			}
		}
	}
	return rows
}

// search compares nodes of a file with those of idioms.
type search struct {
	from    map[string]*onnxfile.Node
	consts  map[string]*onnxfile.Tensor
	bound   map[string]string // the tensors of the file that an idiom's operands are
	done    map[string]string // those that its other tensors are
	running map[string]*idiom // of operators along an axis, by what they are
}

// found returns the operator with the operands that were found.
func (s *search) found(x *idiom) onnxin.Row {
	row := x.row
	for i := range len(s.bound) {
		row.In = append(row.In, s.bound[operandName(i)])
	}
	return row
}

// node reports whether a node of the file is that of the idiom, with all that it reads.
func (s *search) node(x *idiom, want *node, got *onnxfile.Node) bool {
	if want.op != got.Op || got.Domain != "" || len(want.in) != len(got.In) || len(got.Out) != 1 || len(want.attrs) != len(got.Attrs) {
		return false
	}
	for key, v := range want.attrs {
		if !sameAttr(v, got.Attrs[key]) {
			return false
		}
	}
	for i, name := range want.in {
		if !s.tensor(x, name, got.In[i]) {
			return false
		}
	}
	return true
}

// tensor reports whether a tensor of the file is that of the idiom.
func (s *search) tensor(x *idiom, want, got string) bool {
	if c := x.consts[want]; c != nil {
		t := s.consts[got]
		return t != nil && sameTensor(c, t)
	}
	if before, ok := s.done[want]; ok {
		return before == got
	}
	if n := x.from[want]; n != nil {
		s.done[want] = got
		from := s.from[got]
		return from != nil && s.node(x, n, from)
	}
	if before, ok := s.bound[want]; ok {
		return before == got
	}
	s.bound[want] = got
	return true
}

// sameAttr compares an attribute of a rule with one of a file.
func sameAttr(want any, got *onnxfile.Attr) bool {
	if got == nil {
		return false
	}
	switch v := want.(type) {
	case int:
		return got.Kind == onnxfile.AttrInt && got.I == int64(v)
	case float64:
		return got.Kind == onnxfile.AttrFloat && got.F == float32(v)
	case []int:
		return got.Kind == onnxfile.AttrInts && slices.EqualFunc(v, got.Ints, func(a int, b int64) bool { return int64(a) == b })
	case string:
		return got.Kind == onnxfile.AttrString && string(got.S) == v
	}
	return false
}

// sameTensor compares a constant of a rule with one of a file.
func sameTensor(want *tensor, got *onnxfile.Tensor) bool {
	if int(want.kind) != int(got.Kind) || !slices.Equal(want.shape, got.Shape) || got.Size > 64 || got.External != nil {
		return false
	}
	if want.floats == nil {
		return slices.EqualFunc(want.ints, got.Ints(), func(a int, b int64) bool { return int64(a) == b })
	}
	return slices.EqualFunc(want.floats, got.Floats(), func(a, b float64) bool {
		if want.kind == float {
			a = float64(float32(a))
		}
		return sameBits(a, b)
	})
}
