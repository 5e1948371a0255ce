package onnxfile

import "fmt"

// Kind is the type of the elements of a tensor, as onnx.proto numbers it.
type Kind int

// The types of elements.
const (
	Float    Kind = 1
	Uint8    Kind = 2
	Int8     Kind = 3
	Uint16   Kind = 4
	Int16    Kind = 5
	Int32    Kind = 6
	Int64    Kind = 7
	String   Kind = 8
	Bool     Kind = 9
	Float16  Kind = 10
	Double   Kind = 11
	Uint32   Kind = 12
	Uint64   Kind = 13
	BFloat16 Kind = 16
)

// kinds are the names and the bytes per element of what can be read.
var kinds = map[Kind]struct {
	name string
	size int
}{
	Float: {"float32", 4}, Uint8: {"uint8", 1}, Int8: {"int8", 1}, Uint16: {"uint16", 2}, Int16: {"int16", 2},
	Int32: {"int32", 4}, Int64: {"int64", 8}, Bool: {"bool", 1}, Float16: {"float16", 2}, Double: {"float64", 8},
	Uint32: {"uint32", 4}, Uint64: {"uint64", 8}, BFloat16: {"bfloat16", 2},
}

// unread are the names of the other types.
var unread = map[Kind]string{
	String: "string", 14: "complex64", 15: "complex128", 17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2",
	20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1", 24: "float8e8m0", 25: "uint2", 26: "int2",
}

// String returns the name of the type: "float32".
func (k Kind) String() string {
	if of, ok := kinds[k]; ok {
		return of.name
	}
	if name := unread[k]; name != "" {
		return name
	}
	return fmt.Sprintf("type %d", int(k))
}

// IsFloat reports whether elements are floats.
func (k Kind) IsFloat() bool { return k == Float || k == Double || k == Float16 || k == BFloat16 }

// IsInt reports whether elements are integers.
func (k Kind) IsInt() bool {
	_, ok := kinds[k]
	return ok && !k.IsFloat() && k != Bool
}

// Check returns an error for a type that is not read: ErrFormat for one that ONNX does not have,
// else ErrUnsupported.
func (k Kind) Check() error {
	if _, ok := kinds[k]; ok {
		return nil
	}
	if name := unread[k]; name != "" {
		return unsupportedf("got elements of %s, want floats, integers or booleans", name)
	}
	return formatf("got elements of the type %d, which ONNX does not have", int(k))
}
