package graph

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// machineProgram is a compiled graph, what it reads and where its results go.
type machineProgram struct {
	prog   *Program
	leaves []machineLeaf
	outs   []machineOut // by the program's outputs
	reads  []machineRead
	fixed  []machineFixed
}

// machineLeaf is a leaf that is read in each run.
type machineLeaf struct {
	n    *gorgonia.Node
	name string
	t    ir.Type
}

// machineOut is where a result goes: to the node n as its value, to the leaf of
// as its gradient, or to running statistics. Scalars and truth values have memory
// that is written after each run, tensors show that of the program.
type machineOut struct {
	n        *gorgonia.Node
	of       *gorgonia.Node
	moves    tensor.Tensor
	momentum float64

	value gorgonia.Value
	f64   *gorgonia.F64
	f32   *gorgonia.F32
	i     *gorgonia.I
	bit   *gorgonia.B
	bits  []bool
	copy  []gorgonia.Value // gradients of leaves that have memory of their own
}

// machineRead is a gorgonia.Read.
type machineRead struct {
	from *gorgonia.Node
	into *gorgonia.Value
}

// machineFixed is a leaf whose gradient does not change.
type machineFixed struct {
	of   *gorgonia.Node
	data []float64
}

// run feeds the leaves, computes, and brings the results to where they go.
func (p *machineProgram) run() error {
	for _, l := range p.leaves {
		if err := p.feed(l); err != nil {
			return errors.Wrapf(err, "graph: Machine: leaf %q", l.n.Name())
		}
	}
	if err := p.prog.Run(); err != nil {
		return err
	}
	for i := range p.outs {
		p.outs[i].deliver(p.prog, i)
	}
	for _, f := range p.fixed {
		if g, err := f.of.Grad(); err == nil {
			store(g, f.data)
		}
	}
	for _, r := range p.reads {
		*r.into = r.from.Value()
	}
	return nil
}

// feed lets the program read the value of a leaf, in place where it lies
// row-major in memory.
func (p *machineProgram) feed(l machineLeaf) error {
	v := l.n.Value()
	if v == nil {
		return errors.New("it has no value: use gorgonia.Let")
	}
	if !ir.Shape(v.Shape()).Equal(l.t.Shape) && v.Shape().TotalSize() != l.t.Shape.Size() {
		return errors.Wrapf(ErrShape, "got a value of %v, want %v", v.Shape(), l.t.Shape)
	}
	if d, ok := v.(*tensor.Dense); ok && !d.RequiresIterator() && d.DataOrder().IsRowMajor() {
		switch {
		case d.Dtype() == tensor.Float64 && p.prog.r64 != nil && l.t.DType == ir.F64:
			return p.prog.Bind(l.name, d.Float64s())
		case d.Dtype() == tensor.Float32 && p.prog.r32 != nil && l.t.DType == ir.F32:
			return p.prog.Bind32(l.name, d.Float32s())
		case d.Dtype() == tensor.Int && l.t.DType == ir.Int:
			return p.prog.FeedInts(l.name, d.Ints())
		}
	}
	data, err := op.ValueData(v)
	if err != nil {
		return err
	}
	if k, ok := data.([]int); ok {
		return p.prog.FeedInts(l.name, k)
	}
	return p.prog.Feed(l.name, data.([]float64))
}

// allocate makes the values that nodes get.
func (p *machineProgram) allocate() {
	for i := range p.outs {
		o := &p.outs[i]
		s := p.prog.plan.Outputs[i]
		of := s.Type.Shape
		if o.n != nil {
			of = foreign.ValueShape(o.n)
		}
		shape := tensor.WithShape(of...)
		scalar, isBool := len(of) == 0, o.n != nil && op.IsBool(o.n)
		switch {
		case o.moves != nil:
		case isBool && scalar:
			o.bit = gorgonia.NewB(false)
			o.value = o.bit
		case isBool:
			o.bits = make([]bool, s.Where.Len)
			o.value = tensor.New(shape, tensor.WithBacking(o.bits))
		case s.Type.DType == ir.Int && scalar:
			o.i = gorgonia.NewI(0)
			o.value = o.i
		case s.Type.DType == ir.Int:
			o.value = tensor.New(shape, tensor.WithBacking(p.prog.ints(s.Where)))
		case scalar && p.prog.r32 != nil:
			o.f32 = gorgonia.NewF32(0)
			o.value = o.f32
		case scalar:
			o.f64 = gorgonia.NewF64(0)
			o.value = o.f64
		case p.prog.r32 != nil:
			o.value = tensor.New(shape, tensor.WithBacking(p.prog.r32.Floats(s.Where)))
		default:
			o.value = tensor.New(shape, tensor.WithBacking(p.prog.r64.Floats(s.Where)))
		}
	}
}

