package train_test

import (
	"context"
	"errors"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
)

// TestBusy calls a trainer while another goroutine is within one of its steps, and
// from a callback: the first is refused and changes nothing, the second is right.
func TestBusy(t *testing.T) {
	inStep, goOn := make(chan bool), make(chan bool)
	set := blobs(t, 9)
	var tr *train.Trainer
	tr = newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 2, BatchSize: 3,
		Schedule: schedule.Func(func(step int) float64 {
			if tr != nil && step == 4 {
				inStep <- true
				<-goOn
			}
			return 0.01
		}),
		Callbacks: []train.Callback{train.On(func(*train.EpochEnd) error {
			_, predicted := tr.Predict(context.Background(), set)
			_, evaluated := tr.Evaluate(context.Background(), set)
			return errors.Join(predicted, evaluated)
		})}})
	done := make(chan error)
	go func() {
		_, err := tr.Fit(context.Background(), set)
		done <- err
	}()
	<-inStep
	_, fitted := tr.Fit(context.Background(), set)
	_, stepped := tr.Step(set, []int{0})
	_, predicted := tr.Predict(context.Background(), set)
	_, evaluated := tr.Evaluate(context.Background(), set)
	for name, err := range map[string]error{"Fit": fitted, "Step": stepped, "Predict": predicted, "Evaluate": evaluated} {
		if !errors.Is(err, train.ErrBusy) {
			t.Errorf("%s during a step: got %v, want ErrBusy", name, err)
		}
	}
	close(goOn)
	if err := <-done; err != nil || tr.Position().Step != 6 {
		t.Errorf("got %v and %d steps, want 6", err, tr.Position().Step)
	}
}
