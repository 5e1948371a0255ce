package autograd_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// TestBuildersMistake makes a mistake on a Builder, at an operator, at a leaf or
// by its program, and goes on as programs do: whatever is called later reports
// that mistake, and nothing panics on the way.
func TestBuildersMistake(t *testing.T) {
	own := errors.New("a layer's own mistake")
	mistakes := []struct {
		name string
		x, y []int // shapes of the leaves
		make func(b *graph.Builder, x *gorgonia.Node)
		says string
		is   error
	}{
		{"operator", []int{2, 3}, []int{4, 5}, nil, "MatMul", graph.ErrShape},
		{"first leaf", []int{-1, 3}, []int{3, 2}, nil, `Input "x"`, graph.ErrShape},
		{"second leaf", []int{2, 3}, []int{3, -2}, nil, `Input "y"`, graph.ErrShape},
		{"constant", []int{2, 3}, []int{3, 2}, func(b *graph.Builder, _ *gorgonia.Node) { b.Const([]float64{1, 2}, 3) }, "Const", graph.ErrShape},
		{"parameter", []int{2, 3}, []int{3, 2}, func(b *graph.Builder, _ *gorgonia.Node) { b.Param("w", nil, 3) }, "initializer", nil},
		{"axis", []int{2, 3}, []int{3, 2}, func(b *graph.Builder, x *gorgonia.Node) { b.Sort(x, 7, graph.Ascending) }, "Sort", graph.ErrShape},
		{"layer", []int{2, 3}, []int{3, 2}, func(b *graph.Builder, _ *gorgonia.Node) { b.Fail(own) }, own.Error(), own},
	}
	for _, m := range mistakes {
		b := graph.New(nil)
		x := b.Input("x", m.x...)
		y := b.Input("y", m.y...)
		if m.make != nil {
			m.make(b, x)
		}
		z := b.MatMul(x, y)
		h := nn.Dense(b, "hidden", z, b.Shape(z)[1], nn.Tanh)
		for i := range b.Shape(h)[0] {
			h = b.Add(h, b.Slice(h, graph.Range(i, i+1)))
		}
		v := b.Input("v", b.Shape(x)...)
		loss := b.Sum(h)
		one := func(_ *gorgonia.Node, err error) error { return err }
		_, valueAndGradients := autograd.ValueAndGradients(b, loss, x)
		_, compile := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}})
		for what, err := range map[string]error{
			"Gradients by parameters": second(autograd.Gradients(loss, b.ParamNodes()...)),
			"Gradients by inputs":     second(autograd.Gradients(loss, b.InputNodes()...)),
			"Gradients":               second(autograd.Gradients(loss, x)),
			"GradientsWith":           second(autograd.GradientsWith(autograd.Options{Seed: v}, nil)),
			"VJP":                     second(autograd.VJP(loss, h, x)),
			"JVP":                     second(autograd.JVP(gorgonia.Nodes{loss}, gorgonia.Nodes{x}, gorgonia.Nodes{v})),
			"HVP":                     second(autograd.HVP(loss, gorgonia.Nodes{x}, gorgonia.Nodes{v})),
			"GaussNewton":             second(autograd.GaussNewton(loss, h, gorgonia.Nodes{x}, gorgonia.Nodes{v})),
			"Jacobian":                one(autograd.Jacobian(h, x)),
			"Hessian":                 one(autograd.Hessian(loss, x)),
			"ValueAndGradients":       valueAndGradients,
			"Check":                   autograd.Check(b, loss, autograd.Point{}, autograd.CheckOptions{}),
			"CheckSecondOrder":        autograd.CheckSecondOrder(b, loss, autograd.Point{}, autograd.CheckOptions{}),
			"Compile":                 compile,
			"Err":                     b.Err(),
		} {
			if err == nil || !strings.Contains(fmt.Sprint(err), m.says) || m.is != nil && !errors.Is(err, m.is) {
				t.Errorf("mistake at the %s, %s: got %v, want the error of %q", m.name, what, err, m.says)
			}
		}
	}
}
