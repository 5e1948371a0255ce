package onnx

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// writer makes the graph of a file from a computation.
type writer struct {
	*pair
	file
	floats kind // of the file's floats
	made   ir.Table[result]
	taken  map[string]bool
	consts map[string]string   // names of the constants that have been made, by their contents
	sizes  map[int]string      // names of k·N, by k: Int64 [1]
	sweeps map[string][]string // the results of recurrent layers, by what they compute
	input  *ir.Value           // an input with the extent k·N on an axis; nil: none
	axis   int
	now    *ir.Value // whose nodes are made, for their names
}

// result is a value in the graph.
type result struct {
	name  string // of the tensor, which broadcasts to the value's shape
	shape []dim  // of the tensor
	whole string // of the tensor in the value's own shape; "": not made yet
	truth string // of a tensor of booleans that the value is; "": none
}

// newWriter returns a writer without nodes.
func newWriter(p *pair, floats kind) *writer {
	w := &writer{pair: p, floats: floats, made: ir.NewTable[result](p.f), taken: map[string]bool{}, consts: map[string]string{}, sizes: map[int]string{}, sweeps: map[string][]string{}}
	for _, v := range p.f.Values {
		if v.Leaf != ir.Input {
			continue
		}
		for i, d := range p.shape(v) {
			if d.k > 0 && (w.input == nil || d.k < w.shape(w.input)[w.axis].k) {
				w.input, w.axis = v, i
			}
		}
	}
	return w
}

// kindOf returns the element type of a value in the file.
func (w *writer) kindOf(v *ir.Value) kind {
	if v.Type.DType == ir.Int {
		return int64s
	}
	return w.floats
}

// unused returns the name, with a number behind it if it is taken.
func (w *writer) unused(name string) string {
	if name = strings.ToValidUTF8(name, "?"); name == "" {
		name = "tensor" // no name stands for no tensor
	}
	free := name
	for i := 2; w.taken[free]; i++ {
		free = fmt.Sprintf("%s#%d", name, i)
	}
	w.taken[free] = true
	return free
}

// fresh returns a name for a tensor of the value that is made now.
func (w *writer) fresh(op string) string {
	if w.now != nil && w.now.Name != "" {
		return w.unused(w.now.Name + "/" + op)
	}
	return w.unused(op)
}

// node adds a node with one result and returns the name of that.
func (w *writer) node(op string, a attrs, in ...string) string {
	return w.nodes2(op, 1, a, in...)[0]
}

// nodes2 adds a node with n results and returns their names.
func (w *writer) nodes2(op string, n int, a attrs, in ...string) []string {
	y := &node{op: op, in: in, attrs: a, doc: w.where()}
	y.name = w.fresh(strings.ToLower(op))
	y.out = []string{y.name}
	for i := 1; i < n; i++ {
		y.out = append(y.out, w.fresh(strings.ToLower(op)))
	}
	w.file.nodes = append(w.file.nodes, y)
	return y.out
}

// last names the node that ends a composition after the operator: Read looks for it.
func (w *writer) last(tensor string) {
	if n := w.file.nodes; len(n) > 0 && n[len(n)-1].out[0] == tensor {
		n[len(n)-1].name = w.fresh(w.now.Def.Name)
	}
}

// where says which call of the user's a node comes from.
func (w *writer) where() string {
	if w.now == nil {
		return ""
	}
	at := op.Position(w.now.PC)
	if w.now.Made == "" || at == "" {
		return w.now.Made + at
	}
	return w.now.Made + ", " + at
}

// constant returns the name of a constant tensor; equal ones are one.
func (w *writer) constant(t tensor) string {
	key := fmt.Sprint(t.kind, t.shape, "|") + string(t.raw())
	if name := w.consts[key]; name != "" {
		return name
	}
	t.name, t.doc = w.unused("const"), isConstant
	w.tensors = append(w.tensors, &t)
	w.consts[key] = t.name
	return t.name
}

