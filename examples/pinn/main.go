// Pinn solves a differential equation with a network (Raissi et al. 2019): the loss is how
// much u(x) breaks the equation, with derivatives of u by x that are nodes of the graph.
//
//	u'' + u' = -π²·sin(πx) + π·cos(πx) on [0, 1],  u(0) = 0,  u'(1) = -π
//
// Its solution is u = sin(πx).
//
//	go run ./examples/pinn
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// equation is the model.
type equation struct{ params *graph.Params }

func (m equation) Params() *graph.Params { return m.params }

// u is the network. Called again it is the same one.
func u(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	h := nn.Dense(b, "hidden0", x, 24, nn.Tanh)
	return nn.Dense(b, "out", nn.Dense(b, "hidden1", h, 24, nn.Tanh), 1, nn.Identity)
}

// slope returns the derivative of y by x, point by point: y[i] depends on x[i] alone.
func slope(b *graph.Builder, y, x *gorgonia.Node) *gorgonia.Node {
	g, err := autograd.Gradients(b.Sum(y), x)
	if err != nil {
		b.Fail(err)
		return nil
	}
	return g[0]
}

// Loss builds the graph for n points between 0 and 1, and for the two ends.
func (m equation) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	x, left, right := b.Input("x", n, 1), b.Const([]float64{0}, 1, 1), b.Const([]float64{1}, 1, 1)
	y := u(b, x)
	first := slope(b, y, x)
	second := slope(b, first, x)
	force := b.Add(b.Scale(b.Sin(b.Scale(x, math.Pi)), -math.Pi*math.Pi), b.Scale(b.Cos(b.Scale(x, math.Pi)), math.Pi))
	inside := b.Mean(b.Square(b.Sub(b.Add(second, first), force)))
	value := b.Sum(b.Square(u(b, left)))
	flux := b.Sum(b.Square(b.AddConst(slope(b, u(b, right), right), math.Pi)))
	return b.Add(inside, b.Scale(b.Add(value, flux), 10)), y
}

func main() {
	epochs := flag.Int("epochs", 5000, "steps, each on all points")
	flag.Parse()
	if err := run(os.Stdout, *epochs); err != nil {
		fmt.Fprintln(os.Stderr, "pinn:", err)
		os.Exit(train.ExitCode(err))
	}
}

func run(w io.Writer, epochs int) error {
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	const points = 41
	x := make([]float64, points)
	for i := range x {
		x[i] = float64(i) / (points - 1)
	}
	set, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: x})
	if err != nil {
		return err
	}
	model := equation{graph.NewParams(graph.Float64, 1)}
	trainer, err := train.New(model, train.Options{Epochs: epochs, BatchSize: points, InOrder: true, Schedule: schedule.Step{Rate: 0.01, Every: epochs/8 + 1, Factor: 0.5}})
	if err != nil {
		return err
	}
	history, err := trainer.Fit(ctx, set)
	if err != nil {
		return err
	}
	y, err := trainer.Predict(ctx, set)
	if err != nil {
		return err
	}
	worst := 0.0
	for i, v := range y {
		exact := math.Sin(math.Pi * x[i])
		worst = max(worst, math.Abs(v-exact))
		if i%8 == 4 {
			fmt.Fprintf(w, "u(%.1f) = %.4f, exactly %.4f\n", x[i], v, exact)
		}
	}
	_, err = fmt.Fprintf(w, "loss %.2g in the first step, %.1g in the last; largest error %.1g\n", history.Losses()[0], history.Last().Loss, worst)
	return err
}
