package train

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// BadNode is a node whose value is not finite, while the values of its operands are.
type BadNode struct {
	Op   string // the operator; "input" or "parameter" for those
	Name string // the name of the node
	Type string // element type and shape, such as f64[32,10]
	At   string // the file:line that built it; "" if it is not known
	// Backward: the node is part of the gradient. At is then the line of the node that
	// it is a derivative of.
	Backward bool
}

// String returns the node in one line.
func (n *BadNode) String() string {
	s := fmt.Sprintf("%s %q %s", n.Op, n.Name, n.Type)
	if n.Backward {
		s += " in the gradient"
	}
	if n.At != "" {
		if n.Backward {
			s += " of what was built"
		}
		s += " at " + n.At
	}
	return s
}

// diagnose computes a piece of a step again, node by node. It goes from the number that e speaks of,
// the loss, a gradient or the new value of a state, along nodes that are not finite. It
// returns the first one on the way whose operands are finite; nil if the nodes cannot be
// computed, for example for want of memory.
func (t *Trainer) diagnose(s *session, index []int, draw int, e *NotFiniteError) *BadNode {
	m, err := t.build(training, s.n)
	if err != nil {
		return nil
	}
	root := m.rootOf(e)
	order, in, err := nodesOf(m.b.Graph(), gorgonia.Nodes{m.loss, root})
	if err != nil {
		return nil
	}
	prog, err := m.b.Compile(graph.Options{Outputs: order, Workers: t.o.Workers, MemoryLimit: t.o.MemoryLimit})
	if err != nil {
		return nil
	}
	again := &session{prog: prog, n: s.n, kind: training, augment: s.augment, seed: s.seed, epoch: s.epoch, batch: s.batch}
	if err := again.bind(s.set, t); err != nil {
		return nil
	}
	if _, err := again.run(index, draw); err != nil {
		return nil
	}
	bad := map[*gorgonia.Node]bool{}
	var values []float64
	for i, n := range order {
		values = graph.OutputOf[float64](prog, i).Read(values)
		for _, x := range values {
			bad[n] = bad[n] || !isFinite(x)
		}
	}
	first := firstBad(order, in, bad, root)
	if first == nil {
		return nil
	}
	return describeBad(m, first, e.Stage == StageGradient && !needs(m, first))
}

// rootOf returns the node of the number that e speaks of.
func (m *modelGraph) rootOf(e *NotFiniteError) *gorgonia.Node {
	switch e.Stage {
	case StageGradient:
		for i, p := range m.b.ParamNodes() {
			if p.Name() == e.Param {
				return m.grads[i]
			}
		}
	case StageState:
		for _, n := range m.b.Graph().AllNodes() {
			if op.IsState(n) && op.NameOf(n) == e.Param {
				return m.b.Updated(n)
			}
		}
	}
	return m.loss
}

// needs reports whether the loss of m needs n.
func needs(m *modelGraph, n *gorgonia.Node) bool {
	list, _, err := nodesOf(m.b.Graph(), gorgonia.Nodes{m.loss})
	return err == nil && slices.Contains(list, n)
}

// nodesOf returns the nodes of floats that the roots need, operands first, and the
// operands of each.
func nodesOf(g *gorgonia.ExprGraph, roots gorgonia.Nodes) (order gorgonia.Nodes, in map[*gorgonia.Node]gorgonia.Nodes, err error) {
	in = map[*gorgonia.Node]gorgonia.Nodes{}
	c := op.NewCtx(g)
	stack := append(gorgonia.Nodes(nil), roots...)
	done := map[*gorgonia.Node]bool{}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		if _, seen := in[n]; !seen { // first its operands
			a, isOp, err := foreign.Describe(c, n)
			if err != nil {
				return nil, nil, err
			}
			in[n] = nil
			if isOp {
				in[n] = a.In
			}
			for _, x := range in[n] {
				if _, seen := in[x]; !seen {
					stack = append(stack, x)
				}
			}
			continue
		}
		stack = stack[:len(stack)-1]
		t, err := op.TypeOf(n)
		if err != nil {
			return nil, nil, err
		}
		if !done[n] && t.DType.IsFloat() {
			order = append(order, n)
		}
		done[n] = true
	}
	return order, in, nil
}

// firstBad follows the bad nodes from the root to those with good operands, and returns
// the one of them that is computed first; nil for none.
func firstBad(order gorgonia.Nodes, in map[*gorgonia.Node]gorgonia.Nodes, bad map[*gorgonia.Node]bool, root *gorgonia.Node) *gorgonia.Node {
	begins := map[*gorgonia.Node]bool{}
	seen := map[*gorgonia.Node]bool{root: true}
	for stack := (gorgonia.Nodes{root}); len(stack) > 0; {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		begins[n] = bad[n]
		for _, x := range in[n] {
			if bad[x] {
				begins[n] = false
				if !seen[x] {
					seen[x] = true
					stack = append(stack, x)
				}
			}
		}
	}
	for _, n := range order {
		if begins[n] {
			return n
		}
	}
	return nil
}

func describeBad(m *modelGraph, n *gorgonia.Node, backward bool) *BadNode {
	out := &BadNode{Op: "input", Name: op.NameOf(n), At: op.PositionOf(n), Backward: backward}
	if t, err := op.TypeOf(n); err == nil {
		out.Type = t.String()
	}
	if q := m.b.Params().Get(out.Name); q != nil && n.Op() == nil {
		out.Op = "parameter"
		if q.State {
			out.Op = "state"
		}
	}
	if a, isOp, err := foreign.Describe(op.NewCtx(m.b.Graph()), n); err == nil && isOp {
		out.Op = a.Entry.Name
	}
	return out
}
