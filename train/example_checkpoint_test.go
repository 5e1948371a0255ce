package train_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// A training that is interrupted, here by its context, goes on when the same program is
// started again.
func ExampleCheckpoint() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	set, err := data.XY([]float64{0, 1, 2, 3}, 1, []float64{1, 3, 5, 7}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	program := func(ctx context.Context, callbacks ...train.Callback) error {
		model := line{graph.NewParams(graph.Float64, 1)}
		//docs:checkpoint
		t, err := train.New(model, train.Options{Epochs: 50, Callbacks: callbacks,
			Checkpoint: &train.Checkpoint{Dir: dir, Every: 10 * time.Minute, Resume: true}})
		//docs:end
		if err != nil {
			return err
		}
		//docs:checkpoint
		history, err := t.Fit(ctx, set)
		//docs:end
		fmt.Println("epochs:", len(history.Epochs))
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	err = program(ctx, train.On(func(e *train.EpochEnd) error {
		if e.Epoch.Epoch == 20 {
			cancel()
		}
		return nil
	}))
	fmt.Println("cancelled:", errors.Is(err, context.Canceled))
	if err := program(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// epochs: 20
	// cancelled: true
	// epochs: 50
}

// A loop of one's own makes the steps that Fit makes.
func ExampleTrainer_Steps() {
	set, err := data.XY([]float64{0, 1, 2, 3}, 1, []float64{1, 3, 5, 7}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	t, err := train.New(line{graph.NewParams(graph.Float64, 1)}, train.Options{
		Optimizer: train.SGD{}, Schedule: schedule.Constant(0.1), Epochs: 60, BatchSize: 4,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	//docs:steps
	for step, err := range t.Steps(ctx, set) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if step.Last && step.Epoch%20 == 0 {
			fmt.Printf("epoch %d: loss %.5f\n", step.Epoch, step.Loss)
		}
	}
	//docs:end
	// Output:
	// epoch 20: loss 0.00009
	// epoch 40: loss 0.00001
	// epoch 60: loss 0.00000
}
