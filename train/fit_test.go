package train_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// counter is the model whose weight i falls by 1 whenever example i is trained on
// with the rate equal to the batch size: the loss is the mean of x·w.
func counter(n int) (builds, *data.Dataset) {
	x := make([]float64, n*n)
	for i := range n {
		x[i*n+i] = 1
	}
	set, err := data.New(data.Field{Name: "x", Shape: []int{n}, Floats: x})
	if err != nil {
		panic(err) // the same set in every test
	}
	return builds{graph.NewParams(graph.Float64, 1), func(b *graph.Builder, k int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.MatMul(b.Input("x", k, n), b.Param("w", graph.Zeros(), n, 1))
		return b.Mean(out), out
	}}, set
}

// TestResume stops a Fit of two epochs before each of its steps, by the context,
// and goes on: no example is counted twice, the order, the losses and the epochs
// are those of a Fit that was not stopped.
func TestResume(t *testing.T) {
	for _, inOrder := range []bool{true, false} {
		for stop := range 11 {
			o := train.Options{Optimizer: train.SGD{}, BatchSize: 2, Epochs: 2, InOrder: inOrder, Seed: 7, Schedule: schedule.Constant(2)}
			whole, set := counter(10)
			h, err := newTrainer(t, whole, o).Fit(context.Background(), set)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			begun := false
			o.Schedule = schedule.Func(func(step int) float64 {
				if begun && step == stop-1 { // the step after this one is not made
					cancel()
				}
				return 2
			})
			m, _ := counter(10)
			tr := newTrainer(t, m, o)
			if begun = true; stop == 0 {
				cancel()
			}
			first, err := tr.Fit(ctx, set)
			name := fmt.Sprintf("in order %v, stopped after %d steps", inOrder, stop)
			if stop < 10 && !errors.Is(err, context.Canceled) || tr.Position().Step != stop && stop <= 10 {
				t.Fatalf("%s: got %v after %d steps", name, err, tr.Position().Step)
			}
			if err == nil {
				continue
			}
			second, err := tr.Fit(context.Background(), set)
			if err != nil || tr.Position().Step != 10 {
				t.Fatalf("%s: going on got %v and %d steps, want 10", name, err, tr.Position().Step)
			}
			if got := m.p.Values("w"); !slices.Equal(got, whole.p.Values("w")) {
				t.Errorf("%s: got the counts %v, want each example twice", name, got)
			}
			if got := second.Losses(); !slices.Equal(got, h.Losses()) || !slices.Equal(got[:len(first.Epochs)], first.Losses()) {
				t.Errorf("%s: got the losses %v, without a stop %v", name, got, h.Losses())
			}
			if last := second.Last(); last.Epoch != 2 || last.Step != 10 {
				t.Errorf("%s: got the last epoch %d after %d steps, want 2 after 10", name, last.Epoch, last.Step)
			}
			if third, err := tr.Fit(context.Background(), set); err != nil || len(third.Epochs) != 2 || tr.Position().Step != 10 {
				t.Errorf("%s: a third Fit got %v and %d epochs, want no more", name, err, len(third.Epochs))
			}
			if err := tr.SetEpochs(4); err != nil {
				t.Fatal(err)
			}
			if fourth, err := tr.Fit(context.Background(), set); err != nil || len(fourth.Epochs) != 4 || fourth.Last().Epoch != 4 {
				t.Errorf("%s: a fourth Fit got %v and %d epochs, want two more", name, err, len(fourth.Epochs))
			}
			cancel()
		}
	}
}

