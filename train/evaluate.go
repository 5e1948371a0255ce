package train

import (
	"context"
	"fmt"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Result is what Evaluate measured. It can be written as JSON and read again, like
// History.
type Result struct {
	Loss    float64 // the mean over the data set
	Metrics []Value // in the order of Options.Metrics
	// Notes say what the numbers do not: classes of the target that occur in the data
	// set, but not in the one that Fit trained on. They also name the classes for which a
	// metric is not defined, such as the precision of a class that is never predicted.
	Notes []string
}

// Value is the name and the value of a metric.
type Value struct {
	Name  string
	Value float64

	Confusion *ConfusionMatrix // of the metric Confusion; nil for others
}

// Metric returns the value of the metric of that name, and whether there is one.
func (r Result) Metric(name string) (float64, bool) { return find(r.Metrics, name) }

func find(list []Value, name string) (float64, bool) {
	for _, v := range list {
		if v.Name == name {
			return v.Value, true
		}
	}
	return 0, false
}

// Evaluate runs the model over d as in prediction. It returns the mean loss and
// Options.Metrics. Up to rounding they do not depend on Options.EvalBatch: a loss that
// is a mean over what counts is one over all of d (see loss.MeanOver).
//
// d is read on other goroutines while the model runs, unless it is in memory. A Result of such
// a source has no notes on classes.
//
// Random numbers that the model draws in prediction depend on Options.Seed and the index
// of the first example of the batch alone. So the same call gives the same bits, before
// and after training. With another EvalBatch other numbers are drawn.
//
// With EMA or SWA it evaluates the average of the parameters.
//
// Errors: ErrOption for a nil ctx, data.ErrEmpty for no examples or if none counts in
// the loss; what does not fit between d, the model and the metrics; data.ErrLabel for
// classes with other names than those of the data set that Fit trained on;
// data.ErrField for its columns in another order; ErrNotFinite for a parameter that is
// NaN or infinite, and for such a loss, with the Result all the same: a *NumberError if that comes
// from the data;
// graph.ErrUnsupported for nn.BatchNorm with NoRunning; the error of ctx; ErrBusy.
func (t *Trainer) Evaluate(ctx context.Context, d data.Source) (Result, error) {
	if err := given(ctx, d); err != nil {
		return Result{}, errors.Wrap(err, "train: Evaluate")
	}
	from, err := t.toMeasure(d)
	if err != nil {
		return Result{}, errors.Wrap(err, "train: Evaluate")
	}
	if err := t.enter(); err != nil {
		return Result{}, errors.Wrap(err, "train: Evaluate")
	}
	defer t.leave()
	r, err := t.evaluate(ctx, from, 0, false)
	return r, errors.Wrap(err, "train: Evaluate")
}

// evaluate is Evaluate for who has entered, of the first limit batches, or all if limit is 0. If it
// is shared, all ranks make the call, and each runs the model on a part of the batches.
func (t *Trainer) evaluate(ctx context.Context, from supply, limit int, shared bool) (r Result, err error) {
	err = t.withAverage(func() error { r, err = t.evaluateAsIs(ctx, from, limit, shared); return err })
	return r, err
}

// evaluateAsIs evaluates the parameters that are there.
func (t *Trainer) evaluateAsIs(ctx context.Context, from supply, limit int, shared bool) (Result, error) {
	sc, err := t.newScore(t.progress.on, from)
	if err == nil {
		err = sc.start()
	}
	if err == nil {
		err = t.usable()
	}
	if err != nil {
		return Result{}, err
	}
	var mean average
	var bad *NumberError
	take := func(s *session, b data.Batch, loss float64, terms []float64) {
		if bad == nil && !isFinite(loss) {
			bad = s.badNumber(b.Index, t.o.Target)
		}
		mean.take(float64(s.n), loss, terms)
	}
	if metrics := len(sc.meters) > 0; shared && t.ranks != nil && from.whole() {
		err = t.overRanks(ctx, from, limit, metrics, func(s *session, b data.Batch, x *evaluated) error {
			take(s, b, x.loss, x.terms)
			if !metrics {
				return nil
			}
			return sc.addOutput(s, b, x.output)
		})
	} else {
		err = t.over(ctx, from, evaluating, limit, func(s *session, b data.Batch) error {
			loss, err := s.run(b.Index, b.Number(b.Index[0]))
			if err != nil {
				return err
			}
			take(s, b, loss, s.terms)
			return sc.add(s, b)
		})
		if shared {
			err = t.ranks.agree(err)
		}
	}
	if err != nil {
		return Result{}, err
	}
	r := Result{Loss: mean.value()}
	r.Metrics, err = sc.values()
	r.Notes = sc.notes
	switch {
	case err != nil:
		return r, err
	case mean.empty():
		return r, mistake.Newf(data.ErrEmpty, "got no target that counts in the loss, want one or more in the data set")
	case !isFinite(r.Loss) && bad != nil:
		bad.makes = fmt.Sprintf(", which makes the loss %v", r.Loss)
		return r, bad
	case !isFinite(r.Loss):
		return r, mistake.Newf(ErrNotFinite, "got the loss %v, want a finite number", r.Loss)
	}
	return r, nil
}

// usable returns an error if a parameter is not finite.
func (t *Trainer) usable() error {
	if name := t.badParam(); name != "" {
		return mistake.Newf(ErrNotFinite, "parameter %q: got numbers that are not finite, want finite ones", name)
	}
	return nil
}

// over calls f for batches of all examples, in order, with a session that is bound to each: the
// first limit ones, or all if limit is 0.
func (t *Trainer) over(ctx context.Context, from supply, k kind, limit int, f func(s *session, b data.Batch) error) error {
	l, err := data.NewLoader(from.src, data.LoaderOptions{Batch: t.o.EvalBatch, Limit: limit, Epochs: 1})
	if err != nil {
		return err
	}
	defer l.Close()
	for {
		b, ok, err := nextBatch(l)
		if err != nil || !ok {
			return err
		}
		first := b.Number(b.Index[0])
		if err := stopped(ctx); err != nil {
			return errors.Wrapf(err, "stopped before example %d of %d", first, max(first+1, from.src.Len()))
		}
		s, err := t.forward.bindBatch(b, k, len(b.Index))
		if err != nil {
			return err
		}
		if err := f(s, b); err != nil {
			return err
		}
	}
}
