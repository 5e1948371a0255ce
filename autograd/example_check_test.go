package autograd_test

import (
	"fmt"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
)

func ExampleCheck() {
	b := graph.New(graph.NewParams(graph.Float64, 1))
	x := b.Input("x", 3)
	w := b.Param("w", graph.Normal(0, 1), 3)
	loss := b.Sum(b.Softplus(b.Mul(w, x)))

	at := autograd.Point{Floats: map[string][]float64{"x": {1, -2, 0.5}}}
	fmt.Println(autograd.Check(b, loss, at, autograd.CheckOptions{}))
	// Output: <nil>
}
