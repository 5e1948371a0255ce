package main

import (
	"io"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/atomicfile"
	"github.com/symgrad/symgrad/internal/npy"
	"github.com/symgrad/symgrad/internal/safetensors"
	"github.com/symgrad/symgrad/train"
)

// exportWeights writes the tensors of a safetensors file alone, with their names and shapes, to a
// file or to out. The file may be of any program.
func exportWeights(format, model, file string, float32s bool, out io.Writer) error {
	if _, err := kindAmong(model, "a model file or another safetensors file", modelFile, checkpointFile, weightsFile); err != nil {
		return err
	}
	f, err := safetensors.Read(model, nil)
	if err != nil {
		return err
	}
	f.Meta = nil
	for i := range f.Tensors {
		if f.Tensors[i], err = asWanted(f.Tensors[i], format, float32s); err != nil {
			return errors.WithMessage(err, model)
		}
	}
	write := func(w io.Writer) error { return safetensors.Encode(w, f) }
	if format == "npz" {
		var arrays []npy.Stored
		for _, t := range f.Tensors {
			arrays = append(arrays, npy.Stored{Name: t.Name, DType: t.DType, Shape: t.Shape, Data: t.Data})
		}
		write = func(w io.Writer) error { return npy.Write(w, arrays) }
	}
	if file == "-" {
		return write(out)
	}
	return errors.Wrap(atomicfile.WriteFile(file, write), file)
}

// asWanted returns a tensor as the format has it: of float32 where that is asked for, or where
// NumPy does not have its type.
func asWanted(t safetensors.Tensor, format string, float32s bool) (safetensors.Tensor, error) {
	if !(float32s && t.DType == "F64" || format == "npz" && t.DType == "BF16") {
		return t, nil
	}
	wide, err := t.Float64s()
	if err != nil {
		return t, err
	}
	v := make([]float32, len(wide))
	for i, x := range wide {
		v[i] = float32(x)
		if math.IsInf(float64(v[i]), 0) && !math.IsInf(x, 0) {
			return t, errors.Wrapf(train.ErrNotFinite, "tensor %q, element %d: got %v, want a number in the range of float32", t.Name, i, x)
		}
	}
	return safetensors.FloatsView(t.Name, t.Shape, v), nil
}
