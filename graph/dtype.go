package graph

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/tensor"
)

// DType is the type of the floats of a model. The zero value is Float64.
type DType uint8

// The float types.
const (
	Float64 DType = iota
	Float32
)

// String is float64 or float32.
func (d DType) String() string {
	if d == Float32 {
		return "float32"
	}
	return "float64"
}

func (d DType) ir() ir.DType {
	if d == Float32 {
		return ir.F32
	}
	return ir.F64
}

// Tensor is the name that the package tensor has for d.
func (d DType) Tensor() tensor.Dtype { return op.Dtype(d.ir()) }
