package data

import (
	"io"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// ReadSafetensors reads tensors of the safetensors file at path. Each makes a field of the
// dataset that they choose: by default all, under their own names.
//
// The first axis of a tensor counts the examples. The values keep their type: F64 is Floats,
// F32 is Floats32, U8 is Bytes, and the other integers are Ints. BOOL are the Bytes
// 0 and 1, and F16 and BF16 are widened to Floats32.
//
// Errors: ErrFormat for a file that is not exactly what the format describes, one whose checksums
// do not agree with its bytes, and tensors above MaxBytes; ErrDType for other element types;
// ErrNotFinite for an integer that int cannot hold; ErrField for a tensor that is not there;
// ErrEmpty for a file without tensors and for an axis of 0; ErrShape for a Shape of another size;
// ErrOption; those of New.
func ReadSafetensors(path string, opts ArrayOptions) (*Dataset, error) {
	d, err := opts.fromFile(path, readSafetensors)
	return d, errors.WithMessagef(err, "data: ReadSafetensors: %q", path)
}

func readSafetensors(opts ArrayOptions, src io.ReaderAt, size int64) (*Dataset, error) {
	r, err := safetensors.NewReader(src, size)
	if err != nil {
		return nil, err
	}
	arrays := make([]fileArray, len(r.Tensors()))
	for i, t := range r.Tensors() {
		arrays[i] = fileArray{t.Name, t.DType, t.Shape}
	}
	return opts.dataset(arrays, tensors{r})
}

// tensors are those of an open file. Its header has been compared with its size, so that
// their memory is bounded by what the file has.
type tensors struct{ r *safetensors.Reader }

func (s tensors) float64s(a fileArray) ([]float64, error) {
	return tensorOf(a, func(v []float64) error { return safetensors.ReadFloats(s.r, a.name, v) })
}

func (s tensors) float32s(a fileArray) ([]float32, error) {
	return tensorOf(a, func(v []float32) error { return safetensors.ReadFloats(s.r, a.name, v) })
}

func (s tensors) ints(a fileArray) ([]int, error) {
	return tensorOf(a, func(v []int) error { return safetensors.ReadInts(s.r, a.name, v) })
}

func (s tensors) bytes(a fileArray) ([]uint8, error) {
	v, err := tensorOf(a, func(v []uint8) error { return s.r.ReadInto(a.name, v) })
	if err == nil && a.dtype == "BOOL" {
		if i := slices.IndexFunc(v, func(b uint8) bool { return b > 1 }); i >= 0 {
			return nil, mistake.Newf(ErrFormat, "tensor %q: element %d: got the byte %d, want a boolean, 0 or 1", mistake.Clip(a.name), i, v[i])
		}
	}
	return v, err
}

// tensorOf reads the elements of a tensor.
func tensorOf[T Element](a fileArray, read func([]T) error) ([]T, error) {
	v := make([]T, Field{Shape: a.axes}.Size())
	err := read(v)
	var beyond *safetensors.RangeError
	if errors.As(err, &beyond) {
		return nil, mistake.Newf(ErrNotFinite, "%v", beyond)
	}
	return v, err
}