// TestDropLast leaves the last three of eleven examples out of each epoch, stops before each
// step and goes on. The model is never built for a short batch, no example is used twice in an
// epoch, and a stop changes nothing. Without a whole batch Fit is refused.
func TestDropLast(t *testing.T) {
	o := train.Options{Optimizer: train.SGD{}, BatchSize: 4, Epochs: 3, DropLast: true, Seed: 7, Schedule: schedule.Constant(4)}
	var whole, losses []float64
	for _, stop := range []int{100, 0, 1, 2, 3, 4, 5} {
		m, set := counter(11)
		sizes := map[int]bool{}
		tr := newTrainer(t, builds{m.p, func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			sizes[n] = true
			return m.f(b, n)
		}}, o)
		var got []float64
		h, err := tr.Fit(&after{Context: context.Background(), steps: stop}, set)
		got = h.Losses()
		if stop < 6 {
			if !errors.Is(err, context.Canceled) || tr.Position().Step != stop {
				t.Fatalf("got %v after %d steps, want a stop after %d", err, tr.Position().Step, stop)
			}
			h, err = tr.Fit(context.Background(), set)
			got = h.Losses()
		}
		if err != nil || tr.Position().Step != 6 || h.Last().Step != 6 || len(got) != 3 {
			t.Fatalf("stop %d: got %v, %d steps and the losses %v, want 6 and 3 of them", stop, err, tr.Position().Step, got)
		}
		if !sizes[4] || len(sizes) != 1 {
			t.Errorf("stop %d: the model is built for batches of %v, want 4 alone", stop, sizes)
		}
		w := m.p.Values("w")
		if whole == nil {
			whole, losses = w, got
			checkCounts(t, w, -24)
		}
		if !slices.Equal(w, whole) || !slices.Equal(got, losses) {
			t.Errorf("stop %d: got the counts %v and losses %v, without a stop %v and %v", stop, w, got, whole, losses)
		}
	}
	m, set := counter(3)
	tr := newTrainer(t, m, o)
	if _, err := tr.Fit(context.Background(), set); !errors.Is(err, train.ErrOption) || tr.Position().Step != 0 {
		t.Errorf("got %v for three examples and batches of four, want ErrOption", err)
	}
}

// checkCounts checks that each count is from -3 to 0, once at most in each of three epochs, and
// their sum.
func checkCounts(t *testing.T, w []float64, want float64) {
	t.Helper()
	sum := 0.0
	for _, x := range w {
		if x < -3 || x > 0 {
			t.Errorf("got the count %v, want at most one in an epoch", x)
		}
		sum += x
	}
	if sum != want {
		t.Errorf("got the sum of counts %v, want %v", sum, want)
	}
}

// after is a context that is cancelled after some steps.
type after struct {
	context.Context
	steps int
}

func (c *after) Err() error {
	if c.steps--; c.steps < 0 {
		return context.Canceled
	}
	return nil
}

// TestResumeElsewhere checks that a Fit on another data set begins the epoch anew.
func TestResumeElsewhere(t *testing.T) {
	m, set := counter(4)
	_, other := counter(4)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tr := newTrainer(t, m, train.Options{Optimizer: train.SGD{}, BatchSize: 1, Epochs: 1, InOrder: true, Schedule: schedule.Func(func(step int) float64 {
		if step == 1 {
			cancel()
		}
		return 1
	})})
	if _, err := tr.Fit(ctx, set); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := tr.Fit(context.Background(), other); err != nil {
		t.Fatal(err)
	}
	if got, want := m.p.Values("w"), []float64{-2, -2, -1, -1}; !slices.Equal(got, want) {
		t.Errorf("got the counts %v, want %v", got, want)
	}
}

// TestStoppedByCallback checks that an epoch is in the history though a callback fails,
// and that the next Fit makes what is left.
func TestStoppedByCallback(t *testing.T) {
	m, set := counter(4)
	enough := errors.New("enough")
	tr := newTrainer(t, m, train.Options{Epochs: 3, Callbacks: []train.Callback{train.On(func(e *train.EpochEnd) error {
		if e.Epoch.Epoch == 1 {
			return enough
		}
		return nil
	})}})
	h, err := tr.Fit(context.Background(), set)
	if !errors.Is(err, enough) || len(h.Epochs) != 1 {
		t.Errorf("got %v and %d epochs, want one", err, len(h.Epochs))
	}
	h, err = tr.Fit(context.Background(), set)
	if err != nil || len(h.Epochs) != 3 || h.Last().Epoch != 3 {
		t.Errorf("going on: got %v and %d epochs, want three", err, len(h.Epochs))
	}
}

