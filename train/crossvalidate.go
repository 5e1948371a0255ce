package train

import (
	"context"
	"encoding/json"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// CrossValidation is what CrossValidate measured. It can be written as JSON.
type CrossValidation struct {
	Folds   []FoldResult // in the order of the folds
	Loss    Spread       // of the losses of the folds
	Metrics []Spread     // in the order of Options.Metrics
}

// FoldResult is what was measured on the test part of one fold.
type FoldResult struct {
	Result  Result   // of Evaluate on Fold.Test
	History *History // of Fit on Fold.Train
}

// Spread is how a number differs between folds.
type Spread struct {
	Name string  // of the metric, or "loss"
	Mean float64 // of the folds, each with the same weight
	// Std is the standard deviation of the folds, with the divisor k − 1 for k folds. The
	// folds share training examples, so it is less than the deviation between new samples.
	Std float64
}

// MarshalJSON returns the spread as JSON, numbers as in History.
func (s Spread) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name      string
		Mean, Std number
	}{s.Name, number(s.Mean), number(s.Std)})
}

// Metric returns the spread of the metric of that name, and whether there is one.
func (c *CrossValidation) Metric(name string) (Spread, bool) {
	for _, s := range c.Metrics {
		if s.Name == name {
			return s, true
		}
	}
	return Spread{}, false
}

// CrossValidate trains one model for each fold on its Train, and evaluates it on its Test. The
// function makes the Trainer of a fold, counted from 0, with a new model: one that has been
// trained on another fold knows the examples of Test. It does not get the data. An Options.Recipe
// is fitted to Train in each fold.
//
//	folds, err := set.KFoldStratified(5, 1)
//	...
//	cv, err := train.CrossValidate(ctx, folds, func(fold int) (*train.Trainer, error) {
//		model, err := models.NewMLP(models.MLPOptions{In: 4, Out: 3, Seed: 1})
//		if err != nil {
//			return nil, err
//		}
//		return train.New(model, train.Options{Metrics: []train.Metric{train.Accuracy()}})
//	})
//
// The folds are made one after the other. On an error it returns what the folds before have
// measured, without Loss and Metrics.
//
// Errors: ErrOption for a nil ctx, fewer than two folds, a nil function and a nil Trainer.
// ErrOption too for a Trainer or parameters that an earlier fold had, or that have made steps.
// data.ErrEmpty for a fold without a part. Those of the function, of Fit and of Evaluate, with
// the fold. A *PanicError if the function panics.
func CrossValidate(ctx context.Context, folds []data.Fold, newTrainer func(fold int) (*Trainer, error)) (*CrossValidation, error) {
	c := &CrossValidation{}
	return c, errors.Wrap(c.run(ctx, folds, newTrainer), "train: CrossValidate")
}

func (c *CrossValidation) run(ctx context.Context, folds []data.Fold, newTrainer func(fold int) (*Trainer, error)) error {
	switch {
	case ctx == nil:
		return mistake.Optionf("got a nil context, want one such as context.Background()")
	case len(folds) < 2:
		return mistake.Optionf("got %d folds, want at least 2 (data.Dataset.KFold)", len(folds))
	case newTrainer == nil:
		return mistake.Optionf("got a nil function, want one that makes a Trainer")
	}
	seen := map[*graph.Params]bool{}
	for i, f := range folds {
		if err := c.fold(ctx, i, f, seen, newTrainer); err != nil {
			return errors.WithMessagef(err, "fold %d of %d", i, len(folds))
		}
	}
	c.Loss = spreadOf("loss", c.Folds, func(r Result) float64 { return r.Loss })
	for k, v := range c.Folds[0].Result.Metrics {
		for i, f := range c.Folds {
			if len(f.Result.Metrics) != len(c.Folds[0].Result.Metrics) || f.Result.Metrics[k].Name != v.Name {
				return mistake.Optionf("fold %d: got other Options.Metrics than in fold 0, want the same", i)
			}
		}
		c.Metrics = append(c.Metrics, spreadOf(v.Name, c.Folds, func(r Result) float64 { return r.Metrics[k].Value }))
	}
	return nil
}

// fold trains and evaluates on one fold.
func (c *CrossValidation) fold(ctx context.Context, i int, f data.Fold, seen map[*graph.Params]bool, newTrainer func(int) (*Trainer, error)) error {
	if f.Train.Len() == 0 || f.Test.Len() == 0 {
		return mistake.Newf(data.ErrEmpty, "got %d examples to train on and %d to test, want both", f.Train.Len(), f.Test.Len())
	}
	var t *Trainer
	err := try("the function that makes a Trainer", func() (err error) { t, err = newTrainer(i); return err })
	switch {
	case err != nil:
		return err
	case t == nil:
		return mistake.Optionf("got a nil Trainer, want one")
	case seen[t.params] || t.step > 0:
		return mistake.Optionf("got a model that has been trained already, want a new one for each fold")
	}
	seen[t.params] = true
	h, err := t.Fit(ctx, f.Train)
	if err != nil {
		return err
	}
	r, err := t.Evaluate(ctx, f.Test)
	if err != nil {
		return err
	}
	c.Folds = append(c.Folds, FoldResult{r, h})
	return nil
}

// spreadOf returns mean and deviation over the folds.
func spreadOf(name string, folds []FoldResult, of func(Result) float64) Spread {
	mean, n := 0.0, float64(len(folds))
	for _, f := range folds {
		mean += of(f.Result) / n
	}
	squares := 0.0
	for _, f := range folds {
		d := of(f.Result) - mean
		squares += float64(d * d)
	}
	return Spread{name, mean, math.Sqrt(squares / (n - 1))}
}
