package train_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
)

// asked is a Schedule that notes when it was asked.
type asked struct {
	rate    func(m schedule.Moment) float64
	moments []schedule.Moment
}

func (a *asked) At(m schedule.Moment) float64 {
	m.Measured = maps.Clone(m.Measured)
	a.moments = append(a.moments, m)
	return a.rate(m)
}

// TestMoments: a Trainer asks its Schedule once a step, with the Moment of the step.
func TestMoments(t *testing.T) {
	for _, o := range []train.Optimizer{train.SGD{}, train.SGD{Momentum: 0.9}, train.Adam{}} {
		for _, diagnose := range []bool{false, true} {
			a := &asked{rate: func(schedule.Moment) float64 { return 0.01 }}
			set := blobs(t, 10)
			tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Optimizer: o, Schedule: a, Epochs: 2, BatchSize: 3,
				Metrics: []train.Metric{train.Accuracy()}, Validation: set, Diagnose: diagnose})
			if len(a.moments) != 0 {
				t.Fatalf("New asked for %d rates, want none", len(a.moments))
			}
			if err := step(t, tr, set, 0); err != nil {
				t.Fatal(err)
			}
			h, err := tr.Fit(context.Background(), set)
			if err != nil {
				t.Fatal(err)
			}
			if len(a.moments) != 9 {
				t.Fatalf("got %d calls in 9 steps", len(a.moments))
			}
			for i, m := range a.moments {
				want := schedule.Moment{Step: i, Steps: 9, Epochs: 2, Epoch: max(0, i-1) / 4}
				if i == 0 {
					want.Steps, want.Epochs = 0, 0
				}
				if m.Step != want.Step || m.Steps != want.Steps || m.Epoch != want.Epoch || m.Epochs != want.Epochs {
					t.Errorf("step %d: got %+v, want %+v", i, m, want)
				}
				if len(m.Measured[""]) != m.Epoch || len(m.Measured["accuracy"]) != m.Epoch {
					t.Errorf("step %d: measured %v", i, m.Measured)
				}
			}
			last := a.moments[8].Measured
			if accuracy, _ := h.Epochs[0].Metric("accuracy"); last[""][0] != *h.Epochs[0].Validation || last["accuracy"][0] != accuracy {
				t.Errorf("measured %v, want what epoch 1 has: %v", last, h.Epochs[0])
			}
			if err := tr.SetEpochs(4); err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(context.Background(), set); err != nil {
				t.Fatal(err)
			}
			if m := a.moments[9]; m.Steps != 17 || m.Epochs != 4 || m.Step != 9 || m.Epoch != 2 {
				t.Errorf("a second Fit: got %+v", m)
			}
		}
	}
}

// TestMomentsOfStops: a Fit that was stopped within an epoch goes on with the same Moments,
// and a step that is refused is asked for again.
func TestMomentsOfStops(t *testing.T) {
	for _, o := range []train.Optimizer{train.SGD{}, train.Adam{}} {
		set := blobs(t, 10)
		trial := 0
		a := &asked{rate: func(m schedule.Moment) float64 {
			if trial++; trial == 3 {
				return math.NaN()
			}
			return 0.1
		}}
		tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Optimizer: o, Schedule: a, Epochs: 2, BatchSize: 3})
		if _, err := tr.Fit(context.Background(), set); !errors.Is(err, train.ErrOption) {
			t.Fatalf("got %v, want ErrOption", err)
		}
		if _, err := tr.Fit(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		var steps []int
		for _, m := range a.moments {
			steps = append(steps, m.Step)
			if m.Steps != 8 || m.Epochs != 2 {
				t.Errorf("step %d: got %+v, want 8 steps of 2 epochs", m.Step, m)
			}
		}
		if want := []int{0, 1, 2, 2, 3, 4, 5, 6, 7}; !slices.Equal(steps, want) {
			t.Errorf("asked for the steps %v, want %v", steps, want)
		}
		if v := a.moments[8].Measured[""]; len(v) != 1 || !math.IsNaN(v[0]) {
			t.Errorf("without validation: measured %v, want one NaN", v)
		}
	}
	// A loss that is not finite: one call for the step, one for the next trial.
	a := &asked{rate: func(m schedule.Moment) float64 { return 0.1 }}
	tr := newTrainer(t, roots(graph.Float64, 3), train.Options{Schedule: a, Diagnose: true})
	for range 2 {
		if _, err := tr.Step(fourRows(t), []int{3}); !errors.Is(err, train.ErrNotFinite) {
			t.Fatalf("got %v, want ErrNotFinite", err)
		}
	}
	if len(a.moments) != 2 || a.moments[1].Step != 0 {
		t.Errorf("two refused steps: got the calls %+v", a.moments)
	}
}

