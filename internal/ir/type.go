package ir

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// DType is the type of the elements of a value.
type DType uint8

// The element types. All floats of a Func are of one type. Int is for indices.
const (
	F32 DType = iota
	F64
	Int
)

var dtypeNames = [...]string{F32: "f32", F64: "f64", Int: "int"}

// String returns f32, f64 or int.
func (d DType) String() string {
	if int(d) < len(dtypeNames) {
		return dtypeNames[d]
	}
	return "dtype" + strconv.Itoa(int(d))
}

// IsFloat reports whether d is F32 or F64.
func (d DType) IsFloat() bool { return d == F32 || d == F64 }

// Size returns the number of bytes of one element.
func (d DType) Size() int {
	if d == F32 {
		return 4
	}
	return 8
}

// Shape is the extent of each axis, the outermost first. The empty Shape is a scalar. A
// value with an axis of extent 0 has no elements.
type Shape []int

// Size returns the number of elements: the product of the extents.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// CheckedSize returns Size. Errors: a negative extent, and more elements than limit.
func (s Shape) CheckedSize(limit int) (int, error) {
	n := 1
	for _, d := range s {
		if d < 0 {
			return 0, fmt.Errorf("got %v, want extents of at least 0", s)
		}
		if d != 0 && n > math.MaxInt/d {
			return 0, fmt.Errorf("got %v, want at most %d elements", s, limit)
		}
		n *= d
	}
	if n > limit {
		return 0, fmt.Errorf("got %v, want at most %d elements", s, limit)
	}
	return n, nil
}

// Equal reports whether both shapes have the same extents.
func (s Shape) Equal(o Shape) bool { return slices.Equal(s, o) }

// Clone returns a copy that shares no memory with s. It is never nil.
func (s Shape) Clone() Shape { return append(Shape{}, s...) }

// Strides returns the row-major strides of s, in elements.
func (s Shape) Strides() []int {
	st := make([]int, len(s))
	n := 1
	for i := len(s) - 1; i >= 0; i-- {
		st[i] = n
		n *= s[i]
	}
	return st
}

// String writes s as [2, 3]; a scalar is [].
func (s Shape) String() string { return s.join(", ") }

// compact writes s as [2,3], as IR has it.
func (s Shape) compact() string { return s.join(",") }

func (s Shape) join(between string) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, d := range s {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(strconv.Itoa(d))
	}
	b.WriteByte(']')
	return b.String()
}

// Type is the element type and shape of a value.
type Type struct {
	DType DType
	Shape Shape
}

// String writes t as f32[2,3].
func (t Type) String() string { return t.DType.String() + t.Shape.compact() }

// Equal reports whether both types have the same element type and shape.
func (t Type) Equal(o Type) bool { return t.DType == o.DType && t.Shape.Equal(o.Shape) }

// Axes lists the axes as messages write them: one of 0, 1.
func (t Type) Axes() string {
	rank := len(t.Shape)
	switch rank {
	case 0:
		return "none for a scalar"
	case 1:
		return "0"
	}
	all := "one of 0"
	for k := 1; k < rank; k++ {
		all += ", " + strconv.Itoa(k)
	}
	return all
}

// Words returns t as messages write it: float64 [2, 3].
func (t Type) Words() string { return t.DType.Words() + " " + t.Shape.String() }

// Words returns d as messages write it: float64.
func (d DType) Words() string {
	switch d {
	case F32:
		return "float32"
	case F64:
		return "float64"
	}
	return d.String()
}

// Axis returns the axis counted from 0; a negative one counts from the last, which is -1.
// Error: the axis is out of range.
func (t Type) Axis(axis int) (int, error) {
	r := len(t.Shape)
	if axis < -r || axis >= r {
		return 0, fmt.Errorf("axis %d: want %s", axis, t.Axes())
	}
	if axis < 0 {
		axis += r
	}
	return axis, nil
}
