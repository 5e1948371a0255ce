package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ValueData returns a copy of the elements of a value of gorgonia's in row-major
// order: []float64 for floats, []int for ints.
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
	return nil, mistake.Newf(ErrDType, "got a value of the type %T, want float32, float64 or int", v.Data())
}

// Elements copies the elements of a value of gorgonia's, which must be of the type
// t: as ints if that is Int, else as floats.
func Elements[T ir.Float](v gorgonia.Value, t ir.Type) (floats []T, ints []int, err error) {
	if v == nil {
		return nil, nil, mistake.Optionf("got no value, want one of %v", t)
	}
	data, err := ValueData(v)
	if err != nil {
		return nil, nil, err
	}
	d, isFloat := data.([]float64)
	ints, _ = data.([]int)
	if isFloat != t.DType.IsFloat() || len(d)+len(ints) != t.Shape.Size() {
		return nil, nil, shapef("got a value of %v %v, want %v", v.Dtype(), ir.Shape(v.Shape()), t)
	}
	if isFloat {
		floats = make([]T, len(d))
	}
	for i, x := range d {
		floats[i] = T(x)
	}
	return floats, ints, nil
}

// NewValue is a value of gorgonia's that shows the elements: floats, or ints if
// these are not nil. Without axes it is a scalar, which is a copy.
func NewValue[T ir.Float](shape ir.Shape, floats []T, ints []int) gorgonia.Value {
	var data any = floats
	if ints != nil {
		data = ints
	}
	if len(shape) > 0 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	}
	switch d := data.(type) {
	case []float64:
		return gorgonia.NewF64(d[0])
	case []float32:
		return gorgonia.NewF32(d[0])
	}
	return gorgonia.NewI(ints[0])
}
