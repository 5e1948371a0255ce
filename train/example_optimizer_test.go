package train_test

import (
	"context"
	"fmt"
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// RootMean divides each gradient by the root of a moving average of its square.
type RootMean struct{ Rho, Eps float64 }

func (o RootMean) Slots() []train.Slot { return []train.Slot{{Name: "square"}} }

func (o RootMean) Update(s train.Step, v *train.View) {
	train.Each(v, rootMean{o, s}, rootMeanSpan[float32], rootMeanSpan[float64])
}

type rootMean struct {
	RootMean
	train.Step
}

func rootMeanSpan[T train.Float](a rootMean, x train.Span[T]) {
	for i, g := range x.Grad {
		v := T(a.Rho)*x.Slot[0][i] + T(1-a.Rho)*g*g
		x.Slot[0][i] = v
		x.Param[i] -= T(x.Rate(a.Step)) * g / (T(math.Sqrt(float64(v))) + T(a.Eps))
	}
}

// An optimizer of one's own works in both element types and on all threads.
func ExampleOptimizer() {
	set, err := data.XY([]float64{0, 1, 2, 3}, 1, []float64{1, 3, 5, 7}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := train.New(line{graph.NewParams(graph.Float32, 1)}, train.Options{
		Optimizer: RootMean{Rho: 0.9, Eps: 1e-6}, Schedule: schedule.Step{Rate: 0.1, Every: 100, Factor: 0.5}, Epochs: 1000,
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
	fmt.Printf("loss from %.1f to %.4f\n", h.Epochs[0].Loss, h.Last().Loss)
	// Output: loss from 21.0 to 0.0000
}
