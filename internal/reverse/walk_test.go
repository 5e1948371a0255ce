package reverse_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// TestBrokenRule gives rules that return too few or too many gradients: whoever
// asks them gets an error that names the operator, not a gradient that is lost.
func TestBrokenRule(t *testing.T) {
	for _, count := range []int{0, 1, 3} {
		row := &op.Entry{
			Def: ir.Def{Name: "crooked", Class: ir.Opaque, Arity: 2, Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) { return in[0], nil }},
			VJP: func(c *op.Ctx, n op.Applied, d *gorgonia.Node) []*gorgonia.Node {
				return []*gorgonia.Node{d, d, d}[:count]
			},
		}
		c := op.NewCtx(gorgonia.NewGraph())
		x := c.Leaf(ir.Type{DType: ir.F64, Shape: ir.Shape{3}}, "x")
		y := c.Leaf(ir.Type{DType: ir.F64, Shape: ir.Shape{3}}, "y")
		z := c.Apply(row, nil, x, y)
		if c.Err != nil {
			t.Fatal(c.Err)
		}
		_, reverse := autograd.VJP(z, x, x, y)
		_, forward := autograd.JVP(gorgonia.Nodes{z}, gorgonia.Nodes{x, y}, gorgonia.Nodes{x, y})
		_, foreign := z.Op().(gorgonia.SDOp).SymDiff(nil, z, x)
		for how, err := range map[string]error{"reverse mode": reverse, "forward mode": forward, "gorgonia's walk": foreign} {
			if err == nil || !strings.Contains(err.Error(), "internal error") || !strings.Contains(err.Error(), "crooked") {
				t.Errorf("%s, %d gradients for 2 operands: got the error %v, want an internal error that names the operator", how, count, err)
			}
		}
	}
}

// TestNoRule goes through an operator without a rule: neither mode minds it where
// its derivative is of no matter, and both refuse where it is.
func TestNoRule(t *testing.T) {
	row := &op.Entry{Def: ir.Def{Name: "ruleless", Class: ir.Opaque, Arity: 1, Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) { return in[0], nil }}}
	c := op.NewCtx(gorgonia.NewGraph())
	x := c.Leaf(ir.Type{DType: ir.F64, Shape: ir.Shape{3}}, "x")
	y := c.Apply(row, nil, x)
	for _, k := range []struct {
		name string
		z    *gorgonia.Node
		want error
	}{
		{"itself", y, op.ErrNotDifferentiable},
		{"times x", c.Mul(x, y), op.ErrNotDifferentiable},
		{"compared with 0", c.Mul(x, c.GtConst(y, 0)), nil},
	} {
		_, reverse := autograd.VJP(k.z, x, x)
		_, forward := autograd.JVP(gorgonia.Nodes{k.z}, gorgonia.Nodes{x}, gorgonia.Nodes{x})
		for how, err := range map[string]error{"reverse": reverse, "forward": forward} {
			if !errors.Is(err, k.want) {
				t.Errorf("%s, %s: got the error %v, want %v", k.name, how, err, k.want)
			}
		}
	}
}
