package graph

import (
	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/tensor"
)

// DType is the type of the floats of a Params and of the graphs that are built with it. The
// zero value is Float64.
type DType uint8

// The float types.
const (
	Float64 DType = iota
	Float32
)

var dtypeNames = []string{Float64: "float64", Float32: "float32"}

// String returns the type's name: "float64" or "float32".
func (d DType) String() string { return enum.String("type", dtypeNames, int(d)) }

// MarshalText returns the type's name. Errors: ErrOption if it has none.
func (d DType) MarshalText() ([]byte, error) { return enum.Text("type", dtypeNames, int(d)) }

// UnmarshalText sets d to the type of the name. Errors: ErrOption for another name.
func (d *DType) UnmarshalText(text []byte) error {
	return enum.Read(d, "type", dtypeNames, text)
}

func (d DType) ir() ir.DType {
	if d == Float32 {
		return ir.F32
	}
	return ir.F64
}

// Tensor returns the type of package tensor: tensor.Float64 or tensor.Float32.
func (d DType) Tensor() tensor.Dtype { return op.Dtype(d.ir()) }
