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
	"gorgonia.org/gorgonia"
)

// shaped is the model whose output for an example is the field x, of the shape, as
// it is; the loss reads it alone, so that any target will do.
func shaped(shape ...int) train.Model {
	return model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.Add(b.Input("x", append([]int{n}, shape...)...), b.Param("b", graph.Zeros(), 1))
		return b.Mean(out), out
	})
}

// TestMetricShapes holds every metric to its value for every shape of outputs and
// targets, worked out by hand, or to its error. Sets of two examples are evaluated
// at once and one by one.
func TestMetricShapes(t *testing.T) {
	const none = -1 // no value but an error
	type want struct{ accuracy, binary, mse, mae, r2 float64 }
	for _, c := range []struct {
		name   string
		output []int
		x      []float64
		y      data.Field
		want   want
	}{
		{"classes", []int{3}, []float64{1, 5, 2, 7, 1, 0}, data.Field{Ints: []int{1, 2}, Classes: 3}, want{0.5, none, none, none, none}},
		{"classes of a column", []int{3}, []float64{1, 5, 2, 7, 1, 0}, data.Field{Shape: []int{1}, Ints: []int{1, 2}}, want{0.5, none, none, none, none}},
		{"classes in bytes", []int{3}, []float64{1, 5, 2, 7, 1, 0}, data.Field{Bytes: []uint8{1, 2}, Classes: 3}, want{0.5, none, none, none, none}},
		{"binary in bytes", []int{1}, []float64{0.9, 0.4}, data.Field{Bytes: []uint8{1, 1}}, want{0.5, 0.5, (0.01 + 0.36) / 2, 0.35, 0}},
		{"one-hot in bytes", []int{2}, []float64{0.4, 0.3, 0.1, 0.2}, data.Field{Shape: []int{2}, Bytes: []uint8{255, 0, 255, 0}, Scale: 1.0 / 255}, want{0.5, 0.5, (0.36 + 0.09 + 0.81 + 0.04) / 4, 2.0 / 4, 0}},
		{"numbers in float32", []int{2}, []float64{1, 2, 3, 5}, data.Field{Shape: []int{2}, Floats32: []float32{1, 3, 5, 7}}, want{none, none, (1 + 4 + 4) / 4.0, 5.0 / 4, 1 - (4.0/8+5.0/8)/2}},
		{"a label that is no class", []int{3}, []float64{1, 5, 2, 7, 1, 0}, data.Field{Ints: []int{1, 3}}, want{none, none, none, none, none}},
		{"steps of sequences", []int{2, 2}, []float64{1, 0, 0, 1, 1, 0, 1, 0}, data.Field{Shape: []int{2}, Ints: []int{0, 1, 1, 0}}, want{0.75, none, none, none, none}},
		{"one label for a sequence", []int{2, 2}, []float64{1, 0, 0, 1, 1, 0, 1, 0}, data.Field{Ints: []int{0, 1}}, want{none, none, none, none, none}},
		{"channels before steps", []int{3, 2}, make([]float64, 12), data.Field{Shape: []int{2}, Ints: []int{0, 1, 1, 0}}, want{none, none, none, none, none}},
		{"binary", []int{1}, []float64{0.9, 0.4}, data.Field{Ints: []int{1, 1}, Classes: 2}, want{0.5, 0.5, (0.01 + 0.36) / 2, 0.35, 0}},
		{"binary numbers", []int{1}, []float64{0.9, 0.4}, data.Field{Shape: []int{1}, Floats: []float64{1, 0}}, want{1, 1, (0.01 + 0.16) / 2, 0.25, 1 - 0.17/0.5}},
		{"binary without axes", nil, []float64{0.9, 0.4}, data.Field{Floats: []float64{1, 0}}, want{1, 1, (0.01 + 0.16) / 2, 0.25, 1 - 0.17/0.5}},
		{"several labels", []int{2}, []float64{0.9, 0.4, 0.1, 0.2}, data.Field{Shape: []int{2}, Floats: []float64{1, 1, 1, 0}}, want{0.5, 0.5, (0.01 + 0.36 + 0.81 + 0.04) / 4, 1.8 / 4, (1 - 0.4/0.5) / 2}},
		{"several labels as ints", []int{2}, []float64{0.9, 0.4, 0.1, 0.2}, data.Field{Shape: []int{2}, Ints: []int{1, 1, 1, 0}}, want{0.5, 0.5, (0.01 + 0.36 + 0.81 + 0.04) / 4, 1.8 / 4, (1 - 0.4/0.5) / 2}},
		{"one-hot", []int{2}, []float64{0.4, 0.3, 0.1, 0.2}, data.Field{Shape: []int{2}, Floats: []float64{1, 0, 1, 0}}, want{0.5, 0.5, (0.36 + 0.09 + 0.81 + 0.04) / 4, 2.0 / 4, 0}},
		{"soft classes", []int{2}, []float64{0.4, 0.3, 0.1, 0.2}, data.Field{Shape: []int{2}, Floats: []float64{0.75, 0.25, 0.5, 0.5}}, want{0.5, none, (0.1225 + 0.0025 + 0.16 + 0.09) / 4, 1.1 / 4, 1 - (0.2825/0.03125+0.0925/0.03125)/2}},
		{"one-hot steps", []int{1, 2}, []float64{3, 4, 6, 5}, data.Field{Shape: []int{1, 2}, Floats: []float64{0, 1, 0, 1}}, want{0.5, 0.5, (9 + 9 + 36 + 16) / 4.0, 4, 0}},
		{"numbers", []int{2}, []float64{1, 2, 3, 5}, data.Field{Shape: []int{2}, Floats: []float64{1, 3, 5, 7}}, want{none, none, (1 + 4 + 4) / 4.0, 5.0 / 4, 1 - (4.0/8+5.0/8)/2}},
		{"numbers, flat", []int{2}, []float64{1, 2, 3, 5}, data.Field{Shape: []int{1, 2, 1}, Floats: []float64{1, 3, 5, 7}}, want{none, none, 9.0 / 4, 5.0 / 4, 1 - (4.0/8+5.0/8)/2}},
		{"other order of axes", []int{2, 3}, make([]float64, 12), data.Field{Shape: []int{3, 2}, Floats: make([]float64, 12)}, want{none, none, none, none, none}},
		{"fewer outputs", []int{1}, []float64{1, 2}, data.Field{Shape: []int{2}, Floats: []float64{1, 0, 2, 0}}, want{none, none, none, none, none}},
		{"more outputs", []int{2}, []float64{1, 2, 3, 4}, data.Field{Floats: []float64{1, 0}}, want{none, none, none, none, none}},
		{"margins", []int{1}, []float64{0.5, -2}, data.Field{Floats: []float64{1, -1}}, want{none, none, (0.25 + 1) / 2, 0.75, 1 - 1.25/2}},
	} {
		c.y.Name = "y"
		set, err := data.New(data.Field{Name: "x", Shape: c.output, Floats: c.x}, c.y)
		if err != nil {
			t.Fatal(c.name, err)
		}
		for _, m := range []struct {
			metric train.Metric
			want   float64
		}{{train.Accuracy(), c.want.accuracy}, {train.BinaryAccuracy(), c.want.binary}, {train.MSE(), c.want.mse}, {train.MAE(), c.want.mae}, {train.R2(), c.want.r2}} {
			for _, batch := range []int{1, 2} {
				tr := newTrainer(t, shaped(c.output...), train.Options{Metrics: []train.Metric{m.metric}, EvalBatch: batch})
				r, err := tr.Evaluate(context.Background(), set)
				if m.want == none {
					if !errors.Is(err, graph.ErrShape) && !errors.Is(err, data.ErrLabel) {
						t.Errorf("%s, %s: got %v and %v, want ErrShape or ErrLabel", c.name, m.metric.Name, r, err)
					}
					if h, err := tr.Fit(context.Background(), set); err == nil || tr.Position().Step > 0 || len(h.Epochs) > 0 {
						t.Errorf("%s, %s: Fit makes %d steps before it fails by %v", c.name, m.metric.Name, tr.Position().Step, err)
					}
					continue
				}
				got, _ := r.Metric(m.metric.Name)
				if err != nil || !(math.Abs(got-m.want) < 1e-12) && !(math.IsNaN(got) && math.IsNaN(m.want)) {
					t.Errorf("%s, %s in batches of %d: got %v and %v, want %v", c.name, m.metric.Name, batch, got, err, m.want)
				}
			}
		}
	}
}

