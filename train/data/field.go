package data

import (
	"fmt"
	"math"
	"slices"

	"github.com/pkg/errors"
)

// maxClasses bounds what a stray label can make a count of classes allocate.
const maxClasses = 1 << 20

// Field is one named table of a Dataset: row i belongs to example i. Exactly one
// of Floats and Ints holds it, flat and in row-major order: N rows of Size
// elements.
type Field struct {
	// Name is the name of the field, unique in its dataset. By convention "x" is
	// the input and "y" the target.
	Name string
	// Shape is the shape of one example: nil for one number, [F] for a row of F
	// features, [C H W] for an image.
	Shape []int
	// Floats holds the values of a field of numbers.
	Floats []float64
	// Ints holds the values of a field of class labels or other integers.
	Ints []int
	// Columns optionally names the Size elements of an example.
	Columns []string
	// Classes is the number of classes when Ints holds class labels: every value
	// is in 0..Classes-1. Zero for a field that holds no labels; at most 2^20.
	Classes int
	// ClassNames optionally names the classes: ClassNames[c] is that of label c.
	ClassNames []string
	// AllowNonFinite lets NaN and infinities pass, which are refused otherwise.
	AllowNonFinite bool
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
	return (len(f.Floats) + len(f.Ints)) / size
}

// clone returns f with its own copy of everything but the values.
func (f Field) clone() Field {
	f.Shape = slices.Clone(f.Shape)
	f.Columns = slices.Clone(f.Columns)
	f.ClassNames = slices.Clone(f.ClassNames)
	return f
}

// check says what is wrong with f on its own.
func (f Field) check() error {
	if f.Name == "" {
		return errors.Wrap(ErrField, "data: a field has no name")
	}
	size, err := f.checkedSize()
	if err != nil {
		return err
	}
	if f.Floats != nil && f.Ints != nil {
		return errors.Wrapf(ErrField, "data: field %q has both floats and ints", f.Name)
	}
	values := len(f.Floats) + len(f.Ints)
	if values == 0 {
		return errors.Wrapf(ErrEmpty, "data: field %q", f.Name)
	}
	if values%size != 0 {
		return errors.Wrapf(ErrShape, "data: field %q has %d values, not a multiple of the %d of one example of shape %v", f.Name, values, size, f.Shape)
	}
	if f.Columns != nil && len(f.Columns) != size {
		return errors.Wrapf(ErrShape, "data: field %q has %d column names for %d columns", f.Name, len(f.Columns), size)
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
			return 0, errors.Wrapf(ErrShape, "data: field %q has the shape %v; every axis must be positive", f.Name, f.Shape)
		}
		if size > math.MaxInt/n {
			return 0, errors.Wrapf(ErrShape, "data: field %q has the shape %v, larger than any memory", f.Name, f.Shape)
		}
		size *= n
	}
	return size, nil
}

func (f Field) checkFinite() error {
	if f.AllowNonFinite {
		return nil
	}
	for i, v := range f.Floats {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return errors.Wrapf(ErrNotFinite, "data: field %q: %s is %v; remove the row or set AllowNonFinite", f.Name, f.position(i), v)
		}
	}
	return nil
}

func (f Field) checkClasses() error {
	switch {
	case f.Classes < 0 || f.Classes > maxClasses:
		return errors.Wrapf(ErrOption, "data: field %q has %d classes; at most %d are possible", f.Name, f.Classes, maxClasses)
	case f.Classes == 0 && f.ClassNames != nil:
		return errors.Wrapf(ErrOption, "data: field %q has class names but no number of classes", f.Name)
	case f.Classes == 0:
		return nil
	case f.Ints == nil:
		return errors.Wrapf(ErrField, "data: field %q has %d classes but its values are floats; labels are ints", f.Name, f.Classes)
	case f.Classes == 1:
		return errors.Wrapf(ErrLabel, "data: field %q has one class only; telling classes apart takes two", f.Name)
	case f.ClassNames != nil && len(f.ClassNames) != f.Classes:
		return errors.Wrapf(ErrShape, "data: field %q has %d class names for %d classes", f.Name, len(f.ClassNames), f.Classes)
	}
	return f.checkLabels(f.Classes)
}

// checkLabels says whether every value is in 0..classes-1.
func (f Field) checkLabels(classes int) error {
	for i, v := range f.Ints {
		if v < 0 || v >= classes {
			return errors.Wrapf(ErrLabel, "data: field %q: %s is the label %d; with %d classes a label is in 0..%d", f.Name, f.position(i), v, classes, classes-1)
		}
	}
	return nil
}

// position names element i of the flat table for a message.
func (f Field) position(i int) string {
	size := f.Size()
	row, column := i/size, i%size
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
	return fmt.Sprintf("row %d, element %v", row, at)
}

// magnitude returns the largest absolute value of a finite element.
func (f Field) magnitude() float64 {
	largest := 0.0
	for _, v := range f.Floats {
		if a := math.Abs(v); a > largest && !math.IsInf(a, 0) {
			largest = a
		}
	}
	for _, v := range f.Ints {
		largest = max(largest, math.Abs(float64(v)))
	}
	return largest
}
