package report_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/report"
	"github.com/symgrad/symgrad/train/schedule"
)

// A page about a training on the iris flowers.
func Example() {
	if err := page(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 30 epochs, 12 worst examples, equations for 2 layers
}

func page(ctx context.Context) error {
	flowers, err := data.Iris()
	if err != nil {
		return err
	}
	known, test, err := flowers.Split(0.2, 1)
	if err != nil {
		return err
	}
	model, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{16}, Out: 3})
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "report")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "iris.html")
	//docs:report
	trainer, err := train.New(model, train.Options{Epochs: 30, Schedule: schedule.Constant(0.01), Metrics: []train.Metric{train.Accuracy()}})
	if err != nil {
		return err
	}
	if _, err := trainer.Fit(ctx, known); err != nil {
		return err
	}
	r, err := report.Of(ctx, trainer, report.Options{Title: "Iris", Data: test, DataName: "test"})
	if err != nil {
		return err
	}
	if err := r.WriteFile(file); err != nil {
		return err
	}
	//docs:end
	layers := map[string]bool{}
	for _, e := range r.Equations {
		if e.Layer != "" {
			layers[e.Layer] = true
		}
	}
	fmt.Printf("%d epochs, %d worst examples, equations for %d layers\n", len(r.History.Epochs), len(r.Worst), len(layers))
	return nil
}
