package autograd_test

import (
	"fmt"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// Gradients are nodes of the same graph: they can be differentiated again.
func Example() {
	b := graph.New(nil)
	x := b.Input("x")
	y := b.Mul(b.Square(x), x) // x³
	first, err := autograd.Gradients(y, x)
	if err != nil {
		fmt.Println(err)
		return
	}
	second, err := autograd.Gradients(first[0], x)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y, first[0], second[0]}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := graph.InputOf[float64](p, "x").Set([]float64{2}); err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(graph.OutputOf[float64](p, 0).Scalar(), graph.OutputOf[float64](p, 1).Scalar(), graph.OutputOf[float64](p, 2).Scalar())
	// Output: 8 12 12
}
