package graph

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Builder adds nodes to a gorgonia graph. Its methods return plain nodes: gorgonia's own
// functions take them, and the methods take nodes that gorgonia made.
//
// The first mistake is kept. After it no method adds a node, and Err, Compile and the
// functions of package autograd return it. So a graph can be written without checking
// every call. After a mistake operators return nil, leaves (such as Input, Param and Const)
// return a stand-in node, and Shape returns extents of 1.
//
// A Builder is for one goroutine. Different Builders may be used at once.
type Builder struct {
	c       *build.Core
	params  *Params
	inputs  []*gorgonia.Node
	held    []*gorgonia.Node // parameters and states, in the order in which they were built
	paramOf map[*gorgonia.Node]*Param
	updates map[*gorgonia.Node]*gorgonia.Node // the next value of each state that has one
}

func init() { build.Of = func(b any) *build.Core { return b.(*Builder).c } }

// New returns a Builder of a new graph whose parameters are in p. If p is nil, it makes
// a new, empty Params of Float64 with the seed 0. Err reports a mistake of NewParams.
func New(p *Params) *Builder {
	if p == nil {
		p = NewParams(Float64, 0)
	}
	if p.values == nil {
		p.values = &values{}
	}
	c := build.New(p.dtype.ir())
	c.Seed, c.Err = p.seed, p.mistake
	c.Enough = func(bytes int64, shape []int) error {
		return enough(bytes, MemoryUse{Op: "const", Shape: shape, Bytes: bytes / 2})
	}
	return &Builder{c: c, params: p, paramOf: map[*gorgonia.Node]*Param{}, updates: map[*gorgonia.Node]*gorgonia.Node{}}
}

// Graph returns the gorgonia graph that b adds to.
func (b *Builder) Graph() *gorgonia.ExprGraph { return b.c.Graph }

// Params returns the Params that hold the parameters of b.
func (b *Builder) Params() *Params { return b.params }

// InputNodes returns the inputs that b has built, in the order in which they were built.
// After a mistake the last one stands for the missing nodes.
func (b *Builder) InputNodes() []*gorgonia.Node { return b.withMissing(b.inputs) }

// withMissing returns a copy of nodes, with the stand-in after a mistake.
func (b *Builder) withMissing(nodes []*gorgonia.Node) []*gorgonia.Node {
	nodes = slices.Clone(nodes)
	if b.c.Err != nil {
		nodes = append(nodes, b.c.Missing())
	}
	return nodes
}

// Err returns the first mistake, or nil. A call that could not be made is an *OpError.
func (b *Builder) Err() error { return b.c.Err }

// Fail makes err the error of the Builder if it has none. It is for layers that are
// written outside of this module.
func (b *Builder) Fail(err error) {
	if b.c.Err == nil && err != nil {
		b.c.Err = errors.WithStack(err)
	}
}

// Training reports whether layers are built for training. Layers such as nn.Dropout
// behave differently then. The default is false; SetTraining changes it.
func (b *Builder) Training() bool { return b.c.Training }

// SetTraining makes the layers that are built from now on behave as in training, or as
// in evaluation, which is the default.
func (b *Builder) SetTraining(on bool) { b.c.Training = on }

// SetSharded says whether the graph computes one of several shards of a batch. The layers that are
// built from now on then take statistics over all of them if they are asked to, as by
// nn.BatchNormOptions.Sync. See Program.SumBy.
func (b *Builder) SetSharded(on bool) { b.c.Sharded = on }

// SumsOverShards reports whether a layer sums over the shards of a batch: see SetSharded. The gradients
// of the parameters are then those of the sum of the losses of all shards: a loss is multiplied by the
// weight of its shard before they are taken.
func (b *Builder) SumsOverShards() bool { return b.c.Sums > 0 }

// Scope runs f, which may build nodes. The names of parameters and results that f gives
// are prefixed with "name/". Scopes nest.
func (b *Builder) Scope(name string, f func()) { b.c.Scope(name, f) }

// Name gives n, the result of an operator, a name within the current scopes, for errors
// and printed graphs. It returns n. Leaves keep the name that they were made with.
func (b *Builder) Name(name string, n *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Name", n).Leave()
	if b.c.Shape(n); !b.c.OK() {
		return nil
	}
	return b.c.Label(name, n)
}

// Input returns a leaf of floats that is fed before each run. The shape includes the
// batch, as in [N, In]; without a shape the input is a scalar.
// Errors: ErrOption for a name that the graph has already, ErrShape for a negative
// extent.
func (b *Builder) Input(name string, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Input").Named(name).Leave()
	return b.input(name, ir.Type{DType: b.params.dtype.ir(), Shape: append(ir.Shape{}, shape...)})
}

