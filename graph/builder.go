package graph

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
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
	c        *build.Core
	params   *Params
	inputs   []*gorgonia.Node
	paramsIn []*gorgonia.Node // in the order of their first use
	paramOf  map[*gorgonia.Node]*Param
}

func init() { build.Of = func(b any) *build.Core { return b.(*Builder).c } }

// New returns a Builder of a new graph whose parameters are in p. For nil it makes a
// new, empty Params of Float64 with the seed 0.
func New(p *Params) *Builder {
	if p == nil {
		p = NewParams(Float64, 0)
	}
	c := build.New(p.dtype.ir())
	c.Seed = p.seed
	c.Enough = func(bytes int64, shape []int) error {
		return enough(bytes, MemoryUse{Op: "const", Shape: shape, Bytes: bytes / 2})
	}
	return &Builder{c: c, params: p, paramOf: map[*gorgonia.Node]*Param{}}
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
func (b *Builder) Training() bool { return b.c.Training }

// SetTraining makes the layers that are built from now on behave as in training.
func (b *Builder) SetTraining(on bool) { b.c.Training = on }

// Scope runs f with "name/" before the names of the parameters and results that f
// names. Scopes nest.
func (b *Builder) Scope(name string, f func()) { b.c.Scope(name, f) }

// Name gives n, the result of an operator, a name within the present scopes, for errors
// and printed graphs, and returns n. Leaves keep the name that they were made with.
func (b *Builder) Name(name string, n *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Name", n).Leave()
	if b.c.Shape(n); !b.c.OK() {
		return nil
	}
	return b.c.Label(name, n)
}

// Input is a leaf of floats that is fed before each run. The shape includes the
// batch: [N, In]. No shape is a scalar. Every name may be used once.
func (b *Builder) Input(name string, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Input").Named(name).Leave()
	return b.input(name, ir.Type{DType: b.params.dtype.ir(), Shape: append(ir.Shape{}, shape...)})
}

// Ints is an input of indices, such as class labels: integers that the
// operators which read them hold to a range.
func (b *Builder) Ints(name string, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Ints").Named(name).Leave()
	return b.input(name, ir.Type{DType: ir.Int, Shape: append(ir.Shape{}, shape...)})
}

func (b *Builder) input(name string, t ir.Type) *gorgonia.Node {
	n := b.c.NewLeaf(t, build.Leaf{Kind: ir.Input, Name: name})
	if b.c.OK() {
		b.inputs = append(b.inputs, n)
	}
	return n
}

// Param is a parameter of the shape under the present scopes. It is drawn from
// init when it is new to the Params, and kept as it is otherwise. Every name
// may be used once in a graph; keep the node to use it again.
func (b *Builder) Param(name string, init Initializer, shape ...int) *gorgonia.Node {
	full := b.c.Scoped(name)
	defer b.c.Enter("graph.Param").Named(full).Leave()
	switch {
	case !b.c.OK():
		return b.c.Missing()
	case init == nil:
		b.c.Refuse(mistake.Optionf("got no initializer, want one such as HeUniform()"))
		return b.c.Missing()
	case !b.c.Unused(full):
		return b.c.Missing()
	}
	q, err := b.params.declare(full, append(ir.Shape{}, shape...), init)
	if err != nil {
		b.c.Refuse(err)
		return b.c.Missing()
	}
	n := b.c.NewLeaf(ir.Type{DType: b.c.Float, Shape: q.Shape}, build.Leaf{Kind: ir.Param, Name: full})
	if b.c.OK() {
		b.paramOf[n] = q
		b.paramsIn = append(b.paramsIn, n)
	}
	return n
}

// Const is a constant of the shape with the elements, row-major, which are
// copied. A finite number beyond the Builder's type is ErrNotFinite.
func (b *Builder) Const(v []float64, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Const").Leave()
	if !b.holdsAll(len(v), shape) {
		return b.c.Missing()
	}
	if err := beyond(v, b.params.dtype); err != nil {
		b.c.Refuse(err)
		return b.c.Missing()
	}
	n := b.constant(ir.Type{DType: b.c.Float, Shape: append(ir.Shape{}, shape...)}, append([]float64(nil), v...))
	if b.c.OK() && len(shape) == 0 { // for those who print the graph
		var value gorgonia.Value = gorgonia.NewF64(v[0])
		if b.c.Float == ir.F32 {
			value = gorgonia.NewF32(float32(v[0]))
		}
		if err := op.Let(n, value); err != nil {
			b.c.Refuse(err)
		}
	}
	return n
}

// holdsAll says whether a constant of the shape has so many elements; if not it fails.
func (b *Builder) holdsAll(n int, shape ir.Shape) bool {
	if size, err := shape.CheckedSize(op.MaxElements); b.c.OK() && (err != nil || size != n) {
		b.c.Refuse(mistake.Shapef("got %d elements for %v, want %d", n, shape, shape.Size()))
	}
	return b.c.OK()
}

func (b *Builder) constant(t ir.Type, data any) *gorgonia.Node {
	return b.c.NewLeaf(t, build.Leaf{Kind: ir.Const, Name: fmt.Sprintf("const#%d", b.c.Leaves()), Data: data})
}

// Scalar is a constant without axes.
func (b *Builder) Scalar(v float64) *gorgonia.Node {
	defer b.c.Enter("graph.Scalar").Leave()
	return b.Const([]float64{v})
}

// ConstInts is a constant of indices.
func (b *Builder) ConstInts(v []int, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.ConstInts").Leave()
	if !b.holdsAll(len(v), shape) {
		return b.c.Missing()
	}
	return b.constant(ir.Type{DType: ir.Int, Shape: append(ir.Shape{}, shape...)}, append([]int(nil), v...))
}

// Shape is the shape of a node. It is the caller's. After a mistake it is one of
// more axes than any node has, each of extent 1, so that programs which look at an
// axis come to where the mistake is reported.
func (b *Builder) Shape(n *gorgonia.Node) []int {
	defer b.c.Enter("graph.Shape", n).Leave()
	s := b.c.Shape(n)
	if !b.c.OK() {
		return build.StandInShape()
	}
	return s.Clone()
}
