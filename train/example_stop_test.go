package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// A training stops when the validation loss has not fallen for some epochs.
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
	stop := errors.New("the validation loss does not fall any more")
	best, waited := math.Inf(1), 0
	t, err := train.New(model, train.Options{
		Epochs: 1000, Schedule: train.Constant(0.01), Validation: validation,
		OnEpoch: func(e train.Epoch) error {
			if waited++; *e.Validation < best {
				best, waited = *e.Validation, 0
			}
			if waited == 10 {
				return stop
			}
			return nil
		},
	})
	//docs:end
	if err != nil {
		fmt.Println(err)
		return
	}
	//docs:stop
	history, err := t.Fit(context.Background(), trainSet)
	if err != nil && !errors.Is(err, stop) {
		return
	}
	//docs:end
	fmt.Println("stopped before epoch 100:", len(history.Epochs) < 100)
	// Output: stopped before epoch 100: true
}
