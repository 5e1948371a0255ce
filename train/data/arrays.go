package data

import (
	"cmp"
	"io"
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// ArrayOptions says which arrays of a file become fields of a dataset, for ReadNPZ and
// ReadSafetensors. The zero value makes a field of each array, of the same name.
// Options survive JSON.
type ArrayOptions struct {
	// Fields lists the fields. Arrays that none of them names are not read.
	Fields []ArrayField `json:",omitempty"`
	// AllowNonFinite lets NaN and infinities pass in all fields.
	AllowNonFinite bool `json:",omitempty"`
	// MaxBytes is the largest size of the elements in memory, 1 GiB when zero. All arrays of
	// an npz file together, inflated, may be as large, those that are not read too.
	MaxBytes int64 `json:",omitempty"`
}

// ArrayField is a field that an array of a file makes. The first axis of the array counts
// the examples: an array [N, 28, 28] has N rows of the Shape [28, 28].
type ArrayField struct {
	// Name is the name of the field.
	Name string
	// Array is the name of the array in the file, Name when empty.
	Array string `json:",omitempty"`
	// Shape is the shape of one example, where it is not that in the file: [1, 28, 28]
	// for [28, 28], or an empty list for [1]. It has as many elements.
	Shape []int `json:",omitzero"`
	// Scale and Shift change the values on their way into a batch, as in Field.
	Scale float64 `json:",omitempty"`
	Shift float64 `json:",omitempty"`
	// Columns optionally names the elements of an example.
	Columns []string `json:",omitempty"`
	// Classes is the number of classes when the array holds class labels, from 0.
	// It may be left zero beside ClassNames.
	Classes int `json:",omitempty"`
	// ClassNames optionally names the classes.
	ClassNames []string `json:",omitempty"`
}

// Validate says whether the options have a meaning, before any file is there.
//
// Errors: ErrOption.
func (o ArrayOptions) Validate() error {
	for _, f := range o.Fields {
		if f.Name == "" {
			return mistake.Optionf("got one of Fields without a Name, want one")
		}
	}
	_, err := sizeLimit(o.MaxBytes)
	return err
}

// fileArray is what a file says about an array.
type fileArray struct {
	name  string
	dtype string // as safetensors names it
	axes  []int
}

// arraySource reads the elements of arrays, row-major.
type arraySource interface {
	float64s(a fileArray) ([]float64, error)
	float32s(a fileArray) ([]float32, error)
	ints(a fileArray) ([]int, error)
	bytes(a fileArray) ([]uint8, error)
}

// memoryWidths are the bytes of an element in memory, by its type in a file.
var memoryWidths = map[string]int64{
	"F64": 8, "F32": 4, "F16": 4, "BF16": 4, "U8": 1, "BOOL": 1,
	"I64": 8, "I32": 8, "I16": 8, "I8": 8, "U64": 8, "U32": 8, "U16": 8,
}

// memory returns how many bytes the elements of a take in memory.
//
// Errors: ErrDType; ErrEmpty for an axis of 0; ErrFormat for more than limit.
func (a fileArray) memory(limit int64) (int64, error) {
	size, ok := memoryWidths[a.dtype]
	if !ok {
		return 0, mistake.Newf(ErrDType, "got elements of type %s, want one of %s", a.dtype, mistake.Names(sortedKeys(memoryWidths)))
	}
	for i, n := range a.axes {
		switch {
		case n == 0:
			return 0, mistake.Newf(ErrEmpty, "got 0 for axis %d of %v, want at least one example", i, a.axes)
		case int64(n) > min(limit, math.MaxInt)/size:
			return 0, mistake.Newf(ErrFormat, "got the array %v of %s, want at most %d bytes of elements in memory (MaxBytes)", a.axes, a.dtype, limit)
		}
		size *= int64(n)
	}
	return size, nil
}

// read returns a field without a name that holds the elements.
func (a fileArray) read(src arraySource) (f Field, err error) {
	if len(a.axes) > 1 {
		f.Shape = a.axes[1:]
	}
	switch a.dtype {
	case "F64":
		f.Floats, err = src.float64s(a)
	case "F32", "F16", "BF16":
		f.Floats32, err = src.float32s(a)
	case "U8", "BOOL":
		f.Bytes, err = src.bytes(a)
	default:
		f.Ints, err = src.ints(a)
	}
	if err != nil {
		return Field{}, err
	}
	return f, nil
}

// dataset makes the fields of the arrays of a file.
func (o ArrayOptions) dataset(arrays []fileArray, src arraySource) (*Dataset, error) {
	left, err := sizeLimit(o.MaxBytes)
	if err != nil {
		return nil, err
	}
	wanted := o.Fields
	if wanted == nil {
		for _, a := range arrays {
			wanted = append(wanted, ArrayField{Name: a.name})
		}
	}
	if len(wanted) == 0 {
		return nil, mistake.Newf(ErrEmpty, "got no array, want at least one")
	}
	var fields []Field
	for _, w := range wanted {
		name := cmp.Or(w.Array, w.Name)
		i := slices.IndexFunc(arrays, func(a fileArray) bool { return a.name == name })
		if i < 0 {
			return nil, mistake.Newf(ErrField, "got no array %q, want one of %s", mistake.Clip(name), mistake.Names(namesOf(arrays)))
		}
		used, err := arrays[i].memory(left)
		if err != nil {
			return nil, errors.WithMessagef(err, "array %q", mistake.Clip(name))
		}
		left -= used
		f, err := arrays[i].read(src)
		if err != nil {
			return nil, err // which names the array
		}
		if f, err = w.describe(f); err != nil {
			return nil, errors.WithMessagef(err, "array %q", mistake.Clip(name))
		}
		f.AllowNonFinite = o.AllowNonFinite
		fields = append(fields, f)
	}
	return New(fields...)
}

// describe returns f with what w says about it.
func (w ArrayField) describe(f Field) (Field, error) {
	if w.Shape != nil {
		have := f.Size()
		if f.Shape = slices.Clone(w.Shape); f.Len() == 0 || f.Size() != have {
			return f, mistake.Shapef("field %q: got the Shape %v, want one of the %d elements of an example", mistake.Clip(w.Name), w.Shape, have)
		}
	}
	f.Name, f.Scale, f.Shift, f.Columns = w.Name, w.Scale, w.Shift, w.Columns
	f.Classes, f.ClassNames = cmp.Or(w.Classes, len(w.ClassNames)), w.ClassNames
	return f, nil
}

func namesOf(arrays []fileArray) []string {
	names := make([]string, len(arrays))
	for i, a := range arrays {
		names[i] = a.name
	}
	return names
}

// fromFile passes the regular file at path and its size to read.
func (o ArrayOptions) fromFile(path string, read func(o ArrayOptions, src io.ReaderAt, size int64) (*Dataset, error)) (*Dataset, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	file, err := openRegular(path, ErrFormat)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return read(o, file, info.Size())
}
