package onnxin

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/onnxfile"
	"gorgonia.org/gorgonia"
)

// Value is a tensor while a graph is built: a node, or numbers that are known. It has one of
// the two.
type Value struct {
	Kind  onnxfile.Kind // of the elements, as the file has them
	Known *Array
	Node  *gorgonia.Node
}

// Array is a tensor whose elements are known while the graph is built.
type Array struct {
	Shape  []int
	Ints   []int64   // of integers and booleans
	Floats []float64 // of floats
}

// isNone reports whether v stands for an operand or a result that is left out.
func (v Value) isNone() bool { return v.Known == nil && v.Node == nil }

// size returns the number of elements of a shape.
func size(shape []int) int { return ir.Shape(shape).Size() }

// len returns the number of elements.
func (a *Array) len() int { return size(a.Shape) }

// known returns integers as a vector.
func vector(v ...int) Value {
	a := &Array{Shape: []int{len(v)}, Ints: make([]int64, len(v))}
	for i, x := range v {
		a.Ints[i] = int64(x)
	}
	return Value{Kind: onnxfile.Int64, Known: a}
}

// read returns the elements of a tensor of the file.
func read(t *onnxfile.Tensor) Value {
	a := &Array{Shape: t.Shape}
	if t.Kind.IsFloat() {
		a.Floats = t.Floats()
	} else {
		a.Ints = t.Ints()
	}
	return Value{Kind: t.Kind, Known: a}
}