// TestIgnoredLabels checks that labels which the loss ignores do not count in the
// metrics either, whatever number marks them, and that others are refused.
func TestIgnoredLabels(t *testing.T) {
	for _, ignore := range []int{-100, 0, 2, 255} {
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			out := b.Add(b.Input("x", n, 2, 3), b.Param("b", graph.Zeros(), 3))
			return loss.CrossEntropy(b, out, b.Ints("y", n, 2), loss.CrossEntropyOptions{Ignore: new(ignore)}), out
		})
		x := []float64{0, 1, 0 /**/, 1, 0, 0 /**/, 0, 3, 0 /**/, 0, 0, 1}
		for name, y := range map[string][]int{"right": {1, ignore, 1, ignore}, "half": {1, ignore, ignore, 1}} {
			set, err := data.New(data.Field{Name: "x", Shape: []int{2, 3}, Floats: x}, data.Field{Name: "y", Shape: []int{2}, Ints: y})
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]float64{"right": 1, "half": 0.5}[name]
			r, err := newTrainer(t, m, train.Options{Metrics: []train.Metric{train.Accuracy()}}).Evaluate(context.Background(), set)
			if got, _ := r.Metric("accuracy"); err != nil || got != want {
				t.Errorf("ignoring %d, %s: got %v and %v, want %v", ignore, name, got, err, want)
			}
		}
		set, err := data.New(data.Field{Name: "x", Shape: []int{2, 3}, Floats: x}, data.Field{Name: "y", Shape: []int{2}, Ints: []int{1, 1, 1, 7}})
		if err != nil {
			t.Fatal(err)
		}
		tr := newTrainer(t, m, train.Options{BatchSize: 1, InOrder: true})
		if _, err := tr.Fit(context.Background(), set); !errors.Is(err, data.ErrLabel) || tr.Position().Step > 0 {
			t.Errorf("ignoring %d: got %v after %d steps for the label 7 of 3 classes, want ErrLabel before the first", ignore, err, tr.Position().Step)
		}
	}
}

