package train

import (
	"context"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// Result is what Evaluate measured: the mean loss and each metric.
type Result struct {
	Loss    float64
	Metrics []Value
	// Notes say what the numbers do not: classes of the target that the set has
	// and the one that Fit trained on has not.
	Notes []string
}

// Value is a metric's name and value.
type Value struct {
	Name  string
	Value float64
}

// Metric is the value of that name, and whether there is one.
func (r Result) Metric(name string) (float64, bool) { return find(r.Metrics, name) }

func find(list []Value, name string) (float64, bool) {
	for _, v := range list {
		if v.Name == name {
			return v.Value, true
		}
	}
	return 0, false
}

// Evaluate runs the model over d, as in prediction, and measures the mean loss
// and Options.Metrics. Up to rounding they do not depend on Options.EvalBatch: a
// loss that is a mean over what counts is one over all of d (see
// graph.Builder.MeanOver).
//
// Errors: what is wrong with d, or does not fit a metric, before anything is
// computed, such as classes with other names than those of the set that Fit trained
// on (data.ErrLabel) or its columns in another order (data.ErrField); ErrNotFinite for a parameter or a loss that is NaN or infinite, with
// the loss and the metrics all the same for the latter; data.ErrEmpty if the loss
// counts nothing in d; ErrUnsupported for a model with batch normalisation.
func (t *Trainer) Evaluate(ctx context.Context, d *data.Dataset) (Result, error) {
	if err := given(ctx, d); err != nil {
		return Result{}, errors.Wrap(err, "train: evaluation")
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
		return Result{}, errors.Wrap(err, "train: evaluation")
	}
	var mean average
	err = t.over(ctx, d.Len(), func(index []int) error {
		s, err := t.forward.bind(d, evaluating, len(index))
		if err != nil {
			return err
		}
		loss, err := s.run(index, t.step)
		if err != nil {
			return err
		}
		mean.add(s, loss)
		return sc.add(s, index)
	})
	if err != nil {
		return Result{}, errors.Wrap(err, "train: evaluation")
	}
	r := Result{mean.value(), sc.values(), sc.notes}
	switch {
	case mean.empty():
		return r, errors.Wrap(data.ErrEmpty, "train: evaluation: nothing in the data set counts in the loss")
	case !isFinite(r.Loss):
		return r, errors.Wrapf(ErrNotFinite, "train: evaluation: got the loss %v", r.Loss)
	}
	return r, nil
}

// usable says which parameter is not finite.
func (t *Trainer) usable() error {
	if name := t.badParam(); name != "" {
		return errors.Wrapf(ErrNotFinite, "the parameter %q of the model is not finite", name)
	}
	return nil
}

// Predict runs the model on the examples of d, which needs the fields that the
// output depends on and no targets, and returns the outputs row by row:
// [N, len/N].
//
// Errors: what is wrong with d, as in Evaluate; ErrNotFinite if a parameter is NaN or infinite;
// ErrUnsupported for a model with batch normalisation, whose outputs would depend
// on the other examples of the batch. An output that is not finite though the
// parameters are is returned as it is.
func (t *Trainer) Predict(ctx context.Context, d *data.Dataset) ([]float64, error) {
	if err := given(ctx, d); err != nil {
		return nil, errors.Wrap(err, "train: prediction")
	}
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	err := compareSets(t.progress.set, d)
	if err == nil {
		_, err = t.forward.bind(d, predicting, min(t.o.EvalBatch, d.Len()))
	}
	if err == nil {
		err = t.usable()
	}
	if err != nil {
		return nil, errors.Wrap(err, "train: prediction")
	}
	var out []float64
	err = t.over(ctx, d.Len(), func(index []int) error {
		s, err := t.forward.bind(d, predicting, len(index))
		if err != nil {
			return err
		}
		if _, err := s.run(index, t.step); err != nil {
			return err
		}
		w := size(s.prog.OutputShape(s.output)) / s.n
		if out == nil {
			out = make([]float64, 0, d.Len()*w)
		}
		at := len(out)
		out = out[:at+s.n*w]
		s.prog.Output(s.output, out[at:])
		return nil
	})
	if err != nil {
		return nil, errors.Wrap(err, "train: prediction")
	}
	return out, nil
}

// given says that there must be a context and a set.
func given(ctx context.Context, d *data.Dataset) error {
	if ctx == nil {
		return errors.Wrap(ErrOption, "got no context, want one such as context.Background()")
	}
	return filled(d)
}

// filled says that there must be a set.
func filled(d *data.Dataset) error {
	if d == nil || d.Len() == 0 {
		return errors.Wrap(data.ErrEmpty, "got no data set")
	}
	return nil
}

// over calls f for batches of the examples 0 to n-1 in order.
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
			return errors.WithStack(err)
		}
		if err := f(index); err != nil {
			return err
		}
	}
}

