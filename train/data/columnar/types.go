package columnar

import (
	"fmt"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/float16"
)

// This file knows the types of columns.

// isWhole says whether t is a type of integers or truth values.
func isWhole(t arrow.DataType) bool {
	return t.ID() == arrow.BOOL || arrow.IsInteger(t.ID())
}

// isNumber says whether t is a type of numbers or truth values.
func isNumber(t arrow.DataType) bool { return isWhole(t) || arrow.IsFloating(t.ID()) }

// isText says whether t is a type of texts.
func isText(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return isText(t.ValueType)
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		return true
	}
	return false
}

// valued is an array of values of one type.
type valued[T any] interface{ Value(i int) T }

// number is a type of numbers.
type number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// numbers returns a function that reads the elements of a as numbers. It returns false for one
// that float64 may not hold exactly.
func numbers(a arrow.Array) func(i int) (float64, bool) {
	switch a := a.(type) {
	case *array.Boolean:
		return func(i int) (float64, bool) { return float64(bit(a.Value(i))), true }
	case *array.Int8:
		return exactly(a)
	case *array.Int16:
		return exactly(a)
	case *array.Int32:
		return exactly(a)
	case *array.Int64:
		return below(a)
	case *array.Uint8:
		return exactly(a)
	case *array.Uint16:
		return exactly(a)
	case *array.Uint32:
		return exactly(a)
	case *array.Uint64:
		return below(a)
	case *array.Float16:
		return func(i int) (float64, bool) { return float64(half(a.Value(i))), true }
	case *array.Float32:
		return exactly(a)
	case *array.Float64:
		return exactly(a)
	}
	panic(fmt.Sprintf("a column of the type %v, other than the schema says", a.DataType())) // guard returns it
}

func half(v float16.Num) float32 { return v.Float32() }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// exactly reads values that float64 holds.
func exactly[T number](a valued[T]) func(i int) (float64, bool) {
	return func(i int) (float64, bool) { return float64(a.Value(i)), true }
}

// below reads integers, of which float64 holds those below 2^53.
func below[T int64 | uint64](a valued[T]) func(i int) (float64, bool) {
	return func(i int) (float64, bool) {
		v := float64(a.Value(i))
		return v, v > -1<<53 && v < 1<<53
	}
}

// integers returns a function that reads the elements of a as integers. It returns false for one
// that an int does not hold.
func integers(a arrow.Array) func(i int) (int, bool) {
	switch a := a.(type) {
	case *array.Boolean:
		return func(i int) (int, bool) { return bit(a.Value(i)), true }
	case *array.Int8:
		return whole(a)
	case *array.Int16:
		return whole(a)
	case *array.Int32:
		return whole(a)
	case *array.Int64:
		return whole(a)
	case *array.Uint8:
		return whole(a)
	case *array.Uint16:
		return whole(a)
	case *array.Uint32:
		return whole(a)
	case *array.Uint64:
		return whole(a)
	}
	panic(fmt.Sprintf("a column of the type %v, other than the schema says", a.DataType())) // guard returns it
}

func whole[T number](a valued[T]) func(i int) (int, bool) {
	return func(i int) (int, bool) {
		v := a.Value(i)
		n := int(v)
		return n, T(n) == v && (n < 0) == (v < 0)
	}
}

// texts returns a function that reads the elements of a as texts. It returns false for a null
// among the texts of a dictionary.
func texts(a arrow.Array) func(i int) (string, bool) {
	switch a := a.(type) {
	case *array.String:
		return func(i int) (string, bool) { return a.Value(i), true }
	case *array.LargeString:
		return func(i int) (string, bool) { return a.Value(i), true }
	case *array.StringView:
		return func(i int) (string, bool) { return a.Value(i), true }
	case *array.Dictionary:
		words := a.Dictionary()
		text := texts(words)
		return func(i int) (string, bool) {
			k := a.GetValueIndex(i)
			if words.IsNull(k) {
				return "", false
			}
			return text(k)
		}
	case *array.Boolean:
		return func(i int) (string, bool) { return strconv.FormatBool(a.Value(i)), true }
	case *array.Uint64:
		return func(i int) (string, bool) { return strconv.FormatUint(a.Value(i), 10), true }
	case *array.Int64:
		return func(i int) (string, bool) { return strconv.FormatInt(a.Value(i), 10), true }
	}
	value := integers(a)
	return func(i int) (string, bool) {
		n, _ := value(i)
		return strconv.Itoa(n), true
	}
}