// Ints returns an input of integers, such as class labels or indices. The operators that
// read it say which range they take.
// Errors: those of Input.
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

// Param returns a parameter with the given name within the current scopes. If Params has
// none of this name, it is drawn from init; else it keeps its values.
// Errors: ErrOption for a name that the graph has already: keep the node to use a
// parameter twice. ErrOption for no name, and for one that a file cannot have: "__metadata__",
// or no UTF-8. ErrShape if the parameter has another shape.
func (b *Builder) Param(name string, init Initializer, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Param").Named(b.c.Scoped(name)).Leave()
	return b.owned(ir.Param, name, init, shape)
}

// owned returns the leaf of a parameter or a state, which Params has or gets.
func (b *Builder) owned(kind ir.Leaf, name string, init Initializer, shape []int) *gorgonia.Node {
	full := b.c.Scoped(name)
	switch {
	case !b.c.OK():
		return b.c.Missing()
	case name == "":
		b.c.Refuse(mistake.Optionf("got no name, want one"))
		return b.c.Missing()
	case init == nil:
		b.c.Refuse(mistake.Optionf("got no initializer, want one such as HeUniform()"))
		return b.c.Missing()
	case full == "__metadata__" || !utf8.ValidString(full): // no file of safetensors can hold it
		b.c.Refuse(mistake.Optionf("got the name %q, which files of parameters cannot have; want UTF-8 other than \"__metadata__\"", full))
		return b.c.Missing()
	case !b.c.Unused(full):
		return b.c.Missing()
	}
	q, err := b.params.declare(full, kind, append(ir.Shape{}, shape...), init)
	if err != nil {
		if !b.c.Outermost() { // the frame is that of the layer that owns it
			err = errors.WithMessagef(err, "%s %q", build.KindName(kind), full)
		}
		b.c.Refuse(err)
		return b.c.Missing()
	}
	n := b.c.NewLeaf(ir.Type{DType: b.c.Float, Shape: q.Shape}, build.Leaf{Kind: kind, Name: full})
	if b.c.OK() {
		b.paramOf[n] = q
		b.held = append(b.held, n)
	}
	return n
}

// ParamNodes returns the nodes of the parameters that b has built, in order, without those
// that are frozen (Params.Freeze): the nodes to take gradients by. After a mistake one
// follows that stands for those that are missing.
func (b *Builder) ParamNodes() []*gorgonia.Node { return b.withMissing(b.trained()) }

// trained returns the nodes of the parameters that are not frozen.
func (b *Builder) trained() []*gorgonia.Node {
	return slices.DeleteFunc(slices.Clone(b.held), func(n *gorgonia.Node) bool {
		q := b.paramOf[n]
		return q.State || b.params.Frozen(q)
	})
}

// Const returns a constant. v has its elements in row-major order and is copied.
// Errors: ErrShape for another number of elements, ErrNotFinite for a finite number
// beyond the range of the Builder's type.
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

// holdsAll reports whether a constant of the shape has n elements. If not, it fails.
func (b *Builder) holdsAll(n int, shape ir.Shape) bool {
	if size, err := shape.CheckedSize(op.MaxElements); b.c.OK() && (err != nil || size != n) {
		b.c.Refuse(mistake.Shapef("got %d elements for %v, want %d", n, shape, shape.Size()))
	}
	return b.c.OK()
}

func (b *Builder) constant(t ir.Type, data any) *gorgonia.Node {
	return b.c.NewLeaf(t, build.Leaf{Kind: ir.Const, Name: fmt.Sprintf("const#%d", b.c.Leaves()), Data: data})
}

// Scalar returns a constant without axes.
// Errors: ErrNotFinite for a finite number beyond the range of the Builder's type.
func (b *Builder) Scalar(v float64) *gorgonia.Node {
	defer b.c.Enter("graph.Scalar").Leave()
	return b.Const([]float64{v})
}

// ConstInts returns a constant of integers, such as indices. v has its elements in
// row-major order and is copied.
// Errors: ErrShape for another number of elements.
func (b *Builder) ConstInts(v []int, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.ConstInts").Leave()
	if !b.holdsAll(len(v), shape) {
		return b.c.Missing()
	}
	return b.constant(ir.Type{DType: ir.Int, Shape: append(ir.Shape{}, shape...)}, append([]int(nil), v...))
}

// Shape returns the shape of a node. The caller owns it. After a mistake it has more axes
// than any node, each of extent 1. So code that reads an axis goes on to the point where the
// mistake is reported.
func (b *Builder) Shape(n *gorgonia.Node) []int {
	defer b.c.Enter("graph.Shape", n).Leave()
	s := b.c.Shape(n)
	if !b.c.OK() {
		return build.StandInShape()
	}
	return s.Clone()
}
