package train_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// TestWaysToTrain trains by every road: Fit, a loop on Steps, a loop that is left and taken
// up, Fit in two calls, a Fit that is cancelled, and a mix of them. Parameters and states
// have the same bits each time.
func TestWaysToTrain(t *testing.T) {
	const epochs = 3
	background := context.Background()
	loop := func(tr *train.Trainer, set *data.Dataset, most int) error {
		for _, err := range tr.Steps(background, set) {
			if err != nil {
				return err
			}
			if most--; most == 0 {
				return nil
			}
		}
		return nil
	}
	fit := func(tr *train.Trainer, set *data.Dataset) error {
		_, err := tr.Fit(background, set)
		return err
	}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		set := blobs(t, 25)
		var want builds
		for _, way := range []struct {
			name  string
			train func(tr *train.Trainer) error
		}{
			{"Fit", func(tr *train.Trainer) error { return fit(tr, set) }},
			{"Steps", func(tr *train.Trainer) error { return loop(tr, set, -1) }},
			{"Steps, left after each step", func(tr *train.Trainer) error {
				for tr.Position().Epoch < epochs {
					if err := loop(tr, set, 1); err != nil {
						return err
					}
				}
				return nil
			}},
			{"Steps, with evaluations", func(tr *train.Trainer) error {
				for _, err := range tr.Steps(background, set) {
					if err != nil {
						return err
					}
					if _, err := tr.Evaluate(background, set); err != nil {
						return err
					}
				}
				return nil
			}},
			{"Fit, in two calls", func(tr *train.Trainer) error {
				return errors.Join(tr.SetEpochs(1), fit(tr, set), tr.SetEpochs(epochs), fit(tr, set))
			}},
			{"Fit, cancelled", func(tr *train.Trainer) error {
				if _, err := tr.Fit(&after{Context: background, steps: 4}, set); !errors.Is(err, context.Canceled) {
					return err
				}
				return fit(tr, set)
			}},
			{"Steps, then Fit", func(tr *train.Trainer) error { return errors.Join(loop(tr, set, 5), fit(tr, set)) }},
		} {
			m := running(graph.NewParams(d, 3))
			tr := newTrainer(t, m, train.Options{Epochs: epochs, BatchSize: 10, Seed: 5})
			if err := way.train(tr); err != nil {
				t.Fatalf("%s: %v", way.name, err)
			}
			if got := tr.Position(); got != (train.Position{Step: 9, Epoch: 3}) {
				t.Errorf("%v, %s: got the position %+v, want 9 steps of 3 epochs", d, way.name, got)
			}
			if want.p == nil {
				want = m
			}
			for _, q := range append(m.p.List(), m.p.States()...) {
				if !slices.Equal(m.p.Values(q.Name), want.p.Values(q.Name)) {
					t.Errorf("%v, %s: %s differs from that of Fit", d, way.name, q.Name)
				}
			}
			if h, err := tr.Fit(background, set); err != nil || len(h.Epochs) != epochs || tr.Position().Step != 9 {
				t.Errorf("%v, %s: Fit at the end: got %v, %d epochs, %+v", d, way.name, err, len(h.Epochs), tr.Position())
			}
		}
	}
}

// TestStepEnds checks what Steps tells of each step.
func TestStepEnds(t *testing.T) {
	set := blobs(t, 25)
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 2, BatchSize: 10})
	var got []train.StepEnd
	for e, err := range tr.Steps(context.Background(), set) {
		if err != nil {
			t.Fatal(err)
		}
		if !(e.Loss > 0) || e.Rate != .001 || e.Trainer != tr {
			t.Errorf("got %+v", e)
		}
		got = append(got, train.StepEnd{Step: e.Step, Epoch: e.Epoch, Batch: e.Batch, Last: e.Last, Examples: e.Examples})
	}
	want := []train.StepEnd{
		{Step: 1, Epoch: 1, Batch: 1, Examples: 10}, {Step: 2, Epoch: 1, Batch: 2, Examples: 10}, {Step: 3, Epoch: 1, Batch: 3, Last: true, Examples: 5},
		{Step: 4, Epoch: 2, Batch: 1, Examples: 10}, {Step: 5, Epoch: 2, Batch: 2, Examples: 10}, {Step: 6, Epoch: 2, Batch: 3, Last: true, Examples: 5},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, err := range tr.Steps(context.Background(), nil) {
		if !errors.Is(err, data.ErrEmpty) {
			t.Errorf("got %v without a data set", err)
		}
	}
}

// TestNestedLoops refuses a training within a training.
func TestNestedLoops(t *testing.T) {
	set := blobs(t, 10)
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 1})
	for _, err := range tr.Steps(context.Background(), set) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Fit(context.Background(), set); !errors.Is(err, train.ErrBusy) {
			t.Errorf("Fit in a loop: got %v, want ErrBusy", err)
		}
		for _, err := range tr.Steps(context.Background(), set) {
			if !errors.Is(err, train.ErrBusy) {
				t.Errorf("Steps in a loop: got %v, want ErrBusy", err)
			}
		}
	}
}

// seen notes the events of a Fit, and returns an error at one of them.
type seen struct {
	events []string
	at     string
	err    error
}

func (s *seen) On(e train.Event) error {
	name := ""
	switch e := e.(type) {
	case *train.FitStart:
		name = "start"
	case *train.StepEnd:
		name = "step"
	case *train.EpochEnd:
		name = "epoch"
	case *train.FitEnd:
		name = "end"
		if (e.Err != nil) != (s.err != nil && s.err != train.ErrStop) || e.History == nil {
			name = "wrong end"
		}
	}
	s.events = append(s.events, name)
	if name == s.at {
		return s.err
	}
	return nil
}

// TestCallbacks checks the order of the events, and what errors at each do.
func TestCallbacks(t *testing.T) {
	all := []string{"start", "step", "step", "epoch", "step", "step", "epoch", "end"}
	enough := errors.New("enough")
	for _, c := range []struct {
		at   string
		err  error
		want []string
		end  train.End
	}{
		{"", nil, all, train.EndEpochs},
		{"start", train.ErrStop, []string{"start", "end"}, train.EndCallback},
		{"step", train.ErrStop, []string{"start", "step", "end"}, train.EndCallback},
		{"epoch", train.ErrStop, []string{"start", "step", "step", "epoch", "end"}, train.EndCallback},
		{"end", train.ErrStop, all, train.EndEpochs},
		{"step", enough, []string{"start", "step", "end"}, train.EndCallback},
		{"epoch", enough, []string{"start", "step", "step", "epoch", "end"}, train.EndCallback},
	} {
		s := &seen{at: c.at, err: c.err}
		tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 2, BatchSize: 5, Callbacks: []train.Callback{s}})
		h, err := tr.Fit(context.Background(), blobs(t, 10))
		if c.err == enough != errors.Is(err, enough) || err != nil && c.err != enough {
			t.Errorf("%s, %v: got the error %v", c.at, c.err, err)
		}
		if !slices.Equal(s.events, c.want) || h.Ended != c.end {
			t.Errorf("%s, %v: got %v and the end %v, want %v and %v", c.at, c.err, s.events, h.Ended, c.want, c.end)
		}
	}
	_, err := train.New(newNet(graph.Float64, 0), train.Options{Callbacks: []train.Callback{(*seen)(nil)}})
	if !errors.Is(err, train.ErrOption) {
		t.Errorf("got %v for a nil callback", err)
	}
}
