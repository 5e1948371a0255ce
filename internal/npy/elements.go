package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// Float is the type of elements in memory that all floats are read into.
type Float interface{ float32 | float64 }

// Element is the type of elements in memory: floats are read into floats, integers into
// int, U8 and BOOL into uint8.
type Element interface{ Float | int | uint8 }

// RangeError is the error about an element that its type in memory cannot hold: a finite
// float beyond float32, an integer beyond int.
type RangeError struct {
	Name  string // of the array, "" outside of an archive
	Index int    // of the element, row-major
	Value float64
	Type  string // in memory
}

// Error returns it in one line.
func (e *RangeError) Error() string {
	array := ""
	if e.Name != "" {
		array = fmt.Sprintf("array %q: ", mistake.Clip(e.Name))
	}
	return fmt.Sprintf("%selement %d: got %v, want a number that %s can hold", array, e.Index, e.Value, e.Type)
}

// chunk is how many elements are read at once.
const chunk = 1 << 13

// readParts reads the elements of a in the order of the file, and passes them on in parts.
func readParts[T Element](r io.Reader, a Array, use func(part []T)) error {
	decode := decoder[T](a)
	if decode == nil {
		return fmt.Errorf("got elements of type %s, want others to read into %T", a.DType, *new(T))
	}
	values := make([]T, min(chunk, a.count))
	raw := make([]byte, len(values)*a.width)
	for done := 0; done < a.count; done += len(values) {
		values = values[:min(len(values), a.count-done)]
		if err := readFull(r, raw[:len(values)*a.width]); err != nil {
			return err
		}
		if bad, exact := decode(values, raw); bad >= 0 {
			return a.unfit(done+bad, exact, fmt.Sprintf("%T", values[0]))
		}
		use(values)
	}
	return nil
}

// unfit is the error about the element at a place of the file.
func (a Array) unfit(at int, value float64, in string) error {
	if a.rearranged() {
		place := order(a.Shape)
		for range at {
			place()
		}
		at = place()
	}
	if a.DType == "BOOL" {
		return malformed("element %d: got the byte %v, want a boolean, 0 or 1", at, value)
	}
	return &RangeError{a.Name, at, value, in}
}

// rearranged reports whether the elements are in another order than row-major.
func (a Array) rearranged() bool { return a.fortran && len(a.Shape) > 1 }

// readElements reads the elements of a, row-major, into all of into.
func readElements[T Float](r io.Reader, a Array, into []T) error {
	if a.count != len(into) {
		return fmt.Errorf("got memory of %d elements, want %d", len(into), a.count)
	}
	if !a.rearranged() {
		return readParts(r, a, func(part []T) { into = into[copy(into, part):] })
	}
	place := order(a.Shape)
	return readParts(r, a, func(part []T) {
		for _, x := range part {
			into[place()] = x
		}
	})
}

// collect reads the elements of a, row-major. Its memory grows sixteenfold as they arrive,
// up to what the header says: a header alone takes little.
func collect[T Element](r io.Reader, a Array) ([]T, error) {
	out := []T{}
	err := readParts(r, a, func(part []T) {
		if len(out)+len(part) > cap(out) {
			out = append(make([]T, 0, min(a.count, max(len(part), 16*cap(out)))), out...)
		}
		out = append(out, part...)
	})
	if err != nil || !a.rearranged() {
		return out, err
	}
	rows, place := make([]T, len(out)), order(a.Shape)
	for _, x := range out {
		rows[place()] = x
	}
	return rows, nil
}

// order returns a function whose calls give the row-major indices of the elements in an
// order in which the first axis is the fastest.
func order(shape []int) func() int {
	strides := make([]int, len(shape))
	stride := 1
	for k := len(shape) - 1; k >= 0; k-- {
		strides[k] = stride
		stride *= shape[k]
	}
	at, next := make([]int, len(shape)), 0
	return func() int {
		here := next
		for k := range shape {
			at[k]++
			next += strides[k]
			if at[k] < shape[k] {
				break
			}
			next -= strides[k] * shape[k]
			at[k] = 0
		}
		return here
	}
}

// decoder returns the function that decodes elements; nil for a type that is not read into
// T. It returns the first element that T cannot hold and its value, or -1.
func decoder[T Element](a Array) func(into []T, data []byte) (bad int, value float64) {
	order := binary.ByteOrder(binary.LittleEndian)
	if a.big {
		order = binary.BigEndian
	}
	var decode any
	switch any(*new(T)).(type) {
	case float32:
		decode = floats[float32](a.DType, order)
	case float64:
		decode = floats[float64](a.DType, order)
	case int:
		decode = integers(a.DType, order)
	case uint8:
		decode = octets(a.DType)
	}
	return decode.(func([]T, []byte) (int, float64))
}

// each decodes element after element.
func each[T Element](width int, one func(data []byte) (x T, value float64, fits bool)) func(into []T, data []byte) (int, float64) {
	return func(into []T, data []byte) (int, float64) {
		for i := range into {
			x, value, fits := one(data[i*width:])
			if !fits {
				return i, value
			}
			into[i] = x
		}
		return -1, 0
	}
}

func floats[T Float](dtype string, order binary.ByteOrder) func(into []T, data []byte) (int, float64) {
	switch dtype {
	case "F64":
		return each(8, func(data []byte) (T, float64, bool) {
			exact := math.Float64frombits(order.Uint64(data))
			x := T(exact)
			return x, exact, !math.IsInf(float64(x), 0) || math.IsInf(exact, 0)
		})
	case "F32":
		return each(4, func(data []byte) (T, float64, bool) { return T(math.Float32frombits(order.Uint32(data))), 0, true })
	case "F16":
		return each(2, func(data []byte) (T, float64, bool) { return T(safetensors.Half(order.Uint16(data))), 0, true })
	}
	return nil
}

func integers(dtype string, order binary.ByteOrder) func(into []int, data []byte) (int, float64) {
	signed := func(width int, one func(data []byte) int64) func(into []int, data []byte) (int, float64) {
		return each(width, func(data []byte) (int, float64, bool) {
			v := one(data)
			return int(v), float64(v), int64(int(v)) == v
		})
	}
	switch dtype {
	case "I64":
		return signed(8, func(data []byte) int64 { return int64(order.Uint64(data)) })
	case "I32":
		return signed(4, func(data []byte) int64 { return int64(int32(order.Uint32(data))) })
	case "I16":
		return signed(2, func(data []byte) int64 { return int64(int16(order.Uint16(data))) })
	case "I8":
		return signed(1, func(data []byte) int64 { return int64(int8(data[0])) })
	case "U32":
		return signed(4, func(data []byte) int64 { return int64(order.Uint32(data)) })
	case "U16":
		return signed(2, func(data []byte) int64 { return int64(order.Uint16(data)) })
	case "U8":
		return signed(1, func(data []byte) int64 { return int64(data[0]) })
	case "U64":
		return each(8, func(data []byte) (int, float64, bool) {
			v := order.Uint64(data)
			return int(v), float64(v), v <= math.MaxInt
		})
	}
	return nil
}

func octets(dtype string) func(into []uint8, data []byte) (int, float64) {
	switch dtype {
	case "U8":
		return func(into []uint8, data []byte) (int, float64) {
			copy(into, data)
			return -1, 0
		}
	case "BOOL":
		return each(1, func(data []byte) (uint8, float64, bool) { return data[0], float64(data[0]), data[0] <= 1 })
	}
	return nil
}
