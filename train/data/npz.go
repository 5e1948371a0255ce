package data

import (
	"io"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/npy"
)

// ReadNPZ reads arrays of the npz file at path, as numpy.savez and savez_compressed write it.
// Each makes a field of the dataset that they choose: by default all, under their own names.
//
//	d, err := data.ReadNPZ("mnist.npz", data.ArrayOptions{Fields: []data.ArrayField{
//		{Name: "x", Array: "x_train", Shape: []int{1, 28, 28}, Scale: 1.0 / 255},
//		{Name: "y", Array: "y_train", Classes: 10},
//	}})
//
// The values keep their type, as with ReadNPY. Only the arrays that are read are inflated,
// and memory is taken as their elements arrive, not for what the file promises.
//
// Refused with ErrFormat are a file that is no zip archive or a damaged one, and an array that
// ReadNPY refuses with it. So is a name that is there twice or is a path that leads elsewhere.
// So are members that are no arrays or share a part of the file, sizes that do not agree, and
// arrays above MaxBytes.
//
// Errors: ErrFormat; ErrField for an array that is not there; ErrEmpty for a file without arrays
// and for an axis of 0; ErrShape for a Shape of another size; ErrNotFinite for an integer that int
// cannot hold; ErrOption; those of New, such as ErrShape for arrays of different lengths.
func ReadNPZ(path string, opts ArrayOptions) (*Dataset, error) {
	d, err := opts.fromFile(path, readNPZ)
	return d, errors.WithMessagef(err, "data: ReadNPZ: %q", path)
}

func readNPZ(opts ArrayOptions, src io.ReaderAt, size int64) (*Dataset, error) {
	limit, err := sizeLimit(opts.MaxBytes)
	if err != nil {
		return nil, err
	}
	a, err := npy.Open(src, size, limit)
	if err != nil {
		return nil, err
	}
	arrays := make([]fileArray, len(a.Arrays()))
	for i, x := range a.Arrays() {
		arrays[i] = fileArray{x.Name, x.DType, x.Shape}
	}
	return opts.dataset(arrays, npzMembers{a})
}

// npzMembers are the arrays of an npz file.
type npzMembers struct{ a *npy.Archive }

func (s npzMembers) float64s(a fileArray) ([]float64, error) { return memberOf[float64](s, a) }
func (s npzMembers) float32s(a fileArray) ([]float32, error) { return memberOf[float32](s, a) }
func (s npzMembers) ints(a fileArray) ([]int, error)         { return memberOf[int](s, a) }
func (s npzMembers) bytes(a fileArray) ([]uint8, error)      { return memberOf[uint8](s, a) }

func memberOf[T Element](s npzMembers, a fileArray) ([]T, error) {
	v, err := npy.ReadAll[T](s.a, a.name)
	return v, npyFault(err)
}
