package train_test

import (
	"context"
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// line is the model y = w·x + b.
type line struct{ p *graph.Params }

func (m line) Params() *graph.Params { return m.p }

func (m line) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	output = nn.Linear(b, "line", b.Input("x", n, 1), nn.LinearOptions{Out: 1, Weight: graph.Zeros()})
	return loss.MSE(b, output, b.Input("y", n, 1)), output
}

// A model of one's own is trained by gradients that nobody wrote.
func Example() {
	set, err := data.XY([]float64{0, 1, 2, 3}, 1, []float64{1, 3, 5, 7}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := train.New(line{graph.NewParams(graph.Float64, 1)}, train.Options{
		Optimizer: train.SGD{}, Schedule: schedule.Constant(0.1), Epochs: 500, BatchSize: 4,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	h, err := t.Fit(context.Background(), set)
	if err != nil {
		fmt.Println(err)
		return
	}
	y, err := t.Predict(context.Background(), set)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("loss from %.1f to %.4f, predictions %.2f\n", h.Epochs[0].Loss, h.Last().Loss, y)
	// Output: loss from 21.0 to 0.0000, predictions [1.00 3.00 5.00 7.00]
}
