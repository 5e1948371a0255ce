package train_test

import (
	"context"
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// A sweep over rates suggests one before the training.
func ExampleTrainer_FindRate() {
	set, err := data.XY([]float64{0, 1, 2, 3}, 1, []float64{1, 3, 5, 7}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	model := line{graph.NewParams(graph.Float64, 1)}
	sweep, err := train.New(model, train.Options{Optimizer: train.SGD{}, BatchSize: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	//docs:findrate
	curve, err := sweep.FindRate(context.Background(), set, train.RateFinder{From: 1e-4, To: 10})
	//docs:end
	if err != nil {
		fmt.Println(err)
		return
	}
	rate := curve.Suggested()
	fmt.Printf("the loss falls fastest at %.2f, and grows in the end: %v\n", rate, curve.Diverged)

	t, err := train.New(model, train.Options{Optimizer: train.SGD{}, BatchSize: 4, Epochs: 500, Schedule: schedule.Constant(rate)})
	if err != nil {
		fmt.Println(err)
		return
	}
	h, err := t.Fit(context.Background(), set)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("loss %.4f\n", h.Last().Loss)
	// Output:
	// the loss falls fastest at 0.01, and grows in the end: true
	// loss 0.0000
}
