package train_test

import (
	"context"
	"fmt"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// Five models are trained, each measured on a fifth of the flowers that it has not seen. The
// scaler is fitted anew in each fold.
func ExampleCrossValidate() {
	set, err := data.Iris()
	if err != nil {
		fmt.Println(err)
		return
	}
	folds, err := set.KFoldStratified(5, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	cv, err := train.CrossValidate(context.Background(), folds, func(fold int) (*train.Trainer, error) {
		model, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{8}, Out: 3, Seed: 1})
		if err != nil {
			return nil, err
		}
		return train.New(model, train.Options{Epochs: 30, Schedule: schedule.Constant(0.01), Metrics: []train.Metric{train.Accuracy()},
			Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{}}}})
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	accuracy, _ := cv.Metric("accuracy")
	fmt.Println(len(cv.Folds), "folds, more than 9 of 10 right:", accuracy.Mean > 0.9)
	// Output: 5 folds, more than 9 of 10 right: true
}
