//go:build !race

package mpi_test

import (
	"context"
	"fmt"
	"log"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/dist"
	_ "github.com/symgrad/symgrad/train/dist/mpi"
	"github.com/symgrad/symgrad/train/schedule"
)

// The program trains alone, and under "mpirun -n 4" on four processes, with the same numbers. When one
// of them ends by log.Fatal, without Close, the launcher ends the others.
func Example() {
	defer dist.Close()
	set, err := data.XY([]float64{0, 1, 2, 3, 4, 5, 6, 7}, 1, []float64{1, 3, 5, 7, 9, 11, 13, 15}, 1)
	if err != nil {
		log.Fatal(err)
	}
	m, err := models.NewMLP(models.MLPOptions{In: 1, Out: 1, Head: models.Regression})
	if err != nil {
		log.Fatal(err)
	}
	t, err := train.New(m, train.Options{Epochs: 500, BatchSize: 8, Shards: 4, Optimizer: train.SGD{}, Schedule: schedule.Constant(0.05)})
	if err != nil {
		log.Fatal(err)
	}
	h, err := t.Fit(context.Background(), set)
	if err != nil {
		log.Fatal(err)
	}
	e, err := dist.Default()
	if err != nil {
		log.Fatal(err)
	}
	if e == nil || e.Rank() == 0 { // one of them tells
		fmt.Printf("loss %.4f\n", h.Last().Loss)
	}
	// Output: loss 0.0000
}
