package data

import (
	"math"
	"slices"

	"github.com/pkg/errors"
)

// Limits up to which float32 and float64 hold every integer.
const (
	exact32 = 1 << 24
	exact64 = 1 << 53
)

// Rows copies rows of one field into flat buffers: look it up once, use it every
// step. It may be shared between goroutines.
//
// Its copying methods do not allocate. They want len(dst) to be
// len(index)*Size(), else ErrShape; an index that is not in 0..Len()-1 is
// ErrIndex and leaves dst partly written.
type Rows struct {
	name      string
	floats    []float64
	ints      []int
	size, n   int
	magnitude float64
}

// Rows returns the rows of a field. ErrField when there is no such field,
// ErrEmpty for a nil dataset.
func (d *Dataset) Rows(field string) (Rows, error) {
	if d == nil {
		return Rows{}, errNoDataset()
	}
	for k, f := range d.fields {
		if f.Name == field {
			return Rows{f.Name, f.Floats, f.Ints, f.Size(), d.n, d.magnitude[k]}, nil
		}
	}
	return Rows{}, d.missing(field)
}

// Size returns the number of elements of one row.
func (r Rows) Size() int { return r.size }

// Len returns the number of rows.
func (r Rows) Len() int { return r.n }

// F64 copies the rows of index into dst. Integers are converted; ErrNotFinite
// when the field holds one of 2^53 or more, which a float64 may not hold exactly.
func (r Rows) F64(dst []float64, index []int) error {
	if err := r.checkBuffer(len(dst), len(index)); err != nil {
		return err
	}
	if r.ints == nil {
		return copyRows(dst, r.floats, r.size, index)
	}
	if r.magnitude >= exact64 {
		return errors.Wrapf(ErrNotFinite, "data: field %q holds the integer %.0f, beyond what float64 holds exactly", r.name, r.magnitude)
	}
	return convertRows(dst, r.ints, r.size, index)
}

// F32 copies the rows of index into dst, rounded to nearest. ErrNotFinite when
// the field holds a number beyond the range of float32, or an integer beyond
// 2^24, which a float32 may not hold exactly.
func (r Rows) F32(dst []float32, index []int) error {
	if err := r.checkBuffer(len(dst), len(index)); err != nil {
		return err
	}
	if r.ints == nil {
		if r.magnitude > math.MaxFloat32 {
			return r.tooLarge()
		}
		return convertRows(dst, r.floats, r.size, index)
	}
	if r.magnitude > exact32 {
		return errors.Wrapf(ErrNotFinite, "data: field %q holds the integer %.0f, beyond what float32 holds exactly", r.name, r.magnitude)
	}
	return convertRows(dst, r.ints, r.size, index)
}

// Ints copies the rows of index into dst. ErrField when the field holds floats.
func (r Rows) Ints(dst []int, index []int) error {
	if err := r.checkBuffer(len(dst), len(index)); err != nil {
		return err
	}
	if r.ints == nil {
		return errors.Wrapf(ErrField, "data: field %q holds floats, not ints", r.name)
	}
	return copyRows(dst, r.ints, r.size, index)
}

// tooLarge names the first number beyond the range of float32.
func (r Rows) tooLarge() error {
	i := slices.IndexFunc(r.floats, func(v float64) bool { return finite(v) && math.Abs(v) > math.MaxFloat32 })
	return errors.Wrapf(ErrNotFinite, "data: field %q, row %d, element %d holds %v, beyond the range of float32", r.name, i/r.size, i%r.size, r.floats[i])
}

func (r Rows) checkBuffer(have, rows int) error {
	if r.size == 0 {
		return errors.Wrap(ErrField, "data: these rows are of no field: Dataset.Rows makes them")
	}
	if have != rows*r.size {
		return errors.Wrapf(ErrShape, "data: field %q: %d rows of %d elements do not fill a buffer of %d", r.name, rows, r.size, have)
	}
	return nil
}

func copyRows[T any](dst, table []T, size int, index []int) error {
	n := len(table) / size
	for _, i := range index {
		if uint(i) >= uint(n) {
			return outOfRange(i, n)
		}
		copy(dst[:size], table[i*size:])
		dst = dst[size:]
	}
	return nil
}

func convertRows[D float32 | float64, S float64 | int](dst []D, table []S, size int, index []int) error {
	n := len(table) / size
	for _, i := range index {
		if uint(i) >= uint(n) {
			return outOfRange(i, n)
		}
		row := table[i*size : (i+1)*size]
		out := dst[:len(row)]
		for k, v := range row {
			out[k] = D(v)
		}
		dst = dst[size:]
	}
	return nil
}