// nth is the Start of a metric that calls f the nth time.
func nth(n int, f func()) func() train.Meter {
	return func() train.Meter {
		if n--; n == 0 {
			f()
		}
		return train.MAE().Start()
	}
}

// TestStoppedInEvaluation checks that an epoch whose evaluation is cancelled is
// complete, in the history once, and not made again.
func TestStoppedInEvaluation(t *testing.T) {
	m, set := counter(4)
	ctx, cancel := context.WithCancel(context.Background())
	metric := train.Metric{Name: "stops", Start: nth(2, cancel)} // New starts a first Meter
	tr := newTrainer(t, m, train.Options{Optimizer: train.SGD{}, BatchSize: 2, Epochs: 2, Target: "x", Metrics: []train.Metric{metric}, Schedule: schedule.Constant(2)})
	h, err := tr.Fit(ctx, set)
	if !errors.Is(err, context.Canceled) || len(h.Epochs) != 1 || h.Last().Epoch != 1 || h.Last().Metrics != nil || tr.Position().Step != 2 {
		t.Errorf("got %v, %+v and %d steps, want the first epoch without metrics", err, h, tr.Position().Step)
	}
	h, err = tr.Fit(context.Background(), set)
	if err != nil || len(h.Epochs) != 2 || h.Epochs[0].Metrics == nil || h.Last().Epoch != 2 || !slices.Equal(m.p.Values("w"), []float64{-2, -2, -2, -2}) {
		t.Errorf("going on: got %v, %+v and the counts %v, want the first epoch measured and the second", err, h, m.p.Values("w"))
	}
}

// TestStoppedAfterTheLastEpoch checks that a Fit that is stopped when all its epochs
// are made, in the evaluation or by a callback, makes no more when it is called
// again, so that a caller may repeat it until it succeeds.
func TestStoppedAfterTheLastEpoch(t *testing.T) {
	for _, where := range []string{"evaluation", "callback"} {
		m, set := counter(4)
		ctx, cancel := context.WithCancel(context.Background())
		enough := errors.New("enough")
		o := train.Options{Optimizer: train.SGD{}, BatchSize: 2, Epochs: 2, Target: "x", Schedule: schedule.Constant(2)}
		if where == "evaluation" {
			o.Metrics = []train.Metric{{Name: "stops", Start: nth(3, cancel)}} // New starts a first Meter
		} else {
			o.Callbacks = []train.Callback{train.On(func(e *train.EpochEnd) error {
				if e.Epoch.Epoch == 2 {
					return enough
				}
				return nil
			})}
		}
		tr := newTrainer(t, m, o)
		if h, err := tr.Fit(ctx, set); err == nil || len(h.Epochs) != 2 {
			t.Errorf("%s: got %v and %d epochs", where, err, len(h.Epochs))
		}
		for range 2 {
			if h, err := tr.Fit(context.Background(), set); err != nil || len(h.Epochs) != 2 || !slices.Equal(m.p.Values("w"), []float64{-2, -2, -2, -2}) {
				t.Errorf("%s, again: got %v, %d epochs and the counts %v, want no more", where, err, len(h.Epochs), m.p.Values("w"))
			}
		}
		cancel()
	}
}

