package formula

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Equation is one line of a model on paper: what a layer computes, or a gradient.
type Equation struct {
	// Layer is the scope of the layer, such as "encoder/dense0", or "" for the loss.
	Layer string

	// Gradient tells a gradient from what a layer computes.
	Gradient bool

	// Text, LaTeX and MathML are the whole equation, in the forms of the functions Text, LaTeX
	// and MathML. The right side is "…" if it is too long to be written.
	Text, LaTeX, MathML string
}

// Equations writes a loss layer by layer, and the gradients of its parameters in terms of the
// layers. First comes what each layer computes, in order, and the loss, which is called L. Then
// come, from the last layer to the first, the gradient ∂L/∂layer that reaches the layer, and with
// it those of its parameters. What stands outside of any scope is written where it is read.
//
// A layer is what is built within one scope: see graph.Builder.Scope. Layers of package nn have
// scopes of their own. A layer with several results has numbers: "rnn.1", "rnn.2". A layer that
// reads its own result, being used twice, is written as one. params are the nodes to differentiate by, such as those of graph.Builder.ParamNodes. A parameter that loss does
// not depend on has no equation.
//
// Errors: ErrOption for a nil node; those of autograd.Gradients.
func Equations(loss *gorgonia.Node, params ...*gorgonia.Node) (list []Equation, err error) {
	defer compile.Recover("formula: Equations", &err)
	if loss == nil {
		return nil, mistake.Optionf("formula: Equations: got a nil loss, want a node of a graph")
	}
	layers := layersOf(loss)
	p := &paper{layers: layers, params: params}
	for _, l := range layers {
		p.nodes = append(p.nodes, l.node)
	}
	grads, err := p.differentiate(loss)
	if err != nil {
		return nil, errors.Wrap(err, "formula: Equations")
	}
	p.nodes = append(append(p.nodes, loss), grads...)
	list, err = p.write()
	return list, errors.Wrap(err, "formula: Equations")
}

// layer is a result of a layer.
type layer struct {
	scope, name string
	node        *gorgonia.Node
}

// layersOf returns the results of all layers that n is made of, operands first: what was made
// within a scope and is read by what was not.
func layersOf(n *gorgonia.Node) (list []layer) {
	count := map[string]int{}
	read := readersOf(n)
	for _, n := range read.order {
		scope := scopeOf(n)
		if scope == "" {
			continue
		}
		for _, r := range read.by[n] {
			if scopeOf(r) != scope {
				count[scope]++
				list = append(list, layer{scope: scope, node: n})
				break
			}
		}
	}
	seen := map[string]int{}
	for i := range list {
		l := &list[i]
		if l.name = l.scope; count[l.scope] > 1 {
			seen[l.scope]++
			l.name = fmt.Sprint(l.scope, ".", seen[l.scope])
		}
	}
	return list
}

// scopeOf returns the scope that n was made within, or "".
func scopeOf(n *gorgonia.Node) string {
	if o, ok := n.Op().(*op.Op); ok {
		return o.Scope
	}
	return ""
}

// readers are the nodes that a node is made of, operands first, and what reads each.
type readers struct {
	order []*gorgonia.Node
	by    map[*gorgonia.Node][]*gorgonia.Node
}

// readersOf walks without recursion: a graph may be of any depth.
func readersOf(root *gorgonia.Node) readers {
	r := readers{by: map[*gorgonia.Node][]*gorgonia.Node{}}
	type visit struct {
		n    *gorgonia.Node
		done bool
	}
	seen := map[*gorgonia.Node]bool{}
	for stack := []visit{{n: root}}; len(stack) > 0; {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if v.done {
			r.order = append(r.order, v.n)
			continue
		}
		o, ok := v.n.Op().(*op.Op)
		if seen[v.n] || !ok {
			continue
		}
		seen[v.n] = true
		stack = append(stack, visit{v.n, true})
		for i := len(o.In) - 1; i >= 0; i-- {
			r.by[o.In[i]] = append(r.by[o.In[i]], v.n)
			stack = append(stack, visit{n: o.In[i]})
		}
	}
	return r
}

