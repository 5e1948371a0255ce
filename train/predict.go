package train

import (
	"context"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/train/data"
)

// Predict runs the model on the examples of d and returns its outputs, row-major: one
// row for each example. The row of an example has the same bits alone and in any company. Exceptions are
// models that draw random numbers in prediction, which are those of Evaluate, and models whose
// examples are not the rows of their products, such as W·xᵀ. d needs
// the fields that the output depends on, and no targets. Finite inputs may have an output that is
// not finite, which is returned as it is. With Options.Recipe, d is prepared by it, and its steps for Options.Target
// are undone on the outputs, unless it holds classes. With EMA or SWA it predicts with the average of the parameters.
//
// Errors: ErrOption for a nil ctx, data.ErrEmpty for no examples; what does not fit
// between d and the model; data.ErrLabel and data.ErrField for other classes or columns
// than those that Fit trained on, as in Evaluate; those of Options.Recipe; ErrNotFinite for a parameter that is
// NaN or infinite; a *NumberError for an input that makes the output so, see Options.AllowNonFiniteInputs; graph.ErrUnsupported for nn.BatchNorm with NoRunning, whose outputs
// would depend on the other examples of the batch; the error of ctx; ErrBusy.
func (t *Trainer) Predict(ctx context.Context, d data.Source) ([]float64, error) {
	out, err := t.predict(ctx, d)
	return out, errors.Wrap(err, "train: Predict")
}

func (t *Trainer) predict(ctx context.Context, d data.Source) (out []float64, err error) {
	if err := given(ctx, d); err != nil {
		return nil, err
	}
	if err := t.enter(); err != nil {
		return nil, err
	}
	defer t.leave()
	from, err := t.toMeasure(d)
	if err != nil {
		return nil, err
	}
	rows := 0
	err = t.withAverage(func() error { out, rows, err = t.predictAsIs(ctx, from); return err })
	if err == nil {
		err = t.undoTarget(out, rows)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// unlessFinite returns the error about a number in the data that makes the outputs of its example
// NaN or infinite.
func (t *Trainer) unlessFinite(s *session, b data.Batch, out []float64) error {
	if t.o.AllowNonFiniteInputs || vec.F64.AllFinite(out) {
		return nil
	}
	w := len(out) / len(b.Index)
	for i := range b.Index {
		if vec.F64.AllFinite(out[i*w : (i+1)*w]) {
			continue
		}
		if bad := s.badNumber(b.Index[i:i+1], ""); bad != nil {
			bad.makes = ", which makes the output NaN or infinite"
			bad.remedy += "; Options.AllowNonFiniteInputs returns the output as it is"
			return bad
		}
	}
	return nil
}

// predictAsIs predicts with the parameters that are there. It returns the outputs and the number of
// examples.
func (t *Trainer) predictAsIs(ctx context.Context, from supply) (out []float64, rows int, err error) {
	err = compareSets(t.progress.on.set, from.set)
	if err == nil {
		_, err = t.forward.bind(from.set, predicting, min(t.o.EvalBatch, from.set.Len()))
	}
	if err == nil {
		err = t.usable()
	}
	if err != nil {
		return nil, 0, err
	}
	err = t.over(ctx, from, predicting, 0, func(s *session, b data.Batch) error {
		if _, err := s.run(b.Index, b.Number(b.Index[0])); err != nil {
			return err
		}
		w := s.output.Len() / s.n
		if out == nil {
			out = make([]float64, 0, max(s.n, from.src.Len())*w)
		}
		at := len(out)
		out = slices.Grow(out, s.n*w)[:at+s.n*w]
		s.output.Read(out[at:])
		if err := t.unlessFinite(s, b, out[at:]); err != nil {
			return err
		}
		rows += s.n
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return out, rows, nil
}
