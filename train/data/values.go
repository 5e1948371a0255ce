package data

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// This file knows in which types a field holds its values.

// Element is a type that a field holds its values in.
type Element interface {
	float64 | float32 | int | uint8
}

// Integers reports whether the field holds integers: Ints, or Bytes, without a
// Scale.
func (f Field) Integers() bool { return f.Scale == 0 && (f.Ints != nil || f.Bytes != nil) }

// At returns element k of row i as a batch gets it: value·Scale + Shift. Integers
// beyond 2^53 are rounded. It panics, as a slice does, when there is no such
// element.
func (f *Field) At(i, k int) float64 { return f.value(f.start(i) + k) }

// Find returns the first value that wrong reports, with its row and element, and
// false when there is none. Where there is none, it has looked at each value in
// memory once, however many rows have it.
func (f *Field) Find(wrong func(v float64) bool) (row, element int, v float64, found bool) {
	if !f.anyStored(wrong) {
		return 0, 0, 0, false
	}
	size := f.Size()
	for i := range f.Len() {
		for k := range size {
			if v := f.At(i, k); wrong(v) {
				return i, k, v, true
			}
		}
	}
	return 0, 0, 0, false // it is in no row
}

// kinds returns the names of the lists that f has.
func (f *Field) kinds() []string {
	var names []string
	for _, k := range []struct {
		name string
		has  bool
	}{{"Floats", f.Floats != nil}, {"Floats32", f.Floats32 != nil}, {"Ints", f.Ints != nil}, {"Bytes", f.Bytes != nil}} {
		if k.has {
			names = append(names, k.name)
		}
	}
	return names
}

// stored returns the number of values in memory.
func (f *Field) stored() int { return len(f.Floats) + len(f.Floats32) + len(f.Ints) + len(f.Bytes) }

// start returns where row i begins in memory.
func (f *Field) start(i int) int {
	if f.Starts != nil {
		return int(f.Starts[i])
	}
	return i * f.Size()
}

// value returns stored value i as a batch gets it.
func (f *Field) value(i int) float64 {
	switch {
	case f.Floats != nil:
		return scaled(f.Floats[i], f.Scale, f.Shift)
	case f.Floats32 != nil:
		return scaled(float64(f.Floats32[i]), f.Scale, f.Shift)
	case f.Bytes != nil:
		return scaled(float64(f.Bytes[i]), f.Scale, f.Shift)
	}
	return scaled(float64(f.Ints[i]), f.Scale, f.Shift)
}

// integer returns stored value i of a field of integers.
func (f *Field) integer(i int) int {
	if f.Bytes != nil {
		return int(f.Bytes[i])
	}
	return f.Ints[i]
}

// scaled returns v·scale + shift, or v for the scale 0. The conversion keeps a
// processor from rounding product and sum at once.
func scaled(v, scale, shift float64) float64 {
	if scale == 0 {
		return v
	}
	return float64(v*scale) + shift
}

// anyStored reports whether wrong reports a stored value.
func (f *Field) anyStored(wrong func(v float64) bool) bool {
	for i := range f.stored() {
		if wrong(f.value(i)) {
			return true
		}
	}
	return false
}

// allFinite says whether all stored values are Floats, without a Scale, and finite.
func (f *Field) allFinite() bool {
	if f.Floats == nil || f.Scale != 0 {
		return false
	}
	for _, v := range f.Floats {
		if !finite(v) {
			return false
		}
	}
	return true
}

// magnitude returns the largest absolute value of a finite stored value, as a batch
// gets it.
func (f *Field) magnitude() float64 {
	if len(f.Bytes) > 0 { // the least and the largest tell
		low, high := float64(slices.Min(f.Bytes)), float64(slices.Max(f.Bytes))
		if most := largest(scaled(low, f.Scale, f.Shift), scaled(high, f.Scale, f.Shift)); finite(most) {
			return most
		}
	}
	most := 0.0
	if f.Scale == 0 && f.Floats != nil { // the usual numbers, quickly
		for _, v := range f.Floats {
			if a := math.Abs(v); a > most && a <= math.MaxFloat64 {
				most = a
			}
		}
		return most
	}
	for i := range f.stored() {
		if a := math.Abs(f.value(i)); a > most && !math.IsInf(a, 0) {
			most = a
		}
	}
	return most
}

