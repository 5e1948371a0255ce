// Start is as small as a program can be that trains the workload W4: its size and
// the time to its first step are what any program pays. It makes the number of
// steps that its argument says, one by default, and prints the last loss.
package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

func main() {
	loss, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "start:", err)
		os.Exit(1)
	}
	fmt.Println(loss)
}

func run(args []string) (loss float64, err error) {
	steps := 1
	if len(args) > 0 {
		if steps, err = strconv.Atoi(args[0]); err != nil {
			return 0, err
		}
	}
	const batch, in, classes = 64, 784, 10
	x, labels, rows := make([]float64, batch*in), make([]int, batch), make([]int, batch)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range x {
		x[i] = r.Float64()
	}
	for i := range rows {
		rows[i], labels[i] = i, i%classes
	}
	set, err := data.XLabels(x, in, labels)
	if err != nil {
		return 0, err
	}
	model, err := models.NewMLP(models.MLPOptions{In: in, Hidden: []int{128}, Out: classes, Head: models.MultiClass, DType: graph.Float32, Seed: 1})
	if err != nil {
		return 0, err
	}
	trainer, err := train.New(model, train.Options{Optimizer: train.SGD{}, Schedule: schedule.Constant(0.01), BatchSize: batch})
	if err != nil {
		return 0, err
	}
	for range steps {
		if loss, err = trainer.Step(set, rows); err != nil {
			return 0, err
		}
	}
	return loss, nil
}
