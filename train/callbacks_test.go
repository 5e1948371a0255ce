package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
)

// TestTimeLimit: the Fit ends without an error, and the next one goes on.
func TestTimeLimit(t *testing.T) {
	set := blobs(t, 30)
	whole := newTrainer(t, newNet(graph.Float64, 0), train.Options{BatchSize: 8, Epochs: 3})
	want, err := whole.Fit(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	limit := &train.TimeLimit{After: time.Nanosecond}
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{BatchSize: 8, Epochs: 3, Callbacks: []train.Callback{limit}})
	var got *train.History
	fits := 0
	for got == nil || got.Ended != train.EndEpochs {
		if fits++; fits > 20 {
			t.Fatal("got no end")
		}
		if got, err = tr.Fit(context.Background(), set); err != nil {
			t.Fatal(err)
		}
	}
	if fits != 12+1 || !reflect.DeepEqual(got.Losses(), want.Losses()) {
		t.Errorf("got %d calls and the losses %v, want one call for each of 12 steps, one more, and %v", fits, got.Losses(), want.Losses())
	}
	limit.After = time.Hour
	tr.SetEpochs(4)
	if h, err := tr.Fit(context.Background(), set); err != nil || h.Ended != train.EndEpochs {
		t.Errorf("got %v and %v, want all epochs", h.Ended, err)
	}
	limit.After = 0
	tr.SetEpochs(5)
	if _, err := tr.Fit(context.Background(), set); !errors.Is(err, train.ErrOption) {
		t.Errorf("got %v, want an ErrOption", err)
	}
}

// TestRateLog: the history has each rate, also of a run that was saved and restored.
func TestRateLog(t *testing.T) {
	set, path := blobs(t, 30), filepath.Join(t.TempDir(), "run")
	options := func(every int, more ...train.Callback) train.Options {
		return train.Options{BatchSize: 8, Epochs: 3, Schedule: schedule.Func(func(step int) float64 { return 0.01 / float64(step+1) }),
			Callbacks: append([]train.Callback{&train.RateLog{EverySteps: every}}, more...)}
	}
	tr := newTrainer(t, newNet(graph.Float64, 0), options(0))
	h, err := tr.Fit(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Steps) != 12 {
		t.Fatalf("got %d steps, want 12", len(h.Steps))
	}
	for i, s := range h.Steps {
		if s.Step != i+1 || s.Rate != 0.01/float64(i+1) || s.Loss <= 0 {
			t.Errorf("got %+v, want step %d", s, i+1)
		}
	}
	text, err := json.Marshal(h)
	var back train.History
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !reflect.DeepEqual(back.Steps, h.Steps) {
		t.Errorf("got %v and %v from JSON, want %v", back.Steps, err, h.Steps)
	}

	save := train.On(func(e *train.StepEnd) error {
		if e.Step != 5 {
			return nil
		}
		return e.Trainer.Save(path)
	})
	first := newTrainer(t, newNet(graph.Float64, 0), options(2, save))
	if h, err = first.Fit(context.Background(), set); err != nil || len(h.Steps) != 6 {
		t.Fatalf("got %v and %v, want 6 steps", h.Steps, err)
	}
	second := newTrainer(t, newNet(graph.Float64, 0), options(2))
	if err := second.Restore(path); err != nil {
		t.Fatal(err)
	}
	again, err := second.Fit(context.Background(), set)
	if err != nil || !reflect.DeepEqual(again.Steps, h.Steps) {
		t.Errorf("got %v and %v after Restore, want %v", again.Steps, err, h.Steps)
	}
	bad := newTrainer(t, newNet(graph.Float64, 0), options(-1))
	if _, err := bad.Fit(context.Background(), set); !errors.Is(err, train.ErrOption) {
		t.Errorf("got %v, want an ErrOption", err)
	}
}

