package train

import (
	"weak"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// NewPredictor returns a Predictor of a model in memory. f says what a model file would say:
// inputs, target, classes, recipe and plan; the zero value is for a model of plain numbers. The model
// need not be Described or registered.
//
// The Predictor has a copy of parameters and states. It sees later changes of m after
// Predictor.Update. Until NewPredictor or Update has returned, nobody may train m or set its
// parameters. Predictions may call m.Loss; a Trainer of m must not do so at the same time, so
// one that trains has a NewPredictor of its own.
//
// Errors: ErrOption for a nil m and for options that have no meaning; ErrNotFinite for a
// parameter that is NaN or infinite; a *ModelFileError for what does not fit between m and f;
// those of the model's Loss.
func NewPredictor(m Model, f ModelFile, o PredictorOptions) (*Predictor, error) {
	t, err := New(m, Options{Seed: f.Seed})
	if err == nil && o.Follow > 0 {
		err = noTrainer(o)
	}
	var p *Predictor
	if err == nil {
		p, err = t.predictor(f, o)
	}
	if err != nil {
		return nil, errors.Wrap(err, "train: NewPredictor")
	}
	p.from = nil
	return p, nil
}

// NewPredictor returns a Predictor of the model of t, for any number of goroutines, also while
// t trains. As SaveModel it takes for what f leaves out the names of the data set of the last
// Fit, the recipe as it was fitted, Options.Target and Options.Seed.
//
// The Predictor has a copy of parameters and states: those after some step, and with EMA or SWA
// their average. Predictor.Update takes over those of now, PredictorOptions.Follow does so
// every few steps. Training waits for the copy alone. Results have the bits of Predict.
//
// Before the first Fit there are no names of inputs and classes, and perhaps no fitted recipe. A
// Predictor that is made then learns them with the first parameters that it takes over while t is
// in a Fit, or after it. With Follow it may wait for a recipe: until then its predictions fail
// with ErrOption.
//
// A call waits for a step, an evaluation or a prediction of t that runs. Callbacks may call it;
// the function that is given to Averaged must not.
//
// Errors: those of the function NewPredictor; ErrOption without Follow for an Options.Recipe that no
// Fit has fitted yet.
func (t *Trainer) NewPredictor(f ModelFile, o PredictorOptions) (p *Predictor, err error) {
	err = t.between(func() error {
		given := f
		if err := t.complete(&f); err != nil {
			return err
		}
		var missing error
		if f.Recipe.IsZero() && !t.o.Recipe.IsZero() {
			missing = mistake.Optionf("Options.Recipe: got steps that have not been fitted, want a Fit before, or a recipe that was fitted to the training set")
		}
		if missing != nil && o.Follow == 0 {
			return missing
		}
		if p, err = t.predictor(f, o); err != nil {
			return err
		}
		p.versions.now.by.missing = missing
		if p.file = given; t.progress.on.empty() {
			p.learns = true
		}
		if o.Follow > 0 {
			t.followers = append(t.followers, follower{weak.Make(p), o.Follow})
		}
		return nil
	})
	if err != nil {
		return nil, errors.Wrap(err, "train: NewPredictor")
	}
	return p, nil
}

// predictor returns a Predictor with a copy of the parameters of t.
func (t *Trainer) predictor(f ModelFile, o PredictorOptions) (*Predictor, error) {
	o.AllowNonFinite = o.AllowNonFinite || f.AllowNonFinite
	if err := o.settle(); err != nil {
		return nil, err
	}
	o.limit(t.model)
	if err := t.declare(); err != nil {
		return nil, err
	}
	second, err := New(t.model, Options{Seed: f.Seed, Workers: o.Workers, MemoryLimit: o.MemoryLimit, Target: t.o.Target, EvalBatch: o.BatchSize})
	if err != nil {
		return nil, err
	}
	second.still, second.building, second.onto = true, t.building, t.params.Clone()
	info := &ModelInfo{Version: 1, Package: packageOf(t.model)}
	s, built, err := second.inform(info, f)
	if err != nil {
		return nil, err
	}
	k := newOutline(info, built)
	k.fitted = t.Recipe()
	p := newPredictor(second, k, s, o)
	p.from = t
	return p, p.fill(second.onto, k)
}

// declare makes the parameters of the model exist.
func (t *Trainer) declare() error {
	t.building.Lock()
	defer t.building.Unlock()
	return buildOnce(t.model, t.params)
}

func noTrainer(o PredictorOptions) error {
	return mistake.Optionf("PredictorOptions.Follow: got %d steps for a Predictor without a Trainer, want 0, or Trainer.NewPredictor", o.Follow)
}
