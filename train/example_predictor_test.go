package train_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// Other goroutines predict while the model trains, with the parameters after some step.
func ExampleTrainer_NewPredictor() {
	set, err := data.XY([]float64{0, 1, 2, 3}, 1, []float64{1, 3, 5, 7}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := models.NewLinReg(models.LinRegOptions{In: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	//docs:follow
	trainer, err := train.New(model, train.Options{Epochs: 300, Schedule: schedule.Constant(0.1), Optimizer: train.SGD{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	predictor, err := trainer.NewPredictor(train.ModelFile{}, train.PredictorOptions{Follow: 10}) // every 10 steps
	if err != nil {
		fmt.Println(err)
		return
	}
	var others sync.WaitGroup
	for range 4 {
		others.Go(func() {
			if _, err := predictor.PredictRows([]float64{10}); err != nil {
				fmt.Println(err)
			}
		})
	}
	_, err = trainer.Fit(context.Background(), set)
	others.Wait()
	//docs:end
	if err != nil {
		fmt.Println(err)
		return
	}
	y, err := predictor.PredictRows([]float64{10})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f\n", y[0])
	// Output: 21.00
}

// Small calls that come at the same time are computed in one batch. Each gets the bits that it
// would get alone.
func ExampleGather() {
	model, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{8}, Out: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	predictor, err := train.NewPredictor(model, train.ModelFile{}, train.PredictorOptions{
		Gather: train.Gather{Examples: 16, Wait: time.Millisecond},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var calls sync.WaitGroup
	same := make([]bool, 50)
	first, err := predictor.PredictRows([]float64{1, 2})
	for i := range same {
		calls.Go(func() {
			y, err := predictor.PredictRows([]float64{1, 2})
			same[i] = err == nil && fmt.Sprint(y) == fmt.Sprint(first)
		})
	}
	calls.Wait()
	fmt.Println(err, !slices.Contains(same, false))
	// Output: <nil> true
}
