package record_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/record"
)

// Example trains a classifier and writes a table, an event file for TensorBoard with
// statistics of the gradients, and a log.
func Example() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	table := filepath.Join(dir, "run.csv")
	board := &record.TensorBoard{Dir: dir, EverySteps: 2}
	options := train.Options{
		Epochs:    2,
		BatchSize: 2,
		Metrics:   []train.Metric{train.Accuracy()},
		Callbacks: []train.Callback{
			&record.CSV{Path: table},
			board,
			&record.Statistics{EverySteps: 2, To: []record.Recorder{board}},
			record.Log(slog.New(slog.DiscardHandler)),
		},
	}

	set, err := data.XLabels([]float64{0, 0, 0, 1, 1, 0, 1, 1}, 2, []int{0, 1, 1, 0})
	if err != nil {
		log.Fatal(err)
	}
	model, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{8}, Out: 2})
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := train.New(model, options)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := trainer.Fit(context.Background(), set); err != nil {
		log.Fatal(err)
	}

	text, err := os.ReadFile(table)
	if err != nil {
		log.Fatal(err)
	}
	header, rows, _ := strings.Cut(string(text), "\n")
	fmt.Println(header)
	fmt.Println(strings.Count(rows, "\n"), "rows")
	// Output:
	// epoch,step,loss,validation,accuracy,rate,seconds
	// 2 rows
}

// ExampleJSONLines_Values writes numbers of one's own beside those of the training.
func ExampleJSONLines_Values() {
	var out bytes.Buffer
	list := &record.JSONLines{Writer: &out}
	own := train.On(func(e *train.StepEnd) error {
		return list.Values(e.Step, []train.Value{{Name: "examples", Value: float64(e.Examples)}})
	})

	set, err := data.XY([]float64{1, 2, 3}, 1, []float64{2, 4, 6}, 1)
	if err != nil {
		log.Fatal(err)
	}
	model, err := models.NewMLP(models.MLPOptions{In: 1, Out: 1, Head: models.Regression})
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := train.New(model, train.Options{Epochs: 1, BatchSize: 2, Callbacks: []train.Callback{list, own}})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := trainer.Fit(context.Background(), set); err != nil {
		log.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	fmt.Println(lines[0])
	fmt.Println(lines[1])
	// Output:
	// {"event":"values","step":1,"values":{"examples":2}}
	// {"event":"values","step":2,"values":{"examples":1}}
}
