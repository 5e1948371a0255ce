package safetensors

import (
	"encoding/binary"
	"slices"
	"unsafe"
)

// swapped is true where the bytes of a number in memory are in the other order than in
// a file. A variable, so that a test has both.
var swapped = binary.NativeEndian.Uint16([]byte{1, 0}) != 1

// Number is an element that is the same in memory and in a file.
type Number interface {
	~float32 | ~float64 | ~int64 | ~uint64 | ~int32 | ~uint32
}

// BytesOf returns the elements of v as the bytes that a file has: the memory of v
// itself. Only on a big-endian processor it is a copy, so take it anew when v has
// changed.
func BytesOf[T Number](v []T) []byte {
	b := memoryOf(v)
	if swapped {
		b = slices.Clone(b)
		swap(b, sizeOf[T]())
	}
	return b
}

// FloatsView returns an F32 or F64 tensor whose data are the memory of v. Whether v
// fills the shape is checked when the tensor is written.
func FloatsView[T float32 | float64](name string, shape []int, v []T) View {
	return View{Name: name, DType: dtypeOf[T](), Shape: shape, Data: BytesOf(v)}
}

// dtypeOf returns the element type of T in a file.
func dtypeOf[T float32 | float64]() string {
	if sizeOf[T]() == 4 {
		return "F32"
	}
	return "F64"
}

func sizeOf[T Number]() int { return int(unsafe.Sizeof(*new(T))) }

// memoryOf returns the memory of v.
func memoryOf[T Number](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*sizeOf[T]())
}

// swap reverses the bytes of each element of the given size.
func swap(b []byte, size int) {
	for i := 0; i+size <= len(b); i += size {
		slices.Reverse(b[i : i+size])
	}
}
