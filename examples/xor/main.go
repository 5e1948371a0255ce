// Xor learns the exclusive or, which no linear model can: a perceptron with one
// hidden layer can. It trains both and prints what each makes of the table.
//
//	go run ./examples/xor
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "xor:", err)
		os.Exit(train.ExitCode(err))
	}
}

func run(w io.Writer) error {
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	x := []float64{0, 0, 0, 1, 1, 0, 1, 1}
	set, err := data.XY(x, 2, []float64{0, 1, 1, 0}, 1)
	if err != nil {
		return err
	}
	for _, hidden := range [][]int{nil, {4}} {
		model, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: hidden, Head: models.Binary, Activation: nn.Tanh, Seed: 1})
		if err != nil {
			return err
		}
		trainer, err := train.New(model, train.Options{Optimizer: train.Adam{}, Schedule: schedule.Constant(0.05), Epochs: 500, BatchSize: 4})
		if err != nil {
			return err
		}
		history, err := trainer.Fit(ctx, set)
		if err != nil {
			return err
		}
		probs, err := trainer.Predict(ctx, set)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "hidden layers %v: loss %.4f\n", hidden, history.Last().Loss)
		for i, p := range probs {
			fmt.Fprintf(w, "  %v xor %v = %.2f\n", x[2*i], x[2*i+1], p)
		}
	}
	return nil
}
