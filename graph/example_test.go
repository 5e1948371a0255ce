package graph_test

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// A graph is written without looking at errors: the first mistake is kept and
// Compile returns it.
func Example() {
	b := graph.New(nil)
	x := b.Input("x", 2, 3)
	w := b.Param("w", graph.Values([]float64{1, 0, 0, 1, 1, 1}), 3, 2)
	y := b.Tanh(b.MatMul(x, w))
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := graph.InputOf[float64](p, "x").Set([]float64{1, 2, 3, 0, 0, 0}); err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", graph.OutputOf[float64](p, 0).Read(nil))
	// Output: [0.9993 0.9999 0.0000 0.0000]
}

// A mistake names the operator, the node, the operands and the line.
func Example_mistake() {
	b := graph.New(nil)
	b.MatMul(b.Input("x", 2, 3), b.Param("w", graph.Zeros(), 4, 5))
	fmt.Println(b.Err())
	// Output: graph: MatMul: got [2, 3] and [4, 5]: the product sums over 3 columns but 4 rows, want equal extents (x: [2, 3], w: [4, 5], example_test.go:37)
}
