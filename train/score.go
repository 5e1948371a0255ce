package train

import (
	"fmt"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// score measures the metrics over one supply of examples.
type score struct {
	t       *Trainer
	set     *data.Dataset // whose rows are read
	target  data.Rows
	field   data.Field
	weights *data.Rows // of Options.SampleWeight; nil for none
	meters  []Meter
	batch   Scored
	output  []float64
	counts  []bool
	notes   []string
}

// newScore checks the examples and the metrics on them, and compiles the model for all batch sizes
// that they are cut into, if their number is known. trained is what Fit trained on.
func (t *Trainer) newScore(trained, from supply) (*score, error) {
	if err := compareSets(trained.set, from.set); err != nil {
		return nil, err
	}
	n := t.o.EvalBatch
	if all := from.src.Len(); all >= 0 {
		n = min(n, all)
		if last := all % n; last > 0 {
			if _, err := t.forward.bind(from.set, evaluating, last); err != nil {
				return nil, err
			}
		}
	}
	s, err := t.forward.bind(from.set, evaluating, n)
	if err != nil {
		return nil, err
	}
	sc := &score{t: t}
	if trained.whole() && from.whole() {
		sc.notes = s.notesOn(trained.set, from.set, t.o.Target)
	}
	return sc, sc.look(s, from.set)
}

// look checks the metrics on the examples of d, which s is bound to, and reads them from now on.
func (sc *score) look(s *session, d *data.Dataset) (err error) {
	t := sc.t
	if sc.set = d; len(t.o.Metrics) == 0 {
		return nil
	}
	if sc.target, err = d.Rows(t.o.Target); err != nil {
		return errors.Wrap(err, "Options.Target")
	}
	sc.field, _ = d.Field(t.o.Target)
	pair := Pair{Output: s.output.Shape()[1:], Target: sc.field}
	if label, ok := s.ignored[t.o.Target]; ok {
		pair.Ignores, pair.Ignore = true, label.Label
	}
	if c := s.spansOfTarget(t.o.Target); c != nil {
		pair.ends = &c.ends
	}
	for _, m := range t.o.Metrics {
		if err := m.check(pair); err != nil {
			return err
		}
	}
	if name := t.o.SampleWeight; name != "" {
		weights, err := d.Rows(name)
		if err != nil {
			return errors.Wrap(err, "Options.SampleWeight")
		}
		sc.weights = &weights
	}
	sc.batch.Ignores, sc.batch.Ignore = pair.Ignores, pair.Ignore
	return nil
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
func (sc *score) add(s *session, from data.Batch) error {
	if len(sc.meters) == 0 {
		return nil
	}
	sc.output = s.output.Read(sc.output)
	return sc.addOutput(s, from, sc.output)
}

// addOutput adds a batch that s is bound to, with the output for it.
func (sc *score) addOutput(s *session, from data.Batch, output []float64) error {
	if sc.set != from.Set {
		if err := sc.look(s, from.Set); err != nil {
			return within(from, err)
		}
	}
	index := from.Index
	b := &sc.batch
	b.N, b.Output, b.Shape = len(index), output, s.shape
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
	if sc.weights != nil {
		b.Weight = resize(b.Weight, len(index))
		if err := sc.weights.F64(b.Weight, index); err != nil {
			return errors.Wrap(err, "Options.SampleWeight")
		}
	}
	sc.count(s)
	for i, m := range sc.meters {
		if err := tryAdd(m, b); err != nil {
			return errors.Wrapf(err, "metric %q", sc.t.o.Metrics[i].Name)
		}
	}
	return nil
}

// tryAdd calls m.Add and returns a panic as an error, without memory of its own.
func tryAdd(m Meter, b *Scored) (err error) {
	defer func() {
		if r := recover(); r != nil {
			p := newPanicError(r)
			p.In = "Meter.Add"
			err = p
		}
	}()
	m.Add(*b)
	return nil
}

// count says which targets of the batch that s has run count.
func (sc *score) count(s *session) {
	b, c := &sc.batch, s.spansOfTarget(sc.t.o.Target)
	if c == nil && !b.Ignores {
		return
	}
	sc.counts = resize(sc.counts, len(b.Label)+len(b.Target)) // one of which is nil
	b.Counts = nil
	if c != nil {
		c.mark(sc.counts)
	} else {
		setAll(sc.counts, true)
	}
	for i := range b.Label {
		sc.counts[i] = sc.counts[i] && b.counts(i)
	}
	b.Counts = sc.counts
}

// values returns the value of each metric.
func (sc *score) values() ([]Value, error) {
	var out []Value
	for i, m := range sc.meters {
		v := Value{Name: sc.t.o.Metrics[i].Name}
		err := try("Meter.Value", func() error {
			v.Value = m.Value()
			if c, ok := m.(interface{ Confusion() *ConfusionMatrix }); ok {
				if v.Confusion = c.Confusion(); v.Confusion != nil && v.Confusion.Names == nil {
					v.Confusion.Names = sc.field.ClassNames
				}
			}
			if n, ok := m.(interface{ Notes() []string }); ok {
				for _, note := range n.Notes() {
					sc.notes = append(sc.notes, fmt.Sprintf("metric %q: %s", v.Name, note))
				}
			}
			return nil
		})
		if err != nil {
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
