package onnxin

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// Graph is a file whose nodes have rules and stand in an order in which they can be built.
type Graph struct {
	*onnxfile.Graph
	Opset  int64
	DType  graph.DType // of the Builder's floats
	Inputs []Input     // those of the file that are no initializers
	Held   []Held      // parameters and states, in the order of the file

	limits    onnxfile.Limits
	nodes     []step
	constants map[string]*onnxfile.Tensor // the initializers that are neither
	held      map[string]bool
	producer  string
	rows      map[*onnxfile.Node]Row
}

// step is a node with its rule.
type step struct {
	*onnxfile.Node
	*rule
}

// Input is an input of a graph.
type Input struct {
	onnxfile.Port
	Index   bool   // it is one of Builder.Ints
	Setting bool   // its elements must be known
	As      string // what graphs call it
}

// Held is an initializer that is a parameter or a state.
type Held struct {
	*onnxfile.Tensor
	State bool
}

// New checks a model and returns its graph. rows are the operators of the compiler that nodes
// stand for; nil: none.
//
// Errors: an *export.Error with the operator or another part of the file. Its kind is
// ErrUnsupported for what is not read, ErrFormat for what ONNX does not allow, ErrMemory for what
// is beyond the limits.
func New(m *onnxfile.Model, rows map[*onnxfile.Node]Row, l onnxfile.Limits) (*Graph, error) {
	l, err := l.OrDefault()
	if err != nil {
		return nil, err
	}
	g := &Graph{Graph: m.Graph, Opset: m.Opsets[""], producer: m.Producer, rows: rows, limits: l, constants: map[string]*onnxfile.Tensor{}, held: map[string]bool{}}
	switch {
	case m.IR != 0 && (m.IR < firstIR || m.IR > lastIR):
		return nil, wrong("file", "", mistake.ErrUnsupported, "got IR version %d, want %d to %d", m.IR, firstIR, lastIR)
	case len(g.Nodes) > 0 && (g.Opset < FirstOpset || g.Opset > LastOpset) && g.ours():
		return nil, wrong("file", "", mistake.ErrUnsupported, "got opset %d of ONNX's operators, want %d to %d", g.Opset, FirstOpset, LastOpset)
	case g.Sparse:
		return nil, wrong("file", "", mistake.ErrUnsupported, "got sparse initializers, want dense ones")
	}
	if err := g.order(); err != nil {
		return nil, err
	}
	if err := g.leaves(); err != nil {
		return nil, err
	}
	g.DType = g.floats()
	return g, nil
}

// ours reports whether a node is of ONNX's own domain.
func (g *Graph) ours() bool {
	return slices.ContainsFunc(g.Nodes, func(n *onnxfile.Node) bool { return n.Domain == "" })
}

// floats returns the type of the Builder's floats: float64 if an input, an output or an
// initializer has it.
func (g *Graph) floats() graph.DType {
	for _, p := range slices.Concat(g.Graph.Inputs, g.Outputs) {
		if p.Kind == onnxfile.Double {
			return graph.Float64
		}
	}
	for _, t := range g.Tensors {
		if t.Kind == onnxfile.Double {
			return graph.Float64
		}
	}
	return graph.Float32
}

// order sorts the nodes so that each reads what was made before, and finds their rules. ONNX
// asks for that order; some writers do not keep it.
func (g *Graph) order() error {
	made := map[string]int{} // the node that makes a tensor; -1: none does
	for _, t := range g.Tensors {
		made[t.Name] = -1
	}
	for _, p := range g.Graph.Inputs {
		made[p.Name] = -1
	}
	for i, n := range g.Nodes {
		r, err := g.ruleOf(n)
		if err != nil {
			return err
		}
		g.nodes = append(g.nodes, step{n, r})
		for _, y := range n.Out {
			if _, taken := made[y]; taken && y != "" {
				return malformed(n, "makes %q, which is made already; want a new name", y)
			}
			made[y] = i
		}
	}
	made[""] = -1
	sorted, err := g.sorted(made)
	if err != nil {
		return err
	}
	for _, p := range g.Outputs {
		if _, ok := made[p.Name]; !ok {
			return wrong("output", p.Name, mistake.ErrFormat, "got an output that nothing makes")
		}
	}
	if len(g.Outputs) == 0 {
		return wrong("file", "", mistake.ErrFormat, "got no outputs, want at least one")
	}
	g.nodes = sorted
	return nil
}

// sorted returns the nodes in order. made has the node that makes each tensor.
func (g *Graph) sorted(made map[string]int) ([]step, error) {
	waits := make([]int, len(g.nodes))     // the operands that are not made yet
	readers := make([][]int, len(g.nodes)) // the nodes that read the results of one
	for i, n := range g.nodes {
		for _, x := range n.In {
			from, ok := made[x]
			if !ok {
				return nil, malformed(n.Node, "reads %q, which nothing makes", x)
			}
			if from >= 0 {
				waits[i]++
				readers[from] = append(readers[from], i)
			}
		}
	}
	var ready []int
	for i := range g.nodes {
		if waits[i] == 0 {
			ready = append(ready, i)
		}
	}
	if g.inOrder(made) {
		return g.nodes, nil
	}
	var out []step
	for ; len(ready) > 0; ready = ready[1:] {
		i := ready[0]
		out = append(out, g.nodes[i])
		for _, j := range readers[i] {
			if waits[j]--; waits[j] == 0 {
				ready = append(ready, j)
			}
		}
	}
	for i, n := range g.nodes {
		if waits[i] > 0 {
			return nil, malformed(n.Node, "reads what is computed from its own result")
		}
	}
	return out, nil
}

// inOrder reports whether each node reads what stands before it.
func (g *Graph) inOrder(made map[string]int) bool {
	for i, n := range g.nodes {
		for _, x := range n.In {
			if made[x] >= i {
				return false
			}
		}
	}
	return true
}
