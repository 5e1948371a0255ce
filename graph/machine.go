package graph

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/foreign"
	"gorgonia.org/gorgonia"
)

// Machine runs a plain gorgonia graph as gorgonia.NewTapeMachine does, compiled:
// it is a gorgonia.VM. Graphs with gradient nodes of gorgonia.Grad or of this
// module's autograd run alike, and so do graphs without, whose gradients the
// machine is asked for by Differentiate.
//
// A run leaves a value on every node that the user's calls returned: costs,
// predictions, and what lies on the way to them. It leaves gradients on leaves, so
// that Grad and gorgonia's solvers find them, and in what gorgonia.Read reads. Two
// kinds of nodes are the compiler's own and keep the value that they had, unless
// they are given to NewMachine: those that gorgonia.Grad or autograd built on the
// way to what they returned, and the steps inside of one of gorgonia's functions:
// the columns of a convolution, the repeated operand of a broadcast, the comparison
// of a rectifier. KeepOnly makes runs faster by leaving fewer values.
//
// Values are views of the machine's memory: the next run overwrites them. A node
// that has a gradient of its own, by gorgonia.WithGrad or from another machine, gets
// the gradient copied into that, in place of what was there.
//
// Leaves must have values, by gorgonia.Let or an initializer, when RunAll is
// called, and are read anew by each run. So are the bounds of slices, and whether
// batch normalisation and dropout train. Batch normalisation keeps its running
// statistics; dropout draws a mask for each run, the same in every process.
// gorgonia.Set does nothing, as on gorgonia's own machines.
//
// Operators for which this module has no kernel run by their own Do; Stats counts
// them. Where gorgonia's kernel is wrong, this one is right. Gradients are computed
// as gorgonia.Grad built them if its rules are right. If one on the way from the
// cost is wrong, or if gorgonia.Grad was called more than once, which gives terms
// of gradients instead of their sums, the machine differentiates the costs anew,
// and the nodes that gorgonia.Grad returned have the right gradients. What cannot
// be put right, since gorgonia made one node of two, or returned the gradient of
// an earlier cost, Lint names. A Machine is for one goroutine.
type Machine struct {
	g    *gorgonia.ExprGraph
	keep []*gorgonia.Node
	only bool           // nothing else inside of the graph is kept
	cost *gorgonia.Node // of Differentiate
	wrt  []*gorgonia.Node

	settings *foreign.Settings // of the graph's operators, which programs depend on
	nodes    int               // of the graph, when built was begun
	built    map[string]*machineProgram
	now      *machineProgram
}

var _ gorgonia.VM = (*Machine)(nil)

// NewMachine is a machine for g, whose operators are set to training, as
// gorgonia.NewTapeMachine sets them. keep are nodes whose values are wanted beside
// those that every run leaves. The graph is compiled by the first RunAll, and anew by
// the first one after nodes were added to it.
func NewMachine(g *gorgonia.ExprGraph, keep ...*gorgonia.Node) *Machine {
	return newMachine(g, keep, true)
}

// NewEvalMachine is NewMachine with the operators set to evaluation, as
// gorgonia.EvalMode does: batch normalisation uses its running statistics, dropout
// lets everything through.
func NewEvalMachine(g *gorgonia.ExprGraph, keep ...*gorgonia.Node) *Machine {
	return newMachine(g, keep, false)
}

func newMachine(g *gorgonia.ExprGraph, keep []*gorgonia.Node, training bool) *Machine {
	m := &Machine{g: g, keep: keep, built: map[string]*machineProgram{}}
	if g != nil {
		_ = foreign.SetTraining(g, training) // gorgonia's own operators cannot fail, and its machines do not ask others
	}
	return m
}

