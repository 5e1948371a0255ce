package machine

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Machine runs a plain gorgonia graph as gorgonia.NewTapeMachine does, compiled. It
// is a gorgonia.VM.
//
// RunAll computes the graph. The graph may have gradient nodes, from gorgonia.Grad or
// from this module's autograd. If it has none, Differentiate asks for the gradients.
//
// # What a run reads
//
// Every leaf must have a value, by gorgonia.Let or an initializer, when RunAll is
// called. Each run reads the leaves anew, and with them the bounds of slices and
// whether batch normalisation and dropout train. Batch normalisation keeps its running
// statistics. Dropout draws a new mask in each run; the masks are the same in every
// process. gorgonia.Set does nothing, as on gorgonia's own machines.
//
// # What a run leaves
//
// After RunAll these have values:
//
//   - the nodes that the user's own calls returned, such as costs, predictions and the
//     layers before them. KeepOnly leaves fewer of them, for speed;
//   - the gradients of leaves, where Grad and gorgonia's solvers find them;
//   - the nodes that gorgonia.Read reads.
//
// Two kinds of nodes keep their old value, unless they are given to New. One kind is the
// steps that gorgonia.Grad or autograd built for the gradients that they returned. The
// other is the steps within one of gorgonia's functions, such as the columns of a
// convolution.
//
// Values are views of the machine's memory, which the next run overwrites. A leaf may have
// memory for its gradient, by gorgonia.WithGrad or from another machine. Then the gradient
// is copied there.
//
// # Where gorgonia is wrong
//
// Operators that this module has no kernel for run by their own Do method, right or wrong.
// Stats counts them. All other operators are computed correctly, also those whose kernel
// in gorgonia is wrong.
//
// Gradients are computed as gorgonia.Grad built them, if its rules are right. In two cases
// the machine differentiates the costs anew. One is a wrong rule. The other is a second call
// of gorgonia.Grad, which returns terms of gradients instead of their sums. The nodes that
// gorgonia.Grad returned then get the right gradients.
//
// Lint lists what cannot be put right: gorgonia made one node of two, or returned the
// gradient of an earlier cost.
//
// A Machine is for one goroutine at a time.
type Machine struct {
	g    *gorgonia.ExprGraph
	keep []*gorgonia.Node
	only bool           // KeepOnly was called
	cost *gorgonia.Node // of Differentiate
	wrt  []*gorgonia.Node

	settings *foreign.Settings // of the graph's operators: each set has a program
	nodes    int               // number of the graph's nodes when the programs were built
	built    map[string]runner
	now      runner
}

// runner is the graph, compiled for one set of settings of its operators.
type runner interface {
	run() error              // computes the graph
	show() error             // gives the nodes their values
	program() *graph.Program // that computes it
}

var _ gorgonia.VM = (*Machine)(nil)

// New returns a machine for g. It sets the operators of g to training, as
// gorgonia.NewTapeMachine does. A run also leaves the values of the nodes keep.
//
// The first RunAll compiles the graph. After nodes were added, RunAll compiles it again.
// RunAll reports mistakes, such as a nil graph.
func New(g *gorgonia.ExprGraph, keep ...*gorgonia.Node) *Machine {
	return newMachine(g, keep, true)
}

// NewEval returns a machine as New does, with the operators set to evaluation, as
// gorgonia.EvalMode does. Batch normalisation uses its running statistics, and dropout does
// nothing.
func NewEval(g *gorgonia.ExprGraph, keep ...*gorgonia.Node) *Machine {
	return newMachine(g, keep, false)
}

func newMachine(g *gorgonia.ExprGraph, keep []*gorgonia.Node, training bool) *Machine {
	m := &Machine{g: g, keep: keep, built: map[string]runner{}}
	if g != nil {
		_ = foreign.SetTraining(g, training) // gorgonia's own operators cannot fail, and its machines do not ask others
	}
	return m
}

// Differentiate makes every run compute the gradients of cost by the leaves wrt, for
// Grad and gorgonia's solvers to find. It replaces gorgonia.Grad, as
// gorgonia.NewLispMachine does.
//
// cost must be a scalar node of the graph and wrt leaves of it (ErrOption).
// Differentiate must be called once, before the first RunAll.
func (m *Machine) Differentiate(cost *gorgonia.Node, wrt ...*gorgonia.Node) error {
	switch {
	case m == nil:
		return mistake.Optionf("machine: Differentiate: got a nil Machine, want one from New or NewEval")
	case m.now != nil:
		return mistake.Optionf("machine: Differentiate: got a Machine that has run, want the call before the first RunAll")
	case m.cost != nil:
		return mistake.Optionf("machine: Differentiate: got a second call, want one")
	case cost == nil || cost.Graph() != m.g || !cost.IsScalar():
		return mistake.Optionf("machine: Differentiate: got the cost %s, want a scalar node of the graph", m.text(cost))
	case len(wrt) == 0:
		return mistake.Optionf("machine: Differentiate: got no leaves to differentiate by, want at least one")
	}
	for i, n := range wrt {
		if n == nil || n.Graph() != m.g || n.Op() != nil {
			return mistake.Optionf("machine: Differentiate: node %d to differentiate by: got %s, want a leaf of the graph", i, m.text(n))
		}
	}
	m.cost, m.wrt = cost, wrt
	return nil
}

