package special_test

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/special"
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

func ExampleQuantile() {
	b := graph.New(nil)
	x := b.Const([]float64{4, 1, 3, 2}, 4)
	run(b, special.Quantile(b, x, 0.5, 0, special.Linear), special.Quantile(b, x, 0.5, 0, special.Lower))
	// Output:
	// [2.5]
	// [2]
}

func ExampleWindows() {
	b := graph.New(nil)
	x := b.Const([]float64{1, 2, 3, 4}, 4)
	run(b, special.Windows(b, x, 0, special.WindowOptions{Size: 3, Step: 1})) // [2, 3]
	// Output: [1 2 3 2 3 4]
}

func ExampleScatterReduce() {
	b := graph.New(nil)
	x, s := b.Const([]float64{0, 0}, 2), b.Const([]float64{5, 7, 3}, 3)
	index := b.ConstInts([]int{0, 0, 1}, 3)
	run(b, special.ScatterReduce(b, x, s, index, 0, special.ReduceOptions{Reduction: special.ReduceMax}))
	// Output: [7 3]
}
