package train_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// Clipped gradients, an average of the parameters, and a factor for the rate of one of them.
func ExampleEMA() {
	set, err := data.XY([]float64{0, 1, 2, 3}, 1, []float64{1, 3, 5, 7}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	m := line{graph.NewParams(graph.Float64, 1)}
	t, err := train.New(m, train.Options{
		Optimizer: train.EMA{Optimizer: train.ClipNorm{Optimizer: train.AdamW{}, Norm: 5}, Decay: 0.9},
		Schedule:  schedule.Constant(0.1), Epochs: 300,
		Groups: func(name string) train.Group {
			if strings.HasSuffix(name, "bias") {
				return train.Group{Rate: 0.5}
			}
			return train.Group{}
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := t.Fit(context.Background(), set); err != nil {
		fmt.Println(err)
		return
	}
	r, err := t.Evaluate(context.Background(), set) // of the average
	if err != nil {
		fmt.Println(err)
		return
	}
	path := filepath.Join(os.TempDir(), "average.safetensors")
	defer os.Remove(path)
	err = t.Averaged(func() error { return train.Save(path, m.Params()) })
	fmt.Printf("loss %.2f, saved: %v\n", r.Loss, err == nil)
	// Output: loss 0.00, saved: true
}
