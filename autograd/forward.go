package autograd

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/reverse"
	"gorgonia.org/gorgonia"
)

// JVP adds to the graph the Jacobian-vector products of each of ys along a
// direction: the sum over i of ∂y/∂wrt[i] · dir[i], of y's shape. dir[i] has the
// shape of wrt[i]. It is forward mode: one sweep from wrt to all of ys, of about
// the work of computing them, whatever the number of elements of ys.
//
// The rule of each operator is the transpose of its reverse rule, which is linear
// in the gradient that comes in: no operator has two rules that could differ
// (Radul et al. 2022, "You Only Linearize Once", has them the other way round).
// Integers, such as the order that ArgSort finds, have no tangent: what they index
// does. It fails as Gradients does; a y that does not depend on wrt has zeros.
func JVP(ys, wrt, dir []*gorgonia.Node) ([]*gorgonia.Node, error) {
	out, err := jvp(ys, wrt, dir)
	return given(out, err, "autograd: JVP")
}

func jvp(ys, wrt, dir []*gorgonia.Node) ([]*gorgonia.Node, error) {
	if err := op.Mistake(slices.Concat(ys, wrt, dir)...); err != nil {
		return nil, err
	}
	s, err := newForward(ys, wrt, dir)
	if err != nil {
		return nil, err
	}
	for _, a := range s.w.Order {
		if err := s.apply(a); err != nil {
			return nil, err
		}
	}
	out := make([]*gorgonia.Node, len(ys))
	for i, y := range ys {
		if err := s.blocked[y]; err != nil {
			return nil, err
		}
		if out[i] = s.tangent[y]; out[i] == nil {
			out[i] = s.w.C.Fill(y, 0)
		}
	}
	if s.w.C.Err != nil {
		return nil, s.w.C.Err
	}
	return out, nil
}

// forward is one forward sweep.
type forward struct {
	w       *walk // of the nodes between wrt and ys
	tangent map[*gorgonia.Node]*gorgonia.Node
	blocked map[*gorgonia.Node]error // has no tangent, which matters if somebody needs it
}

func newForward(ys, wrt, dir []*gorgonia.Node) (*forward, error) {
	if len(ys) == 0 || len(wrt) == 0 || len(wrt) != len(dir) {
		return nil, errors.Errorf("got %d outputs, %d inputs and %d directions; want at least one output and one direction per input", len(ys), len(wrt), len(dir))
	}
	if ys[0] == nil {
		return nil, errors.New("node 0 to differentiate is nil")
	}
	w := &walk{wrt: wrt, Walk: reverse.Walk{C: op.NewCtx(ys[0].Graph()), Needs: map[*gorgonia.Node]bool{}}}
	w.C.Package = "autograd"
	if err := w.checkWrt(ys[0].Graph()); err != nil {
		return nil, err
	}
	s := &forward{w: w, tangent: map[*gorgonia.Node]*gorgonia.Node{}, blocked: map[*gorgonia.Node]error{}}
	for i, x := range wrt {
		if dir[i] == nil || dir[i].Graph() != ys[0].Graph() {
			return nil, errors.Errorf("direction %d is nil or of another graph", i)
		}
		want, got := w.C.Type(x), w.C.Type(dir[i])
		if w.C.Err == nil && !got.Shape.Equal(want.Shape) {
			return nil, errors.Wrapf(op.ErrShape, "direction %d has the shape %v, want %v as %q", i, got.Shape, want.Shape, op.NameOf(x))
		}
		if w.C.Err == nil && got.DType != want.DType {
			return nil, errors.Wrapf(op.ErrDType, "direction %d has the type %v, want %v as %q", i, got, want, op.NameOf(x))
		}
		s.tangent[x] = dir[i]
	}
	for i, y := range ys {
		if y == nil || y.Graph() != ys[0].Graph() {
			return nil, errors.Errorf("node %d to differentiate is nil or of another graph", i)
		}
		if t := w.C.Type(y); w.C.Err == nil && !t.DType.IsFloat() {
			return nil, errors.Wrapf(op.ErrDType, "node %q to differentiate has the type %v, want floats", op.NameOf(y), t)
		}
		w.Roots = append(w.Roots, y)
	}
	if w.C.Err != nil {
		return nil, w.C.Err
	}
	return s, w.Visit()
}

// apply gives the result of a its tangent. If a has no derivative, whoever needs
// one says so: as in reverse mode, it may be of no matter.
func (s *forward) apply(a op.Applied) error {
	c := s.w.C
	if s.tangent[a.Out] != nil || !s.w.Reaches(a) {
		return nil // it is one of wrt, or depends on none
	}
	if a.Entry.VJP == nil {
		s.blocked[a.Out] = c.NotDifferentiable(a)
		return nil
	}
	d := c.Fill(a.Out, 0) // stands for the gradient: what is linear in it does not depend on it
	grads := c.Gradients(a, d, func(x *gorgonia.Node) bool { return s.tangent[x] != nil || s.blocked[x] != nil })
	var sum *gorgonia.Node
	for j, dx := range grads {
		if dx == nil {
			continue
		}
		if err := s.blocked[a.In[j]]; err != nil {
			return err
		}
		t, err := transpose(c, dx, d, s.tangent[a.In[j]])
		if err != nil {
			return err
		}
		switch {
		case t == nil:
		case sum == nil:
			sum = t
		default:
			sum = c.Add(sum, t)
		}
	}
	if sum != nil {
		s.tangent[a.Out] = sum
	}
	return c.Err
}

// transpose is what the linear map from d to dx makes of v the other way round;
// nil if dx does not depend on d. The nodes of the map were all made after d.
func transpose(c *op.Ctx, dx, d, v *gorgonia.Node) (*gorgonia.Node, error) {
	w := &reverse.Walk{C: c, Roots: []*gorgonia.Node{dx}, Since: d.ID(),
		Needs: map[*gorgonia.Node]bool{d: true}, Grads: map[*gorgonia.Node][]*gorgonia.Node{dx: {v}}}
	if err := w.Visit(); err != nil {
		return nil, err
	}
	if err := w.Run(); err != nil {
		return nil, err
	}
	return w.Sum(d), nil
}
