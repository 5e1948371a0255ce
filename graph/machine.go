package graph

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Machine runs a plain gorgonia graph as gorgonia.NewTapeMachine does, compiled:
// it is a gorgonia.VM. Graphs with gradient nodes of gorgonia.Grad or of this
// module's autograd run alike.
//
// A run leaves values on: every node that no other node reads, which the gradients
// are (so that Grad and gorgonia's solvers find them); what gorgonia.Read reads;
// and the nodes given to NewMachine. Other nodes inside of the graph are not
// computed one by one, so their Value stays as it was. Values are views of the
// machine's memory: the next run overwrites them.
//
// Leaves must have values, by gorgonia.Let or an initializer, when RunAll is
// called, and are read anew by each run. Operators for which this module has no
// kernel run by their own Do; Stats counts them. Where gorgonia's forward kernel
// is wrong, this one is right; Lint says what else may be. It is for one
// goroutine.
type Machine struct {
	g      *gorgonia.ExprGraph
	keep   []*gorgonia.Node
	prog   *Program
	leaves []machineLeaf
	outs   []machineOut
	reads  []machineRead
	err    error
}

var _ gorgonia.VM = (*Machine)(nil)

// machineLeaf is a leaf that is read in each run.
type machineLeaf struct {
	n    *gorgonia.Node
	name string
	t    ir.Type
}

// machineOut is a node that gets a value: scalars have a cell that is written
// after each run, tensors show the memory.
type machineOut struct {
	n   *gorgonia.Node
	f64 *gorgonia.F64
	f32 *gorgonia.F32
}

// machineRead is a gorgonia.Read.
type machineRead struct {
	from *gorgonia.Node
	into *gorgonia.Value
}

// NewMachine is a machine for g. keep are nodes inside of the graph whose values
// are wanted too. The graph is compiled by the first RunAll, and must not be
// added to after that.
func NewMachine(g *gorgonia.ExprGraph, keep ...*gorgonia.Node) *Machine {
	return &Machine{g: g, keep: keep}
}

// Reset does nothing: a run starts anew by itself.
func (m *Machine) Reset() {}

// Close does nothing: the machine holds nothing but memory.
func (m *Machine) Close() error { return nil }

// Stats describe the compiled program; the zero Stats before the first RunAll.
func (m *Machine) Stats() Stats {
	if m.prog == nil {
		return Stats{}
	}
	return m.prog.Stats()
}

// RunAll computes the graph. It fails if a leaf has no value or one of another
// shape or type, if the graph cannot be compiled, and if an operator of
// gorgonia's fails.
func (m *Machine) RunAll() error {
	if m.err == nil && m.prog == nil {
		m.err = m.compile()
	}
	if m.err != nil {
		return errors.Wrap(m.err, "graph: Machine")
	}
	for _, l := range m.leaves {
		if err := m.feed(l); err != nil {
			return errors.Wrapf(err, "graph: Machine: leaf %q", l.n.Name())
		}
	}
	if err := m.prog.Run(); err != nil {
		return err
	}
	for i, o := range m.outs {
		switch {
		case o.f64 != nil:
			*o.f64 = gorgonia.F64(m.prog.Scalar(i))
		case o.f32 != nil:
			*o.f32 = gorgonia.F32(m.prog.Scalar(i))
		}
	}
	for _, r := range m.reads {
		*r.into = r.from.Value()
	}
	return nil
}

// feed lets the program read the value of a leaf, in place where it lies
// row-major in memory.
func (m *Machine) feed(l machineLeaf) error {
	v := l.n.Value()
	if v == nil {
		return errors.New("it has no value: use gorgonia.Let")
	}
	if !ir.Shape(v.Shape()).Equal(l.t.Shape) && v.Shape().TotalSize() != l.t.Shape.Size() {
		return errors.Wrapf(ErrShape, "got a value of %v, want %v", v.Shape(), l.t.Shape)
	}
	if t, ok := v.(tensor.Tensor); ok && !t.RequiresIterator() && t.DataOrder().IsRowMajor() {
		switch d := t.Data().(type) {
		case []float64:
			if m.prog.r64 != nil {
				return m.prog.Bind(l.name, d)
			}
		case []float32:
			if m.prog.r32 != nil {
				return m.prog.Bind32(l.name, d)
			}
		}
	}
	data, err := op.ValueData(v)
	if err != nil {
		return err
	}
	if k, ok := data.([]int); ok {
		return m.prog.FeedInts(l.name, k)
	}
	return m.prog.Feed(l.name, data.([]float64))
}