// TestWeighedMetrics: weights of examples and ignored labels say what counts, however the
// examples are cut into batches.
func TestWeighedMetrics(t *testing.T) {
	// Three sequences of three steps with two classes. Right: 1 1 0, 0 1 1, 1 0 1.
	x := []float64{2, 1 /**/, 1, 2 /**/, 2, 1 /***/, 1, 2 /**/, 1, 2 /**/, 2, 1 /***/, 2, 1 /**/, 2, 1 /**/, 1, 2}
	right := []int{0, 1, 1 /***/, 0, 1, 0 /***/, 0, 1, 1}
	for _, c := range []struct {
		name    string
		weights []float64
		label   []int
		want    float64
	}{
		{"of 1", []float64{1, 1, 1}, right, 6.0 / 9},
		{"of 0", []float64{0, 1, 0}, right, 2.0 / 3},
		{"uneven", []float64{1, 0.5, 2}, right, (2 + 2*0.5 + 2*2) / 10.5},
		{"with ignored labels", []float64{1, 0.5, 2}, []int{0, -1, 1 /***/, 0, 1, -1 /***/, 0, -1, -1}, (1 + 0.5 + 2) / (2 + 1 + 2)},
	} {
		for _, batch := range []int{1, 2, 3} {
			set, err := data.New(data.Field{Name: "x", Shape: []int{3, 2}, Floats: x}, data.Field{Name: "w", Floats: c.weights}, data.Field{Name: "y", Shape: []int{3}, Ints: c.label})
			if err != nil {
				t.Fatal(err)
			}
			m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				out := b.Add(b.Input("x", n, 3, 2), b.Param("b", graph.Zeros(), 1))
				return loss.CrossEntropy(b, out, b.Ints("y", n, 3), loss.CrossEntropyOptions{Ignore: new(-1)}), out
			})
			r, err := newTrainer(t, m, train.Options{SampleWeight: "w", EvalBatch: batch, Metrics: []train.Metric{train.Accuracy()}}).Evaluate(context.Background(), set)
			if got, _ := r.Metric("accuracy"); err != nil || math.Abs(got-c.want) > 1e-15 {
				t.Errorf("weights %s in batches of %d: got %v and %v, want %v", c.name, batch, got, err, c.want)
			}
		}
	}
}

// TestPredicted holds the class of outputs to what Predicted says of it.
func TestPredicted(t *testing.T) {
	for _, c := range []struct {
		output []float64
		want   int
	}{{nil, -1}, {[]float64{}, -1}, {[]float64{0.5}, 1}, {[]float64{0.49}, 0}, {[]float64{1, 3, 3}, 1},
		{[]float64{math.NaN()}, -1}, {[]float64{1, math.NaN(), 3}, -1}, {[]float64{math.Inf(-1), math.Inf(-1)}, 0}} {
		if got := train.Predicted(c.output); got != c.want {
			t.Errorf("%v: got the class %d, want %d", c.output, got, c.want)
		}
	}
}
