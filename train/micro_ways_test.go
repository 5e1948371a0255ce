package train_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// TestMicroBatchEverywhere looks at the batch sizes that a model is built for, by all that
// makes steps: none is larger than a piece.
func TestMicroBatchEverywhere(t *testing.T) {
	background, set := context.Background(), blobs(t, 25)
	for name, use := range map[string]func(tr *train.Trainer) error{
		"Fit":  func(tr *train.Trainer) error { _, err := tr.Fit(background, set); return err },
		"Step": func(tr *train.Trainer) error { _, err := tr.Step(set, []int{1, 2, 3, 4, 5, 6}); return err },
		"Steps": func(tr *train.Trainer) error {
			for _, err := range tr.Steps(background, set) {
				return err
			}
			return nil
		},
		"FindRate": func(tr *train.Trainer) error {
			_, err := tr.FindRate(background, set, train.RateFinder{Steps: 4})
			return err
		},
		"Restate": func(tr *train.Trainer) error { return tr.Restate(background, set) },
	} {
		for i := range 4 {
			dry, by := i%2 == 1, cut{4, 0}
			if i > 1 {
				by = cut{0, 3}
			}
			m, most := newNet(graph.Float64, .5), 0
			watched := builds{m.p, func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				most = max(most, n)
				return m.Loss(b, n)
			}}
			tr := newTrainer(t, watched, by.of(train.Options{Epochs: 1, BatchSize: 10, DryRun: dry}))
			if err := use(tr); err != nil || most > 4 {
				t.Errorf("%s, dry run %v, %v: got %v and a batch of %d, want none above 4", name, dry, by, err, most)
			}
		}
	}
}

// TestMicroBatchIdle trains with batches in which some pieces, or all, have no label that
// counts: the penalty of the loss has its share all the same.
func TestMicroBatchIdle(t *testing.T) {
	x, _ := blobs(t, 12).Field("x")
	for _, labels := range [][]int{{-1, -1, -1, -1, -1, -1, -1, 1, -1, -1, 2, 0}, {0, 1, -1, -1, -1, -1, -1, -1, -1, -1, 2, -1}} {
		set, err := data.New(x, data.Field{Name: "y", Ints: labels})
		if err != nil {
			t.Fatal(err)
		}
		fit := func(by cut) []float64 {
			m := ignoring(graph.Float64)
			tr := newTrainer(t, m, by.of(train.Options{Epochs: 2, BatchSize: 4, InOrder: true, Optimizer: train.SGD{Momentum: .1}, Schedule: schedule.Constant(1)}))
			h, err := tr.Fit(context.Background(), set)
			if err != nil {
				t.Fatal(err)
			}
			return append(all(m.p), h.Losses()...)
		}
		want := fit(cut{})
		for _, by := range []cut{{1, 0}, {2, 0}, {3, 0}, {0, 2}, {0, 3}, {0, 5}} {
			for i, v := range fit(by) {
				if math.Abs(v-want[i]) > 1e-12 {
					t.Fatalf("%v, %v: got %v, want %v", labels, by, v, want[i])
				}
			}
		}
	}
}

// TestLossBeforeStep compares the loss of an epoch with those of its steps for an Optimizer
// that computes each batch again at other parameters: whole, in pieces, and with labels that
// do not count.
func TestLossBeforeStep(t *testing.T) {
	for _, by := range []cut{{}, {3, 0}, {0, 4}} {
		for _, ignore := range []bool{false, true} {
			n := newNet(graph.Float64, 0)
			m, set := builds{n.p, n.Loss}, blobs(t, 25)
			if ignore {
				m, set = ignoring(graph.Float64), unlabelled(t, 25)
			}
			y, _ := set.Field("y")
			var sum, counted, examples float64
			tr := newTrainer(t, m, by.of(train.Options{Epochs: 1, BatchSize: 10, InOrder: true, Optimizer: train.LBFGS{}, Schedule: schedule.Constant(1),
				Callbacks: []train.Callback{train.On(func(e *train.StepEnd) error {
					count := 0.0
					for i := range e.Examples {
						if y.Ints[int(examples)+i] >= 0 {
							count++
						}
					}
					examples += float64(e.Examples)
					sum, counted = sum+e.Loss*count, counted+count
					return nil
				})}}))
			h, err := tr.Fit(context.Background(), set)
			if err != nil {
				t.Fatal(err)
			}
			near := 1e-12
			if ignore {
				near = 1e-3 // of the penalty, whose mean is over the examples
			}
			if got := h.Losses(); !slices.ContainsFunc(got, func(v float64) bool { return math.Abs(v-sum/counted) < near }) {
				t.Errorf("ignore %v, %v: got the loss %v, want %v", ignore, by, got, sum/counted)
			}
		}
	}
}
