package autograd_test

import (
	"regexp"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/golden"
	"gorgonia.org/gorgonia"
)

// mistakes are derivatives that there are none of.
var mistakes = []golden.Mistake{
	{"gradient of nothing", nil, gradients(func(b *graph.Builder, x *gorgonia.Node) (*gorgonia.Node, []*gorgonia.Node) {
		return nil, gorgonia.Nodes{x}
	})},
	{"gradient of integers", graph.ErrDType, gradients(func(b *graph.Builder, x *gorgonia.Node) (*gorgonia.Node, []*gorgonia.Node) {
		return b.Ints("labels", 3), gorgonia.Nodes{x}
	})},
	{"gradient of a vector", graph.ErrShape, gradients(func(b *graph.Builder, x *gorgonia.Node) (*gorgonia.Node, []*gorgonia.Node) {
		return b.Tanh(x), gorgonia.Nodes{x}
	})},
	{"gradient by nothing", nil, gradients(func(b *graph.Builder, x *gorgonia.Node) (*gorgonia.Node, []*gorgonia.Node) {
		return b.Sum(x), gorgonia.Nodes{nil}
	})},
	{"gradient by a node of another graph", nil, gradients(func(b *graph.Builder, x *gorgonia.Node) (*gorgonia.Node, []*gorgonia.Node) {
		return b.Sum(x), gorgonia.Nodes{graph.New(nil).Input("y", 3)}
	})},
	{"gradient by integers", graph.ErrDType, gradients(func(b *graph.Builder, x *gorgonia.Node) (*gorgonia.Node, []*gorgonia.Node) {
		return b.Sum(x), gorgonia.Nodes{b.Ints("labels", 3)}
	})},
	{"gradient twice by one node", nil, gradients(func(b *graph.Builder, x *gorgonia.Node) (*gorgonia.Node, []*gorgonia.Node) {
		return b.Sum(x), gorgonia.Nodes{x, x}
	})},
	{"gradient by what is not connected", autograd.ErrUnconnected, gradients(func(b *graph.Builder, x *gorgonia.Node) (*gorgonia.Node, []*gorgonia.Node) {
		return b.Sum(x), gorgonia.Nodes{x, b.Input("y", 2), b.Input("z", 2)}
	})},
	{"seed of another shape", graph.ErrShape, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.GradientsWith(autograd.Options{Seed: b.Input("u", 2)}, b.Tanh(x), x)
		return err
	})},
	{"no vector", nil, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.VJP(b.Tanh(x), nil, x)
		return err
	})},
	{"vector of another shape", graph.ErrShape, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.VJP(b.Tanh(x), b.Input("u", 2), x)
		return err
	})},
	{"no directions", nil, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.JVP(gorgonia.Nodes{b.Tanh(x)}, gorgonia.Nodes{x}, nil)
		return err
	})},
	{"nothing to push forward to", nil, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.JVP(gorgonia.Nodes{nil}, gorgonia.Nodes{x}, gorgonia.Nodes{x})
		return err
	})},
	{"integers pushed forward to", graph.ErrDType, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.JVP(gorgonia.Nodes{b.ArgSort(x, 0, graph.Ascending)}, gorgonia.Nodes{x}, gorgonia.Nodes{x})
		return err
	})},
	{"direction of integers", graph.ErrDType, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.JVP(gorgonia.Nodes{b.Tanh(x)}, gorgonia.Nodes{x}, gorgonia.Nodes{b.Ints("labels", 3)})
		return err
	})},
	{"direction that is nil", nil, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.JVP(gorgonia.Nodes{b.Tanh(x)}, gorgonia.Nodes{x}, gorgonia.Nodes{nil})
		return err
	})},
	{"direction of another shape", graph.ErrShape, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.JVP(gorgonia.Nodes{b.Tanh(x)}, gorgonia.Nodes{x}, gorgonia.Nodes{b.Input("u", 2)})
		return err
	})},
	{"one of two nodes of another graph", nil, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.JVP(gorgonia.Nodes{b.Tanh(x), graph.New(nil).Input("y", 3)}, gorgonia.Nodes{x}, gorgonia.Nodes{b.Input("u", 3)})
		return err
	})},
	{"Hessian products of a vector", graph.ErrShape, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.HVP(b.Tanh(x), gorgonia.Nodes{x}, gorgonia.Nodes{x})
		return err
	})},
	{"Hessian products along nothing", nil, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.HVP(b.Sum(b.Tanh(x)), gorgonia.Nodes{x}, nil)
		return err
	})},
	{"Gauss-Newton products of a vector", graph.ErrShape, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.GaussNewton(b.Tanh(x), b.Tanh(x), gorgonia.Nodes{x}, gorgonia.Nodes{b.Input("u", 3)})
		return err
	})},
	{"Jacobian of nothing", nil, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.Jacobian(nil, x)
		return err
	})},
	{"Jacobian without elements", graph.ErrShape, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.Jacobian(b.Tanh(b.Input("y", 0)), x)
		return err
	})},
	{"Jacobian of many elements", graph.ErrUnsupported, from(func(b *graph.Builder, x *gorgonia.Node) error {
		y := b.Input("y", 5000)
		_, err := autograd.Jacobian(b.Tanh(y), y)
		return err
	})},
	{"Hessian of a vector", graph.ErrShape, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.Hessian(b.Tanh(x), x)
		return err
	})},
	{"value and gradients of a vector", graph.ErrShape, from(func(b *graph.Builder, x *gorgonia.Node) error {
		_, err := autograd.ValueAndGradients(b, b.Tanh(x), x)
		return err
	})},
	{"check in float32", nil, func(*testing.T) error {
		b := graph.New(graph.NewParams(graph.Float32, 1))
		return autograd.Check(b, b.Sum(b.Input("x", 3)), autograd.Point{}, autograd.CheckOptions{})
	}},
	{"check by nothing", nil, from(func(b *graph.Builder, x *gorgonia.Node) error {
		return autograd.Check(b, b.Sum(x), autograd.Point{}, autograd.CheckOptions{})
	})},
	{"check of the second order by nothing", nil, from(func(b *graph.Builder, x *gorgonia.Node) error {
		return autograd.CheckSecondOrder(b, b.Sum(x), autograd.Point{}, autograd.CheckOptions{})
	})},
	{"check at a jump", autograd.ErrMismatch, from(func(b *graph.Builder, x *gorgonia.Node) error {
		at := autograd.Point{Floats: map[string][]float64{"x": {0, 0, 0}}}
		return autograd.Check(b, b.Sum(b.Sign(x)), at, autograd.CheckOptions{})
	})},
}

