package data

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

// maxClasses bounds what a stray label can make a count of classes allocate.
const maxClasses = 1 << 20

// Field is one named table of a Dataset: row i belongs to example i. Exactly one
// of Floats, Floats32, Ints and Bytes holds its values, flat and in row-major
// order: N rows of Size elements. They stay in memory as they are given.
//
// A field of Ints or Bytes without a Scale holds integers, such as labels, tokens
// and lengths. Every other field holds numbers.
type Field struct {
	// Name is the name of the field, unique in its dataset. By convention "x" is
	// the input and "y" the target.
	Name string
	// Shape is the shape of one example: nil for one number, [F] for a row of F
	// features, [C H W] for an image.
	Shape []int
	// Floats holds numbers, in 8 bytes each.
	Floats []float64
	// Floats32 holds numbers, in 4 bytes each.
	Floats32 []float32
	// Ints holds class labels or other integers, in 8 bytes each.
	Ints []int
	// Bytes holds pixels, labels or other integers from 0 to 255, in 1 byte each.
	Bytes []uint8
	// Scale and Shift change the values on their way into a batch, which gets
	// value·Scale + Shift: 1.0/255 and 0 take pixels to 0..1. Product and sum are
	// rounded to float64 each, and a batch of float32 rounds the result once more.
	// Zero for a Scale leaves the values as they are; any other makes numbers of
	// integers, 1 too. A field with Classes has no Scale.
	Scale, Shift float64
	// Starts says where rows begin: row i is the Size elements from Starts[i] on. So rows
	// may overlap, as windows of a long sequence do, and a part of a dataset shares the
	// values of the whole. By default rows follow each other. The dataset keeps Starts,
	// like the values, without copying.
	Starts []int32
	// Columns optionally names the Size elements of an example.
	Columns []string
	// Categories optionally names what the elements are indices of: Categories[k][v] is the text
	// that the value v of element k stands for, as a table was read. It is nil for an element that
	// is no index. Two data sets whose lists differ are not taken for each other.
	Categories [][]string
	// Classes is the number of classes when the field holds class labels: every
	// value is in 0..Classes-1. Zero for a field that holds no labels; at most 2^20.
	Classes int
	// ClassNames optionally names the classes: ClassNames[c] is that of label c.
	ClassNames []string
	// AllowNonFinite lets NaN and infinities pass, which are refused otherwise. An Impute fills
	// NaN. A training refuses them where they reach the loss.
	AllowNonFinite bool

	passed []passed // the steps that it has been through
	from   *origin  // where its rows come from
}

// Size returns the number of elements of one example, the product of Shape.
func (f Field) Size() int {
	size := 1
	for _, n := range f.Shape {
		size *= n
	}
	return size
}

// Len returns the number of rows, 0 when Shape has an axis that is not positive.
func (f Field) Len() int {
	size, err := f.checkedSize()
	if err != nil {
		return 0
	}
	if f.Starts != nil {
		return len(f.Starts)
	}
	return f.stored() / size
}

// clone returns f with its own copy of everything but the values and Starts.
func (f Field) clone() Field {
	f.Shape = slices.Clone(f.Shape)
	f.Columns = slices.Clone(f.Columns)
	f.Categories = slices.Clone(f.Categories)
	f.ClassNames = slices.Clone(f.ClassNames)
	return f
}

// fail returns an error about f.
func (f Field) fail(kind error, format string, a ...any) error {
	return mistake.Newf(kind, "data: field %q: "+format, append([]any{f.Name}, a...)...)
}

// check says what is wrong with f on its own.
func (f Field) check() error {
	if f.Name == "" {
		return mistake.Newf(ErrField, "data: New: got a field without a name, want one")
	}
	size, err := f.checkedSize()
	if err != nil {
		return err
	}
	if kinds := f.kinds(); len(kinds) > 1 {
		return f.fail(ErrField, "got %s, want one of them", strings.Join(kinds, " and "))
	}
	if f.stored() == 0 {
		return f.fail(ErrEmpty, "got no values, want at least one example")
	}
	if err := f.checkRows(size); err != nil {
		return err
	}
	if f.Columns != nil && len(f.Columns) != size {
		return f.fail(ErrShape, "got %d column names, want %d", len(f.Columns), size)
	}
	if f.Categories != nil && len(f.Categories) != size {
		return f.fail(ErrShape, "got Categories of %d elements, want %d", len(f.Categories), size)
	}
	if err := f.checkScale(); err != nil {
		return err
	}
	if err := f.checkFinite(); err != nil {
		return err
	}
	return f.checkClasses()
}

// checkedSize returns Size, or an error when an axis is not positive or the
// product overflows.
func (f Field) checkedSize() (int, error) {
	size := 1
	for _, n := range f.Shape {
		if n <= 0 {
			return 0, f.fail(ErrShape, "got the shape %v, want positive axes", f.Shape)
		}
		if size > math.MaxInt/n {
			return 0, f.fail(ErrShape, "got the shape %v, want one that fits in memory", f.Shape)
		}
		size *= n
	}
	return size, nil
}

