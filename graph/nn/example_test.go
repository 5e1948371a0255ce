package nn_test

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// A small network for images, and the parameters that its layers own.
func Example() {
	b := graph.New(nil)
	x := b.Input("x", 16, 1, 28, 28) // 16 images of one channel
	h := nn.Conv(b, "conv", x, nn.ConvOptions{Out: 8, Kernel: []int{3}, Windowing: nn.Windowing{Pad: []int{1}}})
	h = nn.MaxPool(b, b.ReLU(h), nn.PoolOptions{Kernel: []int{2}})
	h = nn.LayerNorm(b, "norm", b.Reshape(h, 16, -1), nn.NormOptions{})
	y := nn.Dense(b, "out", h, 10, nn.Identity)
	if err := b.Err(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.Shape(y))
	for _, p := range b.Params().List() {
		fmt.Println(p.Name, p.Shape)
	}
	// Output:
	// [16 10]
	// conv/weight [8 1 3 3]
	// conv/bias [8]
	// norm/gain [1568]
	// norm/bias [1568]
	// out/weight [1568 10]
	// out/bias [10]
}

// A siamese network compares two inputs by what one network makes of each: a layer that
// is called twice under one name has one set of parameters.
func Example_sharing() {
	b := graph.New(nil)
	net := func(x *gorgonia.Node) *gorgonia.Node {
		return nn.Dense(b, "out", nn.Dense(b, "hidden", x, 32, nn.ReLU), 8, nn.Identity)
	}
	left, right := net(b.Input("left", 16, 4)), net(b.Input("right", 16, 4))
	distance := b.Sum(b.Square(b.Sub(left, right)), 1)
	fmt.Println(b.Shape(distance), len(b.ParamNodes()), "parameters")

	nn.Dense(b, "hidden", left, 32, nn.ReLU) // from 8 features, where the layer has 4
	fmt.Println(b.Err() != nil)
	// Output:
	// [16] 4 parameters
	// true
}

// Two texts as the means of their words' vectors. The shorter one is filled up with word 0,
// which counts for nothing.
func ExampleEmbeddingBag() {
	b := graph.New(nil)
	words := b.ConstInts([]int{3, 1, 2, 2, 0, 0}, 2, 3)
	y := nn.EmbeddingBag(b, "words", words, nn.EmbeddingBagOptions{
		Count: 4, Dim: 2, Weight: graph.Values([]float64{9, 9, 1, 0, 2, 2, 6, 1}), BagOptions: nn.BagOptions{Padding: new(0)},
	})
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(graph.OutputOf[float64](p, 0).Read(nil))
	// Output: [3 1 2 2]
}
