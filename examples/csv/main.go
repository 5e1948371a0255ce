// Csv reads a table, trains a classifier on it, saves its parameters, loads them into
// a second model and predicts with that.
//
//	go run ./examples/csv
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

func main() {
	table := flag.String("table", "examples/csv/iris.csv", "the table to read")
	file := flag.String("save", "iris.safetensors", "where to save the parameters")
	flag.Parse()
	run(os.Stdout, *table, *file)
}

func run(w io.Writer, table, file string) {
	ctx := context.Background()
	//docs:csv
	flowers := must(data.ReadCSVFile(table, data.CSVOptions{Target: []string{"species"}, Labels: true}))
	settings := models.MLPOptions{In: 4, Hidden: []int{16}, Out: flowers.Classes()}

	model := must(models.NewMLP(settings))
	trainer := must(train.New(model, train.Options{Epochs: 100, Schedule: train.Constant(0.01)}))
	history := must(trainer.Fit(ctx, flowers))
	check(train.Save(file, model.Params()))

	saved := must(models.NewMLP(settings))
	check(train.Build(saved)) // makes the parameters that Load fills
	check(train.Load(file, saved.Params()))
	reader := must(train.New(saved, train.Options{}))
	flower := must(data.New(data.Field{Name: "x", Shape: []int{4}, Floats: []float64{6.1, 2.8, 4.7, 1.2}}))
	probs := must(reader.Predict(ctx, flower))
	//docs:end
	y, _ := flowers.Field("y")
	best := train.Predicted(probs)
	fmt.Fprintf(w, "loss %.3f after %d epochs\n", history.Last().Loss, history.Last().Epoch)
	fmt.Fprintf(w, "the flower is %s with probability %.2f\n", y.ClassNames[best], probs[best])
}

// must returns v, or ends the program with the error.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
