package machine

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// program is a compiled graph with floats of type T, the leaves that it reads and the places
// of its results.
type program[T ir.Float] struct {
	prog   *graph.Program
	leaves []feed[T]
	outs   []result[T]
	reads  []reading
	fixed  []fixed
}

// leaf is a leaf that each run reads.
type leaf struct {
	n    *gorgonia.Node
	name string // of the program's input
	t    ir.Type
}

// feed is a leaf with the input that it feeds, of numbers or of indices.
type feed[T ir.Float] struct {
	leaf
	x      graph.Input[T]
	wide   graph.Input[float64] // for values of another type
	labels graph.Input[int]
}

// place says where a result goes: the value of the node n, the gradient of the leaf of, or
// the running statistics moves.
type place struct {
	n        *gorgonia.Node
	of       *gorgonia.Node
	moves    tensor.Tensor
	momentum float64
}

// result is one output of the program with its place. Tensors share the memory of the
// program. Scalars and truth values have memory of their own, written after each run.
type result[T ir.Float] struct {
	place
	data []T   // the program's memory of an output of numbers
	ints []int // and of an output of indices

	value gorgonia.Value
	f64   *gorgonia.F64
	f32   *gorgonia.F32
	i     *gorgonia.I
	bit   *gorgonia.B
	bits  []bool
	copy  []gorgonia.Value // gradients of leaves, with memory of their own
}

// reading is a gorgonia.Read.
type reading struct {
	from *gorgonia.Node
	into *gorgonia.Value
}

// fixed is a leaf whose gradient does not change.
type fixed struct {
	of   *gorgonia.Node
	data []float64
}

// newProgram connects the program to the leaves and places that b has found.
func newProgram[T ir.Float](b *plan, prog *graph.Program) (*program[T], error) {
	p := &program[T]{prog: prog, reads: b.reads, fixed: b.fixed}
	needed := map[string]bool{}
	for _, in := range prog.Inputs() {
		needed[in.Name] = true
	}
	for _, l := range b.leaves {
		if !needed[l.name] {
			continue
		}
		f := feed[T]{leaf: l}
		if l.t.DType == ir.Int {
			f.labels = graph.InputOf[int](prog, l.name)
		} else {
			f.x, f.wide = graph.InputOf[T](prog, l.name), graph.InputOf[float64](prog, l.name)
		}
		p.leaves = append(p.leaves, f)
	}
	for i, to := range b.places {
		o := result[T]{place: to}
		var err error
		if b.types[i].DType == ir.Int {
			o.ints, err = graph.OutputOf[int](prog, i).Memory()
		} else {
			o.data, err = graph.OutputOf[T](prog, i).Memory()
		}
		if err != nil {
			return nil, err
		}
		o.allocate(b.types[i].Shape)
		p.outs = append(p.outs, o)
	}
	return p, nil
}

func (p *program[T]) program() *graph.Program { return p.prog }

// run feeds the leaves, computes, and brings the results to their places.
func (p *program[T]) run() error {
	for i := range p.leaves {
		l := &p.leaves[i]
		if err := l.feed(); err != nil {
			return errors.WithMessagef(errors.Cause(err), "leaf %q", l.n.Name()) // without the Set or Bind of the input
		}
	}
	if err := p.prog.Run(); err != nil {
		return err
	}
	for i := range p.outs {
		p.outs[i].deliver()
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

// feed gives the program the value of the leaf, without a copy if it is row-major.
func (l *feed[T]) feed() error {
	v := l.n.Value()
	if v == nil {
		return mistake.Optionf("got no value, want one by gorgonia.Let")
	}
	if !ir.Shape(v.Shape()).Equal(l.t.Shape) && v.Shape().TotalSize() != l.t.Shape.Size() {
		return mistake.Shapef("got a value of %v, want %v", ir.Shape(v.Shape()), l.t.Shape)
	}
	if d, ok := v.(*tensor.Dense); ok && !d.RequiresIterator() && d.DataOrder().IsRowMajor() {
		switch {
		case l.t.DType == ir.Int && d.Dtype() == tensor.Int:
			return l.labels.Set(d.Ints())
		case l.t.DType != ir.Int && d.Dtype() == dtypeOf[T]():
			return l.x.Bind(floats[T](d))
		}
	}
	data, err := op.ValueData(v)
	if err != nil {
		return err
	}
	if k, ok := data.([]int); ok {
		return l.labels.Set(k)
	}
	return l.wide.Set(data.([]float64))
}

// allocate makes the value that the node gets.
func (o *result[T]) allocate(of ir.Shape) {
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
		o.bits = make([]bool, len(o.data))
		o.value = tensor.New(shape, tensor.WithBacking(o.bits))
	case o.ints != nil && scalar:
		o.i = gorgonia.NewI(0)
		o.value = o.i
	case o.ints != nil:
		o.value = tensor.New(shape, tensor.WithBacking(o.ints))
	case !scalar:
		o.value = tensor.New(shape, tensor.WithBacking(o.data))
	case dtypeOf[T]() == tensor.Float32:
		o.f32 = gorgonia.NewF32(0)
		o.value = o.f32
	default:
		o.f64 = gorgonia.NewF64(0)
		o.value = o.f64
	}
}

// dtypeOf returns the type of package tensor for T.
func dtypeOf[T ir.Float]() tensor.Dtype {
	if _, ok := any(T(0)).(float32); ok {
		return tensor.Float32
	}
	return tensor.Float64
}

// floats returns the memory of a tensor of T.
func floats[T ir.Float](d *tensor.Dense) []T {
	if d.Dtype() == tensor.Float32 {
		return any(d.Float32s()).([]T)
	}
	return any(d.Float64s()).([]T)
}

// show binds the values and gradients to the nodes.
func (p *program[T]) show() error {
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
func (o *result[T]) let() error {
	if d, ok := o.value.(*tensor.Dense); ok && !d.Shape().Eq(o.n.Shape()) {
		return op.LetShaped(o.n, d)
	}
	return op.Let(o.n, o.value)
}

// deliver writes the result of a run to its place.
func (o *result[T]) deliver() {
	switch {
	case o.f64 != nil:
		*o.f64 = gorgonia.F64(o.data[0])
	case o.f32 != nil:
		*o.f32 = gorgonia.F32(o.data[0])
	case o.i != nil:
		*o.i = gorgonia.I(o.ints[0])
	case o.bit != nil:
		*o.bit = o.data[0] != 0
	case o.bits != nil:
		for i, x := range o.data {
			o.bits[i] = x != 0
		}
	case o.moves != nil:
		blend(floats[T](o.moves.(*tensor.Dense)), o.data, T(o.momentum))
	}
	for _, g := range o.copy {
		store(g, o.data)
	}
}

// blend sets old to momentum·batch + (1−momentum)·old.
func blend[T ir.Float](old, batch []T, momentum T) {
	for i, x := range batch {
		old[i] = momentum*x + (1-momentum)*old[i]
	}
}

// store writes x to a value with the same number of elements.
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

// convert copies x to dst.
func convert[T, U ir.Float](dst []T, x []U) {
	for i := range dst {
		dst[i] = T(x[i])
	}
}
