package linalg_test

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
	"gorgonia.org/gorgonia"
)

// run compiles and runs a graph and prints its outputs.
func run(b *graph.Builder, out ...*gorgonia.Node) {
	p, err := b.Compile(graph.Options{Outputs: out})
	if err == nil {
		err = p.Run()
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range out {
		fmt.Printf("%.4g\n", graph.OutputOf[float64](p, i).Read(nil))
	}
}

func ExampleSolve() {
	b := graph.New(nil)
	x := b.Const([]float64{2, 0, 0, 4}, 2, 2)
	r := b.Const([]float64{1, 2}, 2, 1)
	run(b, linalg.Solve(b, x, r))
	// Output: [0.5 0.5]
}

func ExampleTriangularSolve() {
	b := graph.New(nil)
	x := b.Const([]float64{2, 100, 1, 4}, 2, 2) // the 100 is not read
	r := b.Const([]float64{2, 5}, 2, 1)
	run(b, linalg.TriangularSolve(b, x, r, linalg.Lower))
	// Output: [1 1]
}

func ExampleNorm() {
	b := graph.New(nil)
	x := b.Const([]float64{3, 0, 0, 4}, 2, 2)
	run(b, linalg.Norm(b, x, linalg.Frobenius), linalg.Norm(b, x, linalg.Nuclear))
	// Output:
	// [5]
	// [7]
}

// A mistake is kept by the Builder, with the line of the call.
func ExampleDet() {
	b := graph.New(nil)
	linalg.Det(b, b.Input("x", 2, 3))
	fmt.Println(b.Err())
	// Output: linalg: Det: got [2, 3], want square matrices [..., N, N] (x: [2, 3], example_test.go:54)
}
