package autograd

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// VJP returns the vector-Jacobian product of y by each w of wrt, the sum of u[k]·∂y[k]/∂w
// over the elements k of y. It has the shape of w. The vector u has the shape of y. This is
// reverse mode. Errors: those of Gradients.
func VJP(y, u *gorgonia.Node, wrt ...*gorgonia.Node) ([]*gorgonia.Node, error) {
	if u == nil {
		if err := op.Mistake(append([]*gorgonia.Node{y}, wrt...)...); err != nil {
			return nil, errors.Wrap(err, "autograd: VJP")
		}
		return nil, refused(mistake.Optionf("the vector: got nil, want a node with the shape of y"), "VJP", y)
	}
	out, err := gradients(Options{Seed: u}, y, wrt)
	return given(out, err, "VJP", append([]*gorgonia.Node{y, u}, wrt...)...)
}

// HVP returns the product of the Hessian with a direction: for each w of wrt the sum over i
// of ∂²loss/∂w∂wrt[i]·dir[i]. It has the shape of w. The loss has one element. HVP is a JVP
// of the gradients (Pearlmutter 1994). It costs about as much as a few gradients, since the
// Hessian is never built. Errors: those of Gradients and JVP.
func HVP(loss *gorgonia.Node, wrt, dir []*gorgonia.Node) ([]*gorgonia.Node, error) {
	out, err := hvp(loss, wrt, dir)
	return given(out, err, "HVP", slices.Concat([]*gorgonia.Node{loss}, wrt, dir)...)
}

func hvp(loss *gorgonia.Node, wrt, dir []*gorgonia.Node) ([]*gorgonia.Node, error) {
	grads, err := gradients(Options{}, loss, wrt)
	if err != nil {
		return nil, err
	}
	return jvp(grads, wrt, dir)
}

// GaussNewton returns the product of the Gauss-Newton matrix Jᵀ·H·J with a direction. J is
// the Jacobian of output by wrt, H the Hessian of loss by output. The matrix is the
// Hessian of loss by wrt without the second derivatives of output. It is positive
// semidefinite where the loss is convex in output (Schraudolph 2002). The loss must depend
// on wrt through output alone. Errors: those of HVP.
func GaussNewton(loss, output *gorgonia.Node, wrt, dir []*gorgonia.Node) ([]*gorgonia.Node, error) {
	out, err := gaussNewton(loss, output, wrt, dir)
	return given(out, err, "GaussNewton", slices.Concat([]*gorgonia.Node{loss, output}, wrt, dir)...)
}

func gaussNewton(loss, output *gorgonia.Node, wrt, dir []*gorgonia.Node) ([]*gorgonia.Node, error) {
	if err := op.Mistake(loss, output); err != nil {
		return nil, err
	}
	jv, err := jvp([]*gorgonia.Node{output}, wrt, dir)
	if err != nil {
		return nil, err
	}
	hjv, err := hvp(loss, []*gorgonia.Node{output}, jv)
	if err != nil {
		return nil, err
	}
	return gradients(Options{Seed: hjv[0]}, output, wrt)
}

// maxSweeps is the largest number of sweeps of a Jacobian. A graph of more would take longer
// to compile than products with the directions that are needed.
const maxSweeps = 4096

// Jacobian returns ∂y/∂x as one node. Its shape is that of y followed by that of x. It
// makes one reverse sweep for each element of y or one forward sweep for each element of x,
// whichever is less. Errors: those of Gradients, and graph.ErrUnsupported for more than
// 4096 sweeps.
func Jacobian(y, x *gorgonia.Node) (*gorgonia.Node, error) {
	out, err := jacobian(y, x)
	return givenOne(out, err, "Jacobian", y, x)
}

