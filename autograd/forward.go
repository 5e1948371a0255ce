package autograd

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/reverse"
	"gorgonia.org/gorgonia"
)

// JVP returns the Jacobian-vector product of each y of ys along a direction, the sum over i
// of ∂y/∂wrt[i]·dir[i]. It has the shape of y. Each dir[i] has the shape of wrt[i]. The
// product is zero for a y that does not depend on wrt.
//
// This is forward mode: one sweep from wrt to all of ys. It costs about as much as
// computing ys, whatever their number of elements.
//
// Each operator has one rule, for reverse mode. The rule is linear in the incoming gradient,
// and forward mode transposes it. Radul et al. 2022, "You Only Linearize Once", transpose
// the rules of forward mode instead.
//
// Integers, such as the result of ArgSort, have no tangent. The elements that they index have
// one. Errors: those of Gradients.
func JVP(ys, wrt, dir []*gorgonia.Node) ([]*gorgonia.Node, error) {
	out, err := jvp(ys, wrt, dir)
	return given(out, err, "JVP", slices.Concat(ys, wrt, dir)...)
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
	blocked map[*gorgonia.Node]error // why a node has no tangent: an error if it is needed
}

func newForward(ys, wrt, dir []*gorgonia.Node) (*forward, error) {
	if len(ys) == 0 || len(wrt) == 0 || len(wrt) != len(dir) {
		return nil, mistake.Optionf("got %d outputs, %d inputs and %d directions, want at least one output and one direction per input", len(ys), len(wrt), len(dir))
	}
	if ys[0] == nil {
		return nil, mistake.Optionf("ys[0]: got nil, want a node of the graph")
	}
	w := &walk{wrt: wrt, Walk: reverse.Walk{C: op.NewCtx(ys[0].Graph()), Needs: map[*gorgonia.Node]bool{}}}
	w.C.Package = "autograd"
	if err := w.checkWrt(ys[0].Graph()); err != nil {
		return nil, err
	}
	s := &forward{w: w, tangent: map[*gorgonia.Node]*gorgonia.Node{}, blocked: map[*gorgonia.Node]error{}}
	for i, x := range wrt {
		if err := within(ys[0].Graph(), dir[i]); err != nil {
			return nil, errors.WithMessagef(err, "dir[%d]", i)
		}
		want, got := w.C.Type(x), w.C.Type(dir[i])
		if w.C.Err == nil && !got.Shape.Equal(want.Shape) {
			return nil, mistake.Shapef("dir[%d]: got %v, want %v, the shape of %q", i, got.Shape, want.Shape, op.NameOf(x))
		}
		if w.C.Err == nil && got.DType != want.DType {
			return nil, mistake.Newf(op.ErrDType, "dir[%d]: got %v, want %v, the type of %q", i, got, want, op.NameOf(x))
		}
		s.tangent[x] = dir[i]
	}
	for i, y := range ys {
		if err := within(ys[0].Graph(), y); err != nil {
			return nil, errors.WithMessagef(err, "ys[%d]", i)
		}
		if t := w.C.Type(y); w.C.Err == nil && !t.DType.IsFloat() {
			return nil, mistake.Newf(op.ErrDType, "ys[%d]: got %v, want floats", i, t)
		}
		w.Roots = append(w.Roots, y)
	}
	if w.C.Err != nil {
		return nil, w.C.Err
	}
	return s, w.Visit()
}

// apply computes the tangent of the result of a. If a has no derivative, the error is kept for
// the nodes that need the tangent: as in reverse mode, it may not matter.
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

// transpose applies the transpose of the linear map from d to dx to v. It returns nil if dx
// does not depend on d. All nodes of the map were made after d.
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
