package data

import (
	"bufio"
	"io"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/npy"
)

// NPYOptions says how to read an array.
type NPYOptions struct {
	// MaxBytes is the largest size of the elements in memory; 1 GiB when zero.
	MaxBytes int64
}

// ReadNPYFile is ReadNPY on the regular file at path. ErrFormat for a pipe, a device or
// a directory: give ReadNPY an open pipe.
func ReadNPYFile(path string, opts NPYOptions) (Field, error) {
	f, err := readNPYFile(path, opts)
	return f, errors.WithMessage(err, "data: ReadNPYFile")
}

func readNPYFile(path string, opts NPYOptions) (Field, error) {
	file, err := openRegular(path, ErrFormat)
	if err != nil {
		return Field{}, err
	}
	defer file.Close()
	f, err := readNPY(file, opts)
	return f, errors.WithMessagef(err, "%q", path)
}

// ReadNPY reads an array as numpy.save writes it. The result is a field without a name,
// one row for each index of the first axis: an array [N, 28, 28] has the Shape
// [28, 28]. A single number, an array without axes, is one row.
//
// The values keep their type: float64 is Floats, float32 is Floats32, uint8 is Bytes, and
// the other integers are Ints. Booleans are the Bytes 0 and 1, and float16 is widened to
// Floats32. Rows come in their order, whether the file is in C or Fortran order, and
// numbers in their value, whether its bytes are little- or big-endian.
//
// Memory is taken as the elements arrive, not for what the header promises.
//
// Errors: ErrFormat for a file that is not in the format, for one that is shorter or longer
// than its header says, and for more than MaxBytes of elements; ErrFormat for texts, complex
// numbers, times, records and Python objects, which are pickles; ErrEmpty for an axis of 0;
// ErrNotFinite for an integer that int cannot hold; ErrOption for no reader and a negative
// MaxBytes; and the reader's own error, wrapped, when it fails. NaN and infinities are left
// for New to refuse.
//
// Source: the format description in NumPy's numpy/lib/format.py, versions 1.0 to 3.0.
func ReadNPY(r io.Reader, opts NPYOptions) (Field, error) {
	if mistake.IsNil(r) {
		return Field{}, mistake.Optionf("data: ReadNPY: got no reader, want one")
	}
	f, err := readNPY(r, opts)
	return f, errors.WithMessage(err, "data: ReadNPY")
}

func readNPY(r io.Reader, opts NPYOptions) (Field, error) {
	limit, err := sizeLimit(opts.MaxBytes)
	if err != nil {
		return Field{}, err
	}
	in := bufio.NewReaderSize(r, 1<<16)
	x, err := npy.ReadHeader(in)
	if err != nil {
		return Field{}, err
	}
	a := fileArray{dtype: x.DType, axes: x.Shape}
	if _, err := a.memory(limit); err != nil {
		return Field{}, err
	}
	return a.read(npyRest{in, x})
}

// npyRest is what follows the header of an array.
type npyRest struct {
	in io.Reader
	x  npy.Array
}

func (s npyRest) float64s(fileArray) ([]float64, error) { return restOf[float64](s) }
func (s npyRest) float32s(fileArray) ([]float32, error) { return restOf[float32](s) }
func (s npyRest) ints(fileArray) ([]int, error)         { return restOf[int](s) }
func (s npyRest) bytes(fileArray) ([]uint8, error)      { return restOf[uint8](s) }

func restOf[T Element](s npyRest) ([]T, error) {
	v, err := npy.ReadRest[T](s.in, s.x)
	return v, npyFault(err)
}

// npyFault makes ErrNotFinite of the error about a number that is too large for its type.
func npyFault(err error) error {
	var beyond *npy.RangeError
	if errors.As(err, &beyond) {
		return mistake.Newf(ErrNotFinite, "%v", beyond)
	}
	return err
}
