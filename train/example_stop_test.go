package train_test

import (
	"context"
	"fmt"

	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// A training stops when the validation loss has not fallen for ten epochs, and the best
// parameters are put back.
func ExampleOptions_stopEarly() {
	set, err := data.BreastCancer()
	if err != nil {
		fmt.Println(err)
		return
	}
	scaler := data.Scaler{Field: "x"}
	if err := scaler.Fit(set); err != nil {
		fmt.Println(err)
		return
	}
	if set, err = scaler.Apply(set); err != nil {
		fmt.Println(err)
		return
	}
	trainSet, validation, err := set.SplitStratified(0.3, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := models.NewMLP(models.MLPOptions{In: 30, Hidden: []int{32}, Out: 2, Activation: nn.Tanh})
	if err != nil {
		fmt.Println(err)
		return
	}
	//docs:stop
	t, err := train.New(model, train.Options{Epochs: 1000, Schedule: schedule.Constant(0.01),
		Validation: validation, Stop: &train.EarlyStopping{Patience: 10}})
	//docs:end
	if err != nil {
		fmt.Println(err)
		return
	}
	//docs:stop
	history, err := t.Fit(context.Background(), trainSet)
	//docs:end
	if err != nil {
		fmt.Println(err)
		return
	}
	measured, err := t.Evaluate(context.Background(), validation)
	if err != nil {
		fmt.Println(err)
		return
	}
	best := history.Epochs[history.Best-1]
	fmt.Println("stopped before epoch 100:", len(history.Epochs) < 100)
	fmt.Println("the model is that of the best epoch:", measured.Loss == *best.Validation)
	// Output:
	// stopped before epoch 100: true
	// the model is that of the best epoch: true
}