// TestNaNGuard: the report has the node, its line, the examples and the losses, and the
// saved training is that before the step.
func TestNaNGuard(t *testing.T) {
	for name, c := range map[string]struct {
		rate func(step int) float64
		want []string
	}{
		"sudden": {func(step int) float64 {
			return []float64{0.01, 0.01, 1.7e308, 1.7e308, 1.7e308, 1.7e308, 1.7e308, 1.7e308}[step]
		}, []string{"The loss is not finite in step ", "first bad node   ", "trainer_test.go:", "examples         ", "last losses      1.3572, 0.87241, ", "The losses grew"}},
		"growing": {func(step int) float64 { return []float64{0.01, 0.01, 1e200, 1e200, 1e308, 1e308, 1e308, 1e308}[step] }, []string{"is not finite in step ", "learning rate    1e+308"}},
	} {
		var out bytes.Buffer
		path := filepath.Join(t.TempDir(), "good")
		var last train.Position
		see := train.On(func(e *train.StepEnd) error { last = e.Trainer.Position(); return nil })
		tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Optimizer: train.SGD{}, BatchSize: 8, Epochs: 2, Schedule: schedule.Func(c.rate),
			Callbacks: []train.Callback{&train.NaNGuard{Writer: &out, Path: path}, see}})
		_, err := tr.Fit(context.Background(), blobs(t, 30))
		var bad *train.NotFiniteError
		if !errors.As(err, &bad) || !bad.Kept || len(bad.Examples) == 0 {
			t.Fatalf("%s: got %v, want a NotFiniteError that keeps the parameters", name, err)
		}
		for _, want := range append(c.want, "saved to "+path) {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: got no %q in\n%s", name, want, out.String())
			}
		}
		back := newTrainer(t, newNet(graph.Float64, 0), train.Options{Optimizer: train.SGD{}, BatchSize: 8, Epochs: 2, Schedule: schedule.Func(c.rate)})
		if err := back.Restore(path); err != nil || back.Position() != last {
			t.Errorf("%s: got %v at %+v, want the training at %+v", name, err, back.Position(), last)
		}
	}
	var out bytes.Buffer // an evaluation that is not finite, after steady losses
	guard := &train.NaNGuard{Writer: &out, Steps: 2}
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{})
	for _, e := range []train.Event{&train.FitStart{Trainer: tr}, &train.StepEnd{Loss: 9}, &train.StepEnd{Loss: 2}, &train.StepEnd{Loss: 1},
		&train.FitEnd{Trainer: tr, Err: errors.Wrap(train.ErrNotFinite, "the evaluation")}} {
		if err := guard.On(e); err != nil {
			t.Fatal(err)
		}
	}
	if s := out.String(); !strings.Contains(s, "the evaluation") || !strings.Contains(s, "last losses      2, 1\n") || !strings.Contains(s, "steady") {
		t.Errorf("got %s", s)
	}
	tr = newTrainer(t, newNet(graph.Float64, 0), train.Options{Callbacks: []train.Callback{&train.NaNGuard{Steps: -1}}})
	if _, err := tr.Fit(context.Background(), blobs(t, 30)); !errors.Is(err, train.ErrOption) {
		t.Errorf("got %v, want an ErrOption", err)
	}
}

// TestRatePicture: a rate that changes has a line and an axis, and a missing validation loss
// does not move the others.
func TestRatePicture(t *testing.T) {
	one, two := 1.0, 0.5
	h := &train.History{Epochs: []train.Epoch{{Epoch: 1, Step: 2, Loss: 1, LearningRate: 0.1}, {Epoch: 2, Step: 4, Loss: 0.1, Validation: &one, LearningRate: 0.1},
		{Epoch: 3, Step: 6, Loss: 0.1, Validation: &two, LearningRate: 0.1}}}
	draw := func() string {
		var out bytes.Buffer
		if err := h.WriteSVG(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if s := draw(); strings.Contains(s, "learning rate") || !strings.Contains(s, `class="line1" fill="none" stroke-width="2" points="385.0,40.0 700.0,`) {
		t.Errorf("got a learning rate, or validation losses in other places than epochs 2 and 3:\n%s", s)
	}
	h.Epochs[2].LearningRate = 0.05
	if s := draw(); !strings.Contains(s, "learning rate") || !strings.Contains(s, `class="line2" fill="none" stroke-width="1.5" points="70.0,40.0 360.0,40.0 650.0,195.0 "`) {
		t.Errorf("got no learning rates at epochs 1 to 3:\n%s", s)
	}
	for i := range 6 {
		h.Steps = append(h.Steps, train.StepRate{Step: i + 1, Rate: 0.1 / float64(i+1)})
	}
	if s := draw(); !strings.Contains(s, `points="70.0,40.0 215.0,`) {
		t.Errorf("got no learning rate at each half epoch:\n%s", s)
	}
}

// TestCallbackNames checks that the error of a callback names it as people write it.
func TestCallbackNames(t *testing.T) {
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Callbacks: []train.Callback{train.On(func(*train.StepEnd) error { return errors.New("enough") })}})
	if _, err := tr.Fit(context.Background(), blobs(t, 8)); err == nil || !strings.Contains(err.Error(), "callback train.On(func(*train.StepEnd) error): enough") {
		t.Errorf("got %v, want the name of the callback", err)
	}
}