// checkRows says whether the values make whole rows of size elements.
func (f Field) checkRows(size int) error {
	if f.Starts == nil {
		if n := f.stored(); n%size != 0 {
			return f.fail(ErrShape, "got %d values, want a multiple of %d (one example: %v)", n, size, f.Shape)
		}
		return nil
	}
	if len(f.Starts) == 0 {
		return f.fail(ErrEmpty, "got no Starts, want at least one example")
	}
	if f.stored() < size {
		return f.fail(ErrShape, "got %d values, want at least %d (one example: %v)", f.stored(), size, f.Shape)
	}
	if f.stored() > math.MaxInt32 {
		return f.fail(ErrOption, "got %d values with Starts, want at most 2^31-1", f.stored())
	}
	for i, at := range f.Starts {
		if at < 0 || int(at) > f.stored()-size {
			return f.fail(ErrShape, "row %d: got the start %d, want one in 0..%d (%d values, one example: %v)", i, at, f.stored()-size, f.stored(), f.Shape)
		}
	}
	return nil
}

// checkScale says whether Scale and Shift mean something for the values.
func (f Field) checkScale() error {
	switch {
	case !finite(f.Scale) || !finite(f.Shift):
		return f.fail(ErrOption, "got Scale %v and Shift %v, want finite numbers", f.Scale, f.Shift)
	case f.Scale == 0 && f.Shift != 0:
		return f.fail(ErrOption, "got Shift %v without a Scale, want both (Scale 1 leaves the size)", f.Shift)
	case f.Scale != 0 && f.Classes != 0:
		return f.fail(ErrOption, "got Scale %v and %d classes, want labels as they are", f.Scale, f.Classes)
	case f.Scale == 0:
		return nil
	}
	for _, v := range f.Ints {
		if math.Abs(float64(v)) > exact64 {
			return f.fail(ErrNotFinite, "got the integer %d and a Scale, want at most 2^53, which float64 holds exactly", v)
		}
	}
	return nil
}

func (f Field) checkFinite() error {
	// Of bytes the largest product tells.
	if f.AllowNonFinite || f.allFinite() || f.Bytes != nil && finite(scaled(math.MaxUint8, f.Scale, f.Shift)) {
		return nil
	}
	if row, k, v, found := f.Find(func(v float64) bool { return !finite(v) }); found {
		return f.fail(ErrNotFinite, "%s: got %v, want a finite number; remove the row or set AllowNonFinite", f.position(row, k), v)
	}
	return nil
}

func (f Field) checkClasses() error {
	switch {
	case f.Classes < 0 || f.Classes > maxClasses:
		return f.fail(ErrOption, "got %d classes, want 0 to %d", f.Classes, maxClasses)
	case f.Classes == 0 && f.ClassNames != nil:
		return f.fail(ErrOption, "got class names without Classes, want %d", len(f.ClassNames))
	case f.Classes == 0:
		return nil
	case !f.Integers():
		return f.fail(ErrField, "got %d classes of floats, want Ints or Bytes", f.Classes)
	case f.Classes == 1:
		return f.fail(ErrLabel, "got one class, want at least two to tell apart")
	case f.ClassNames != nil && len(f.ClassNames) != f.Classes:
		return f.fail(ErrShape, "got %d class names, want %d", len(f.ClassNames), f.Classes)
	}
	return f.checkLabels(f.Classes)
}

// checkLabels says whether every value is in 0..classes-1.
func (f Field) checkLabels(classes int) error {
	if row, k, _, found := f.Find(func(v float64) bool { return v < 0 || v >= float64(classes) }); found {
		label, hint := f.integer(f.start(row)+k), ""
		if _, _, _, zero := f.Find(func(v float64) bool { return v == 0 }); label == classes && !zero {
			hint = "; no label is 0: do they count from 1?"
		}
		return f.fail(ErrLabel, "%s: got the label %d, want one in 0..%d for %d classes%s", f.position(row, k), label, classes-1, classes, hint)
	}
	return nil
}

// position names an element of a row for a message, and where the row comes from.
func (f *Field) position(row, column int) string {
	return f.element(row, column) + f.from.of(row).Words(row)
}

// element names an element of a row.
func (f *Field) element(row, column int) string {
	switch {
	case len(f.Shape) == 0:
		return fmt.Sprintf("row %d", row)
	case f.Columns != nil:
		return fmt.Sprintf("row %d, column %d (%q)", row, column, f.Columns[column])
	case len(f.Shape) == 1:
		return fmt.Sprintf("row %d, column %d", row, column)
	}
	at := make([]int, len(f.Shape))
	for axis := len(at) - 1; axis >= 0; axis-- {
		at[axis] = column % f.Shape[axis]
		column /= f.Shape[axis]
	}
	return fmt.Sprintf("row %d, element %s", row, strings.ReplaceAll(fmt.Sprint(at), " ", ", "))
}

// Position says in words which element of a row is meant, for a message: "row 1, column 2", with
// the name of the column if it has one. What Origin.Words says of the row is behind it. It does not
// ask whether there is such a row.
func (f Field) Position(row, element int) string { return f.position(row, element) }