// TestBeforeTheFirstStep checks that what is wrong with a data set, a batch size or
// a metric is found before a step is made.
func TestBeforeTheFirstStep(t *testing.T) {
	labels := func(in int, y ...int) *data.Dataset {
		d, err := data.New(data.Field{Name: "x", Shape: []int{in}, Floats: make([]float64, in*len(y))}, data.Field{Name: "y", Ints: y})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	only := func(name string, f data.Field) *data.Dataset {
		f.Name = name
		d, err := data.New(f)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	good := labels(4, 0, 1, 2, 0, 1)
	for _, c := range []struct {
		name string
		set  *data.Dataset
		o    train.Options
		want error
	}{
		{"training labels", labels(4, 0, 1, 2, 0, 3), train.Options{}, data.ErrLabel},
		{"training columns", labels(3, 0, 1, 2), train.Options{}, data.ErrShape},
		{"validation labels", good, train.Options{Validation: labels(4, 0, 1, 2, 0, 3)}, data.ErrLabel},
		{"validation columns", good, train.Options{Validation: labels(5, 0, 1, 2)}, data.ErrShape},
		{"validation without targets", good, train.Options{Validation: only("x", data.Field{Shape: []int{4}, Floats: make([]float64, 8)})}, data.ErrField},
		{"validation without inputs", good, train.Options{Validation: only("y", data.Field{Ints: []int{0, 1}})}, data.ErrField},
		{"metrics' target", good, train.Options{Target: "z", Metrics: []train.Metric{train.Accuracy()}}, data.ErrField},
		{"metric of another shape", good, train.Options{Metrics: []train.Metric{train.R2()}}, graph.ErrShape},
		{"metric of another shape on a validation set", good, train.Options{Validation: good, Metrics: []train.Metric{train.MSE()}}, graph.ErrShape},
		{"target that is no label", good, train.Options{Target: "x", Metrics: []train.Metric{train.BinaryAccuracy()}}, graph.ErrShape},
	} {
		c.o.BatchSize, c.o.InOrder = 2, true
		tr := newTrainer(t, newNet(graph.Float64, 0), c.o)
		if _, err := tr.Fit(context.Background(), c.set); !errors.Is(err, c.want) || tr.Position().Step != 0 {
			t.Errorf("%s: got %v after %d steps, want %v before the first", c.name, err, tr.Position().Step, c.want)
		}
	}
}

// normalized is a model with batch normalisation.
func normalized(d graph.DType) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		h := nn.Dense(b, "in", b.Input("x", n, 4), 8, nn.Identity)
		h = nn.BatchNorm(b, "norm", h, nn.BatchNormOptions{NoRunning: true})
		out := nn.Dense(b, "out", b.ReLU(h), 3, nn.Identity)
		return loss.CrossEntropy(b, out, b.Ints("y", n)), b.Softmax(out)
	}}
}

// TestBatchNorm checks that a model whose predictions depend on the company trains,
// and that nothing is predicted or evaluated with it.
func TestBatchNorm(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		set := blobs(t, 33)
		tr := newTrainer(t, normalized(d), train.Options{BatchSize: 32})
		if _, err := tr.Fit(context.Background(), set); !errors.Is(err, graph.ErrShape) || tr.Position().Step != 0 {
			t.Errorf("%v: got %v after %d steps for a last batch of one, want ErrShape before the first", d, err, tr.Position().Step)
		}
		tr = newTrainer(t, normalized(d), train.Options{BatchSize: 11})
		h, err := tr.Fit(context.Background(), set)
		if err != nil || h.Last().Loss >= h.Epochs[0].Loss {
			t.Errorf("%v: got %v and the losses %v", d, err, h.Losses())
		}
		for _, examples := range []int{1, 2, 33} {
			some, err := set.Subset(count(examples))
			if err != nil {
				t.Fatal(err)
			}
			_, predicted := tr.Predict(context.Background(), some)
			_, evaluated := tr.Evaluate(context.Background(), some)
			if !errors.Is(predicted, graph.ErrUnsupported) || !errors.Is(evaluated, graph.ErrUnsupported) {
				t.Errorf("%v: %d examples: got %v and %v, want ErrUnsupported", d, examples, predicted, evaluated)
			}
		}
		tr = newTrainer(t, normalized(d), train.Options{BatchSize: 11, Metrics: []train.Metric{train.Accuracy()}})
		if _, err := tr.Fit(context.Background(), set); !errors.Is(err, graph.ErrUnsupported) || tr.Position().Step != 0 {
			t.Errorf("%v: got %v after %d steps for a metric, want ErrUnsupported before the first", d, err, tr.Position().Step)
		}
		m := normalized(d)
		if err := train.Build(m); err != nil || m.p.Get("out/weight") == nil {
			t.Errorf("%v: Build: got %v", d, err)
		}
	}
}
