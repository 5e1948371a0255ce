package train_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// few are 23 examples of logits and labels; the label 0 stands in all of the first
// twelve but one.
func few(t *testing.T) *data.Dataset {
	t.Helper()
	x, y := make([]float64, 23*3), make([]int, 23)
	for i := range x {
		x[i] = math.Sin(float64(i) * 1.7)
	}
	for i := range y {
		if i == 4 || i >= 12 {
			y[i] = 1 + i%2
		}
	}
	d, err := data.New(data.Field{Name: "x", Shape: []int{3}, Floats: x}, data.Field{Name: "y", Ints: y, Classes: 3})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestLossOverBatches checks that the loss over a data set does not depend on how
// it is cut into batches: the loss of one batch of all is it.
func TestLossOverBatches(t *testing.T) {
	for name, loss := range map[string]func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node{
		"mean over the examples": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node { return loss.CrossEntropy(b, x, y) },
		"ignored labels": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			return loss.CrossEntropy(b, x, y, loss.CrossEntropyOptions{Ignore: new(0)})
		},
		"class weights": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			return loss.CrossEntropy(b, x, y, loss.CrossEntropyOptions{Weight: b.Const([]float64{0, 1, 10}, 3)})
		},
		"penalty and a multiple": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			return b.AddConst(b.Scale(loss.CrossEntropy(b, x, y, loss.CrossEntropyOptions{Ignore: new(0)}), 3), 0.25)
		},
		"two means and one over the examples": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			w := loss.CrossEntropy(b, x, y, loss.CrossEntropyOptions{Weight: b.Const([]float64{0, 1, 10}, 3)})
			return b.Add(b.Sub(loss.CrossEntropy(b, x, y, loss.CrossEntropyOptions{Ignore: new(0)}), b.Scale(w, 0.5)), b.Mean(b.Square(x)))
		},
		"a mean beside the loss": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			loss.CrossEntropy(b, x, y, loss.CrossEntropyOptions{Ignore: new(1)})
			return loss.CrossEntropy(b, x, y, loss.CrossEntropyOptions{Ignore: new(0)})
		},
	} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			m := func() train.Model {
				return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
					out := b.Add(b.Input("x", n, 3), b.Param("b", graph.Zeros(), 3))
					return loss(b, out, b.Ints("y", n)), out
				}}
			}
			set := few(t)
			tr := newTrainer(t, m(), train.Options{BatchSize: 23})
			want, err := tr.Step(set, count(23))
			if err != nil {
				t.Fatal(name, err)
			}
			within := 1e-14
			if d == graph.Float32 {
				within = 1e-6 // some roundings of numbers around 1
			}
			for _, batch := range []int{1, 4, 12, 22, 23} {
				tr := newTrainer(t, m(), train.Options{EvalBatch: batch, BatchSize: batch, Epochs: 1, Schedule: schedule.Constant(0)})
				r, err := tr.Evaluate(context.Background(), set)
				if err != nil || !(math.Abs(r.Loss-want) < within) {
					t.Errorf("%s, %v in batches of %d: evaluation got %v and %v, want %v", name, d, batch, r.Loss, err, want)
				}
				h, err := tr.Fit(context.Background(), set)
				if err != nil || !(math.Abs(h.Last().Loss-want) < within) {
					t.Errorf("%s, %v in batches of %d: an epoch got %v and %v, want %v", name, d, batch, h.Last().Loss, err, want)
				}
			}
		}
	}
}

// count is 0 to n−1.
func count(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// TestNothingCounts checks a data set in which the loss counts nothing: an error,
// and no NaN.
func TestNothingCounts(t *testing.T) {
	m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.Add(b.Input("x", n, 3), b.Param("b", graph.Zeros(), 3))
		return loss.CrossEntropy(b, out, b.Ints("y", n), loss.CrossEntropyOptions{Ignore: new(9)}), out
	})
	set, err := data.New(data.Field{Name: "x", Shape: []int{3}, Floats: make([]float64, 6)}, data.Field{Name: "y", Ints: []int{9, 9}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newTrainer(t, m, train.Options{}).Evaluate(context.Background(), set); !errors.Is(err, data.ErrEmpty) {
		t.Errorf("Evaluate: got %v, want ErrEmpty", err)
	}
	h, err := newTrainer(t, m, train.Options{Epochs: 1}).Fit(context.Background(), set)
	if !errors.Is(err, data.ErrEmpty) || len(h.Epochs) != 1 {
		t.Errorf("Fit: got %v and %d epochs, want ErrEmpty and the epoch", err, len(h.Epochs))
	}
}