// TestPlateau: the rate falls when the validation loss does not, and New refuses a Plateau
// that nothing is measured for.
func TestPlateau(t *testing.T) {
	set := blobs(t, 12)
	s := schedule.Plateau{Of: schedule.Constant(0.1), Factor: 0.5, Patience: 1, Threshold: 10, Absolute: true}
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Schedule: s, Epochs: 7, BatchSize: 4, Validation: set})
	h, err := tr.Fit(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	var rates []float64
	for _, e := range h.Epochs {
		rates = append(rates, e.LearningRate)
	}
	if want := []float64{0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025}; !slices.Equal(rates, want) {
		t.Errorf("got the rates %v, want %v", rates, want)
	}
	accuracy := []train.Metric{train.Accuracy()}
	for name, o := range map[string]train.Options{
		"no validation":   {Schedule: s},
		"unknown metric":  {Schedule: schedule.Plateau{Metric: "acuracy", Maximize: true}, Metrics: accuracy},
		"wrong direction": {Schedule: schedule.WarmUp{Then: schedule.Plateau{Metric: "accuracy"}}, Metrics: accuracy},
		"largest loss":    {Schedule: schedule.Plateau{Maximize: true}, Validation: set},
	} {
		if _, err := train.New(newNet(graph.Float64, 0), o); !errors.Is(err, train.ErrOption) {
			t.Errorf("%s: got %v, want ErrOption", name, err)
		}
	}
	if _, err := train.New(newNet(graph.Float64, 0), train.Options{Schedule: schedule.Plateau{Metric: "accuracy", Maximize: true}, Metrics: accuracy}); err != nil {
		t.Error(err)
	}
}

// TestWholeTraining: a schedule without a length takes that of Fit; a single step has none.
func TestWholeTraining(t *testing.T) {
	set := blobs(t, 12)
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Schedule: schedule.Linear{From: 0.6}, Epochs: 2, BatchSize: 4})
	if err := step(t, tr, set, 0); !errors.Is(err, train.ErrOption) {
		t.Errorf("a single step: got %v, want ErrOption", err)
	}
	h, err := tr.Fit(context.Background(), set)
	if err != nil || math.Abs(h.Epochs[0].LearningRate-0.4) > 1e-15 || math.Abs(h.Epochs[1].LearningRate-0.1) > 1e-15 {
		t.Errorf("got %+v, %v, want the rates 0.4 and 0.1", h, err)
	}
}

// constantly is a Schedule that reads what was measured and allocates nothing.
type constantly struct{}

func (constantly) At(m schedule.Moment) float64 { return 0.01 / float64(1+len(m.Measured[""])) }

// TestMomentsAllocateNothing holds that for steps.
func TestMomentsAllocateNothing(t *testing.T) {
	set := blobs(t, 10)
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Schedule: constantly{}, Epochs: 2, BatchSize: 3, Validation: set})
	if _, err := tr.Fit(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	index := []int{0, 1, 2}
	if n := testing.AllocsPerRun(20, func() {
		if _, err := tr.Step(set, index); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
}
