package train_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// TestEvaluationDraws evaluates a model that draws a number for each example, in batches of
// several sizes. No two examples have the same number, the loss is the mean of all of them, and
// a training step between two calls changes nothing.
func TestEvaluationDraws(t *testing.T) {
	ctx := context.Background()
	set, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: make([]float64, 256)})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, size := range []int{1, 3, 32, 256} {
			m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				out := b.Add(b.Uniform(n, 1), b.Mul(b.Input("x", n, 1), b.Param("w", graph.Ones(), 1)))
				return b.Mean(out), out
			}}
			tr := newTrainer(t, m, train.Options{EvalBatch: size})
			run := func() (float64, []float64) {
				r, err := tr.Evaluate(ctx, set)
				if err != nil {
					t.Fatal(err)
				}
				out, err := tr.Predict(ctx, set)
				if err != nil {
					t.Fatal(err)
				}
				return r.Loss, out
			}
			loss, out := run()
			if err := step(t, tr, set, 0); err != nil {
				t.Fatal(err)
			}
			again, same := run()
			if loss != again || !slices.Equal(out, same) {
				t.Errorf("%v, batches of %d: got other numbers after a step", d, size)
			}
			sum := 0.0
			for _, x := range out {
				sum += x
			}
			if math.Abs(loss-sum/256) > 1e-6 || math.Abs(loss-0.5) > 0.1 {
				t.Errorf("%v, batches of %d: got the loss %v, want the mean %v of the output, near 0.5", d, size, loss, sum/256)
			}
			slices.Sort(out)
			if n := len(slices.Compact(out)); n != 256 {
				t.Errorf("%v, batches of %d: got %d different numbers, want 256", d, size, n)
			}
		}
	}
}
