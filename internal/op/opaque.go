package op

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// OpaqueName is the name of the rows that call a foreign operator's Do: how many
// of them a program has is what it fell back on.
const OpaqueName = "opaque"

// attrs tell the row's nodes apart for the compiler, which merges equal ones.
func (e *Entry) attrs(n *gorgonia.Node) ir.Attrs {
	if e == nil {
		return nil
	}
	return ir.A("node", int(n.ID()), "op", n.Op().String())
}

// opaqueRow is a row for one node whose operator has no row of its own: it
// computes by the operator's Do and differentiates by its SymDiff.
func opaqueRow(n *gorgonia.Node, out ir.Type, in []*gorgonia.Node) (*Entry, error) {
	if !out.DType.IsFloat() {
		return nil, Unsupportedf("node %q has the operator %v, whose result is %v", n.Name(), n.Op(), out)
	}
	e := &Entry{Def: ir.Def{Name: OpaqueName, Class: ir.Opaque, Arity: len(in),
		Infer: func([]ir.Type, ir.Attrs) (ir.Type, error) { return out, nil }}}
	e.F32 = ir.Kernel[float32]{Run: func(c *ir.Call[float32]) { runOpaque(n, in, c) }}
	e.F64 = ir.Kernel[float64]{Run: func(c *ir.Call[float64]) { runOpaque(n, in, c) }}
	if sd, ok := n.Op().(gorgonia.SDOp); ok {
		e.VJP = func(c *Ctx, a Applied, d *gorgonia.Node) []*gorgonia.Node {
			grads, err := symDiff(sd, a, d)
			if err != nil {
				c.Fail(OpaqueName, n.Name(), a.In, errors.Wrapf(err, "gorgonia's derivative of %v", n.Op()))
				return make([]*gorgonia.Node, len(a.In))
			}
			return grads
		}
	}
	return e, nil
}

// symDiff asks a foreign operator for its derivative and checks what comes back.
func symDiff(sd gorgonia.SDOp, a Applied, d *gorgonia.Node) (grads []*gorgonia.Node, err error) {
	building.Lock()
	defer building.Unlock()
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("it panics: %v", r)
		}
	}()
	wrt := sd.DiffWRT(len(a.In))
	g, err := sd.SymDiff(a.In, a.Out, d)
	if err != nil {
		return nil, err
	}
	if len(g) != len(a.In) || len(wrt) != len(a.In) {
		return nil, errors.Errorf("it has %d gradients for %d operands", len(g), len(a.In))
	}
	grads = make([]*gorgonia.Node, len(g))
	for i, n := range g {
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
	v, err := n.Op().Do(vals...)
	if err != nil {
		c.Fault.Report(errors.Wrapf(err, "op: gorgonia's %v", n.Op()))
		return
	}
	data, err := ValueData(v)
	f, ok := data.([]float64)
	if err != nil || !ok || len(f) != len(c.Out) {
		c.Fault.Report(shapef("op: gorgonia's %v returned %v, want %v", n.Op(), shapeOf(v), c.V.Type.Shape))
		return
	}
	for i, x := range f {
		c.Out[i] = T(x)
	}
}

func shapeOf(v gorgonia.Value) tensor.Shape {
	if v == nil {
		return nil
	}
	return v.Shape()
}
