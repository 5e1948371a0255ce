package data

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// View returns the examples with the given indices, in that order, without copying their
// values; an index may stand several times. Each field keeps the memory of d and gets Starts
// instead, 4 bytes an example. So read its rows with Rows or Field.At: the slices of the
// fields are those of d. Subset copies. A field of 2^31 values or more is copied here too.
//
// Errors: ErrEmpty for no index and a nil dataset, ErrIndex for an index that is not in
// 0..Len()-1.
func (d *Dataset) View(index []int) (*Dataset, error) {
	if err := d.checkIndex("View", index); err != nil {
		return nil, err
	}
	v := &Dataset{fields: slices.Clone(d.fields), magnitude: slices.Clone(d.magnitude), n: len(index)}
	from := picker(index, d.n)
	bySize := map[int][]int32{} // fields of the same size share their Starts
	for k, f := range v.fields {
		size := f.Size()
		switch {
		case f.Starts != nil:
			v.fields[k].Starts = pick(f.Starts, 1, index)
		case f.stored() > math.MaxInt32:
			v.fields[k] = f.pick(index)
		case bySize[size] != nil:
			v.fields[k].Starts = bySize[size]
		default:
			starts := make([]int32, len(index))
			for i, at := range index {
				starts[i] = int32(at * size)
			}
			v.fields[k].Starts, bySize[size] = starts, starts
		}
		v.fields[k].from = from(f.from)
	}
	return v, nil
}

// checkIndex says whether index lists examples of d.
func (d *Dataset) checkIndex(op string, index []int) error {
	if d == nil {
		return errNoDataset()
	}
	return checkIndex(op, index, d.n)
}

// checkIndex says whether index lists some of n examples.
func checkIndex(op string, index []int, n int) error {
	if len(index) == 0 {
		return mistake.Newf(ErrEmpty, "data: %s: got no index, want at least one", op)
	}
	if n == 0 {
		return mistake.Newf(ErrEmpty, "data: %s: got no examples, want one or more", op)
	}
	for _, i := range index {
		if i < 0 || i >= n {
			return outOfRange(i, n)
		}
	}
	return nil
}
