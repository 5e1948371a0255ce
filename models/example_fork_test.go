package models_test

import (
	"errors"
	"fmt"
	"sync"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"gorgonia.org/gorgonia"
)

// Several goroutines predict with one model: each has a Fork of the program.
func ExampleMLP_fork() {
	model, err := models.NewMLP(models.MLPOptions{In: 2, Out: 3, Init: graph.Values([]float64{1, 0, 0, 0, 1, 0})})
	if err != nil {
		fmt.Println(err)
		return
	}
	//docs:fork
	b := graph.New(model.Params())
	_, output := model.Loss(b, 1) // of one example; the program needs no target
	program, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{output}, Workers: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	questions := [][]float64{{9, 0}, {0, 9}, {-9, -9}}
	answers, failures := make([][]float64, len(questions)), make([]error, len(questions))
	var wait sync.WaitGroup
	for i, q := range questions {
		p := program.Fork()
		wait.Go(func() {
			if failures[i] = graph.InputOf[float64](p, "x").Set(q); failures[i] == nil {
				failures[i] = p.Run()
			}
			answers[i] = graph.OutputOf[float64](p, 0).Read(nil)
		})
	}
	wait.Wait()
	//docs:end
	if err := errors.Join(failures...); err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range answers {
		fmt.Printf("%.2f\n", a)
	}
	// Output:
	// [1.00 0.00 0.00]
	// [0.00 1.00 0.00]
	// [0.00 0.00 1.00]
}
