package safetensors

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

// FromInts returns an I64 tensor with a copy of v. See FloatsView.
func FromInts(name string, shape []int, v []int) Tensor {
	data := make([]byte, 0, 8*len(v))
	for _, x := range v {
		data = binary.LittleEndian.AppendUint64(data, uint64(int64(x)))
	}
	return Tensor{Name: name, DType: "I64", Shape: shape, Data: data}
}

// Float32s returns a copy of the elements of an F32 tensor, bit for bit, or of an
// F16 or BF16 tensor, widened. Any other element type is an error: rounding F64 is
// for the caller to decide.
func (t Tensor) Float32s() ([]float32, error) {
	if err := t.want("F32", "F16", "BF16"); err != nil {
		return nil, err
	}
	v := make([]float32, len(t.Data)*8/int(bitsOf[t.DType]))
	fill(v, t)
	return v, nil
}

// Floats lists the element types that Float64s reads.
func Floats() []string { return []string{"F64", "F32", "F16", "BF16"} }

// Float64s returns a copy of the elements of an F64 tensor, bit for bit, or of an
// F32, F16 or BF16 tensor, widened: every element exactly. Any other element type is
// an error.
func (t Tensor) Float64s() ([]float64, error) {
	if err := t.want(Floats()...); err != nil {
		return nil, err
	}
	v := make([]float64, len(t.Data)*8/int(bitsOf[t.DType]))
	if t.DType == "F64" {
		for i := range v {
			v[i] = math.Float64frombits(binary.LittleEndian.Uint64(t.Data[8*i:]))
		}
		return v, nil
	}
	fill(v, t)
	return v, nil
}

// fill decodes the elements of an F32, F16 or BF16 tensor.
func fill[T float32 | float64](v []T, t Tensor) {
	le := binary.LittleEndian
	switch t.DType {
	case "F32":
		for i := range v {
			v[i] = T(math.Float32frombits(le.Uint32(t.Data[4*i:])))
		}
	case "F16":
		for i := range v {
			v[i] = T(Half(le.Uint16(t.Data[2*i:])))
		}
	case "BF16": // the upper half of a float32
		for i := range v {
			v[i] = T(math.Float32frombits(uint32(le.Uint16(t.Data[2*i:])) << 16))
		}
	}
}

// RangeError is the error about an element that its type in memory cannot hold: a finite
// float beyond float32, an integer beyond int.
type RangeError struct {
	Name  string // of the tensor
	Index int    // of the element
	Value float64
	Type  string // in memory
}

// Error returns it in one line.
func (e *RangeError) Error() string {
	return fmt.Sprintf("tensor %q: element %d: got %v, want a number that %s can hold", mistake.Clip(e.Name), e.Index, e.Value, e.Type)
}

// ReadFloats reads the elements of an F64, F32, F16 or BF16 tensor of r into all of
// into, which must have their number. Elements of type T are read into the memory of
// into bit for bit, others through a small buffer: F64 are rounded to float32.
//
// Errors: those of Reader.ReadInto; another element type; *RangeError.
func ReadFloats[T float32 | float64](r *Reader, name string, into []T) error {
	return r.named(readFloats(r, name, into))
}

func readFloats[T float32 | float64](r *Reader, name string, into []T) error {
	t, ok := r.Tensor(name)
	if ok && t.DType == dtypeOf[T]() {
		b := memoryOf(into)
		err := r.readInto(name, b)
		if swapped {
			swap(b, sizeOf[T]())
		}
		return err
	}
	t, width, err := r.elements(name, len(into), Floats())
	if err != nil {
		return err
	}
	buf, done := make([]byte, min(chunk, t.size())), 0
	return r.parts(t, func(n int) []byte { return buf[:n] }, func(part []byte) error {
		v := into[done : done+len(part)/int(width)]
		if t.DType != "F64" {
			fill(v, Tensor{DType: t.DType, Data: part})
		} else if i, x := round(v, part); i >= 0 {
			return &RangeError{name, done + i, x, "float32"}
		}
		done += len(v)
		return nil
	})
}

// round makes float32 of F64 elements. It returns the index and the value of the first
// finite one that is too large, or -1.
func round[T float32 | float64](v []T, data []byte) (int, float64) {
	for i := range v {
		x := math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
		v[i] = T(x)
		if math.IsInf(float64(v[i]), 0) && !math.IsInf(x, 0) {
			return i, x
		}
	}
	return -1, 0
}

