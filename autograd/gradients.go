package autograd

import (
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/reverse"
	"gorgonia.org/gorgonia"
)

// ErrUnconnected marks a gradient with respect to a node that the loss does not
// depend on.
var ErrUnconnected = errors.New("the loss does not depend on it, or only through operators without a gradient, such as Sign, Floor or comparisons")

// Options of GradientsWith. The zero value is what Gradients does.
type Options struct {
	// Seed is the gradient of the loss itself, of the loss's shape; the loss
	// may then have any shape, and the results are vector-Jacobian products.
	// Nil: 1, for a loss of one element.
	Seed *gorgonia.Node
	// AllowUnconnected gives zeros where the loss does not depend on a node,
	// instead of an error.
	AllowUnconnected bool
	// Unconnected, if not nil, is called for each node that the loss does not
	// depend on, with AllowUnconnected.
	Unconnected func(n *gorgonia.Node)
}

// Gradients adds to the graph of loss the nodes of d loss / d w for each w of
// wrt and returns them in that order, each of w's shape. The loss must have one
// element. wrt may be any nodes, leaves or not.
//
// After a mistake on a Builder it fails with that mistake. It also fails, leaving
// usable nodes behind, if the loss is no scalar, if a node is
// given twice, of another graph or unconnected (ErrUnconnected), or if the way
// to it passes through an operator without derivative
// (graph.ErrNotDifferentiable). The time is linear in the size of the graph.
// Graphs may be differentiated by many goroutines, one graph by one at a time.
func Gradients(loss *gorgonia.Node, wrt ...*gorgonia.Node) ([]*gorgonia.Node, error) {
	return GradientsWith(Options{}, loss, wrt...)
}

// GradientsWith is Gradients with options.
func GradientsWith(o Options, loss *gorgonia.Node, wrt ...*gorgonia.Node) ([]*gorgonia.Node, error) {
	out, err := gradients(o, loss, wrt)
	return given(out, err, "autograd")
}

// given returns what a public function found: nodes that the user asked for, or an
// error with the function's name.
func given(nodes []*gorgonia.Node, err error, name string) ([]*gorgonia.Node, error) {
	if err != nil {
		return nil, errors.Wrap(err, name)
	}
	op.Asked(nodes...)
	return nodes, nil
}

// gradients is GradientsWith with errors that do not name the package.
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

// walk is one reverse sweep by the nodes wrt.
type walk struct {
	reverse.Walk
	wrt []*gorgonia.Node
}

func newWalk(o Options, loss *gorgonia.Node, wrt []*gorgonia.Node) (*walk, error) {
	t, err := op.TypeOf(loss)
	if err != nil {
		return nil, errors.Wrap(err, "the loss")
	}
	if !t.DType.IsFloat() {
		return nil, errors.Wrapf(op.ErrDType, "the loss %q has the type %v, want floats", op.NameOf(loss), t)
	}
	w := &walk{wrt: wrt, Walk: reverse.Walk{C: op.NewCtx(loss.Graph()), Roots: []*gorgonia.Node{loss},
		Needs: map[*gorgonia.Node]bool{}, Grads: map[*gorgonia.Node][]*gorgonia.Node{}}}
	w.C.Package = "autograd"
	seed := o.Seed
	if seed == nil {
		if t.Shape.Size() != 1 {
			return nil, errors.Wrapf(op.ErrShape, "the loss %q has the shape %v, want one element: reduce it by Sum or Mean", op.NameOf(loss), t.Shape)
		}
		seed = w.C.Fill(loss, 1)
	} else if s := w.C.Shape(seed); w.C.Err == nil && !s.Equal(t.Shape) {
		return nil, errors.Wrapf(op.ErrShape, "the seed has the shape %v, want the loss's %v", s, t.Shape)
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

// checkWrt checks the nodes to differentiate by and marks them.
func (w *walk) checkWrt(g *gorgonia.ExprGraph) error {
	for i, n := range w.wrt {
		switch {
		case n == nil:
			return errors.Errorf("node %d to differentiate by is nil", i)
		case n.Graph() != g:
			return errors.Errorf("node %q to differentiate by belongs to another graph than the loss", op.NameOf(n))
		case w.Needs[n]:
			return errors.Errorf("node %q to differentiate by is given twice", op.NameOf(n))
		}
		if t := w.C.Type(n); w.C.Err != nil {
			return w.C.Err
		} else if !t.DType.IsFloat() {
			return errors.Wrapf(op.ErrDType, "node %q to differentiate by has the type %v, want floats", op.NameOf(n), t)
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
		return nil, errors.Wrapf(ErrUnconnected, "no gradient of %q with respect to %s", op.NameOf(w.Roots[0]), strings.Join(quoted(lost), ", "))
	}
	if w.C.Err != nil {
		return nil, w.C.Err
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
