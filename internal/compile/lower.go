package compile

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"

	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
)

// Leaf says what a node without operands is to the compiler.
type Leaf struct {
	Kind  ir.Leaf
	Name  string
	Index int     // of a parameter
	Data  any     // of a constant: []float64 or []int
	PC    uintptr // the line that asked for it, or 0
}

// ForeignLeaf reads a leaf that gorgonia made. With a value it is a constant with the
// present elements, without one it is an input under its name.
func ForeignLeaf(n *gorgonia.Node) (Leaf, error) {
	if n.Value() == nil {
		return Leaf{Kind: ir.Input, Name: n.Name()}, nil
	}
	data, err := op.ValueData(n.Value())
	if err != nil {
		return Leaf{}, errors.Wrapf(err, "node %q", n.Name())
	}
	return Leaf{Kind: ir.Const, Name: n.Name(), Data: data}, nil
}

// Source is a graph to compile.
type Source struct {
	Name string
	Out  []*gorgonia.Node
	PC   uintptr // the line that asked for the results, or 0
	Leaf func(n *gorgonia.Node) (Leaf, error)
	// Describe reads a node; nil: as foreign.Describe does.
	Describe func(n *gorgonia.Node) (a op.Applied, isOp bool, err error)
}

// Lower reads the nodes that the results need into a Func. It does not recurse: a graph
// may be of any depth.
func Lower(s Source) (*ir.Func, error) {
	f := &ir.Func{Name: s.Name}
	l := lowering{Source: s, f: f, done: map[*gorgonia.Node]*ir.Value{}, inputs: map[string]*ir.Value{}}
	if l.Describe == nil {
		c := op.Apart()
		l.Describe = func(n *gorgonia.Node) (op.Applied, bool, error) { return foreign.Describe(c, n) }
	}
	for _, n := range s.Out {
		v, err := l.lower(n)
		if err != nil {
			return nil, err
		}
		f.Out = append(f.Out, v)
	}
	return f, nil
}

type lowering struct {
	Source
	f      *ir.Func
	done   map[*gorgonia.Node]*ir.Value
	inputs map[string]*ir.Value
}

func (l *lowering) lower(root *gorgonia.Node) (*ir.Value, error) {
	type frame struct {
		n  *gorgonia.Node
		a  op.Applied
		at int
		pc uintptr // the line that asked for n or, if nobody knows, for what reads it
	}
	var stack []frame
	open := map[*gorgonia.Node]bool{}
	push := func(n *gorgonia.Node, pc uintptr) error {
		if l.done[n] != nil {
			return nil
		}
		if open[n] {
			return mistake.Optionf("got the node %q among its own operands, want a graph without cycles", op.NameOf(n))
		}
		a, isOp, err := l.Describe(n)
		if err != nil {
			return err
		}
		if !isOp {
			return l.addLeaf(n)
		}
		if line := op.LineOf(n); line != 0 {
			pc = line
		}
		open[n] = true
		stack = append(stack, frame{n: n, a: a, pc: pc})
		return nil
	}
	if err := push(root, l.PC); err != nil {
		return nil, err
	}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.at < len(top.a.In) {
			x := top.a.In[top.at]
			top.at++
			if err := push(x, top.pc); err != nil {
				return nil, err
			}
			continue
		}
		if err := l.add(top.a, top.pc); err != nil {
			return nil, err
		}
		delete(open, top.n)
		stack = stack[:len(stack)-1]
	}
	return l.done[root], nil
}

// addLeaf appends a leaf. Inputs with the same name and type are one input.
func (l *lowering) addLeaf(n *gorgonia.Node) error {
	t, err := op.TypeOf(n)
	if err != nil {
		return err
	}
	leaf, err := l.Leaf(n)
	if err != nil {
		return err
	}
	if v := l.inputs[leaf.Name]; v != nil && leaf.Kind == ir.Input && v.Type.Equal(t) {
		l.done[n] = v
		return nil
	}
	l.done[n] = l.f.Add(&ir.Value{Leaf: leaf.Kind, Name: leaf.Name, Index: leaf.Index, Data: leaf.Data, PC: leaf.PC, Type: t})
	if leaf.Kind == ir.Input {
		l.inputs[leaf.Name] = l.done[n]
	}
	return nil
}

// add appends the application a, which the line pc asked for. Gorgonia's elementwise operators take a scalar beside a
// tensor: add broadcasts the scalar.
func (l *lowering) add(a op.Applied, pc uintptr) error {
	out, err := op.TypeOf(a.Out)
	if err != nil {
		return err
	}
	in := make([]*ir.Value, len(a.In))
	for i, x := range a.In {
		in[i] = l.done[x]
		if a.Entry.Class == ir.Elementwise && !in[i].Type.Shape.Equal(out.Shape) {
			in[i], err = l.f.New(&op.Broadcast.Def, ir.A("shape", []int(out.Shape)), in[i])
			if err != nil {
				return errors.Wrapf(err, "%s %q", a.Entry.Name, op.NameOf(a.Out))
			}
		}
	}
	v, err := l.f.New(&a.Entry.Def, a.Attrs, in...)
	if err != nil {
		return errors.Wrapf(err, "%s %q", a.Entry.Name, op.NameOf(a.Out))
	}
	if !v.Type.Shape.Equal(out.Shape) && v.Type.Shape.Size() == out.Shape.Size() {
		// gorgonia has another shape for some results of one element or one column
		if v, err = l.f.New(&op.Reshape.Def, ir.A("shape", []int(out.Shape)), v); err != nil {
			return errors.Wrapf(err, "%s %q", a.Entry.Name, op.NameOf(a.Out))
		}
	}
	v.PC = pc
	if o, ok := a.Out.Op().(*op.Op); ok {
		v.Name, v.Made, v.Scope = o.Label, o.Made, o.Scope
	}
	l.done[a.Out] = v
	return nil
}
