package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
)

// TestFitInCallbacks calls Fit at each event of a Fit: it is refused, where it would begin
// again and again, and changes nothing.
func TestFitInCallbacks(t *testing.T) {
	set := blobs(t, 25)
	fit := func(at string) ([]float64, int) {
		m, calls := running(graph.NewParams(graph.Float64, 3)), 0
		tr := newTrainer(t, m, train.Options{Epochs: 2, BatchSize: 10, Validation: set, ValidateEvery: 2, Checkpoint: &train.Checkpoint{Dir: t.TempDir()},
			Callbacks: []train.Callback{train.On(func(e train.Event) error {
				if fmt.Sprintf("%T", e) != at {
					return nil
				}
				calls++
				var own *train.Trainer
				switch e := e.(type) {
				case *train.FitStart:
					own = e.Trainer
				case *train.StepEnd:
					own = e.Trainer
				case *train.Validated:
					own = e.Trainer
				case *train.EpochEnd:
					own = e.Trainer
				case *train.Saved:
					own = e.Trainer
				case *train.FitEnd:
					own = e.Trainer
				}
				if h, err := own.Fit(context.Background(), set); !errors.Is(err, train.ErrBusy) || h == nil {
					t.Errorf("%s: got %v, want ErrBusy", at, err)
				}
				return nil
			})}})
		if _, err := tr.Fit(context.Background(), set); err != nil {
			t.Errorf("%s: %v", at, err)
		}
		if err := tr.SetEpochs(3); err != nil {
			t.Fatal(err)
		}
		if h, err := tr.Fit(context.Background(), set); err != nil || len(h.Epochs) != 3 {
			t.Errorf("%s: afterwards: got %v", at, err)
		}
		return all(m.p), calls
	}
	want, _ := fit("")
	for _, at := range []string{"*train.FitStart", "*train.StepEnd", "*train.Validated", "*train.EpochEnd", "*train.Saved", "*train.FitEnd"} {
		got, calls := fit(at)
		if calls == 0 || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %d calls and %v, want %v", at, calls, got, want)
		}
	}
}

// TestHugeEpochs trains towards more steps than an int can count: schedules that need the
// number of all steps begin as in a very long training.
func TestHugeEpochs(t *testing.T) {
	for _, s := range []schedule.Schedule{schedule.Cosine{Rate: .5}, schedule.Linear{From: .5}, schedule.Polynomial{Rate: .5}} {
		for _, n := range []int{15, 25} { // with an even and an odd number of batches
			tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: math.MaxInt, BatchSize: 10, Schedule: s})
			h, err := tr.Fit(&after{context.Background(), 5}, blobs(t, n))
			if !errors.Is(err, context.Canceled) || math.Abs(h.Last().LearningRate-.5) > 1e-6 {
				t.Errorf("%T: got %v and the rate %v, want .5", s, err, h.Last().LearningRate)
			}
		}
	}
}
