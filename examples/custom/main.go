// Custom is an architecture of one's own as a graph: two inputs, a residual
// block and a loss that no library has. All that the trainer needs is a type
// with Params and Loss; the gradients come from the graph.
//
// It learns the range of a shot, v²·sin(2θ)/g with some noise, from the speed
// and the angle, with a loss that forgives outliers.
//
//	go run ./examples/custom
package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// ballistic is the model.
type ballistic struct{ params *graph.Params }

func (m ballistic) Params() *graph.Params { return m.params }

// Loss builds the graph for n shots: this is the whole architecture.
func (m ballistic) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	speed := nn.Dense(b, "speed", b.Input("speed", n, 1), 16, nn.Tanh)
	angle := nn.Dense(b, "angle", b.Input("angle", n, 1), 16, nn.Tanh)
	h := residual(b, "residual", b.Mul(speed, angle)) // the two meet in a product
	output = nn.Dense(b, "range", h, 1, nn.Identity)
	return logCosh(b, output, b.Input("range", n, 1)), output
}

// residual is a layer: h + f(h), where f has 32 hidden units. h: [N, 16].
func residual(b *graph.Builder, name string, h *gorgonia.Node) (out *gorgonia.Node) {
	b.Scope(name, func() {
		out = b.Add(h, nn.Dense(b, "out", nn.Dense(b, "in", h, 32, nn.ReLU), 16, nn.Identity))
	})
	return out
}

// logCosh is a loss, the mean of log cosh of the error: quadratic near 0, linear far
// away, and smooth. log cosh e = e + softplus(-2e) - log 2 does not overflow.
func logCosh(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	e := b.Sub(x, y)
	return b.Mean(b.AddConst(b.Add(e, b.Softplus(b.Scale(e, -2))), -math.Ln2))
}

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "custom:", err)
		os.Exit(train.ExitCode(err))
	}
}

func run(w io.Writer) error {
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	set, err := shots(2000)
	if err != nil {
		return err
	}
	trainSet, testSet, err := set.Split(0.25, 1)
	if err != nil {
		return err
	}
	model := ballistic{graph.NewParams(graph.Float64, 7)}
	trainer, err := train.New(model, train.Options{
		Optimizer: train.AdamW{}, Schedule: schedule.Step{Rate: 0.01, Every: 500, Factor: 0.5}, Epochs: 40, BatchSize: 50,
		Target: "range", Metrics: []train.Metric{train.MAE(), train.R2()},
	})
	if err != nil {
		return err
	}
	if _, err := trainer.Fit(ctx, trainSet); err != nil {
		return err
	}
	r, err := trainer.Evaluate(ctx, testSet)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d parameters in %d tensors\n", count(model.params), len(model.params.List()))
	for _, m := range r.Metrics {
		fmt.Fprintf(w, "test %s %.2f\n", m.Name, m.Value)
	}
	return nil
}

func count(p *graph.Params) (n int) {
	for _, q := range p.List() {
		n += q.Size()
	}
	return n
}

// shots draws speeds in [5, 15) m/s and angles in [0, π/2), both scaled to
// about 1; the ranges in units of 10 m have some noise and a few outliers.
func shots(n int) (*data.Dataset, error) {
	r := rand.New(rand.NewPCG(3, 4))
	var speed, angle, reach []float64
	for i := range n {
		v, a := 5+10*r.Float64(), r.Float64()*math.Pi/2
		y := v * v * math.Sin(2*a) / 9.81 / 10
		if i%50 == 0 {
			y += r.NormFloat64()
		}
		speed = append(speed, (v-10)/3)
		angle = append(angle, (a-math.Pi/4)*2)
		reach = append(reach, y+0.02*r.NormFloat64())
	}
	one := []int{1}
	return data.New(data.Field{Name: "speed", Shape: one, Floats: speed},
		data.Field{Name: "angle", Shape: one, Floats: angle}, data.Field{Name: "range", Shape: one, Floats: reach})
}
