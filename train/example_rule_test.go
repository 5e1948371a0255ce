package train_test

import (
	"context"
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// buildAdam is Adam with its usual settings, as a graph.
func buildAdam(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
	m := b.Add(b.Scale(x.Slots[0], 0.9), b.Scale(x.Grad, 0.1))
	v := b.Add(b.Scale(x.Slots[1], 0.999), b.Scale(b.Square(x.Grad), 0.001))
	mean := b.Div(m, b.Sub(b.Scalar(1), b.Pow(b.Scalar(0.9), x.N)))
	square := b.Div(v, b.Sub(b.Scalar(1), b.Pow(b.Scalar(0.999), x.N)))
	by := b.Div(mean, b.Add(b.Sqrt(square), b.Scalar(1e-8)))
	return b.Sub(x.Param, b.Mul(x.Rate, by)), gorgonia.Nodes{m, v}
}

// An optimizer written as a graph: Adam.
func ExampleRule() {
	set, err := data.XY([]float64{0, 1, 2, 3}, 1, []float64{1, 3, 5, 7}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	adam := train.Rule{Name: "adam", State: []train.Slot{{Name: "m"}, {Name: "v"}}, Build: buildAdam}
	for _, o := range []train.Optimizer{adam, train.Adam{}} {
		t, err := train.New(line{graph.NewParams(graph.Float64, 1)}, train.Options{Optimizer: o, Schedule: schedule.Constant(0.1), Epochs: 20})
		if err != nil {
			fmt.Println(err)
			return
		}
		h, err := t.Fit(context.Background(), set)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("loss %.6f\n", h.Last().Loss)
	}
	// Output:
	// loss 0.160848
	// loss 0.160848
}

// A step with matrix products: the gradient of a matrix is made orthogonal by two steps of
// Newton and Schulz, X = 1.5·X − 0.5·X·Xᵀ·X, before it is subtracted.
func ExampleRule_matrices() {
	build := func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
		step := x.Grad
		if len(b.Shape(x.Param)) == 2 {
			step = b.Div(step, b.Add(b.Sqrt(b.Sum(b.Square(step))), b.Scalar(1e-12)))
			for range 2 {
				step = b.Sub(b.Scale(step, 1.5), b.Scale(b.MatMul(b.MatMul(step, b.Transpose(step)), step), 0.5))
			}
		}
		return b.Sub(x.Param, b.Mul(x.Rate, step)), nil
	}
	set, err := data.XLabels([]float64{0, 0, 0, 1, 1, 0, 1, 1}, 2, []int{0, 1, 1, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{16}, Out: 2, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := train.New(m, train.Options{Optimizer: train.Rule{Name: "orthogonal", Build: build}, Schedule: schedule.Constant(0.1),
		Epochs: 100, Metrics: []train.Metric{train.Accuracy()}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := t.Fit(context.Background(), set); err != nil {
		fmt.Println(err)
		return
	}
	r, err := t.Evaluate(context.Background(), set)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("accuracy", r.Metrics[0].Value)
	// Output: accuracy 1
}
