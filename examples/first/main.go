// First is the smallest model of one's own: two layers that learn the sine.
//
//	go run ./examples/first
package main

import (
	"context"
	"fmt"
	"log"
	"math"
	"os"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// curve is a model: a set of parameters, and the graph of its loss for n examples.
type curve struct{ params *graph.Params }

func (c curve) Params() *graph.Params { return c.params }

func (c curve) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	x, y := b.Input("x", n, 1), b.Input("y", n, 1)
	hidden := nn.Dense(b, "hidden", x, 32, nn.Tanh)
	output = nn.Dense(b, "out", hidden, 1, nn.Identity)
	return loss.MSE(b, output, y), output
}

func main() {
	var x, y []float64
	for i := range 200 {
		x = append(x, float64(i)/50-2)
		y = append(y, math.Sin(x[i]))
	}
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	set := must(data.XY(x, 1, y, 1))
	model := curve{graph.NewParams(graph.Float64, 1)}
	trainer := must(train.New(model, train.Options{Epochs: 200, Schedule: schedule.Step{Rate: 0.01, Every: 400, Factor: 0.5}}))
	history := must(trainer.Fit(ctx, set))

	at := must(data.New(data.Field{Name: "x", Shape: []int{1}, Floats: []float64{1}}))
	answer := must(trainer.Predict(ctx, at))
	fmt.Printf("loss %.5f, sin(1) is about %.2f\n", history.Last().Loss, answer[0])
}

// must returns v, or ends the program with the error.
func must[T any](v T, err error) T {
	if err != nil {
		log.Print(err)
		os.Exit(train.ExitCode(err))
	}
	return v
}
