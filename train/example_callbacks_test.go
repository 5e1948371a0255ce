package train_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// straight returns a model and a data set for the examples: y = 2x.
func straight() (train.Model, *data.Dataset) {
	set, err := data.XY([]float64{1, 2, 3, 4}, 1, []float64{2, 4, 6, 8}, 1)
	if err != nil {
		log.Fatal(err)
	}
	model, err := models.NewMLP(models.MLPOptions{In: 1, Out: 1, Head: models.Regression})
	if err != nil {
		log.Fatal(err)
	}
	return model, set
}

// ExampleTimeLimit ends a training after eight hours, and keeps the learning rates.
func ExampleTimeLimit() {
	model, set := straight()
	trainer, err := train.New(model, train.Options{Epochs: 1, BatchSize: 2, Schedule: schedule.Constant(0.5),
		Callbacks: []train.Callback{&train.TimeLimit{After: 8 * time.Hour}, &train.RateLog{}}})
	if err != nil {
		log.Fatal(err)
	}
	history, err := trainer.Fit(context.Background(), set)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range history.Steps {
		fmt.Println(s.Step, s.Rate)
	}
	fmt.Println(history.Ended)
	// Output:
	// 1 0.5
	// 2 0.5
	// epochs
}

// ExampleNaNGuard explains a training whose learning rate is much too large.
func ExampleNaNGuard() {
	model, set := straight()
	trainer, err := train.New(model, train.Options{Epochs: 100, Optimizer: train.SGD{}, Schedule: schedule.Constant(1e200),
		Callbacks: []train.Callback{&train.NaNGuard{Writer: io.Discard}}})
	if err != nil {
		log.Fatal(err)
	}
	history, err := trainer.Fit(context.Background(), set)
	fmt.Println(history.Ended, train.ExitCode(err))
	// Output: not finite 1
}

// ExampleWithSignals lets Ctrl-C end a training in good order.
func ExampleWithSignals() {
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	model, set := straight()
	trainer, err := train.New(model, train.Options{Epochs: 3})
	if err != nil {
		log.Fatal(err)
	}
	history, err := trainer.Fit(ctx, set)
	if err != nil {
		log.Print(err)
		os.Exit(train.ExitCode(err))
	}
	fmt.Println(len(history.Epochs), "epochs")
	// Output: 3 epochs
}

// ExampleOptions_dryRun tries a training before it starts.
func ExampleOptions_dryRun() {
	model, set := straight()
	options := train.Options{Epochs: 1000, Validation: set, DryRun: true}
	trainer, err := train.New(model, options)
	if err != nil {
		log.Fatal(err)
	}
	history, err := trainer.Fit(context.Background(), set)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Ended, trainer.Position().Step)
	// Output: dry run 0
}
