package data

import (
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Limits up to which float32 and float64 hold every integer.
const (
	exact32 = 1 << 24
	exact64 = 1 << 53
)

// Rows copies rows of one field into flat buffers, row by row in the order of the
// index: look it up once, use it every step. It may be shared between goroutines.
//
// Its copying methods do not allocate. They want len(dst) to be
// len(index)*Size(), else ErrShape; an index that is not in 0..Len()-1 is
// ErrIndex and leaves dst partly written.
type Rows struct {
	field     *Field
	size, n   int
	magnitude float64
	// What a batch gets for each byte of a field of Bytes.
	wide   *[256]float64
	narrow *[256]float32
}

// Rows returns the rows of a field. ErrField when there is no such field,
// ErrEmpty for a nil dataset.
func (d *Dataset) Rows(field string) (Rows, error) {
	if d == nil {
		return Rows{}, errNoDataset()
	}
	for k := range d.fields {
		f := &d.fields[k]
		if f.Name != field {
			continue
		}
		r := Rows{field: f, size: f.Size(), n: d.n, magnitude: d.magnitude[k]}
		if f.Bytes != nil {
			r.wide, r.narrow = f.eachByte()
		}
		return r, nil
	}
	return Rows{}, d.missing(field)
}

// Origin returns where row i comes from.
func (r Rows) Origin(i int) Origin {
	if r.field == nil {
		return Origin{Row: i}
	}
	return r.field.Origin(i)
}

// eachByte returns what a batch gets for each byte.
func (f *Field) eachByte() (wide *[256]float64, narrow *[256]float32) {
	wide, narrow = new([256]float64), new([256]float32)
	for b := range wide {
		wide[b] = scaled(float64(b), f.Scale, f.Shift)
		narrow[b] = float32(wide[b])
	}
	return wide, narrow
}

// Size returns the number of elements of one row.
func (r Rows) Size() int { return r.size }

// Len returns the number of rows.
func (r Rows) Len() int { return r.n }

// F64 copies the rows of index into dst, with Scale and Shift of the field.
// Integers are converted; ErrNotFinite when the field holds one of 2^53 or more,
// which a float64 may not hold exactly.
func (r Rows) F64(dst []float64, index []int) error {
	if err := r.checkBuffer(len(dst), len(index)); err != nil {
		return err
	}
	f := r.field
	if f.Integers() && r.magnitude >= exact64 {
		return f.fail(ErrNotFinite, "got the integer %.0f, want less than 2^53, which float64 holds exactly", r.magnitude)
	}
	if f.Floats != nil && f.Scale == 0 {
		return copyRows(dst, f.Floats, r, index)
	}
	return converted(dst, r.wide, r, index)
}

// F32 copies the rows of index into dst, with Scale and Shift of the field,
// rounded to nearest. ErrNotFinite when that gives a number beyond the range of
// float32, or the field holds an integer beyond 2^24, which a float32 may not hold
// exactly.
func (r Rows) F32(dst []float32, index []int) error {
	if err := r.checkBuffer(len(dst), len(index)); err != nil {
		return err
	}
	f := r.field
	switch {
	case r.magnitude > math.MaxFloat32:
		return r.tooLarge()
	case f.Integers() && r.magnitude > exact32:
		return f.fail(ErrNotFinite, "got the integer %.0f, want at most 2^24, which float32 holds exactly", r.magnitude)
	case f.Floats32 != nil && f.Scale == 0:
		return copyRows(dst, f.Floats32, r, index)
	}
	return converted(dst, r.narrow, r, index)
}

// converted copies rows of a field of any type. bytes has what a batch gets for each byte.
func converted[D float32 | float64](dst []D, bytes *[256]D, r Rows, index []int) error {
	switch f := r.field; {
	case f.Bytes != nil:
		return lookUp(dst, bytes, r, index)
	case f.Floats32 != nil:
		return convert(dst, f.Floats32, r, index)
	case f.Ints != nil:
		return convert(dst, f.Ints, r, index)
	default:
		return convert(dst, f.Floats, r, index)
	}
}

// Ints copies the rows of index into dst. ErrField when the field holds numbers.
func (r Rows) Ints(dst []int, index []int) error {
	if err := r.checkBuffer(len(dst), len(index)); err != nil {
		return err
	}
	f := r.field
	if !f.Integers() {
		return f.fail(ErrField, "got numbers, want integers: Ints or Bytes without a Scale")
	}
	if f.Bytes != nil {
		return convert(dst, f.Bytes, r, index)
	}
	return copyRows(dst, f.Ints, r, index)
}

// tooLarge names the first number beyond the range of float32.
func (r Rows) tooLarge() error {
	f := r.field
	row, k, v, found := f.Find(func(v float64) bool { return finite(v) && math.Abs(v) > math.MaxFloat32 })
	if !found {
		return f.fail(ErrNotFinite, "got %v in no row, want numbers in the range of float32", r.magnitude)
	}
	return f.fail(ErrNotFinite, "%s: got %v, want a number in the range of float32", f.position(row, k), v)
}

func (r Rows) checkBuffer(have, rows int) error {
	if r.size == 0 {
		return mistake.Newf(ErrField, "data: Rows: got the rows of no field, want those of Dataset.Rows")
	}
	if have != rows*r.size {
		return r.field.fail(ErrShape, "got a buffer of %d elements, want %d for %d rows of %d", have, rows*r.size, rows, r.size)
	}
	return nil
}

// row returns the values of row i of a table.
func row[T Element](table []T, r *Rows, i int) ([]T, error) {
	if uint(i) >= uint(r.n) {
		return nil, outOfRange(i, r.n)
	}
	at := i * r.size
	if r.field.Starts != nil {
		at = int(r.field.Starts[i])
	}
	return table[at : at+r.size], nil
}

// copyRows fills dst with the rows of a table as they are.
func copyRows[T Element](dst, table []T, r Rows, index []int) error {
	if r.size <= short && r.field.Starts == nil {
		return copyShort(dst, table, r.size, r.n, index)
	}
	for _, i := range index {
		values, err := row(table, &r, i)
		if err != nil {
			return err
		}
		copy(dst, values)
		dst = dst[r.size:]
	}
	return nil
}

// short is the size of rows that are copied element by element: a call of copy takes longer.
const short = 8

// copyShort is copyRows for rows of a few elements, one after the other in the table.
func copyShort[T Element](dst, table []T, size, n int, index []int) error {
	for k, i := range index {
		if uint(i) >= uint(n) {
			return outOfRange(i, n)
		}
		to, from := k*size, i*size
		switch size { // arrays of a known length are copied in a register
		case 1:
			dst[to] = table[from]
		case 2:
			*(*[2]T)(dst[to:]) = [2]T(table[from:])
		case 4:
			*(*[4]T)(dst[to:]) = [4]T(table[from:])
		case 8:
			*(*[8]T)(dst[to:]) = [8]T(table[from:])
		default:
			copy(dst[to:to+size], table[from:from+size])
		}
	}
	return nil
}

// lookUp fills dst with what values has for the bytes of the rows.
func lookUp[D float32 | float64](dst []D, values *[256]D, r Rows, index []int) error {
	for _, i := range index {
		bytes, err := row(r.field.Bytes, &r, i)
		if err != nil {
			return err
		}
		out := dst[:len(bytes)]
		for k, b := range bytes {
			out[k] = values[b]
		}
		dst = dst[r.size:]
	}
	return nil
}

// convert fills dst with the rows of a table, scaled and converted.
func convert[D float32 | float64 | int, S Element](dst []D, table []S, r Rows, index []int) error {
	scale, shift := r.field.Scale, r.field.Shift
	for _, i := range index {
		values, err := row(table, &r, i)
		if err != nil {
			return err
		}
		out := dst[:len(values)]
		if scale == 0 {
			for k, v := range values {
				out[k] = D(v)
			}
		} else {
			for k, v := range values {
				out[k] = D(scaled(float64(v), scale, shift))
			}
		}
		dst = dst[r.size:]
	}
	return nil
}
