package graph_test

import (
	"errors"
	"fmt"

	"github.com/symgrad/symgrad/graph"
)

// errors.As finds the parts of a mistake.
func ExampleOpError() {
	b := graph.New(nil)
	b.MatMul(b.Input("x", 2, 3), b.Input("w", 4, 5))
	var e *graph.OpError
	if errors.As(b.Err(), &e) {
		fmt.Println(e.Package, e.Op, e.At)
		for _, x := range e.In {
			fmt.Println(x.Name, x.Type.DType, x.Type.Shape)
		}
		fmt.Println(errors.Is(e, graph.ErrShape))
	}
	// Output:
	// graph MatMul example_errors_test.go:13
	// x f64 [2, 3]
	// w f64 [4, 5]
	// true
}
