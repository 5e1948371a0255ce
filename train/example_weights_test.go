package train_test

import (
	"context"
	"fmt"
	"log"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// ExampleBalancedWeights lets a rare class count as much as the others.
func ExampleBalancedWeights() {
	x, y := []float64{0, 1, 2, 3, 4, 5}, []int{0, 0, 0, 0, 1, 0}
	set, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: x}, data.Field{Name: "y", Ints: y, Classes: 2})
	if err != nil {
		log.Fatal(err)
	}
	weights, err := train.BalancedWeights(set, "y")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(weights)

	model, err := models.NewMLP(models.MLPOptions{In: 1, Hidden: []int{4}, Out: 2})
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := train.New(model, train.Options{ClassWeights: weights, Epochs: 1})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := trainer.Fit(context.Background(), set); err != nil {
		log.Fatal(err)
	}
	// Output:
	// [0.6 3]
}
