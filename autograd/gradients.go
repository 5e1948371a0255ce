package autograd

import (
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// ErrUnconnected marks a gradient with respect to a node that the loss does not
// depend on.
var ErrUnconnected = errors.New("the loss does not depend on it")

// Options of GradientsWith. The zero value is what Gradients does.
type Options struct {
	// Seed is the gradient of the loss itself, of the loss's shape; the loss
	// may then have any shape, and the results are vector-Jacobian products.
	// Nil: 1, for a loss of one element.
	Seed *gorgonia.Node
	// AllowUnconnected gives zeros where the loss does not depend on a node,
	// instead of an error.
	AllowUnconnected bool
}

// Gradients adds to the graph of loss the nodes of d loss / d w for each w of
// wrt and returns them in that order, each of w's shape. The loss must have one
// element. wrt may be any nodes, leaves or not.
//
// It fails, leaving usable nodes behind, if the loss is no scalar, if a node is
// given twice, of another graph or unconnected (ErrUnconnected), or if the way
// to it passes through an operator without derivative
// (graph.ErrNotDifferentiable). The time is linear in the size of the graph.
// Graphs may be differentiated by many goroutines, one graph by one at a time.
func Gradients(loss *gorgonia.Node, wrt ...*gorgonia.Node) ([]*gorgonia.Node, error) {
	return GradientsWith(Options{}, loss, wrt...)
}

// GradientsWith is Gradients with options.
func GradientsWith(o Options, loss *gorgonia.Node, wrt ...*gorgonia.Node) ([]*gorgonia.Node, error) {
	w, err := newWalk(o, loss, wrt)
	if err != nil {
		return nil, errors.Wrap(err, "autograd")
	}
	if err := w.run(); err != nil {
		return nil, errors.Wrap(err, "autograd")
	}
	return w.results(o)
}

// walk is one reverse sweep.
type walk struct {
	c     *op.Ctx
	roots []*gorgonia.Node // where it starts: the loss
	wrt   []*gorgonia.Node
	since int64                               // nodes made before the one with this ID are not looked into
	order []op.Applied                        // what the roots need and wrt reaches, operands first
	needs map[*gorgonia.Node]bool             // depends on a wrt
	grads map[*gorgonia.Node][]*gorgonia.Node // contributions so far
}

func newWalk(o Options, loss *gorgonia.Node, wrt []*gorgonia.Node) (*walk, error) {
	t, err := op.TypeOf(loss)
	if err != nil {
		return nil, errors.Wrap(err, "the loss")
	}
	if !t.DType.IsFloat() {
		return nil, errors.Wrapf(op.ErrDType, "the loss %q has the type %v, want floats", op.NameOf(loss), t)
	}
	w := &walk{c: op.NewCtx(loss.Graph()), roots: []*gorgonia.Node{loss}, wrt: wrt,
		needs: map[*gorgonia.Node]bool{}, grads: map[*gorgonia.Node][]*gorgonia.Node{}}
	w.c.Package = "autograd"
	seed := o.Seed
	if seed == nil {
		if t.Shape.Size() != 1 {
			return nil, errors.Wrapf(op.ErrShape, "the loss %q has the shape %v, want one element: reduce it by Sum or Mean", op.NameOf(loss), t.Shape)
		}
		seed = w.c.Fill(loss, 1)
	} else if s := w.c.Shape(seed); w.c.Err == nil && !s.Equal(t.Shape) {
		return nil, errors.Wrapf(op.ErrShape, "the seed has the shape %v, want the loss's %v", s, t.Shape)
	}
	if w.c.Err != nil {
		return nil, w.c.Err
	}
	if err := w.checkWrt(loss.Graph()); err != nil {
		return nil, err
	}
	w.grads[loss] = []*gorgonia.Node{seed}
	return w, w.visit()
}

// checkWrt checks the nodes to differentiate by and marks them.
func (w *walk) checkWrt(g *gorgonia.ExprGraph) error {
	for i, n := range w.wrt {
		switch {
		case n == nil:
			return errors.Errorf("node %d to differentiate by is nil", i)
		case n.Graph() != g:
			return errors.Errorf("node %q to differentiate by belongs to another graph than the loss", op.NameOf(n))
		case w.needs[n]:
			return errors.Errorf("node %q to differentiate by is given twice", op.NameOf(n))
		}
		w.needs[n] = true
	}
	return nil
}

// visit orders the nodes that the roots need, without recursion, and marks
// those that depend on one of wrt.
func (w *walk) visit() error {
	type frame struct {
		a  op.Applied
		at int
	}
	state := map[*gorgonia.Node]bool{}
	var stack []frame
	push := func(n *gorgonia.Node) error {
		if state[n] || n.ID() < w.since {
			return nil
		}
		state[n] = true
		a, isOp, err := op.Describe(n)
		if err != nil {
			return err
		}
		if isOp {
			stack = append(stack, frame{a: a})
		}
		return nil
	}
	for _, root := range w.roots {
		if err := push(root); err != nil {
			return err
		}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.at < len(top.a.In) {
				top.at++
				if err := push(top.a.In[top.at-1]); err != nil {
					return err
				}
				continue
			}
			for _, x := range top.a.In {
				if w.needs[x] {
					w.needs[top.a.Out] = true
				}
			}
			if w.needs[top.a.Out] {
				w.order = append(w.order, top.a)
			}
			stack = stack[:len(stack)-1]
		}
	}
	return nil
}