// givenOne does what given does, for one node.
func givenOne(n *gorgonia.Node, err error, name string, in ...*gorgonia.Node) (*gorgonia.Node, error) {
	out, err := given([]*gorgonia.Node{n}, err, name, in...)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

func jacobian(y, x *gorgonia.Node) (*gorgonia.Node, error) {
	if err := op.Mistake(y, x); err != nil {
		return nil, err
	}
	if y == nil || x == nil {
		return nil, mistake.Optionf("got a nil node, want nodes of the graph")
	}
	c := op.NewCtx(y.Graph())
	c.Package = "autograd"
	sy, sx := c.Shape(y), c.Shape(x)
	if c.Err != nil {
		return nil, c.Err
	}
	m, n := sy.Size(), sx.Size()
	shape := append(sy.Clone(), sx...)
	if m == 0 || n == 0 {
		return nil, mistake.Shapef("got %v by %v, want at least one element of each", sy, sx)
	}
	if min(m, n) > maxSweeps {
		return nil, mistake.Newf(op.ErrUnsupported, "got %d elements by %d, want at most %d of one: use JVP or VJP", m, n, maxSweeps)
	}
	if m <= n {
		units := unit(c, y)
		rows := make([]*gorgonia.Node, m)
		for i := range rows {
			g, err := gradients(Options{Seed: c.Reshape(units(i), sy), AllowUnconnected: true}, y, []*gorgonia.Node{x})
			if err != nil {
				return nil, err
			}
			rows[i] = c.Reshape(g[0], ir.Shape{1, n})
		}
		out := c.Reshape(c.Concat(0, rows...), shape)
		return out, c.Err
	}
	units := unit(c, x)
	cols := make([]*gorgonia.Node, n)
	for i := range cols {
		t, err := jvp([]*gorgonia.Node{y}, []*gorgonia.Node{x}, []*gorgonia.Node{c.Reshape(units(i), sx)})
		if err != nil {
			return nil, err
		}
		cols[i] = c.Reshape(t[0], ir.Shape{m, 1})
	}
	out := c.Reshape(c.Concat(1, cols...), shape)
	return out, c.Err
}

// unit returns a function that makes the unit vectors with as many elements as n.
func unit(c *op.Ctx, n *gorgonia.Node) func(i int) *gorgonia.Node {
	size := c.Shape(n).Size()
	zeros := c.Fill(c.Reshape(n, ir.Shape{size}), 0)
	one := c.AddConst(c.Slice(zeros, []op.Range{{Start: 0, Stop: 1, Step: 1}}), 1)
	return func(i int) *gorgonia.Node {
		parts := make([]*gorgonia.Node, 0, 3)
		if i > 0 {
			parts = append(parts, c.Slice(zeros, []op.Range{{Start: 0, Stop: i, Step: 1}}))
		}
		parts = append(parts, one)
		if i+1 < size {
			parts = append(parts, c.Slice(zeros, []op.Range{{Start: i + 1, Stop: size, Step: 1}}))
		}
		return c.Concat(0, parts...)
	}
}

// Hessian returns ∂²loss/∂x² of a loss of one element as one node. Its shape is that of x
// twice. For many elements use HVP. Errors: those of Jacobian.
func Hessian(loss, x *gorgonia.Node) (*gorgonia.Node, error) {
	g, err := gradients(Options{}, loss, []*gorgonia.Node{x})
	if err != nil {
		return nil, refused(err, "Hessian", loss, x)
	}
	out, err := jacobian(g[0], x)
	return givenOne(out, err, "Hessian", loss, x)
}

// ValueAndGradients compiles loss and its gradients into one program: output 0 is the
// loss, output 1+i the gradient by wrt[i]. It is for optimizers that ask for both at one
// point. wrt may be inputs, parameters or any other nodes. Errors: those of Gradients and
// Compile.
func ValueAndGradients(b *graph.Builder, loss *gorgonia.Node, wrt ...*gorgonia.Node) (*graph.Program, error) {
	if err := b.Err(); err != nil {
		return nil, errors.Wrap(err, "autograd: ValueAndGradients")
	}
	grads, err := gradients(Options{}, loss, wrt)
	if err != nil {
		return nil, refused(err, "ValueAndGradients", append([]*gorgonia.Node{loss}, wrt...)...)
	}
	p, err := b.Compile(graph.Options{Outputs: append(gorgonia.Nodes{loss}, grads...)})
	return p, errors.Wrap(err, "autograd: ValueAndGradients")
}
