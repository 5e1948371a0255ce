package train

import (
	"context"

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
	// set, but not in the one that Fit trained on.
	Notes []string
}

// Value is the name and the value of a metric.
type Value struct {
	Name  string
	Value float64
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
// Random numbers that the model draws in prediction depend on Options.Seed and the index
// of the first example of the batch alone. So the same call gives the same bits, before
// and after training. With another EvalBatch other numbers are drawn.
//
// Errors: ErrOption for a nil ctx, data.ErrEmpty for no examples or if none counts in
// the loss; what does not fit between d, the model and the metrics; data.ErrLabel for
// classes with other names than those of the data set that Fit trained on;
// data.ErrField for its columns in another order; ErrNotFinite for a parameter that is
// NaN or infinite, and for such a loss, with the Result all the same;
// graph.ErrUnsupported for nn.BatchNorm with NoRunning; the error of ctx; ErrBusy.
func (t *Trainer) Evaluate(ctx context.Context, d *data.Dataset) (Result, error) {
	r, err := t.evaluate(ctx, d)
	return r, errors.Wrap(err, "train: Evaluate")
}

func (t *Trainer) evaluate(ctx context.Context, d *data.Dataset) (Result, error) {
	if err := given(ctx, d); err != nil {
		return Result{}, err
	}
	if err := t.enter(); err != nil {
		return Result{}, err
	}
	defer t.leave()
	sc, err := t.newScore(t.progress.set, d)
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
	err = t.over(ctx, d.Len(), func(index []int) error {
		s, err := t.forward.bind(d, evaluating, len(index))
		if err != nil {
			return err
		}
		loss, err := s.run(index, index[0])
		if err != nil {
			return err
		}
		mean.add(s, loss)
		return sc.add(s, index)
	})
	if err != nil {
		return Result{}, err
	}
	r := Result{Loss: mean.value(), Notes: sc.notes}
	r.Metrics, err = sc.values()
	switch {
	case err != nil:
		return r, err
	case mean.empty():
		return r, mistake.Newf(data.ErrEmpty, "got no target that counts in the loss, want one or more in the data set")
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

// given returns an error unless there are a context and a data set.
func given(ctx context.Context, d *data.Dataset) error {
	if ctx == nil {
		return mistake.Optionf("got a nil context, want one such as context.Background()")
	}
	return filled(d)
}

// filled returns an error unless there is a data set.
func filled(d *data.Dataset) error {
	if d == nil || d.Len() == 0 {
		return mistake.Newf(data.ErrEmpty, "got no data set, want one with examples")
	}
	return nil
}

// over calls f for batches of the examples 0 to n-1, in order.
func (t *Trainer) over(ctx context.Context, n int, f func(index []int) error) error {
	b, err := data.NewBatches(n, t.o.EvalBatch, false, 0)
	if err != nil {
		return err
	}
	for {
		index, ok := b.Next()
		if !ok {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return errors.Wrapf(err, "stopped before example %d of %d", index[0], n)
		}
		if err := f(index); err != nil {
			return err
		}
	}
}
