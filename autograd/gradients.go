package autograd

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/reverse"
	"gorgonia.org/gorgonia"
)

// ErrUnconnected marks the gradient by a node that the loss does not depend on.
var ErrUnconnected = errors.New("the loss does not depend on it")

// Options are the settings of GradientsWith. The zero value does what Gradients does.
type Options struct {
	// Seed is the gradient of the loss itself and has its shape. With a Seed the loss
	// may have any shape, and the results are vector-Jacobian products. The default is
	// 1, for a loss of one element.
	Seed *gorgonia.Node
	// AllowUnconnected makes the gradient zero by a node that the loss does not depend on. By
	// default such a node is an error.
	AllowUnconnected bool
	// Unconnected, if not nil, is called with each node that AllowUnconnected gave zeros.
	Unconnected func(n *gorgonia.Node)
}

// Gradients returns ∂loss/∂w for each w of wrt, in this order: new nodes in the graph of
// loss, each with the shape of its w. The loss must have one element. wrt may be any
// nodes, leaves or not. The time is linear in the size of the graph.
//
// Errors: the first mistake of the Builder, if there is one. ErrShape for a loss of several
// elements or of none. ErrDType for integers. ErrOption for a node that is nil, given twice or
// of another graph. ErrUnconnected if the loss does not depend on a node, and
// graph.ErrNotDifferentiable if it depends on it through an operator without a derivative.
// After an error the graph can still be used.
//
// A graph is for one goroutine at a time. Different graphs may be differentiated at once.
func Gradients(loss *gorgonia.Node, wrt ...*gorgonia.Node) ([]*gorgonia.Node, error) {
	out, err := gradients(Options{}, loss, wrt)
	return given(out, err, "Gradients", append([]*gorgonia.Node{loss}, wrt...)...)
}

// GradientsWith returns what Gradients does, with options. Errors: those of Gradients, and
// ErrShape for a Seed of another shape than the loss.
func GradientsWith(o Options, loss *gorgonia.Node, wrt ...*gorgonia.Node) ([]*gorgonia.Node, error) {
	out, err := gradients(o, loss, wrt)
	return given(out, err, "GradientsWith", append([]*gorgonia.Node{loss, o.Seed}, wrt...)...)
}

// given returns the result of a public function: its nodes, marked as asked for by the user,
// or its error with the function's name.
func given(nodes []*gorgonia.Node, err error, name string, in ...*gorgonia.Node) ([]*gorgonia.Node, error) {
	if err != nil {
		return nil, refused(err, name, in...)
	}
	op.Asked(nodes...)
	return nodes, nil
}

// shownOperands is the number of operands that an error shows. There may be thousands.
const shownOperands = 4

// refused returns err as an error of the public function with that name, which was called
// with the nodes.
func refused(err error, name string, in ...*gorgonia.Node) error {
	var of *op.Error
	if err == nil || errors.As(err, &of) { // an operator refuses
		return errors.Wrap(err, "autograd: "+name)
	}
	e := &op.Error{Package: "autograd", Op: name, At: op.Position(op.Caller()), Err: err}
	for _, n := range in {
		if t, err := op.TypeOf(n); err == nil && len(e.In) < shownOperands {
			e.In = append(e.In, op.Operand{Name: op.NameOf(n), Type: t})
		}
	}
	return errors.WithStack(e)
}

// gradients does what GradientsWith does. Its errors do not name the function.
func gradients(o Options, loss *gorgonia.Node, wrt []*gorgonia.Node) ([]*gorgonia.Node, error) {
	if err := op.Mistake(append([]*gorgonia.Node{loss, o.Seed}, wrt...)...); err != nil {
		return nil, err
	}
	w, err := newWalk(o, loss, wrt)
	if err != nil {
		return nil, err
	}
	if err := w.Run(); err != nil {
		return nil, err
	}
	return w.results(o)
}

// walk is one reverse sweep to the nodes wrt.
type walk struct {
	reverse.Walk
	wrt []*gorgonia.Node
}

func newWalk(o Options, loss *gorgonia.Node, wrt []*gorgonia.Node) (*walk, error) {
	t, err := op.TypeOf(loss)
	if err != nil {
		return nil, mistake.Optionf("the loss: %v", err)
	}
	if !t.DType.IsFloat() {
		return nil, mistake.Newf(op.ErrDType, "the loss: got %v, want floats", t)
	}
	w := &walk{wrt: wrt, Walk: reverse.Walk{C: op.NewCtx(loss.Graph()), Roots: []*gorgonia.Node{loss},
		Needs: map[*gorgonia.Node]bool{}, Grads: map[*gorgonia.Node][]*gorgonia.Node{}}}
	w.C.Package = "autograd"
	seed := o.Seed
	if seed == nil {
		if t.Shape.Size() != 1 {
			return nil, mistake.Shapef("the loss: got %v, want one element, as Sum or Mean return it", t.Shape)
		}
		seed = w.C.Fill(loss, 1)
	} else if s := w.C.Shape(seed); w.C.Err == nil && !s.Equal(t.Shape) {
		return nil, mistake.Shapef("the seed: got %v, want %v, the shape of the loss", s, t.Shape)
	}
	if w.C.Err != nil {
		return nil, w.C.Err
	}
	if err := w.checkWrt(loss.Graph()); err != nil {
		return nil, err
	}
	w.Grads[loss] = []*gorgonia.Node{seed}
	return w, w.Visit()
}

// within returns an error if n is not a node of g.
func within(g *gorgonia.ExprGraph, n *gorgonia.Node) error {
	switch {
	case n == nil:
		return mistake.Optionf("got nil, want a node of the graph")
	case n.Graph() != g:
		return mistake.Optionf("got %q of another graph, want a node of this one", op.NameOf(n))
	}
	return nil
}

// checkWrt checks the nodes to differentiate by and marks them.
func (w *walk) checkWrt(g *gorgonia.ExprGraph) error {
	for i, n := range w.wrt {
		if err := within(g, n); err != nil {
			return errors.WithMessagef(err, "wrt[%d]", i)
		}
		switch {
		case op.IsState(n):
			return mistake.Optionf("wrt[%d]: got the state %q, want parameters, inputs or results: a state is not trained", i, op.NameOf(n))
		case w.Needs[n]:
			return mistake.Optionf("wrt[%d]: got %q a second time, want different nodes", i, op.NameOf(n))
		}
		if t := w.C.Type(n); w.C.Err != nil {
			return w.C.Err
		} else if !t.DType.IsFloat() {
			return mistake.Newf(op.ErrDType, "wrt[%d]: got %v, want floats", i, t)
		}
		w.Needs[n] = true
	}
	return nil
}

func (w *walk) results(o Options) ([]*gorgonia.Node, error) {
	out := make([]*gorgonia.Node, len(w.wrt))
	var lost []string
	for i, n := range w.wrt {
		out[i] = w.Sum(n)
		if out[i] == nil {
			if !o.AllowUnconnected {
				lost = append(lost, op.NameOf(n))
				continue
			}
			out[i] = w.C.Fill(n, 0)
			if o.Unconnected != nil {
				o.Unconnected(n)
			}
		}
	}
	if len(lost) > 0 {
		return nil, mistake.Newf(ErrUnconnected, "got %s, which the loss does not depend on; want nodes that it depends on, and not only through Sign, Floor, comparisons or the like", mistake.Names(lost))
	}
	if w.C.Err != nil {
		return nil, w.C.Err
	}
	return out, nil
}