// from is the error of f for an input x of three elements.
func from(f func(b *graph.Builder, x *gorgonia.Node) error) func(*testing.T) error {
	return func(*testing.T) error {
		b := graph.New(nil)
		return f(b, b.Input("x", 3))
	}
}

// gradients is the error of Gradients for the loss and the nodes of f.
func gradients(f func(b *graph.Builder, x *gorgonia.Node) (loss *gorgonia.Node, wrt []*gorgonia.Node)) func(*testing.T) error {
	return from(func(b *graph.Builder, x *gorgonia.Node) error {
		loss, wrt := f(b, x)
		_, err := autograd.Gradients(loss, wrt...)
		return err
	})
}

// grammar is the form of an error: the function, what is wrong, what is wanted, operands
// with their shapes, and the line.
var grammar = regexp.MustCompile(`^autograd: [A-Z]\w*: .*\bwant .* \((.+: .*\[.*\], )?errors_test\.go:\d+\)$`)

// TestMistakes holds what each mistake is answered with to a golden file, and to the
// grammar of errors.
func TestMistakes(t *testing.T) {
	for _, m := range mistakes {
		if text := m.Do(t).Error(); !grammar.MatchString(text) {
			t.Errorf("%s: got %q, want autograd: Function: ... want ... (operands, line)", m.Name, text)
		}
	}
	golden.Check(t, "testdata/errors.golden", golden.Errors(t, mistakes))
}
