package onnxin

import (
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// use says how the nodes of a graph read a tensor.
type use uint8

const (
	setting use = 1 << iota // as numbers while the graph is built
	index                   // as indices
	state                   // as a state
	operand                 // in another way
)

// uses returns how each tensor is read. A tensor that is moved is read as the result is.
func (g *Graph) uses() map[string]use {
	all := map[string]use{}
	for _, p := range g.Outputs {
		all[p.Name] |= index
	}
	for i := len(g.nodes) - 1; i >= 0; i-- {
		n := g.nodes[i]
		var results use
		for _, y := range n.Out {
			results |= all[y]
		}
		for k, x := range n.In {
			switch {
			case slices.Contains(n.settings, k):
				all[x] |= setting
			case slices.Contains(n.indices, k):
				all[x] |= index
			case slices.Contains(n.states, k):
				all[x] |= state
			case n.moves:
				all[x] |= results
			default:
				all[x] |= operand
			}
		}
	}
	return all
}

// leaves finds out what inputs and initializers are.
func (g *Graph) leaves() error {
	uses := g.uses()
	seen := map[string]bool{}
	for _, t := range g.Tensors {
		if seen[t.Name] || t.Name == "" {
			return wrong("initializer", t.Name, mistake.ErrFormat, "got its name twice, or none; want a name of its own")
		}
		seen[t.Name] = true
		if g.isHeld(t, uses[t.Name]) {
			g.Held = append(g.Held, Held{t, uses[t.Name]&state != 0 || g.says(t, onnxfile.State)})
			g.held[t.Name] = true
		} else if t.Absent {
			return wrong("initializer", t.Name, mistake.ErrFormat, "got no numbers for what is no parameter, want them")
		} else {
			g.constants[t.Name] = t
		}
	}
	for _, p := range g.Graph.Inputs {
		if seen[p.Name] && g.constants[p.Name] == nil && !g.held[p.Name] {
			return wrong("input", p.Name, mistake.ErrFormat, "got its name twice, want it once")
		}
		if seen[p.Name] {
			continue // an initializer: the default of an input, which is not asked for
		}
		seen[p.Name] = true
		if err := checkPort(p); err != nil {
			return err
		}
		g.Inputs = append(g.Inputs, Input{p, p.Kind.IsInt(), uses[p.Name]&setting != 0, p.Name})
	}
	return nil
}

// Producer is what files of this project have as the program that wrote them.
const Producer = "symgrad"

// says reports whether this project wrote the file, and the text about the initializer.
func (g *Graph) says(t *onnxfile.Tensor, text string) bool {
	return g.producer == Producer && t.Doc == text
}

// isHeld reports whether an initializer is a parameter or a state: a tensor of floats that nodes
// compute with. What they read as a setting is none, nor is one with numbers such as the −Inf of
// masks.
func (g *Graph) isHeld(t *onnxfile.Tensor, as use) bool {
	return t.Kind.IsFloat() && t.Size > 0 && as != 0 && as&setting == 0 && !g.says(t, onnxfile.Constant) && t.Finite()
}

// checkPort returns an error for an input that no Builder can have.
func checkPort(p onnxfile.Port) error {
	switch {
	case p.Name == "":
		return wrong("input", "", mistake.ErrFormat, "got no name, want one")
	case p.Other != "":
		return wrong("input", p.Name, mistake.ErrUnsupported, "got a %s, want a tensor", p.Other)
	case p.Kind.Check() != nil:
		return wrong("input", p.Name, mistake.ErrUnsupported, "%v", p.Kind.Check())
	case !p.Shaped:
		return wrong("input", p.Name, mistake.ErrUnsupported, "got no shape, want one: its extents may be names")
	}
	return nil
}
