// Gan lets two networks play against each other (Goodfellow et al. 2014): the generator
// makes points of random numbers, and the critic tells them from points of eight clusters
// on a circle. Each has an optimizer of its own and moves its own parameters alone.
//
//	go run ./examples/gan
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"

	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

func main() {
	steps := flag.Int("steps", 6000, "steps of each player")
	picture := flag.String("picture", "gan.svg", "where to draw the points; empty: nowhere")
	flag.Parse()
	if err := run(os.Stdout, *steps, *picture); err != nil {
		fmt.Fprintln(os.Stderr, "gan:", err)
		os.Exit(train.ExitCode(err))
	}
}

func run(w io.Writer, steps int, picture string) error {
	set, err := data.New(data.Field{Name: "x", Shape: []int{2}, Floats: clusters(2048)})
	if err != nil {
		return err
	}
	points, err := play(w, set, steps)
	if err != nil {
		return err
	}
	near, found := quality(points)
	fmt.Fprintf(w, "%.0f %% of the made points lie in a cluster, %d of 8 clusters have some\n", 100*near, found)
	if picture == "" {
		return nil
	}
	x, _ := set.Field("x")
	fmt.Fprintln(w, "real and made points:", picture)
	return draw(picture, x.Floats, points)
}

// play lets both make steps in turn, and returns as many points of the generator as there
// are real ones.
func play(w io.Writer, set *data.Dataset, steps int) ([]float64, error) {
	const batch = 256
	critic, generator := players(1)
	o := train.Options{Optimizer: train.Adam{Beta1: 0.5}, Schedule: schedule.Step{Rate: 0.002, Every: 2000, Factor: 0.5}, EvalBatch: set.Len()}
	first, err := train.New(critic, o)
	if err != nil {
		return nil, err
	}
	second, err := train.New(generator, o)
	if err != nil {
		return nil, err
	}
	batches, err := data.NewBatches(set.Len(), batch, true, 1)
	if err != nil {
		return nil, err
	}
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	for i := range steps {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if i%batches.Len() == 0 {
			batches.Epoch(i / batches.Len())
		}
		index, _ := batches.Next()
		a, err := first.Step(set, index)
		if err != nil {
			return nil, err
		}
		b, err := second.Step(set, index)
		if err != nil {
			return nil, err
		}
		if (i+1)%(steps/4) == 0 {
			fmt.Fprintf(w, "step %d: the critic's loss is %.2f, the generator's %.2f\n", i+1, a, b)
		}
	}
	return second.Predict(ctx, set)
}

// clusters draws n points of eight normal distributions on a circle.
func clusters(n int) (x []float64) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		sin, cos := math.Sincos(float64(i%8) * math.Pi / 4)
		x = append(x, 2*cos+deviation*r.NormFloat64(), 2*sin+deviation*r.NormFloat64())
	}
	return x
}
