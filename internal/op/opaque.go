package op

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// OpaqueName is the name of the rows that call a foreign operator's Do: how many
// of them a program has is what it fell back on.
const OpaqueName = "opaque"

// attrs tell the row's nodes apart for the compiler, which merges equal ones, and
// say what the operator is, and why it could not be read if somebody tried.
func (e *Entry) attrs(n *gorgonia.Node, unread error) ir.Attrs {
	if e == nil {
		return nil
	}
	what := n.Op().String()
	if unread != nil {
		what += ": " + unread.Error()
	}
	return ir.A("node", int(n.ID()), "op", what)
}

// opaqueRow is a row for one node whose operator has no row of its own: it
// computes by the operator's Do and differentiates by its SymDiff.
func opaqueRow(n *gorgonia.Node, out ir.Type, in []*gorgonia.Node) (*Entry, error) {
	f := fieldsOf(n.Op())
	e := &Entry{Def: ir.Def{Name: OpaqueName, Class: ir.Opaque, Arity: len(in),
		Infer: func([]ir.Type, ir.Attrs) (ir.Type, error) { return out, nil }}}
	e.F32 = ir.Kernel[float32]{Run: func(c *ir.Call[float32]) { runOpaque(n, in, c) }}
	e.F64 = ir.Kernel[float64]{Run: func(c *ir.Call[float64]) { runOpaque(n, in, c) }}
	if sd, ok := n.Op().(gorgonia.SDOp); ok {
		e.VJP = func(c *Ctx, a Applied, d *gorgonia.Node) []*gorgonia.Node {
			grads, err := symDiff(c, sd, a, d)
			if err != nil {
				c.Fail(OpaqueName, n.Name(), a.In, errors.Wrapf(err, "gorgonia's derivative of %v", n.Op()))
				return make([]*gorgonia.Node, len(a.In))
			}
			return grads
		}
		if isMeanCTC(f) {
			e.VJP = meanCTC(e.VJP)
		}
	}
	return e, f.err()
}

// symDiff asks a foreign operator for its derivative and checks what comes back.
// Where c builds apart, gorgonia sees nodes of c's graph that equal the operands.
func symDiff(c *Ctx, sd gorgonia.SDOp, a Applied, d *gorgonia.Node) (grads []*gorgonia.Node, err error) {
	in, out := slices.Clone(a.In), a.Out
	if c.apart {
		for i, x := range in {
			in[i] = c.same(x)
		}
		out, d = c.same(out), c.same(d)
		if c.Err != nil {
			return nil, c.Err
		}
	}
	building.Lock()
	defer building.Unlock()
	g, wrt, err := askSymDiff(sd, in, out, d)
	if err != nil {
		return nil, err
	}
	if len(g) < len(a.In) || len(wrt) < len(a.In) { // some have more
		return nil, errors.Errorf("it has %d gradients for %d operands", len(g), len(a.In))
	}
	grads = make([]*gorgonia.Node, len(a.In))
	for i, n := range g[:len(a.In)] {
		if n == nil || !wrt[i] {
			continue
		}
		want, _ := TypeOf(a.In[i])
		got, err := TypeOf(n)
		if err != nil {
			return nil, err
		}
		if n.Graph() != d.Graph() || got.Shape.Size() != want.Shape.Size() {
			return nil, shapef("it has the gradient %v for the operand %v", got.Shape, want.Shape)
		}
		grads[i] = n
	}
	return grads, nil
}

// askSymDiff calls a foreign operator's rule, and says which operands it has a
// gradient of. A rule that panics has failed.
func askSymDiff(sd gorgonia.SDOp, in []*gorgonia.Node, out, d *gorgonia.Node) (grads gorgonia.Nodes, wrt []bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("it panics: %v", r)
		}
	}()
	wrt = sd.DiffWRT(len(in))
	grads, err = sd.SymDiff(in, out, d)
	return grads, wrt, err
}

// same is x as a node of c's graph.
func (c *Ctx) same(x *gorgonia.Node) *gorgonia.Node {
	if c.Err != nil || x.Graph() == c.Graph {
		return x
	}
	return c.Apply(&Reshape, ir.A("shape", []int(c.Shape(x))), x)
}

// runOpaque calls Do with tensors that show the operands, and copies the result.
func runOpaque[T ir.Float](n *gorgonia.Node, in []*gorgonia.Node, c *ir.Call[T]) {
	defer func() {
		if r := recover(); r != nil {
			c.Fault.Report(errors.Errorf("op: gorgonia's %v panics: %v", n.Op(), r))
		}
	}()
	vals := make([]gorgonia.Value, len(in))
	for i := range in {
		t := c.V.In[i].Type
		switch {
		case t.DType == ir.Int:
			vals[i] = wrap[T](t.Shape, nil, append([]int(nil), c.IntIn[i]...))
		default:
			vals[i] = wrap(t.Shape, append([]T(nil), c.In[i]...), nil)
		}
	}
	v, err := doForeign(n.Op(), vals)
	if err != nil {
		c.Fault.Report(errors.Wrapf(err, "op: gorgonia's %v", n.Op()))
		return
	}
	data, err := ValueData(v)
	f, isFloat := data.([]float64)
	k, isInt := data.([]int)
	switch {
	case err == nil && isFloat && c.IntOut == nil && len(f) == len(c.Out):
		for i, x := range f {
			c.Out[i] = T(x)
		}
	case err == nil && isInt && len(k) == len(c.IntOut):
		copy(c.IntOut, k)
	default:
		c.Fault.Report(shapef("op: gorgonia's %v returned %v, want %v", n.Op(), shapeOf(v), c.V.Type))
	}
}

func shapeOf(v gorgonia.Value) tensor.Shape {
	if v == nil {
		return nil
	}
	return v.Shape()
}