// text returns a node as messages write it.
func (m *Machine) text(n *gorgonia.Node) string {
	switch {
	case n == nil:
		return "nil"
	case n.Graph() != m.g:
		return "a node of another graph"
	}
	return fmt.Sprintf("%q %v", op.NameOf(n), ir.Shape(n.Shape()))
}

// KeepOnly makes runs leave fewer values, which takes less time and memory. Among the
// nodes that other nodes read, only the given ones get their values. Nodes that no
// other node reads and gradients of leaves get theirs as before.
//
// The nodes must be of the graph (ErrOption). KeepOnly must be called before the first
// RunAll.
func (m *Machine) KeepOnly(nodes ...*gorgonia.Node) error {
	if m == nil {
		return mistake.Optionf("machine: KeepOnly: got a nil Machine, want one from New or NewEval")
	}
	if m.now != nil {
		return mistake.Optionf("machine: KeepOnly: got a Machine that has run, want the call before the first RunAll")
	}
	for i, n := range nodes {
		if n == nil || n.Graph() != m.g {
			return mistake.Optionf("machine: KeepOnly: node %d: got %s, want a node of the graph", i, m.text(n))
		}
	}
	m.keep, m.only = nodes, true
	return nil
}

// Reset does nothing, since every run starts anew. gorgonia.VM requires it.
func (m *Machine) Reset() {}

// Close does nothing, since the machine holds only memory. gorgonia.VM requires it. It
// returns nil.
func (m *Machine) Close() error { return nil }

// Stats returns the Stats of the compiled program. Before the first RunAll they are zero.
func (m *Machine) Stats() graph.Stats {
	if m == nil || m.now == nil {
		return graph.Stats{}
	}
	return m.now.program().Stats()
}

// Profile runs the graph the given number of times and measures its kernels, as
// graph.Program.Profile does. Errors: ErrOption before the first RunAll, and those of
// graph.Program.Profile.
func (m *Machine) Profile(runs int) (graph.Profile, error) {
	if m == nil || m.now == nil {
		return graph.Profile{}, mistake.Optionf("machine: Profile: got a Machine that has not run, want RunAll before")
	}
	return m.now.program().Profile(runs)
}

// RunAll computes the graph.
//
// Errors: ErrOption or ErrShape for a leaf without a value or with another shape.
// ErrUnsupported for a graph of float32 and float64. A *graph.MemoryError for a graph that is
// too large. The error of an operator that fails.
func (m *Machine) RunAll() error {
	if m == nil {
		return mistake.Optionf("machine: RunAll: got a nil Machine, want one from New or NewEval")
	}
	if m.now == nil || m.settings.Changed() || len(m.g.AllNodes()) != m.nodes {
		if err := m.choose(); err != nil {
			return errors.Wrap(err, "machine: RunAll")
		}
	}
	return errors.Wrap(m.now.run(), "machine: RunAll")
}

// maxBuilt is the number of programs that a Machine keeps, one for each set of settings.
const maxBuilt = 16

// choose takes the program for the present settings of the operators, which it compiles if
// there is none. It makes its memory the values of the nodes.
func (m *Machine) choose() (err error) {
	defer func() {
		if r := recover(); r != nil { // a broken invariant of the compiler
			err = errors.Errorf("internal error: %v", r)
		}
	}()
	if m.g == nil {
		return mistake.Optionf("got a nil graph, want one with an operator")
	}
	if n := len(m.g.AllNodes()); m.settings == nil || n != m.nodes { // the user has added to the graph
		m.settings, m.nodes = foreign.SettingsOf(m.g), n
		m.built = map[string]runner{}
	}
	m.now = nil
	if len(m.built) >= maxBuilt {
		clear(m.built)
	}
	key := m.settings.Key()
	p := m.built[key]
	if p == nil {
		if p, err = m.compile(); err != nil {
			return err
		}
		m.built[key] = p
	}
	if err := p.show(); err != nil {
		return err
	}
	m.now = p
	return nil
}