// ReadInts reads the elements of a tensor of integers (I8 to I64, U8 to U64) of r into all
// of into, which must have their number, through a small buffer.
//
// Errors: those of Reader.ReadInto; another element type; *RangeError for a value that int
// cannot hold.
func ReadInts(r *Reader, name string, into []int) error {
	return r.named(readInts(r, name, into))
}

func readInts(r *Reader, name string, into []int) error {
	t, width, err := r.elements(name, len(into), Integers())
	if err != nil {
		return err
	}
	buf, done := make([]byte, min(chunk, t.size())), 0
	return r.parts(t, func(n int) []byte { return buf[:n] }, func(part []byte) error {
		for ; len(part) > 0; part = part[width:] {
			x, about, ok := integer(t.DType, part)
			if !ok {
				return &RangeError{name, done, about, "int"}
			}
			into[done] = x
			done++
		}
		return nil
	})
}

// elements returns the tensor of the name and the bytes of an element, if it has n elements of one of
// the types.
func (r *Reader) elements(name string, n int, types []string) (t Tensor, width int64, err error) {
	t, ok := r.Tensor(name)
	switch {
	case !ok:
		return t, 0, fmt.Errorf("got the name %q, want that of a tensor of the file", mistake.Clip(name))
	case !slices.Contains(types, t.DType):
		return t, 0, fmt.Errorf("tensor %q: got elements of type %s, want one of %s", mistake.Clip(name), t.DType, strings.Join(types, ", "))
	}
	if width = int64(bitsOf[t.DType] / 8); t.size() != width*int64(n) {
		return t, 0, fmt.Errorf("tensor %q: got memory of %d elements, want %d", mistake.Clip(name), n, t.size()/width)
	}
	return t, width, nil
}

// Half is the number whose bits in IEEE 754's binary16 are given: sign, 5 bits of
// exponent with the bias 15, 10 of fraction.
func Half(bits uint16) float32 {
	sign, exponent, fraction := uint32(bits>>15)<<31, uint32(bits>>10)&31, uint32(bits)&1023
	switch exponent {
	case 0: // zero or subnormal: fraction units of 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 31: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// Integers lists the element types that ReadInts and Ints read.
func Integers() []string { return []string{"I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8"} }

// Ints returns a copy of the elements of a tensor of integers (I8 to I64, U8 to
// U64). Any other element type is an error, and so is a value that int cannot
// hold.
func (t Tensor) Ints() ([]int, error) {
	if err := t.want(Integers()...); err != nil {
		return nil, err
	}
	width := int(bitsOf[t.DType] / 8)
	v := make([]int, len(t.Data)/width)
	for i := range v {
		x, _, ok := integer(t.DType, t.Data[i*width:])
		if !ok {
			return nil, fmt.Errorf("safetensors: tensor %q: element %d: got a number beyond int, want one that int can hold", t.Name, i)
		}
		v[i] = x
	}
	return v, nil
}

// integer decodes the first element of data. It is about the float64; ok tells whether int
// can hold it.
func integer(dtype string, data []byte) (x int, about float64, ok bool) {
	le := binary.LittleEndian
	signed := int64(0)
	switch dtype {
	case "I8":
		signed = int64(int8(data[0]))
	case "U8":
		signed = int64(data[0])
	case "I16":
		signed = int64(int16(le.Uint16(data)))
	case "U16":
		signed = int64(le.Uint16(data))
	case "I32":
		signed = int64(int32(le.Uint32(data)))
	case "U32":
		signed = int64(le.Uint32(data))
	case "U64":
		if le.Uint64(data) > math.MaxInt64 {
			return 0, float64(le.Uint64(data)), false
		}
		signed = int64(le.Uint64(data))
	default:
		signed = int64(le.Uint64(data))
	}
	return int(signed), float64(signed), int64(int(signed)) == signed
}

// filled checks that t has as many bytes as its shape takes.
func (t Tensor) filled() error {
	size, err := byteSize(t.DType, t.Shape)
	if err == nil && size != len(t.Data) {
		err = fmt.Errorf("got %d bytes, want %d for %s of %s", len(t.Data), size, axes(t.Shape), t.DType)
	}
	return err
}

// want checks that t has one of the element types and as many bytes as its
// shape takes.
func (t Tensor) want(dtypes ...string) error {
	if err := t.filled(); err != nil {
		return fmt.Errorf("safetensors: tensor %q: %w", t.Name, err)
	}
	for _, d := range dtypes {
		if t.DType == d {
			return nil
		}
	}
	return fmt.Errorf("safetensors: tensor %q: got elements of type %s, want one of %s", t.Name, t.DType, strings.Join(dtypes, ", "))
}