// pick returns f with the rows that index lists: a copy of them, or for rows that
// have Starts the same values with other Starts.
func (f Field) pick(index []int) Field {
	if f.Starts != nil {
		f.Starts = pick(f.Starts, 1, index)
		return f
	}
	size := f.Size()
	f.Floats, f.Floats32 = pick(f.Floats, size, index), pick(f.Floats32, size, index)
	f.Ints, f.Bytes = pick(f.Ints, size, index), pick(f.Bytes, size, index)
	return f
}

// pick copies rows of a flat table; a nil table stays nil.
func pick[T any](table []T, size int, index []int) []T {
	if table == nil {
		return nil
	}
	out := make([]T, 0, len(index)*size)
	for _, i := range index {
		out = append(out, table[i*size:(i+1)*size]...)
	}
	return out
}

// own returns f with its own copy of values and Starts.
func (f Field) own() Field {
	f.Floats, f.Floats32 = slices.Clone(f.Floats), slices.Clone(f.Floats32)
	f.Ints, f.Bytes = slices.Clone(f.Ints), slices.Clone(f.Bytes)
	f.Starts = slices.Clone(f.Starts)
	return f
}

// join appends the rows of g, which is alike, to f, which owns its values.
func (f Field) join(g Field) Field {
	for _, at := range g.Starts {
		f.Starts = append(f.Starts, at+int32(f.stored()))
	}
	f.Floats, f.Floats32 = append(f.Floats, g.Floats...), append(f.Floats32, g.Floats32...)
	f.Ints, f.Bytes = append(f.Ints, g.Ints...), append(f.Bytes, g.Bytes...)
	f.Classes = max(f.Classes, g.Classes)
	f.AllowNonFinite = f.AllowNonFinite || g.AllowNonFinite
	return f
}

// fits returns an error unless the rows of f mean the same as those of g.
func (f *Field) fits(g Field) error {
	if f.Name != g.Name {
		return mistake.Shapef("got field %q, want %q", f.Name, g.Name)
	}
	for _, p := range []struct {
		what      string
		got, want any
		same      bool
	}{
		{"the shape", f.Shape, g.Shape, slices.Equal(f.Shape, g.Shape)},
		{"values in", f.kinds(), g.kinds(), slices.Equal(f.kinds(), g.kinds())},
		{"Scale and Shift", []float64{f.Scale, f.Shift}, []float64{g.Scale, g.Shift}, f.Scale == g.Scale && f.Shift == g.Shift},
		{"labels:", f.Classes > 0, g.Classes > 0, (f.Classes > 0) == (g.Classes > 0)},
		{"the columns", f.Columns, g.Columns, slices.Equal(f.Columns, g.Columns)},
		{"the categories", f.Categories, g.Categories, sameLists(f.Categories, g.Categories)},
		{"the classes", f.ClassNames, g.ClassNames, slices.Equal(f.ClassNames, g.ClassNames)},
	} {
		if !p.same {
			return mistake.Shapef("field %q: got %s %v, want %v", f.Name, p.what, p.got, p.want)
		}
	}
	return nil
}

// numbers returns the rows as a batch of float64 gets them.
func (f *Field) numbers() []float64 {
	size := f.Size()
	out := make([]float64, 0, f.Len()*size)
	for i := range f.Len() {
		for k, at := 0, f.start(i); k < size; k++ {
			out = append(out, f.value(at+k))
		}
	}
	return out
}

// holding returns f with other numbers for its rows.
func (f Field) holding(rows []float64) Field {
	f.Floats, f.Floats32, f.Ints, f.Bytes = rows, nil, nil, nil
	f.Scale, f.Shift, f.Starts = 0, 0, nil
	return f
}

// sameLists reports whether the categories of two fields are the same.
func sameLists(a, b [][]string) bool {
	return slices.EqualFunc(a, b, func(a, b []string) bool {
		shared := len(a) == len(b) && len(a) > 0 && &a[0] == &b[0]
		return shared || (a == nil) == (b == nil) && slices.Equal(a, b)
	})
}

// hold sets the values of f.
func hold[T Element](f *Field, table []T) {
	switch v := any(table).(type) {
	case []float64:
		f.Floats = v
	case []float32:
		f.Floats32 = v
	case []int:
		f.Ints = v
	case []uint8:
		f.Bytes = v
	}
}
