// Networks trains a convolutional and a recurrent network on handwritten digits. The first
// reads small squares of the images, the second reads them row by row.
//
//	go run ./examples/networks
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "networks:", err)
		os.Exit(train.ExitCode(err))
	}
}

func run(w io.Writer) error {
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	set, err := data.Digits()
	if err != nil {
		return err
	}
	scaler := data.MinMax{Field: "x"}
	if err := scaler.Fit(set); err != nil { // pixels are 0 to 16 in all pictures
		return err
	}
	if set, err = scaler.Apply(set); err != nil {
		return err
	}
	rest, test, err := set.Split(0.25, 1)
	if err != nil {
		return err
	}
	cnn, err := models.NewCNN(models.CNNOptions{Channels: 1, Height: 8, Width: 8, Out: 10, Hidden: []int{32}, DType: graph.Float32, Seed: 1,
		Blocks: []models.ConvBlock{{Channels: 8, Kernel: 3, Pad: 1, Pool: 2}, {Channels: 16, Kernel: 3, Pad: 1, Pool: 2}}})
	if err != nil {
		return err
	}
	rnn, err := models.NewRNN(models.RNNOptions{Cell: nn.LSTM, Steps: 8, In: 8, Hidden: 32, Bidirectional: true, Out: 10, DType: graph.Float32, Seed: 1})
	if err != nil {
		return err
	}
	for _, m := range []struct {
		name  string
		model train.Model
	}{{"convolutional", cnn}, {"recurrent", rnn}} {
		t, err := train.New(m.model, train.Options{Epochs: 15, Schedule: schedule.Step{Rate: 0.005, Every: 400, Factor: 0.5}, Metrics: []train.Metric{train.Accuracy()}, Seed: 1})
		if err != nil {
			return err
		}
		if _, err := t.Fit(ctx, rest); err != nil {
			return err
		}
		r, err := t.Evaluate(ctx, test)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s network: test accuracy %.4f after %d steps\n", m.name, r.Metrics[0].Value, t.Position().Step)
	}
	return nil
}
