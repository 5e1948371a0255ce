package train

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

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

// newScore checks d and the metrics on it, and compiles the model for all batch sizes
// that d is cut into. trained is the data set that Fit trained on, nil for none.
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
		return nil, errors.Wrap(err, "Options.Target")
	}
	sc.field, _ = d.Field(t.o.Target)
	pair := Pair{Output: s.output.Shape()[1:], Target: sc.field}
	if label, ok := s.ignored[t.o.Target]; ok {
		pair.Ignores, pair.Ignore = true, label.Label
	}
	for _, m := range t.o.Metrics {
		if err := m.check(pair); err != nil {
			return nil, err
		}
	}
	sc.batch.Ignores, sc.batch.Ignore = pair.Ignores, pair.Ignore
	return sc, nil
}

// start makes the meters.
func (sc *score) start() error {
	for _, m := range sc.t.o.Metrics {
		meter, err := m.meter()
		if err != nil {
			return err
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
	sc.output = s.output.Read(sc.output)
	b := &sc.batch
	b.N, b.Output, b.Shape = len(index), sc.output, s.output.Shape()
	n := len(index) * sc.target.Size()
	var err error
	if sc.field.Integers() {
		b.Label = resize(b.Label, n)
		err = sc.target.Ints(b.Label, index)
	} else {
		b.Target = resize(b.Target, n)
		err = sc.target.F64(b.Target, index)
	}
	if err != nil {
		return errors.Wrap(err, "Options.Target")
	}
	for i, m := range sc.meters {
		if err := try("Meter.Add", func() error { m.Add(*b); return nil }); err != nil {
			return errors.Wrapf(err, "metric %q", sc.t.o.Metrics[i].Name)
		}
	}
	return nil
}

// values returns the value of each metric.
func (sc *score) values() ([]Value, error) {
	var out []Value
	for i, m := range sc.meters {
		v := Value{Name: sc.t.o.Metrics[i].Name}
		if err := try("Meter.Value", func() error { v.Value = m.Value(); return nil }); err != nil {
			return nil, errors.Wrapf(err, "metric %q", v.Name)
		}
		out = append(out, v)
	}
	return out, nil
}

// resize returns v with n elements, in new memory if it is too short.
func resize[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n)
	}
	return v[:n]
}
