package foreign

import (
	"reflect"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file asks gorgonia's own rules of differentiation, and tells what
// gorgonia.Grad made of their answers.

// ownRule is the rule of an operator without a row: its own, whose answer is
// checked.
func ownRule(sd gorgonia.SDOp) rule {
	return func(c *op.Ctx, a op.Applied, d *gorgonia.Node) []*gorgonia.Node {
		grads := make([]*gorgonia.Node, len(a.In))
		in := make(gorgonia.Nodes, len(a.In))
		for i, x := range a.In {
			in[i] = here(c, x)
		}
		out, d := here(c, a.Out), here(c, d)
		if c.Err != nil {
			return grads
		}
		all, wrt, err := symDiff(sd, in, out, d)
		if err == nil && (len(all) < len(in) || len(wrt) < len(in)) { // some have more
			err = errors.Errorf("it has %d gradients for %d operands", len(all), len(in))
		}
		for i := range grads {
			if err == nil && all[i] != nil && wrt[i] {
				grads[i], err = all[i], checkGrad(all[i], in[i])
			}
		}
		if err != nil {
			c.Fail(OpaqueName, a.Out.Name(), a.In, errors.Wrapf(err, "gorgonia's derivative of %v", sd))
		}
		return grads
	}
}

// checkGrad says what is wrong with the gradient d of x.
func checkGrad(d, x *gorgonia.Node) error {
	got, err := op.TypeOf(d)
	if err != nil {
		return err
	}
	if want, _ := op.TypeOf(x); d.Graph() != x.Graph() || got.Shape.Size() != want.Shape.Size() {
		return mistake.Shapef("it has the gradient %v for the operand %v", got.Shape, want.Shape)
	}
	return nil
}

// here is x as a node of c's graph, which gorgonia's functions want all operands
// to be of.
func here(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node {
	if c.Err != nil || x.Graph() == c.Graph {
		return x
	}
	return c.Apply(&op.Reshape, ir.A("shape", []int(c.Shape(x))), x)
}

// symDiff calls an operator's own rule. wrt says which operands it has a gradient
// of.
func symDiff(sd gorgonia.SDOp, in gorgonia.Nodes, out, d *gorgonia.Node) (grads gorgonia.Nodes, wrt []bool, err error) {
	op.Locked(func() {
		grads, err = guarded(func() (gorgonia.Nodes, error) {
			wrt = sd.DiffWRT(len(in))
			return sd.SymDiff(in, out, d)
		})
	})
	return grads, wrt, err
}

// IsTerm says whether gorgonia marked n as a term of a gradient, or as made on the
// way to one.
func IsTerm(n *gorgonia.Node) bool {
	group := reflect.ValueOf(n).Elem().FieldByName("group")
	return group.Kind() == reflect.String && (group.String() == "gradients" || group.String() == "undifferentiated nodes")
}

// Differentiable says whether gorgonia differentiates n by its i-th operand.
func Differentiable(n *gorgonia.Node, i int) bool {
	sd, ok := n.Op().(gorgonia.SDOp)
	if !ok {
		return false
	}
	wrt := sd.DiffWRT(len(op.Operands(n)))
	return i < len(wrt) && wrt[i]
}

// Terms are what gorgonia's rule for n gives for each operand, where n has a
// gradient recorded. A rule that is asked again finds the nodes that it made when
// it was first asked. If it makes new ones, the first are not known, and there are
// no terms.
func Terms(n *gorgonia.Node) []*gorgonia.Node {
	if o, ours := n.Op().(*op.Op); ours {
		return o.Terms(n.Deriv())
	}
	sd, ok := n.Op().(gorgonia.SDOp)
	if !ok || n.Deriv() == nil {
		return nil
	}
	in, before := op.Operands(n), len(n.Graph().AllNodes())
	got, _, err := symDiff(sd, in, n, n.Deriv())
	if err != nil || len(n.Graph().AllNodes()) != before {
		return nil
	}
	return got[:min(len(got), len(in))]
}
