package op

import (
	"math"
	"sync"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// MaxElements is the largest result, in elements, that a node may have: 2^33,
// 64 GiB of float64, or 2^27 (1 GiB) where an int has 32 bits. More is refused when
// the graph is built, since a Go program cannot recover from running out of memory.
const MaxElements = 1 << (27 + 6*(^uint(0)>>63))

// building guards gorgonia's global pools while nodes are made.
var building sync.Mutex

// Ctx builds nodes of one graph with a sticky error: after the first failure
// every call returns nil and does nothing. A Ctx is for one goroutine; any
// number of them may build at the same time.
type Ctx struct {
	Graph   *gorgonia.ExprGraph
	Package string  // named in errors
	Locate  bool    // remember the caller's line in every node
	Within  string  // the scopes that nodes are made in, with "/" between them; or ""
	PC      uintptr // else the line that nodes get, such as that of the node whose derivative they are

	apart bool // its nodes stand beside the graphs of their operands

	frame
	*failure
}

// failure is the first failure of a Ctx, and the names of its graph's states: by itself,
// since it may outlive the Ctx. It refers to no node: it must not keep the graph alive.
type failure struct {
	Err    error
	states map[string]bool
}

// NewCtx is a Ctx for g.
func NewCtx(g *gorgonia.ExprGraph) *Ctx { return &Ctx{Graph: g, Package: "graph", failure: &failure{}} }

// Apart is a Ctx whose nodes stand in a graph of their own but may have operands
// of any graph, which is not changed: only this project reads such nodes, by
// their Op.
func Apart() *Ctx {
	return &Ctx{Graph: gorgonia.NewGraph(), Package: "graph", apart: true, failure: &failure{}}
}

// Fork is a Ctx that builds where c does and fails by itself.
func (c *Ctx) Fork() *Ctx {
	return &Ctx{Graph: c.Graph, Package: c.Package, apart: c.apart, frame: c.frame, failure: &failure{}}
}

// Refuse keeps err, with the operator that the user called, his operands and his
// line, if it is the first failure.
func (c *Ctx) Refuse(err error) { c.Fail("", "", nil, err) }

// Fail is Refuse where no frame may be open: then the operator, the node and the
// operands are those given.
func (c *Ctx) Fail(op, node string, in []*gorgonia.Node, err error) {
	if c.Err != nil {
		return
	}
	e := &Error{Package: c.Package, Op: op, Node: node, Err: err, At: Position(c.Line())}
	if c.depth > 0 {
		e.Package, e.Op = c.operator()
		e.Node, in = c.label, c.in
	}
	for _, n := range in {
		t, terr := TypeOf(n)
		if terr != nil {
			continue
		}
		e.In = append(e.In, Operand{NameOf(n), t})
	}
	c.Err = errors.WithStack(e)
}

// Apply makes the node of e with the attributes applied to the operands.
func (c *Ctx) Apply(e *Entry, a ir.Attrs, in ...*gorgonia.Node) *gorgonia.Node {
	if c.Err != nil {
		return nil
	}
	out, err := c.infer(e, a, in)
	if err != nil {
		c.Fail(e.Name, "", in, err)
		return nil
	}
	building.Lock()
	defer building.Unlock()
	for {
		o := newOp(e, a, in, out)
		o.PC, o.Asked, o.Scope = c.PC, c.Locate, c.Within
		if c.depth > 0 {
			_, o.Made = c.operator()
		}
		if c.Locate {
			o.PC = c.Line()
		}
		expect(c.Graph)
		var children gorgonia.Nodes
		if !c.apart {
			children = append(children, in...)
		}
		n := gorgonia.NewUniqueNode(gorgonia.In(c.Graph), gorgonia.WithType(hmType(out)), gorgonia.WithOp(o),
			gorgonia.WithChildren(children), gorgonia.WithShape(out.Shape...))
		if n.Op() == gorgonia.Op(o) {
			return n
		}
		// Another node has the same hash by chance: the next salt differs.
	}
}

// Line is where the user asked for what is being made.
func (c *Ctx) Line() uintptr {
	if c.depth == 0 {
		return Caller()
	}
	if c.at == 0 {
		c.at = Caller()
	}
	return c.at
}

func (c *Ctx) infer(e *Entry, a ir.Attrs, in []*gorgonia.Node) (ir.Type, error) {
	if e.Arity >= 0 && len(in) != e.Arity {
		return ir.Type{}, shapef("got %d operands, want %d", len(in), e.Arity)
	}
	types := make([]ir.Type, len(in))
	float := -1
	for i, n := range in {
		if n == nil {
			return ir.Type{}, mistake.Optionf("operand %d: got nil, want a node of the graph", i)
		}
		if n.Graph() != c.Graph && !c.apart {
			return ir.Type{}, mistake.Optionf("operand %d: got %q of another graph, want a node of this one", i, NameOf(n))
		}
		if err := CheckRandom(n); err != nil {
			return ir.Type{}, err
		}
		t, err := TypeOf(n)
		if err != nil {
			return ir.Type{}, err
		}
		if t.DType.IsFloat() {
			if float >= 0 && types[float].DType != t.DType {
				return ir.Type{}, dtypef("got %v and %v, want one element type", types[float].DType, t.DType)
			}
			float = i
		}
		types[i] = t
	}
	out, err := e.Infer(types, a)
	if err != nil {
		return ir.Type{}, err
	}
	if _, err := out.Shape.CheckedSize(MaxElements); err != nil {
		return ir.Type{}, shapef("%v", err)
	}
	if by := a.Float("by"); out.DType == ir.F32 && !math.IsInf(by, 0) && math.IsInf(float64(float32(by)), 0) {
		return ir.Type{}, mistake.Newf(ErrNotFinite, "got the number %v, want one in the range of float32", by)
	}
	for i, t := range types {
		if t.DType == ir.Int && out.DType == ir.Int && e.View == nil && !e.Ints { // kernels compute floats, views move both
			return ir.Type{}, dtypef("operand %d: got %v, want floats", i, t)
		}
	}
	return out, nil
}

// Leaf makes a leaf node: an input, a parameter or a constant, told apart by
// whoever asked. Gorgonia merges leaves of one name and type, so name must be
// one that the graph does not have yet.
func (c *Ctx) Leaf(t ir.Type, name string) *gorgonia.Node {
	if c.Err != nil {
		return nil
	}
	building.Lock()
	defer building.Unlock()
	expect(c.Graph)
	if len(t.Shape) == 0 {
		return gorgonia.NewScalar(c.Graph, Dtype(t.DType), gorgonia.WithName(name))
	}
	return gorgonia.NewTensor(c.Graph, Dtype(t.DType), len(t.Shape),
		gorgonia.WithShape(t.Shape...), gorgonia.WithName(name))
}

// Let binds a value to a node, a leaf or not, without copying it.
func Let(n *gorgonia.Node, v gorgonia.Value) error {
	building.Lock()
	defer building.Unlock()
	return gorgonia.UnsafeLet(n, v)
}

// LetShaped is Let for a tensor of another shape than the node's.
func LetShaped(n *gorgonia.Node, v *tensor.Dense) error {
	shape := v.Shape().Clone()
	if err := v.Reshape(n.Shape()...); err != nil {
		return err
	}
	if err := Let(n, v); err != nil {
		return err
	}
	return v.Reshape(shape...)
}

// LetGrad binds a gradient of its own to a leaf that has a value.
func LetGrad(n *gorgonia.Node, grad gorgonia.Value) (err error) {
	if n.Value() == nil {
		return errors.New("it has no value: use gorgonia.Let")
	}
	building.Lock()
	defer building.Unlock()
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("gorgonia refuses the gradient: %v", r)
		}
	}()
	gorgonia.WithGrad(grad)(n)
	return nil
}

