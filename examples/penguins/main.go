// Penguins goes from a table as it comes, with texts and missing cells, to a model in a file and
// to predictions on new rows. The table is made up: table_test.go draws it.
//
//	go run ./examples/penguins
package main

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

func main() {
	ctx := context.Background()
	//docs:penguins
	penguins, plan := must2(data.ReadCSVPlanFile("examples/penguins/penguins.csv", data.CSVOptions{Target: []string{"species"}, Labels: true, OnMissing: data.KeepMissing,
		Text: data.Category, Fields: []data.CSVField{{Name: "island", Columns: []string{"island"}, Integers: true}}}))
	rest, test := must2(penguins.SplitStratified(0.2, 1))
	part, validation := must2(rest.SplitStratified(0.2, 1))
	recipe := data.Recipe{Steps: []data.Step{&data.Impute{}, &data.OneHotEncoder{Field: "island"}, &data.Join{Fields: []string{"x", "island"}}, &data.Scaler{}}}
	model := must(models.NewMLP(models.MLPOptions{In: 8, Hidden: []int{16}, Out: penguins.Classes()}))
	trainer := must(train.New(model, train.Options{Recipe: recipe, Epochs: 500, Validation: validation, Stop: &train.EarlyStopping{Patience: 20}, Metrics: []train.Metric{train.Confusion()}}))
	history, result := must(trainer.Fit(ctx, part)), must(trainer.Evaluate(ctx, test)) // Fit fits the recipe to this part alone
	fmt.Printf("the best epoch of %d is %d, with the accuracy %.2f on the test set:\n%v", len(history.Epochs), history.Best, result.Metrics[0].Value, result.Metrics[0].Confusion)
	must(model, trainer.SaveModel("penguins.safetensors", train.ModelFile{Plan: plan}))
	saved := must(train.Open("penguins.safetensors")) // in this program or another
	rows := "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex\nDream,49.5,NA,197,3725,male\nBiscoe,46.2,14.1,217,4375,NA\n"
	for probs, err := range saved.PredictCSV(ctx, strings.NewReader(rows)) {
		fmt.Println(saved.Label(must(probs, err)))
	}
	//docs:end
}

func must2[A, B any](a A, b B, err error) (A, B) { return must(a, err), b }

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
