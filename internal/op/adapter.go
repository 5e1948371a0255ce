package op

import (
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/chewxy/hm"
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Op is the operator of one node of ours: a row as a gorgonia.Op and
// gorgonia.SDOp. Ctx.Apply makes it. Afterwards only its label and its marks change,
// so many goroutines may read a graph that is built.
type Op struct {
	Entry *Entry
	Attrs ir.Attrs
	In    []*gorgonia.Node // the operands: gorgonia keeps its own list private
	Out   ir.Type
	Label string  // the user's name of the node, or ""
	Made  string  // the public operator that made it, as the user called it, or ""
	Scope string  // that it was made within, with "/" between scopes; or ""
	PC    uintptr // where the user asked for it
	Asked bool    // it is what a call gave the user, not a step of a derivative

	salt uint32 // no two Ops of a process share it
	hm   hm.Type

	terms map[*gorgonia.Node]gorgonia.Nodes // what SymDiff made, by the gradient that it got
}

var salts atomic.Uint32

func newOp(e *Entry, a ir.Attrs, in []*gorgonia.Node, out ir.Type) *Op {
	types := make([]hm.Type, 0, len(in)+1)
	for _, n := range in {
		types = append(types, n.Type())
	}
	types = append(types, hmType(out))
	return &Op{
		Entry: e, Attrs: a, In: append([]*gorgonia.Node(nil), in...), Out: out,
		salt: salts.Add(1), hm: hm.NewFnType(types...),
	}
}

// Arity is the number of operands.
func (o *Op) Arity() int { return len(o.In) }

// Type is the function type from the operands' types to the result's.
func (o *Op) Type() hm.Type { return o.hm }

// InferShape returns the result's shape, which was inferred when o was made.
func (o *Op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.Shape(o.Out.Shape.Clone()), nil
}

// ReturnsPtr says that the result is memory of its own.
func (o *Op) ReturnsPtr() bool { return false }

// CallsExtern is always false.
func (o *Op) CallsExtern() bool { return false }

// OverwritesInput is always -1: no operand is written to.
func (o *Op) OverwritesInput() int { return -1 }

// WriteHash writes what no other Op writes.
func (o *Op) WriteHash(h hash.Hash) {
	fmt.Fprintf(h, "symgrad %s%s ", o.Entry.Name, o.Attrs)
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], o.salt)
	h.Write(b[:])
}

// Hashcode is a number that no other Op of the process has.
func (o *Op) Hashcode() uint32 { return o.salt }

// String is the row's name with the attributes.
func (o *Op) String() string { return o.Entry.Name + o.Attrs.String() }

// DiffWRT says which operands have a gradient: the float ones of a
// differentiable row.
func (o *Op) DiffWRT(inputs int) []bool {
	out := make([]bool, inputs)
	for i := range out {
		if i < len(o.In) && o.Entry.VJP != nil {
			t, err := TypeOf(o.In[i])
			out[i] = err == nil && t.DType.IsFloat()
		}
	}
	return out
}

// SymDiff differentiates o for gorgonia's own reverse walk. Asked again with the
// same gradient, it returns the same nodes, as gorgonia's operators do.
func (o *Op) SymDiff(_ gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	if t := o.Terms(grad); t != nil {
		return t, nil
	}
	c := NewCtx(grad.Graph())
	c.Package = "op"
	out := c.Gradients(Applied{o.Entry, o.Attrs, o.In, output}, grad, func(*gorgonia.Node) bool { return true })
	if c.Err != nil {
		return nil, c.Err
	}
	termsMu.Lock()
	defer termsMu.Unlock()
	if o.terms == nil {
		o.terms = map[*gorgonia.Node]gorgonia.Nodes{}
	}
	o.terms[grad] = out
	return slices.Clone(out), nil
}

var termsMu sync.Mutex // guards the terms of all Ops

// Terms are what SymDiff returned for that gradient, nil if it was never asked.
func (o *Op) Terms(grad *gorgonia.Node) gorgonia.Nodes {
	termsMu.Lock()
	defer termsMu.Unlock()
	return slices.Clone(o.terms[grad])
}

// TypeOf returns the element type and the shape of a node. Gorgonia's comparisons
// may return bool: those count as floats, of the type that was compared.
func TypeOf(n *gorgonia.Node) (ir.Type, error) {
	if n == nil {
		return ir.Type{}, mistake.Optionf("got a nil node, want a node of the graph")
	}
	if o, ok := n.Op().(*Op); ok {
		return o.Out, nil
	}
	var dt tensor.Dtype
	switch t := n.Type().(type) {
	case tensor.Dtype:
		dt = t
	case gorgonia.TensorType:
		of := t.Of
		for nested, ok := of.(gorgonia.TensorType); ok; nested, ok = of.(gorgonia.TensorType) {
			of = nested.Of // gorgonia's diagonals are matrices of vectors
		}
		d, ok := of.(tensor.Dtype)
		if !ok {
			return ir.Type{}, mistake.Newf(ErrDType, "node %q: got elements of the type %v, want float32, float64 or int", n.Name(), t.Of)
		}
		dt = d
	default:
		return ir.Type{}, mistake.Newf(ErrDType, "node %q: got the type %v, want a number or a tensor", n.Name(), n.Type())
	}
	shape := ir.Shape(n.Shape()).Clone()
	for dt == tensor.Bool && n.Op() != nil && len(Operands(n)) > 0 {
		n = Operands(n)[0]
		dt = n.Dtype()
	}
	d, err := dtypeOf(dt)
	if err != nil {
		return ir.Type{}, errors.Wrapf(err, "node %q", n.Name())
	}
	return ir.Type{DType: d, Shape: shape}, nil
}

// IsBool says whether the elements of n are of the type bool.
func IsBool(n *gorgonia.Node) bool {
	if t, ok := n.Type().(gorgonia.TensorType); ok {
		return t.Of == hm.Type(tensor.Bool)
	}
	return n.Type() == hm.Type(tensor.Bool)
}

func dtypeOf(dt tensor.Dtype) (ir.DType, error) {
	switch dt {
	case tensor.Float32:
		return ir.F32, nil
	case tensor.Float64:
		return ir.F64, nil
	case tensor.Int:
		return ir.Int, nil
	}
	return 0, mistake.Newf(ErrDType, "got elements of the type %v, want float32, float64 or int", dt)
}

// Dtype is d as an element type of gorgonia's.
func Dtype(d ir.DType) tensor.Dtype {
	switch d {
	case ir.F32:
		return tensor.Float32
	case ir.F64:
		return tensor.Float64
	}
	return tensor.Int
}

func hmType(t ir.Type) hm.Type {
	if len(t.Shape) == 0 {
		return Dtype(t.DType)
	}
	return gorgonia.TensorType{Dims: len(t.Shape), Of: Dtype(t.DType)}
}