// run walks the applications backwards, adding each rule's contributions to the
// operands.
func (w *walk) run() error {
	for i := len(w.order) - 1; i >= 0; i-- {
		a := w.order[i]
		d := w.sum(a.Out)
		if d == nil || !w.reaches(a) {
			continue
		}
		if a.Entry.VJP == nil {
			return &op.Error{Op: a.Entry.Name, Node: op.NameOf(a.Out), Err: op.ErrNotDifferentiable, At: op.PositionOf(a.Out)}
		}
		for j, dx := range a.Entry.VJP(w.c, a, d) {
			if dx == nil || !w.needs[a.In[j]] {
				continue
			}
			x := a.In[j]
			if dx = w.c.SumTo(dx, w.c.Shape(x)); dx != nil {
				w.grads[x] = append(w.grads[x], dx)
			}
		}
		if w.c.Err != nil {
			return errors.Wrapf(w.c.Err, "the derivative of %s %q", a.Entry.Name, op.NameOf(a.Out))
		}
	}
	return w.c.Err
}

// reaches says whether some operand of a depends on one of wrt.
func (w *walk) reaches(a op.Applied) bool {
	for _, x := range a.In {
		if w.needs[x] {
			return true
		}
	}
	return false
}

// sum adds the contributions to n, in the order in which they came.
func (w *walk) sum(n *gorgonia.Node) *gorgonia.Node {
	g := w.grads[n]
	if len(g) == 0 {
		return nil
	}
	s := g[0]
	for _, d := range g[1:] {
		s = w.c.Add(s, d)
	}
	w.grads[n] = append(g[:0:0], s)
	return s
}

func (w *walk) results(o Options) ([]*gorgonia.Node, error) {
	out := make([]*gorgonia.Node, len(w.wrt))
	var lost []string
	for i, n := range w.wrt {
		out[i] = w.sum(n)
		if out[i] == nil {
			if !o.AllowUnconnected {
				lost = append(lost, op.NameOf(n))
				continue
			}
			out[i] = w.c.Fill(n, 0)
		}
	}
	if len(lost) > 0 {
		return nil, errors.Wrapf(ErrUnconnected, "autograd: no gradient of %q with respect to %s", op.NameOf(w.roots[0]), strings.Join(quoted(lost), ", "))
	}
	if w.c.Err != nil {
		return nil, errors.Wrap(w.c.Err, "autograd")
	}
	return out, nil
}

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = `"` + n + `"`
	}
	return out
}
