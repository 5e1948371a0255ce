// Package reverse is the reverse walk: it adds to a graph the gradients of some
// nodes with respect to others, by the rules of the rows in internal/op. Which
// nodes may be asked for, and what is an error, say its importers: autograd, for
// users, and graph, whose Machine differentiates plain gorgonia graphs anew.
package reverse

import (
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Walk is one reverse sweep from Roots to the nodes that Needs marks. Visit it,
// then Run it, then take gradients by Sum.
type Walk struct {
	C     *op.Ctx          // makes the nodes
	Roots []*gorgonia.Node // where it starts
	Since int64            // nodes of C's graph made before the one with this ID are not looked into

	Needs map[*gorgonia.Node]bool             // depends on a node to differentiate by: those at first
	Grads map[*gorgonia.Node][]*gorgonia.Node // contributions so far: those of the roots at first
	Order []op.Applied                        // what the roots need and Needs reaches, operands first

	// Describe reads a node; nil: as foreign.Describe does.
	Describe func(n *gorgonia.Node) (a op.Applied, isOp bool, err error)
}

// Visit orders the nodes that the roots need, without recursion, and marks
// the floats that depend on a node to differentiate by.
func (w *Walk) Visit() error {
	type frame struct {
		a  op.Applied
		at int
	}
	describe := w.Describe
	if describe == nil {
		describe = func(n *gorgonia.Node) (op.Applied, bool, error) { return foreign.Describe(w.C, n) }
	}
	state := map[*gorgonia.Node]bool{}
	var stack []frame
	push := func(n *gorgonia.Node) error {
		if state[n] || n.Graph() == w.C.Graph && n.ID() < w.Since {
			return nil
		}
		state[n] = true
		a, isOp, err := describe(n)
		if err != nil {
			return err
		}
		if isOp {
			stack = append(stack, frame{a: a})
		}
		return nil
	}
	for _, root := range w.Roots {
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
			if !w.Needs[top.a.Out] && w.Reaches(top.a) && isFloat(top.a.Out) {
				w.Needs[top.a.Out] = true
			}
			if w.Needs[top.a.Out] {
				w.Order = append(w.Order, top.a)
			}
			stack = stack[:len(stack)-1]
		}
	}
	return nil
}

// Run walks the applications backwards, adding each rule's contributions to the
// operands.
func (w *Walk) Run() error {
	for i := len(w.Order) - 1; i >= 0; i-- {
		a := w.Order[i]
		d := w.Sum(a.Out)
		if d == nil || !w.Reaches(a) {
			continue
		}
		w.C.PC = op.LineOf(a.Out)
		for j, dx := range w.C.Gradients(a, d, func(x *gorgonia.Node) bool { return w.Needs[x] }) {
			if dx != nil {
				w.Grads[a.In[j]] = append(w.Grads[a.In[j]], dx)
			}
		}
		if w.C.Err != nil {
			return w.C.Err
		}
	}
	return w.C.Err
}

// isFloat says whether n has a derivative at all: integers have none, whatever
// they were computed from.
func isFloat(n *gorgonia.Node) bool {
	t, err := op.TypeOf(n)
	return err == nil && t.DType.IsFloat()
}

// Reaches says whether some operand of a depends on a node to differentiate by.
func (w *Walk) Reaches(a op.Applied) bool {
	for _, x := range a.In {
		if w.Needs[x] {
			return true
		}
	}
	return false
}

// Sum adds the contributions to n, in the order in which they came; nil if there
// are none.
func (w *Walk) Sum(n *gorgonia.Node) *gorgonia.Node {
	g := w.Grads[n]
	if len(g) == 0 {
		return nil
	}
	s := g[0]
	for _, d := range g[1:] {
		s = w.C.Add(s, d)
	}
	w.Grads[n] = append(g[:0:0], s)
	return s
}
