package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

func TestCrossValidate(t *testing.T) {
	ctx := context.Background()
	set := pets(t, 60, 0)
	folds, err := set.KFold(3, 1)
	if err != nil {
		t.Fatal(err)
	}
	made := func(int) (*train.Trainer, error) {
		return petTrainer(t, train.Options{Epochs: 3, Recipe: petRecipe(), Metrics: []train.Metric{train.MAE()}}), nil
	}
	c, err := train.CrossValidate(ctx, folds, made)
	if err != nil {
		t.Fatal(err)
	}
	mean, squares := 0.0, 0.0
	for i, f := range folds {
		one, _ := made(i)
		if _, err := one.Fit(ctx, f.Train); err != nil {
			t.Fatal(err)
		}
		r, err := one.Evaluate(ctx, f.Test)
		if err != nil || r.Loss != c.Folds[i].Result.Loss || len(c.Folds[i].History.Epochs) != 3 {
			t.Errorf("fold %d: got %v, want %v, %v", i, c.Folds[i].Result, r, err)
		}
		mean += r.Loss / 3
	}
	for _, f := range c.Folds {
		squares += (f.Result.Loss - mean) * (f.Result.Loss - mean)
	}
	if std := math.Sqrt(squares / 2); math.Abs(c.Loss.Mean-mean) > 1e-12 || math.Abs(c.Loss.Std-std) > 1e-12 || c.Loss.Name != "loss" {
		t.Errorf("got %+v, want %v and %v", c.Loss, mean, std)
	}
	if s, ok := c.Metric(train.MAE().Name); !ok || s.Mean <= 0 {
		t.Errorf("got %+v", c.Metrics)
	}
	if _, ok := c.Metric("none"); ok {
		t.Error("found a metric that is not there")
	}
	if _, err := json.Marshal(c); err != nil {
		t.Error(err)
	}
	same := petTrainer(t, train.Options{Epochs: 1, Recipe: petRecipe()})
	stop := errors.New("no model")
	for name, x := range map[string]struct {
		ctx   context.Context
		folds []data.Fold
		made  func(int) (*train.Trainer, error)
		kind  error
	}{
		"no context":  {nil, folds, made, train.ErrOption},
		"one fold":    {ctx, folds[:1], made, train.ErrOption},
		"no function": {ctx, folds, nil, train.ErrOption},
		"no Trainer":  {ctx, folds, func(int) (*train.Trainer, error) { return nil, nil }, train.ErrOption},
		"one Trainer": {ctx, folds, func(int) (*train.Trainer, error) { return same, nil }, train.ErrOption},
		"one model": {ctx, folds, func(int) (*train.Trainer, error) {
			return train.New(same.Model(), train.Options{Epochs: 1, Recipe: petRecipe()})
		}, train.ErrOption},
		"no part": {ctx, []data.Fold{{}, {}}, made, data.ErrEmpty},
		"fails":   {ctx, folds, func(int) (*train.Trainer, error) { return nil, stop }, stop},
	} {
		if _, err := train.CrossValidate(x.ctx, x.folds, x.made); !errors.Is(err, x.kind) {
			t.Errorf("%s: got %v, want %v", name, err, x.kind)
		}
	}
	var p *train.PanicError
	if _, err := train.CrossValidate(ctx, folds, func(int) (*train.Trainer, error) { panic("a bug") }); !errors.As(err, &p) {
		t.Errorf("panic: got %v", err)
	}
}

// Sampling draws rare classes as often as others, and a training that is taken up again in the
// middle of an epoch has the same bits.
func TestSampling(t *testing.T) {
	ctx := context.Background()
	var x, w []float64
	var y []int
	for i := range 100 {
		x, w, y = append(x, float64(i)), append(w, float64(i%2)), append(y, btoi(i < 10))
	}
	set := must(t)(data.New(data.Field{Name: "x", Shape: []int{1}, Floats: x}, data.Field{Name: "w", Floats: w}, data.Field{Name: "y", Ints: y, Classes: 2}))
	made := func(s train.Sampling, epochs int) *train.Trainer {
		m, err := models.NewMLP(models.MLPOptions{In: 1, Out: 2, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := train.New(m, train.Options{Sampling: s, Epochs: epochs, BatchSize: 30, Seed: 5, Schedule: schedule.Constant(1e-3)})
		if err != nil {
			t.Fatal(err)
		}
		return trainer
	}
	s := train.Sampling{Balanced: true, Weight: "w", Examples: 200}
	whole := made(s, 3)
	steps := 0
	for e, err := range whole.Steps(ctx, set) {
		if err != nil {
			t.Fatal(err)
		}
		steps++
		if want := 30; e.Examples != want && !(e.Last && e.Examples == 20) {
			t.Errorf("step %d has %d examples", e.Step, e.Examples)
		}
	}
	if steps != 21 {
		t.Errorf("got %d steps, want 7 in each of 3 epochs", steps)
	}
	path := t.TempDir() + "/run"
	half := made(s, 3)
	for e, err := range half.Steps(ctx, set) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Step == 10 {
			break
		}
	}
	if err := half.Save(path); err != nil {
		t.Fatal(err)
	}
	on := made(s, 3)
	if err := on.Restore(path); err != nil {
		t.Fatal(err)
	}
	for _, err := range on.Steps(ctx, set) {
		if err != nil {
			t.Fatal(err)
		}
	}
	a, err := whole.Predict(ctx, set)
	b, err2 := on.Predict(ctx, set)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	sameBits(t, "restored", b, a)
	if err := made(train.Sampling{Balanced: true}, 3).Restore(path); !errors.Is(err, train.ErrRun) {
		t.Errorf("other sampling: got %v", err)
	}
	if c, _ := made(train.Sampling{}, 3).Predict(ctx, set); c != nil && fmt.Sprint(c) == fmt.Sprint(a) {
		t.Error("nothing was trained")
	}
	for name, bad := range map[string]train.Sampling{"no field": {Weight: "z"}, "wide": {Weight: "y", Balanced: true, Examples: 1 << 20}} {
		err := func() error {
			for _, err := range made(bad, 1).Steps(ctx, must(t)(set.Only("x", "w"))) {
				return err
			}
			return nil
		}()
		if !errors.Is(err, data.ErrField) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, bad := range []train.Options{{Sampling: train.Sampling{Examples: 5}}, {Sampling: train.Sampling{Balanced: true, Examples: -1}}, {Sampling: train.Sampling{Balanced: true}, InOrder: true}} {
		if _, err := train.New(whole.Model(), bad); !errors.Is(err, train.ErrOption) {
			t.Errorf("%+v: got %v", bad.Sampling, err)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
