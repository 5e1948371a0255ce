package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Builder adds nodes to a gorgonia graph. Its methods return plain nodes, which
// gorgonia's own functions take too, and take nodes that gorgonia made.
//
// The first mistake is kept: after it no method adds a node, and Err, Compile and
// the functions of package autograd report it with the operator, the node, all
// shapes and the caller's line. So a graph can be written without checking every
// call. Operators then return nil, leaves (Input, Param, Const and the like) a node
// that stands for all of them, and Shape ones.
//
// A Builder is for one goroutine; different Builders may be used at once.
type Builder struct {
	params   *Params
	c        *op.Ctx
	scopes   []string
	leaves   map[*gorgonia.Node]leaf
	used     map[string]bool // names of leaves
	inputs   []*gorgonia.Node
	paramsIn []*gorgonia.Node // in the order of their first use
	training bool
	draws    int // random operators so far
	seed     uint64
	stepNode *gorgonia.Node
	standIn  *gorgonia.Node // what leaves are after a mistake

	means   []CountedMean           // that MeanOver has made
	ignored map[string]IgnoredLabel // by the input's name
	across  string                  // operator that mixes examples
}

type leaf struct {
	kind  ir.Leaf
	name  string
	param *Param
	data  any
	at    uintptr

	domain Domain // of an input that losses read as targets
}

// New is a Builder of a new graph whose parameters are in p; nil is a new, empty
// Params of Float64 with the seed 0.
func New(p *Params) *Builder {
	if p == nil {
		p = NewParams(Float64, 0)
	}
	c := op.NewCtx(gorgonia.NewGraph())
	c.Locate = true
	c.Own()
	return &Builder{params: p, c: c, seed: p.seed, leaves: map[*gorgonia.Node]leaf{}, used: map[string]bool{}}
}

// Graph is the gorgonia graph that b adds to.
func (b *Builder) Graph() *gorgonia.ExprGraph { return b.c.Graph }

// Params is the set that b's parameters are in.
func (b *Builder) Params() *Params { return b.params }

// Err is the first mistake, or nil. It is an *OpError where an operator was
// built wrong.
func (b *Builder) Err() error { return b.c.Err }

// Fail makes err the Builder's error if it has none: for layers that are
// written outside of this package.
func (b *Builder) Fail(err error) {
	if b.c.Err == nil && err != nil {
		b.c.Err = errors.WithStack(err)
	}
}

// Training says whether the graph is built for training: layers such as Dropout
// then do what they do only there. SetTraining chooses; the default is false.
func (b *Builder) Training() bool { return b.training }

// SetTraining makes the layers that are built from now on behave as in training.
func (b *Builder) SetTraining(on bool) { b.training = on }

// Scope runs f with "name/" before the names of the parameters that f builds.
// Scopes nest.
func (b *Builder) Scope(name string, f func()) {
	b.scopes = append(b.scopes, name)
	defer func() { b.scopes = b.scopes[:len(b.scopes)-1] }()
	f()
}

// scoped is name within the present scopes.
func (b *Builder) scoped(name string) string {
	return strings.Join(append(b.scopes[:len(b.scopes):len(b.scopes)], name), "/")
}

// As names the node that the next operator makes, for errors and printed graphs.
func (b *Builder) As(name string) *Builder {
	b.c.Label = b.scoped(name)
	return b
}

// Input is a leaf of floats that is fed before each run. The shape includes the
// batch: [N, In]. No shape is a scalar. Every name may be used once.
func (b *Builder) Input(name string, shape ...int) *gorgonia.Node {
	return b.input(name, ir.Type{DType: b.params.dtype.ir(), Shape: append(ir.Shape{}, shape...)})
}

// Ints is an input of indices, such as class labels: integers that the
// operators which read them hold to a range.
func (b *Builder) Ints(name string, shape ...int) *gorgonia.Node {
	return b.input(name, ir.Type{DType: ir.Int, Shape: append(ir.Shape{}, shape...)})
}

func (b *Builder) input(name string, t ir.Type) *gorgonia.Node {
	n := b.leaf("input", name, t, leaf{kind: ir.Input, name: name})
	if b.c.Err == nil {
		b.inputs = append(b.inputs, n)
	}
	return n
}