// number returns a constant float without axes.
func (w *writer) number(x float64) string {
	return w.constant(tensor{kind: w.floats, floats: []float64{x}})
}

// array returns a constant of floats.
func (w *writer) array(x []float64, shape ...int) string {
	return w.constant(tensor{kind: w.floats, shape: shape, floats: x})
}

// whole returns a constant integer without axes.
func (w *writer) whole(n int) string { return w.constant(tensor{kind: int64s, ints: []int{n}}) }

// list returns a constant vector of integers.
func (w *writer) list(n ...int) string {
	return w.constant(tensor{kind: int64s, shape: []int{len(n)}, ints: n})
}

// vector returns a vector of integers, some of which may depend on the batch.
func (w *writer) vector(dims []dim) string {
	if n, ok := constants(dims); ok {
		return w.list(n...)
	}
	var parts []string
	for i := 0; i < len(dims); {
		d := dims[i]
		if d.k != 0 {
			part := w.batch(d.k)
			if d.c != 0 {
				part = w.node("Add", nil, part, w.list(d.c))
			}
			parts = append(parts, part)
			i++
			continue
		}
		var run []int
		for ; i < len(dims) && dims[i].k == 0; i++ {
			run = append(run, dims[i].c)
		}
		parts = append(parts, w.list(run...))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return w.node("Concat", attrs{"axis": 0}, parts...)
}

// batch returns k·N as a vector of one integer. There must be an input that has the batch.
func (w *writer) batch(k int) string {
	if name := w.sizes[k]; name != "" {
		return name
	}
	if w.input == nil {
		panic(export.Refuse(w.now, "got a shape that depends on the batch in a model without inputs of a batch, want an input such as [n, ...]"))
	}
	defer func(now *ir.Value) { w.now = now }(w.now)
	w.now = nil
	of := w.shape(w.input)[w.axis].k
	name := w.node("Shape", attrs{"start": w.axis, "end": w.axis + 1}, w.made.At(w.input).name)
	w.sizes[of] = name
	switch {
	case k == of:
	case k%of == 0:
		name = w.node("Mul", nil, name, w.list(k/of))
	default:
		name = w.node("Div", nil, w.node("Mul", nil, name, w.list(k)), w.list(of))
	}
	w.sizes[k] = name
	return name
}

// reshape returns x in another shape.
func (w *writer) reshape(x string, shape []dim) string {
	to, unknown, empty := make([]int, len(shape)), 0, false
	for i, d := range shape {
		if to[i] = d.c; d.k != 0 {
			to[i] = -1
			unknown++
		}
		empty = empty || d.is(0)
	}
	switch {
	case empty:
		return w.node("Reshape", attrs{"allowzero": 1}, x, w.vector(shape))
	case unknown > 1:
		return w.node("Reshape", nil, x, w.vector(shape))
	}
	return w.node("Reshape", nil, x, w.list(to...))
}

// expand returns x, of the shape from, broadcast to another shape.
func (w *writer) expand(x string, from, to []dim) string {
	dims := append([]dim(nil), to...)
	for i, d := range from { // an extent of 1 leaves that of x as it is
		if j := len(to) - len(from) + i; d == to[j] {
			dims[j] = dim{c: 1}
		}
	}
	return w.node("Expand", nil, x, w.vector(dims))
}

// name returns the tensor of a value in its own shape.
func (w *writer) name(v *ir.Value) string {
	r := w.made.At(v)
	if r.whole == "" {
		r.whole = w.expand(r.name, r.shape, w.shape(v))
	}
	return r.whole
}

// truthOf returns the tensor of booleans that says where the value is not 0, which broadcasts
// to the value's shape as the value's tensor does.
func (w *writer) truthOf(v *ir.Value) string {
	r := w.made.At(v)
	if r.truth == "" {
		r.truth = w.node("Cast", attrs{"to": int(bools)}, r.name)
	}
	return r.truth
}
