// Csv reads a table, trains a classifier on it, saves the model, opens the file and
// predicts with it. The program in examples/open does the second half alone.
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
	"slices"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

func main() {
	table := flag.String("table", "examples/csv/iris.csv", "the table to read")
	file := flag.String("save", "iris.safetensors", "where to save the model")
	flag.Parse()
	run(os.Stdout, *table, *file)
}

func run(w io.Writer, table, file string) {
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	//docs:csv
	flowers := must(data.ReadCSVFile(table, data.CSVOptions{Target: []string{"species"}, Labels: true}))
	model := must(models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{16}, Out: flowers.Classes()}))
	trainer := must(train.New(model, train.Options{Epochs: 100, Schedule: schedule.Constant(0.01)}))
	history := must(trainer.Fit(ctx, flowers))
	check(trainer.SaveModel(file, train.ModelFile{})) // settings, names and parameters

	saved := must(train.Open(file)) // in this program or another
	probs := must(saved.PredictRows([]float64{6.1, 2.8, 4.7, 1.2}))
	//docs:end
	fmt.Fprintf(w, "loss %.3f after %d epochs\n", history.Last().Loss, history.Last().Epoch)
	fmt.Fprintf(w, "the flower is %s with probability %.2f\n", saved.Label(probs), slices.Max(probs))
}

// must returns v, or ends the program with the error.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		log.Print(err)
		os.Exit(train.ExitCode(err))
	}
}