// Param is a parameter of the shape under the present scopes. It is drawn from
// init when it is new to the Params, and kept as it is otherwise. Every name
// may be used once in a graph; keep the node to use it again.
func (b *Builder) Param(name string, init Initializer, shape ...int) *gorgonia.Node {
	if b.c.Err != nil {
		return b.missing()
	}
	full := b.scoped(name)
	if init == nil {
		b.c.Fail("param", full, nil, errors.New("got no initializer, want one such as HeUniform()"))
		return b.missing()
	}
	if b.used[full] {
		b.c.Fail("param", full, nil, errors.New("got this name a second time in one graph, want different names"))
		return b.missing()
	}
	q, err := b.params.declare(full, append(ir.Shape{}, shape...), init)
	if err != nil {
		b.c.Fail("param", full, nil, err)
		return b.missing()
	}
	n := b.leaf("param", full, ir.Type{DType: b.params.dtype.ir(), Shape: q.Shape}, leaf{kind: ir.Param, name: full, param: q})
	if b.c.Err == nil {
		b.paramsIn = append(b.paramsIn, n)
	}
	return n
}

// Const is a constant of the shape with the elements, row-major, which are
// copied. A finite number beyond the Builder's type is ErrNotFinite.
func (b *Builder) Const(v []float64, shape ...int) *gorgonia.Node {
	if b.c.Err != nil {
		return b.missing()
	}
	t := ir.Type{DType: b.params.dtype.ir(), Shape: append(ir.Shape{}, shape...)}
	if n, err := t.Shape.CheckedSize(op.MaxElements); err != nil || n != len(v) {
		b.c.Fail("const", "", nil, errors.Wrapf(ErrShape, "got %d elements for %v, want %d", len(v), t.Shape, t.Shape.Size()))
		return b.missing()
	}
	if err := beyond(v, b.params.dtype); err != nil {
		b.c.Fail("const", "", nil, err)
		return b.missing()
	}
	name := fmt.Sprintf("const#%d", len(b.leaves))
	n := b.leaf("const", name, t, leaf{kind: ir.Const, name: name, data: append([]float64(nil), v...)})
	if b.c.Err == nil && len(shape) == 0 { // for those who print the graph
		var value gorgonia.Value = gorgonia.NewF64(v[0])
		if t.DType == ir.F32 {
			value = gorgonia.NewF32(float32(v[0]))
		}
		if err := op.Let(n, value); err != nil {
			b.c.Fail("const", "", nil, err)
		}
	}
	return n
}

// Scalar is a constant without axes.
func (b *Builder) Scalar(v float64) *gorgonia.Node { return b.Const([]float64{v}) }

// ConstInts is a constant of indices.
func (b *Builder) ConstInts(v []int, shape ...int) *gorgonia.Node {
	if b.c.Err != nil {
		return b.missing()
	}
	t := ir.Type{DType: ir.Int, Shape: append(ir.Shape{}, shape...)}
	if n, err := t.Shape.CheckedSize(op.MaxElements); err != nil || n != len(v) {
		b.c.Fail("const", "", nil, errors.Wrapf(ErrShape, "got %d elements for %v, want %d", len(v), t.Shape, t.Shape.Size()))
		return b.missing()
	}
	name := fmt.Sprintf("const#%d", len(b.leaves))
	return b.leaf("const", name, t, leaf{kind: ir.Const, name: name, data: append([]int(nil), v...)})
}

func (b *Builder) leaf(kind, name string, t ir.Type, l leaf) *gorgonia.Node {
	if b.c.Err != nil {
		return b.missing()
	}
	if b.used[name] {
		b.c.Fail(kind, name, nil, errors.New("got this name a second time in one graph, want different names"))
		return b.missing()
	}
	for i, d := range t.Shape {
		if d < 0 {
			b.c.Fail(kind, name, nil, errors.Wrapf(ErrShape, "got %v, whose axis %d has the extent %d, want at least 0", t.Shape, i, d))
			return b.missing()
		}
	}
	if _, err := t.Shape.CheckedSize(op.MaxElements); err != nil {
		b.c.Fail(kind, name, nil, errors.Wrapf(ErrShape, "%v", err))
		return b.missing()
	}
	n := b.c.Leaf(t, name)
	l.at = op.Caller()
	b.used[name] = true
	b.leaves[n] = l
	return n
}

// Shape is the shape of a node. It is the caller's. After a mistake it is one of
// more axes than any node has, each of extent 1, so that programs which look at an
// axis come to where the mistake is reported.
func (b *Builder) Shape(n *gorgonia.Node) []int {
	s := b.c.Shape(n)
	if b.c.Err != nil {
		return slices.Repeat([]int{1}, standInAxes)
	}
	return s.Clone()
}

// standInAxes is the rank of what stands for nodes after a mistake.
const standInAxes = 16

// missing is what stands for leaves after a mistake: a node of the graph, by which
// whoever gets it finds the mistake.
func (b *Builder) missing() *gorgonia.Node {
	if b.standIn == nil {
		t := ir.Type{DType: b.params.dtype.ir(), Shape: slices.Repeat(ir.Shape{1}, standInAxes)}
		b.standIn = op.NewCtx(b.c.Graph).Leaf(t, "missing after a mistake")
	}
	return b.standIn
}