// paper writes equations.
type paper struct {
	layers []layer
	params []*gorgonia.Node
	nodes  []*gorgonia.Node // results of layers, the loss, gradients of layers, of params
	has    []bool           // for each layer and parameter: the loss depends on it
}

// differentiate returns the gradients by what the loss depends on: layers, then params.
func (p *paper) differentiate(loss *gorgonia.Node) (gorgonia.Nodes, error) {
	wrt := append(append(gorgonia.Nodes{}, p.nodes...), p.params...)
	p.has = make([]bool, len(wrt))
	if len(wrt) == 0 {
		return nil, nil
	}
	unused := map[*gorgonia.Node]bool{}
	grads, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true, Unconnected: func(n *gorgonia.Node) { unused[n] = true }}, loss, wrt...)
	if err != nil {
		return nil, err
	}
	var out gorgonia.Nodes
	for i, n := range wrt {
		if p.has[i] = !unused[n]; p.has[i] {
			out = append(out, grads[i])
		}
	}
	return out, nil
}

// write returns the equations of p.nodes.
func (p *paper) write() ([]Equation, error) {
	f, err := lower(p.nodes...)
	if err != nil {
		return nil, err
	}
	lines := p.lines()
	w := newWriter(map[*ir.Value]*sym.Expr{})
	for i, v := range f.Out {
		if _, ok := w.names[v]; !ok && v.Def != nil && lines[i].cuts {
			w.names[v] = lines[i].left
		}
	}
	for _, v := range f.Values {
		_ = w.add(v) // what is too long is written as such
	}
	var swaps []sym.Swap // a derivative may have the result of a layer as a part
	for i := range p.layers {
		if own := w.own[f.Out[i]]; own != nil && own.Depth() > 1 {
			swaps = append(swaps, sym.Swap{Old: own, New: lines[i].left})
		}
	}
	out := make([]Equation, 0, len(lines))
	for i, v := range f.Out {
		right := w.own[v]
		if name, ok := w.names[v]; ok && name != lines[i].left {
			right = name
		} else if right != nil && lines[i].Gradient {
			right = right.Replace(swaps)
		}
		out = append(out, lines[i].equation(right))
	}
	first := len(p.layers) + 1
	backward := out[first:]
	sorted := out[:first:first]
	for i := len(p.layers); i >= 0; i-- { // gradients of a layer, then of its parameters
		for k, l := range lines[first:] {
			if l.layer == i {
				sorted = append(sorted, backward[k])
			}
		}
	}
	return sorted, nil
}

// line is the left side of an equation.
type line struct {
	Equation
	left  *sym.Expr
	cuts  bool // others refer to it
	layer int  // of a gradient: the number of its layer, from 1; 0 for a parameter of none
}

// lines returns the left sides for p.nodes.
func (p *paper) lines() (list []line) {
	last := map[string]int{} // layers by their scopes
	for i, l := range p.layers {
		last[l.scope] = i + 1
		list = append(list, line{Equation: Equation{Layer: l.scope}, left: sym.Name(l.name), cuts: true})
	}
	list = append(list, line{left: sym.Name("L"), cuts: true})
	for i, l := range p.layers {
		if p.has[i] {
			list = append(list, line{Equation: Equation{Layer: l.scope, Gradient: true}, left: sym.Slope("L", l.name), cuts: true, layer: i + 1})
		}
	}
	for i, n := range p.params {
		if !p.has[len(p.layers)+i] {
			continue
		}
		scope := ""
		if at := strings.LastIndexByte(n.Name(), '/'); at > 0 {
			scope = n.Name()[:at]
		}
		list = append(list, line{Equation: Equation{Layer: scope, Gradient: true}, left: sym.Slope("L", n.Name()), layer: last[scope]})
	}
	return list
}

// equation returns the line with its right side; nil for one that is too long.
func (l line) equation(right *sym.Expr) Equation {
	if right == nil {
		right = sym.Name("…")
	}
	e := l.Equation
	e.Text = l.left.Text() + " = " + right.Text()
	e.LaTeX = l.left.LaTeX() + " = " + right.LaTeX()
	e.MathML = mathElement("<mrow>" + l.left.MathML() + "<mo>=</mo>" + right.MathML() + "</mrow>")
	return e
}
