package train

import (
	"context"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// Predict runs the model on the examples of d and returns its outputs, row-major: one
// row for each example. d needs the fields that the output depends on, and no targets.
// An output that is not finite is returned as it is. Random numbers that the model draws
// in prediction are those of Evaluate.
//
// Errors: ErrOption for a nil ctx, data.ErrEmpty for no examples; what does not fit
// between d and the model; data.ErrLabel and data.ErrField for other classes or columns
// than those that Fit trained on, as in Evaluate; ErrNotFinite for a parameter that is
// NaN or infinite; graph.ErrUnsupported for nn.BatchNorm with NoRunning, whose outputs
// would depend on the other examples of the batch; the error of ctx; ErrBusy.
func (t *Trainer) Predict(ctx context.Context, d *data.Dataset) ([]float64, error) {
	out, err := t.predict(ctx, d)
	return out, errors.Wrap(err, "train: Predict")
}

func (t *Trainer) predict(ctx context.Context, d *data.Dataset) ([]float64, error) {
	if err := given(ctx, d); err != nil {
		return nil, err
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
		return nil, err
	}
	var out []float64
	err = t.over(ctx, d.Len(), func(index []int) error {
		s, err := t.forward.bind(d, predicting, len(index))
		if err != nil {
			return err
		}
		if _, err := s.run(index, index[0]); err != nil {
			return err
		}
		w := s.output.Len() / s.n
		if out == nil {
			out = make([]float64, 0, d.Len()*w)
		}
		at := len(out)
		out = out[:at+s.n*w]
		s.output.Read(out[at:])
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
