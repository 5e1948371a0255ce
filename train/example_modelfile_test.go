package train_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// A checkpoint has what a training needs to go on. A model file has what a prediction needs.
// The one becomes the other in a program that makes the model and the trainer again.
func ExampleTrainer_Restore() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "iris.safetensors")
	set, err := data.Iris()
	check(err)
	trainSet, validation, err := set.SplitStratified(0.2, 1)
	check(err)
	best := math.Inf(1)
	{ // the training
		model, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{8}, Out: 3})
		check(err)
		trainer, err := train.New(model, train.Options{Epochs: 20, Schedule: schedule.Constant(0.02), Validation: validation,
			Checkpoint: &train.Checkpoint{Dir: dir}})
		check(err)
		history, err := trainer.Fit(context.Background(), trainSet)
		check(err)
		for _, e := range history.Epochs {
			best = min(best, *e.Validation)
		}
	}
	//docs:restore
	model, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{8}, Out: 3})
	check(err)
	trainer, err := train.New(model, train.Options{}) // Seed, BatchSize and Optimizer as in the training
	check(err)
	check(trainer.Restore(filepath.Join(dir, "best.safetensors")))
	check(trainer.SaveModel(file, train.ModelFile{Data: trainSet})) // the names of columns and classes
	//docs:end
	r, err := trainer.Evaluate(context.Background(), validation)
	check(err)
	opened, err := train.Open(file)
	check(err)
	fmt.Println(r.Loss == best, opened.Classes(), opened.Inputs()[0].Columns)
	// Output: true [setosa versicolor virginica] [sepal length sepal width petal length petal width]
}

// A row for a model of sequences has the steps, padded to the length of all, and then the
// number of steps that count.
func ExamplePredictor_PredictRows_sequences() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "rising.safetensors")

	var sequences [][]float64 // of 2 to 5 numbers, which rise or fall
	var rises []int
	for i := range 64 {
		var s []float64
		for k := range 2 + i/2%4 {
			s = append(s, float64(i%7)/7+float64(k)*(0.4*float64(i%2)-0.2))
		}
		sequences, rises = append(sequences, s), append(rises, i%2)
	}
	x, lengths, err := data.Sequences("x", sequences, data.SequenceOptions{Step: []int{1}})
	check(err)
	set, err := data.New(x, lengths, data.Field{Name: "y", Ints: rises, Classes: 2, ClassNames: []string{"falls", "rises"}})
	check(err)
	model, err := models.NewRNN(models.RNNOptions{Steps: 5, In: 1, Lengths: true, Hidden: 8, Out: 2})
	check(err)
	trainer, err := train.New(model, train.Options{Epochs: 40, Schedule: schedule.Constant(0.02)})
	check(err)
	_, err = trainer.Fit(context.Background(), set)
	check(err)
	check(trainer.SaveModel(file, train.ModelFile{}))

	//docs:rows
	opened, err := train.Open(file)
	check(err)
	for _, in := range opened.Inputs() { // a row has them in this order
		fmt.Println(in.Name, in.Shape)
	}
	for _, s := range [][]float64{{0.3, 0.5, 0.7}, {0.9, 0.7}} {
		row := make([]float64, 5+1)    // 5 steps of one number, and the length
		row[5] = float64(copy(row, s)) // what is left stays 0: the padding
		probs, err := opened.PredictRows(row)
		check(err)
		fmt.Println(s, opened.Label(probs))
	}
	//docs:end
	// Output:
	// x [5 1]
	// lengths []
	// [0.3 0.5 0.7] rises
	// [0.9 0.7] falls
}
