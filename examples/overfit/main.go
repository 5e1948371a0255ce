// Overfit trains a multi-layer perceptron on 285 handwritten digits of which a fifth have a
// wrong label. It learns the mistakes by heart. Then it is trained with each remedy against
// overfitting, and a larger model with all the others. The gap is below 0 where the model
// is right and the label wrong.
//
//	go run ./examples/overfit
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

func main() {
	picture := flag.String("picture", "overfit.svg", "where to draw the validation losses; empty: nowhere")
	flag.Parse()
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	if err := run(ctx, os.Stdout, *picture); err != nil {
		fmt.Fprintln(os.Stderr, "overfit:", err)
		os.Exit(train.ExitCode(err))
	}
}

// remedy is a name for settings.
type remedy struct {
	name  string
	model models.MLPOptions
	fit   train.Options
}

// remedies returns the settings without a remedy, with each, and with all.
func remedies(validation *data.Dataset) []remedy {
	model := models.MLPOptions{In: 64, Hidden: []int{64, 32}, Out: 10, DType: graph.Float32, Seed: 1}
	fit := train.Options{Epochs: 150, Schedule: schedule.Constant(0.002), Seed: 1, Validation: validation}
	list := make([]remedy, 7)
	for i, name := range []string{"nothing", "more data", "smaller model", "weight decay", "dropout", "early stopping", "all"} {
		list[i] = remedy{name, model, fit}
	}
	for _, r := range []*remedy{&list[1], &list[6]} {
		r.fit.Augment = augment.Fields{"x": {augment.Rotate{Degrees: 15}, augment.Noise{Sigma: 0.2}}}
	}
	list[2].model.Hidden, list[6].model.Hidden = []int{12}, []int{256, 128}
	for _, r := range []*remedy{&list[3], &list[6]} {
		r.fit.Optimizer = train.AdamW{Decay: 0.3}
	}
	for _, r := range []*remedy{&list[4], &list[6]} {
		r.model.Dropout = 0.3
	}
	for _, r := range []*remedy{&list[5], &list[6]} {
		r.fit.Stop = &train.EarlyStopping{Patience: 20}
	}
	return list
}

// result is what came out of a training.
type result struct {
	remedy
	history           *train.History
	train, validation float64 // the losses of the trained model
}

func run(ctx context.Context, w io.Writer, picture string) error {
	trainSet, validation, err := load()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d digits to train on, %d to validate\n\n%-16s%8s%12s%8s%8s\n", trainSet.Len(), validation.Len(),
		"remedy", "train", "validation", "gap", "epochs")
	var results []result
	for _, r := range remedies(validation) {
		done, err := r.try(ctx, trainSet)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%-16s%8.3f%12.3f%8.3f%8d\n", r.name, done.train, done.validation, done.validation-done.train, len(done.history.Epochs))
		results = append(results, done)
	}
	if picture == "" {
		return nil
	}
	fmt.Fprintln(w, "\nvalidation losses by epoch:", picture)
	return os.WriteFile(picture, draw(results), 0o644)
}

// try trains with the remedy and evaluates the model on both sets.
func (r remedy) try(ctx context.Context, trainSet *data.Dataset) (done result, err error) {
	model, err := models.NewMLP(r.model)
	if err != nil {
		return done, err
	}
	trainer, err := train.New(model, r.fit)
	if err != nil {
		return done, err
	}
	history, err := trainer.Fit(ctx, trainSet)
	if err != nil {
		return done, err
	}
	seen, err := trainer.Evaluate(ctx, trainSet)
	if err != nil {
		return done, err
	}
	unseen, err := trainer.Evaluate(ctx, r.fit.Validation)
	return result{r, history, seen.Loss, unseen.Loss}, err
}