// score measures the metrics over one data set.
type score struct {
	t      *Trainer
	target data.Rows
	field  data.Field
	meters []Meter
	batch  Scored
	output []float64
	notes  []string
}

// newScore checks d and the metrics on it, with the model for all batch sizes that
// d is cut into. trained is the set that was trained on, nil for none.
func (t *Trainer) newScore(trained, d *data.Dataset) (*score, error) {
	if err := filled(d); err != nil {
		return nil, err
	}
	if err := compareSets(trained, d); err != nil {
		return nil, err
	}
	n := min(t.o.EvalBatch, d.Len())
	if last := d.Len() % n; last > 0 {
		if _, err := t.forward.bind(d, evaluating, last); err != nil {
			return nil, err
		}
	}
	s, err := t.forward.bind(d, evaluating, n)
	if err != nil {
		return nil, err
	}
	sc := &score{t: t, notes: notesOn(trained, d, t.o.Target, s.ignored)}
	if len(t.o.Metrics) == 0 {
		return sc, nil
	}
	if sc.target, err = d.Rows(t.o.Target); err != nil {
		return nil, errors.Wrap(err, "the target of the metrics")
	}
	sc.field, _ = d.Field(t.o.Target)
	pair := Pair{Output: s.prog.OutputShape(s.output)[1:], Target: sc.field}
	if label, ok := s.ignored[t.o.Target]; ok {
		pair.Ignores, pair.Ignore = true, label.Label
	}
	for _, m := range t.o.Metrics {
		if m.Check != nil {
			if err := m.Check(pair); err != nil {
				return nil, errors.Wrapf(err, "metric %q", m.Name)
			}
		}
	}
	sc.batch.Ignores, sc.batch.Ignore = pair.Ignores, pair.Ignore
	return sc, nil
}

// start makes the meters.
func (sc *score) start() error {
	for _, m := range sc.t.o.Metrics {
		meter := m.Start()
		if meter == nil {
			return errors.Wrapf(ErrOption, "metric %q: Start returned no Meter", m.Name)
		}
		sc.meters = append(sc.meters, meter)
	}
	return nil
}

// add adds the batch that s has run.
func (sc *score) add(s *session, index []int) error {
	if len(sc.meters) == 0 {
		return nil
	}
	sc.output = s.prog.Output(s.output, sc.output)
	b := &sc.batch
	b.N, b.Output, b.Shape = len(index), sc.output, s.prog.OutputShape(s.output)
	n := len(index) * sc.target.Size()
	var err error
	if sc.field.Ints != nil {
		b.Label = resize(b.Label, n)
		err = sc.target.Ints(b.Label, index)
	} else {
		b.Target = resize(b.Target, n)
		err = sc.target.F64(b.Target, index)
	}
	if err != nil {
		return errors.Wrap(err, "the target of the metrics")
	}
	for _, m := range sc.meters {
		m.Add(*b)
	}
	return nil
}

func (sc *score) values() []Value {
	var out []Value
	for i, m := range sc.meters {
		out = append(out, Value{sc.t.o.Metrics[i].Name, m.Value()})
	}
	return out
}

// resize is v with n elements, of new memory if it is too short.
func resize[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n)
	}
	return v[:n]
}
