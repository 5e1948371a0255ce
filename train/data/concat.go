package data

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Concat returns the examples of all datasets, one after the other. The datasets must have
// the same fields in the same order, with the same shapes, lists of values, scales, column
// names and class names, else ErrShape; the number of classes is the largest. ErrEmpty for no
// dataset and for a nil one.
//
// The values are copied, but for fields that share their memory, as views of one dataset do:
// these go on sharing it, see View.
func Concat(sets ...*Dataset) (*Dataset, error) {
	if len(sets) == 0 {
		return nil, mistake.Newf(ErrEmpty, "data: Concat: got no dataset, want at least one")
	}
	if slices.Contains(sets, nil) {
		return nil, mistake.Newf(ErrEmpty, "data: Concat: got nil for dataset %d of %d, want one with examples", slices.Index(sets, nil), len(sets))
	}
	first := sets[0].fields
	for i, d := range sets[1:] {
		if len(d.fields) != len(first) {
			return nil, mistake.Shapef("data: Concat: got %d fields in dataset %d, want %d as in dataset 0", len(d.fields), i+1, len(first))
		}
		for k := range d.fields {
			if err := d.fields[k].fits(first[k]); err != nil {
				return nil, errors.WithMessagef(err, "data: Concat: dataset %d", i+1)
			}
		}
	}
	fields := make([]Field, len(first))
	for k := range fields {
		parts := make([]Field, len(sets))
		for i, d := range sets {
			parts[i] = d.fields[k]
		}
		from := joinedOrigin(parts)
		fields[k] = joined(parts)
		fields[k].from = from
	}
	return assemble(fields...)
}

// joined returns the rows of all parts, which are alike, in the form that takes less memory:
// one after the other, or all values with Starts.
func joined(parts []Field) Field {
	all := parts[0]
	if sameMemory(parts) {
		all.Starts = slices.Clone(all.Starts)
		for _, f := range parts[1:] {
			all.Starts = append(all.Starts, f.Starts...)
			all.Classes = max(all.Classes, f.Classes)
			all.AllowNonFinite = all.AllowNonFinite || f.AllowNonFinite
		}
		return all
	}
	inRows, inMemory := 0, 0
	for _, f := range parts {
		inRows, inMemory = inRows+f.Len()*f.Size(), inMemory+f.stored()
	}
	for i, f := range parts {
		if inRows <= inMemory || inMemory > math.MaxInt32 {
			parts[i] = f.dense()
		} else {
			parts[i] = f.withStarts()
		}
	}
	all = parts[0].own()
	for _, f := range parts[1:] {
		all = all.join(f)
	}
	return all
}

// sameMemory says whether the parts have Starts in the same memory.
func sameMemory(parts []Field) bool {
	for _, f := range parts {
		if f.Starts == nil || f.memory() != parts[0].memory() || f.stored() != parts[0].stored() {
			return false
		}
	}
	return true
}

// memory returns where the values of f begin.
func (f *Field) memory() any {
	switch {
	case f.Floats != nil:
		return &f.Floats[0]
	case f.Floats32 != nil:
		return &f.Floats32[0]
	case f.Bytes != nil:
		return &f.Bytes[0]
	}
	return &f.Ints[0]
}

// withStarts returns f with Starts.
func (f Field) withStarts() Field {
	if f.Starts == nil {
		size, starts := f.Size(), make([]int32, f.Len())
		for i := range starts {
			starts[i] = int32(i * size)
		}
		f.Starts = starts
	}
	return f
}

// dense returns f with rows that follow each other.
func (f Field) dense() Field {
	if f.Starts == nil {
		return f
	}
	size := f.Size()
	f.Floats, f.Floats32 = gather(f.Floats, size, f.Starts), gather(f.Floats32, size, f.Starts)
	f.Ints, f.Bytes = gather(f.Ints, size, f.Starts), gather(f.Bytes, size, f.Starts)
	f.Starts = nil
	return f
}

// gather copies the rows of a table that begin at starts; a nil table stays nil.
func gather[T any](table []T, size int, starts []int32) []T {
	if table == nil {
		return nil
	}
	out := make([]T, 0, len(starts)*size)
	for _, at := range starts {
		out = append(out, table[at:int(at)+size]...)
	}
	return out
}