// Differentiate makes every run leave the gradients of cost, a scalar of the
// graph, on the leaves wrt, for Grad and gorgonia's solvers to find, as
// gorgonia.NewLispMachine does by itself: gorgonia.Grad need not be called. It
// must be called before the first RunAll, and once.
func (m *Machine) Differentiate(cost *gorgonia.Node, wrt ...*gorgonia.Node) error {
	switch {
	case m == nil:
		return errors.Wrap(ErrOption, "graph: Machine: Differentiate: got no Machine")
	case m.now != nil || m.cost != nil:
		return errors.Wrap(ErrOption, "graph: Machine: Differentiate: the machine has run, or was told before")
	case cost == nil || cost.Graph() != m.g || !cost.IsScalar():
		return errors.Wrap(ErrOption, "graph: Machine: Differentiate: the cost is no scalar node of the graph")
	case len(wrt) == 0:
		return errors.Wrap(ErrOption, "graph: Machine: Differentiate: got no leaves to differentiate by")
	}
	for i, n := range wrt {
		if n == nil || n.Graph() != m.g || n.Op() != nil {
			return errors.Wrapf(ErrOption, "graph: Machine: Differentiate: node %d to differentiate by is no leaf of the graph", i)
		}
	}
	m.cost, m.wrt = cost, wrt
	return nil
}

// KeepOnly makes runs leave fewer values, which takes less time and memory: among
// the nodes that other nodes read, the given ones alone get theirs. Nodes that no
// other node reads and gradients of leaves get theirs as ever. It must be called
// before the first RunAll.
func (m *Machine) KeepOnly(nodes ...*gorgonia.Node) error {
	if m == nil {
		return errors.Wrap(ErrOption, "graph: Machine: KeepOnly: got no Machine")
	}
	if m.now != nil {
		return errors.Wrap(ErrOption, "graph: Machine: KeepOnly: the machine has run")
	}
	for i, n := range nodes {
		if n == nil || n.Graph() != m.g {
			return errors.Wrapf(ErrOption, "graph: Machine: KeepOnly: node %d to keep is nil or of another graph", i)
		}
	}
	m.keep, m.only = nodes, true
	return nil
}

// Reset does nothing: a run starts anew by itself.
func (m *Machine) Reset() {}

// Close does nothing: the machine holds nothing but memory.
func (m *Machine) Close() error { return nil }

// Stats describe the compiled program; the zero Stats before the first RunAll.
func (m *Machine) Stats() Stats {
	if m == nil || m.now == nil {
		return Stats{}
	}
	return m.now.prog.Stats()
}

// Profile runs the graph so many times and says where the time goes, as
// Program.Profile does. RunAll must have run before.
func (m *Machine) Profile(runs int) (Profile, error) {
	if m == nil || m.now == nil {
		return Profile{}, errors.New("graph: Machine: Profile: the machine has not run")
	}
	return m.now.prog.Profile(runs)
}

// RunAll computes the graph. It fails if a leaf has no value or one of another
// shape or type, if the graph cannot be compiled, and if an operator of
// gorgonia's fails.
func (m *Machine) RunAll() error {
	if m == nil {
		return errors.Wrap(ErrOption, "graph: Machine: got no Machine")
	}
	if m.now == nil || m.settings.Changed() || len(m.g.AllNodes()) != m.nodes {
		if err := m.choose(); err != nil {
			return errors.Wrap(err, "graph: Machine")
		}
	}
	return m.now.run()
}

// maxBuilt is how many programs a Machine keeps for other settings.
const maxBuilt = 16

// choose takes the program for the settings of the operators, which it compiles
// if there is none yet, and shows its memory on the nodes.
func (m *Machine) choose() (err error) {
	defer func() {
		if r := recover(); r != nil { // a broken invariant of the compiler
			err = errors.Errorf("internal error: %v", r)
		}
	}()
	if m.g == nil {
		return errors.Wrap(ErrOption, "got no graph")
	}
	if n := len(m.g.AllNodes()); m.settings == nil || n != m.nodes { // the user has added to the graph
		m.settings, m.nodes = foreign.SettingsOf(m.g), n
		m.built = map[string]*machineProgram{}
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
