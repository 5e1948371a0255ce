package train

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// preparing is what Options.Recipe has been fitted to and has made.
type preparing struct {
	mu         sync.Mutex
	fitted     data.Recipe   // the zero value until it is fitted
	on         data.Source   // that it was fitted to; nil if it came fitted
	validation supply        // what it has made of Options.Validation for the present Fit
	sets       []preparedSet // the last ones
}

// preparedSet is a source and what the recipe has made of it.
type preparedSet struct{ raw, made data.Source }

// mostPrepared is how many data sets are kept beside those of the present Fit.
const mostPrepared = 3

// Recipe returns Options.Recipe as it was fitted to the training set, and the zero Recipe before
// that.
func (t *Trainer) Recipe() data.Recipe {
	if t == nil {
		return data.Recipe{}
	}
	t.prep.mu.Lock()
	defer t.prep.mu.Unlock()
	return t.prep.fitted
}

// toFit returns what Options.Recipe makes of a training set. It is fitted to the first one that
// steps are made on.
func (t *Trainer) toFit(ctx context.Context, src data.Source) (supply, error) {
	if err := t.made(); err != nil {
		return supply{}, err
	}
	if err := t.join(); err != nil {
		return supply{}, err
	}
	if t.o.Recipe.IsZero() {
		return supplyOf(src, t.o.BatchSize)
	}
	p := &t.prep
	p.mu.Lock()
	defer p.mu.Unlock()
	if again := p.on != nil && p.on != src && t.step == 0; p.fitted.IsZero() || again {
		r := t.o.Recipe
		whole, err := until(ctx, src)
		if err == nil {
			err = r.Fit(whole)
		}
		if err != nil {
			return supply{}, errors.WithMessage(err, "Options.Recipe")
		}
		p.fitted, p.on, p.sets = r, src, nil
	}
	return t.prepareSet(src)
}

// until returns src, which can be read until ctx is done if it is not in memory.
func until(ctx context.Context, src data.Source) (data.Source, error) {
	if _, inside := src.(*data.Dataset); inside {
		return src, nil
	}
	return data.Through(src, func(d *data.Dataset) (*data.Dataset, error) { return d, stopped(ctx) })
}

// toMeasure returns what Options.Recipe makes of a data set that it is not fitted to.
func (t *Trainer) toMeasure(src data.Source) (supply, error) {
	if err := t.made(); err != nil {
		return supply{}, err
	}
	if t.o.Recipe.IsZero() {
		return supplyOf(src, t.o.EvalBatch)
	}
	p := &t.prep
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fitted.IsZero() {
		return supply{}, mistake.Optionf("Options.Recipe: got steps that have not been fitted, want a Fit before, or a recipe that was fitted to the training set")
	}
	return t.prepareSet(src)
}

// toValidate prepares Options.Validation for a Fit.
func (t *Trainer) toValidate() error {
	if t.o.Validation == nil {
		return nil
	}
	if err := filled(t.o.Validation); err != nil {
		return errors.WithMessage(err, "Options.Validation")
	}
	made, err := t.toMeasure(t.o.Validation)
	t.prep.mu.Lock()
	defer t.prep.mu.Unlock()
	t.prep.validation = made
	return errors.WithMessage(err, "Options.Validation")
}

// fitRecipe prepares the data sets of a Fit. That comes after what is restored of a checkpoint,
// which has a fitted recipe.
func (f *fitting) fitRecipe() (err error) {
	if f.from, err = f.toFit(f.ctx, f.given); err != nil {
		return err
	}
	return f.toValidate()
}

// validation returns Options.Validation as the model takes it.
func (t *Trainer) validation() supply {
	t.prep.mu.Lock()
	defer t.prep.mu.Unlock()
	return t.prep.validation
}

// prepareSet returns what the recipe makes of a source: the same each time, as long as it is kept.
func (t *Trainer) prepareSet(src data.Source) (supply, error) {
	p := &t.prep
	for _, s := range p.sets {
		if s.raw == src {
			return supplyOf(s.made, t.o.BatchSize)
		}
	}
	made, err := data.Through(src, p.fitted.Apply)
	if err != nil {
		return supply{}, errors.WithMessage(err, "Options.Recipe")
	}
	used := func(s preparedSet) bool {
		return s.made == t.progress.on.src || s.made == p.validation.src || s.raw == p.on
	}
	for len(p.sets) > mostPrepared {
		i := slices.IndexFunc(p.sets, func(s preparedSet) bool { return !used(s) })
		if i < 0 {
			break
		}
		p.sets = slices.Delete(p.sets, i, i+1)
	}
	p.sets = append(p.sets, preparedSet{src, made})
	return supplyOf(made, t.o.BatchSize)
}

// firstOf returns the examples that a supply describes itself by, as they were given; nil for none.
func (t *Trainer) firstOf(s supply) (*data.Dataset, error) {
	switch raw := t.rawOf(s.src).(type) {
	case nil:
		return nil, nil
	case *data.Dataset:
		return raw, nil
	default:
		return data.Take(raw, 1)
	}
}

// rawOf returns the source that made was made of, or made itself.
func (t *Trainer) rawOf(made data.Source) data.Source {
	t.prep.mu.Lock()
	defer t.prep.mu.Unlock()
	for _, s := range t.prep.sets {
		if s.made == made {
			return s.raw
		}
	}
	return made
}

// undoTarget takes outputs for n examples back to the units of the target.
func (t *Trainer) undoTarget(out []float64, n int) error {
	r := t.Recipe()
	if t.o.Recipe.IsZero() || !slices.Contains(r.Reads(), t.o.Target) {
		return nil
	}
	var fields []data.Field
	for _, f := range r.Fields {
		if f.Name == t.o.Target && f.Classes > 0 { // outputs stay those of the classes
			return nil
		}
		fields = append(fields, f.Field())
	}
	made, err := r.Describe(fields)
	if err != nil {
		return errors.WithMessage(err, "Options.Recipe")
	}
	for _, f := range made {
		if f.Name == t.o.Target && f.Size() != len(out)/n {
			return mistake.Shapef("Options.Recipe: field %q: got %d outputs for each example to undo, want the %d columns of the target", f.Name, len(out)/n, f.Size())
		}
	}
	return errors.WithMessage(r.Undo(t.o.Target, out), "Options.Recipe")
}

// recipeOfRun returns what the file of a run has of the recipe.
func (t *Trainer) recipeOfRun() data.Recipe {
	if r := t.Recipe(); !r.IsZero() {
		return r
	}
	return t.o.Recipe.Unfitted()
}

// otherRecipe says how the recipe of a run differs from Options.Recipe; "" if it does not.
func (t *Trainer) otherRecipe(r data.Recipe) string {
	was, err := json.Marshal(r.Unfitted())
	is, err2 := json.Marshal(t.o.Recipe.Unfitted())
	if err != nil || err2 != nil || bytes.Equal(was, is) {
		return ""
	}
	return fmt.Sprintf("Options.Recipe: got %s, want %s", is, was)
}
