package op

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ValueData copies the elements of a value of gorgonia's, row-major: []float64
// for floats, []int for ints.
func ValueData(v gorgonia.Value) (any, error) {
	if t, ok := v.(tensor.Tensor); ok && (t.RequiresIterator() || !t.DataOrder().IsRowMajor()) {
		d, ok := t.(*tensor.Dense)
		if !ok {
			return nil, Unsupportedf("got a %T, want a dense tensor", t)
		}
		v = d.Materialize().(*tensor.Dense)
	}
	switch d := v.Data().(type) {
	case float64:
		return []float64{d}, nil
	case float32:
		return []float64{float64(d)}, nil
	case int:
		return []int{d}, nil
	case []float64:
		return append([]float64(nil), d...), nil
	case []float32:
		out := make([]float64, len(d))
		for i, x := range d {
			out[i] = float64(x)
		}
		return out, nil
	case []int:
		return append([]int(nil), d...), nil
	}
	return nil, errors.Wrapf(ErrDType, "got a value of the type %T, want float32, float64 or int", v.Data())
}