// compile finds what to compute and compiles it.
func (m *Machine) compile() (err error) {
	defer compile.Recover("compile", &err)
	want, err := m.wanted()
	if err != nil {
		return err
	}
	f, err := compile.Lower(compile.Source{Name: "machine", Out: want, Leaf: m.leaf})
	if err != nil {
		return err
	}
	dtype, err := m.dtype()
	if err != nil {
		return err
	}
	targets := make([]compile.Target, len(want))
	for i, n := range want {
		targets[i] = compile.Target{Name: op.NameOf(n)}
	}
	plan, err := compile.Compile(f, targets, compile.Options{})
	if err != nil {
		return err
	}
	params := NewParams(dtype, 0)
	params.fix()
	m.prog = newProgram(params, plan, pool.Of(0))
	for i, n := range want {
		if err := m.bind(i, n); err != nil {
			m.prog = nil
			return errors.Wrapf(err, "node %q", op.NameOf(n))
		}
	}
	return nil
}

// wanted are the nodes to compute.
func (m *Machine) wanted() ([]*gorgonia.Node, error) {
	if m.g == nil {
		return nil, errors.New("got no graph")
	}
	read := map[*gorgonia.Node]bool{}
	var want []*gorgonia.Node
	seen := map[*gorgonia.Node]bool{}
	add := func(n *gorgonia.Node) {
		if n.Op() != nil && !op.IsConstant(n) && !seen[n] {
			seen[n] = true
			want = append(want, n)
		}
	}
	all := m.g.AllNodes()
	for _, n := range all {
		if x, into, ok := op.Reads(n); ok {
			m.reads = append(m.reads, machineRead{x, into})
			add(x)
			continue
		}
		for _, x := range op.Operands(n) {
			read[x] = true
		}
	}
	for _, n := range all {
		if _, _, ok := op.Reads(n); !ok && !read[n] {
			add(n)
		}
	}
	for _, n := range m.keep {
		if n == nil || n.Graph() != m.g {
			return nil, errors.New("got a node to keep that is not of this graph")
		}
		add(n)
	}
	if len(want) == 0 {
		return nil, errors.New("the graph computes nothing")
	}
	return want, nil
}

// leaf makes an input of a leaf under a name of its own.
func (m *Machine) leaf(n *gorgonia.Node) (compile.Leaf, error) {
	if op.IsConstant(n) {
		return foreignLeaf(n)
	}
	t, err := op.TypeOf(n)
	if err != nil {
		return compile.Leaf{}, err
	}
	l := machineLeaf{n: n, name: fmt.Sprintf("%s#%d", n.Name(), n.ID()), t: t}
	m.leaves = append(m.leaves, l)
	return compile.Leaf{Kind: ir.Input, Name: l.name}, nil
}

// dtype is the type of all floats of the graph.
func (m *Machine) dtype() (DType, error) {
	var found ir.DType
	some := false
	for _, n := range m.g.AllNodes() {
		t, err := op.TypeOf(n)
		if err != nil || !t.DType.IsFloat() {
			continue
		}
		if some && t.DType != found {
			return 0, errors.Wrapf(ErrUnsupported, "the graph has float32 and float64")
		}
		found, some = t.DType, true
	}
	if some && found == ir.F32 {
		return Float32, nil
	}
	return Float64, nil
}

// bind gives the i-th wanted node its value.
func (m *Machine) bind(i int, n *gorgonia.Node) error {
	o := machineOut{n: n}
	s := m.prog.plan.Outputs[i]
	var v gorgonia.Value
	switch {
	case s.Type.DType == ir.Int:
		return errors.Wrap(ErrUnsupported, "it is of integers")
	case len(s.Type.Shape) == 0 && m.prog.r32 != nil:
		o.f32 = gorgonia.NewF32(0)
		v = o.f32
	case len(s.Type.Shape) == 0:
		o.f64 = gorgonia.NewF64(0)
		v = o.f64
	case m.prog.r32 != nil:
		v = tensor.New(tensor.WithShape(s.Type.Shape...), tensor.WithBacking(m.prog.r32.Floats(s.Where)))
	default:
		v = tensor.New(tensor.WithShape(s.Type.Shape...), tensor.WithBacking(m.prog.r64.Floats(s.Where)))
	}
	m.outs = append(m.outs, o)
	return op.Let(n, v)
}