// Type is the type of n, or the zero Type after a failure.
func (c *Ctx) Type(n *gorgonia.Node) ir.Type {
	if c.Err != nil {
		return ir.Type{}
	}
	t, err := TypeOf(n)
	if err != nil {
		c.Fail("node", "", nil, err)
	}
	return t
}

// Shape is the shape of n, or nil after a failure.
func (c *Ctx) Shape(n *gorgonia.Node) ir.Shape { return c.Type(n).Shape }

// Applyf is Apply with the attributes given as ir.A takes them.
func (c *Ctx) Applyf(e *Entry, in []*gorgonia.Node, kv ...any) *gorgonia.Node {
	return c.Apply(e, ir.A(kv...), in...)
}

// Gradients asks the rule of a for the gradients of the operands that are wanted,
// given d, the gradient of its result: each of its operand's shape, nil where
// there is none or it is not wanted. It is nil after a failure, which is c's.
func (c *Ctx) Gradients(a Applied, d *gorgonia.Node, wanted func(x *gorgonia.Node) bool) []*gorgonia.Node {
	if c.Err != nil {
		return nil
	}
	if a.Entry.VJP == nil {
		c.Err = c.NotDifferentiable(a)
		return nil
	}
	grads := a.Entry.VJP(c, a, d)
	if c.Err == nil && len(grads) != len(a.In) {
		c.Err = errors.Errorf("internal error: the rule returns %d gradients for %d operands", len(grads), len(a.In))
	}
	out := make([]*gorgonia.Node, len(a.In))
	for i, x := range a.In {
		if c.Err == nil && grads[i] != nil && wanted(x) {
			out[i] = c.SumTo(grads[i], c.Shape(x))
		}
	}
	if c.Err != nil {
		c.Err = errors.Wrapf(c.Err, "the derivative of %s %q", a.Entry.Name, NameOf(a.Out))
		return nil
	}
	return out
}

// NotDifferentiable is the error of whoever needs the derivative of a row that has
// none.
func (c *Ctx) NotDifferentiable(a Applied) error {
	return &Error{Package: c.Package, Op: a.Entry.Name, Node: NameOf(a.Out), Err: ErrNotDifferentiable, At: PositionOf(a.Out)}
}