// show binds the values to the nodes.
func (p *machineProgram) show() error {
	for i := range p.outs {
		o := &p.outs[i]
		switch {
		case o.n != nil:
			if err := o.let(); err != nil {
				return errors.Wrapf(err, "node %q", op.NameOf(o.n))
			}
			o.copy = nil
			for _, x := range o.n.DerivOf() {
				if g, err := x.Grad(); err == nil && g != nil && g != o.value && x.Op() == nil {
					o.copy = append(o.copy, g)
				}
			}
		case o.of != nil:
			if err := op.LetGrad(o.of, o.value); err != nil {
				return errors.Wrapf(err, "leaf %q", o.of.Name())
			}
		}
	}
	for _, f := range p.fixed {
		v := f.of.Value()
		if v == nil {
			continue // the run will say so
		}
		g, err := gorgonia.CloneValue(v)
		if err == nil {
			err = op.LetGrad(f.of, g)
		}
		if err != nil {
			return errors.Wrapf(err, "leaf %q", f.of.Name())
		}
	}
	return nil
}

// let binds the value to its node.
func (o *machineOut) let() error {
	if d, ok := o.value.(*tensor.Dense); ok && !d.Shape().Eq(o.n.Shape()) {
		return op.LetShaped(o.n, d)
	}
	return op.Let(o.n, o.value)
}

// deliver brings the i-th result to where it goes.
func (o *machineOut) deliver(p *Program, i int) {
	w := p.plan.Outputs[i].Where
	switch {
	case o.f64 != nil:
		*o.f64 = gorgonia.F64(p.r64.Floats(w)[0])
	case o.f32 != nil:
		*o.f32 = gorgonia.F32(p.r32.Floats(w)[0])
	case o.i != nil:
		*o.i = gorgonia.I(p.ints(w)[0])
	case o.bit != nil:
		*o.bit = gorgonia.B(p.Scalar(i) != 0)
	case o.bits != nil && p.r32 != nil:
		truths(o.bits, p.r32.Floats(w))
	case o.bits != nil:
		truths(o.bits, p.r64.Floats(w))
	case o.moves != nil && p.r32 != nil:
		blend(o.moves.(*tensor.Dense).Float32s(), p.r32.Floats(w), float32(o.momentum))
	case o.moves != nil:
		blend(o.moves.(*tensor.Dense).Float64s(), p.r64.Floats(w), o.momentum)
	}
	for _, g := range o.copy {
		switch {
		case p.r32 != nil:
			store(g, p.r32.Floats(w))
		case p.r64 != nil:
			store(g, p.r64.Floats(w))
		}
	}
}

func truths[T ir.Float](dst []bool, x []T) {
	for i := range dst {
		dst[i] = x[i] != 0
	}
}

// blend moves old towards batch by the momentum.
func blend[T ir.Float](old, batch []T, momentum T) {
	for i, x := range batch {
		old[i] = momentum*x + (1-momentum)*old[i]
	}
}

// store writes x to a value of as many elements.
func store[T ir.Float](v gorgonia.Value, x []T) {
	switch v := v.(type) {
	case *gorgonia.F64:
		*v = gorgonia.F64(x[0])
	case *gorgonia.F32:
		*v = gorgonia.F32(x[0])
	case *tensor.Dense:
		switch {
		case v.Dtype() == tensor.Float64 && v.DataSize() == len(x):
			convert(v.Float64s(), x)
		case v.Dtype() == tensor.Float32 && v.DataSize() == len(x):
			convert(v.Float32s(), x)
		}
	}
}

func convert[T, U ir.Float](dst []T, x []U) {
	for i := range dst {
		dst[i] = T(x[i])
	}
}
