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

// evalBatch is the batch size of Evaluate and Predict.
const evalBatch = 256

// Evaluate runs the model over d, as in prediction, and measures the mean loss
// and Options.Metrics.
func (t *Trainer) Evaluate(ctx context.Context, d *data.Dataset) (Result, error) {
	if err := given(d); err != nil {
		return Result{}, err
	}
	target, err := d.Rows(t.o.Target)
	if err != nil && len(t.o.Metrics) > 0 {
		return Result{}, errors.Wrap(err, "train: the target of the metrics")
	}
	meters := make([]Meter, len(t.o.Metrics))
	for i, m := range t.o.Metrics {
		meters[i] = m.Start()
	}
	field, _ := d.Field(t.o.Target)
	var mean runningMean
	var scored Scored
	err = over(ctx, d.Len(), func(index []int) error {
		s, err := t.eval.bind(d, len(index))
		if err != nil {
			return err
		}
		loss, err := s.run(index, t.step)
		if err != nil {
			return err
		}
		mean.add(loss, len(index))
		if len(meters) == 0 {
			return nil
		}
		s.output = s.prog.Output(1, s.output)
		scored.N, scored.Output = len(index), s.output
		if err := scored.read(target, field.Ints != nil, index); err != nil {
			return errors.Wrap(err, "train: the target of the metrics")
		}
		for _, m := range meters {
			m.Add(scored)
		}
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	r := Result{Loss: mean.value()}
	for i, m := range meters {
		r.Metrics = append(r.Metrics, Value{t.o.Metrics[i].Name, m.Value()})
	}
	return r, nil
}

// read gathers the targets of the batch.
func (s *Scored) read(rows data.Rows, ints bool, index []int) error {
	n := len(index) * rows.Size()
	if ints {
		if cap(s.Label) < n {
			s.Label = make([]int, n)
		}
		s.Label = s.Label[:n]
		return rows.Ints(s.Label, index)
	}
	if cap(s.Target) < n {
		s.Target = make([]float64, n)
	}
	s.Target = s.Target[:n]
	return rows.F64(s.Target, index)
}

// given says that there must be a set.
func given(d *data.Dataset) error {
	if d == nil {
		return errors.Wrap(data.ErrEmpty, "train: got no data set")
	}
	return nil
}

// over calls f for batches of the examples 0 to n-1 in order.
func over(ctx context.Context, n int, f func(index []int) error) error {
	b, err := data.NewBatches(n, evalBatch, false, 0)
	if err != nil {
		return errors.Wrap(err, "train")
	}
	for {
		index, ok := b.Next()
		if !ok {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return errors.Wrap(err, "train")
		}
		if err := f(index); err != nil {
			return err
		}
	}
}

// Predict runs the model on the examples of d, which needs the fields that the
// output depends on and no targets, and returns the outputs row by row:
// [N, len/N].
func (t *Trainer) Predict(ctx context.Context, d *data.Dataset) ([]float64, error) {
	if err := given(d); err != nil {
		return nil, err
	}
	var out []float64
	err := over(ctx, d.Len(), func(index []int) error {
		s, err := t.infer.bind(d, len(index))
		if err != nil {
			return err
		}
		if _, err := s.run(index, t.step); err != nil {
			return err
		}
		s.output = s.prog.Output(0, s.output)
		out = append(out, s.output...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
