package train_test

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
)

// A Summary shows the layers, and what a step takes, before anything runs.
func ExampleSummarize() {
	m, err := models.NewMLP(models.MLPOptions{In: 784, Hidden: []int{128}, Out: 10, DType: graph.Float32})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := train.Summarize(m, 32, train.Options{Optimizer: train.Adam{}, Workers: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range s.Layers {
		fmt.Println(l.Name, l.Op, l.Shape, l.Trained)
	}
	fmt.Println(s.Trained, "parameters,", s.Training.Memory.Slots, "bytes for the optimizer")
	// Output:
	// dense0 Linear [32 128] 100480
	//  Activate [32 128] 0
	// dense1 Linear [32 10] 1290
	//  Softmax [32 10] 0
	// 101770 parameters, 814208 bytes for the optimizer
}
