package loss_test

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"gorgonia.org/gorgonia"
)

// One loss returns its mean, its sum or the loss of each element.
func Example() {
	b := graph.New(nil)
	x, y := b.Const([]float64{1, 2, 6}, 3), b.Const([]float64{1, 4, 3}, 3)
	mean := loss.MAE(b, x, y)
	sum := loss.MAE(b, x, y, loss.Sum)
	each := loss.MAE(b, x, y, loss.Each)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{mean, sum, each}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	for i := range 3 {
		fmt.Printf("%.3g\n", graph.OutputOf[float64](p, i).Read(nil))
	}
	// Output:
	// [1.67]
	// [5]
	// [0 2 3]
}

// The mean is over the labels that count: not over padding, here the label -1.
func ExampleCrossEntropy() {
	b := graph.New(nil)
	logits, labels := b.Const([]float64{0, 0, 5, 1, 0, 0}, 3, 2), b.ConstInts([]int{1, -1, 0}, 3)
	mean := loss.CrossEntropy(b, logits, labels, loss.CrossEntropyOptions{Ignore: new(-1)})
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{mean}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", graph.OutputOf[float64](p, 0).Read(nil))
	// Output: [0.6931]
}
