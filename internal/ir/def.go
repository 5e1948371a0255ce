package ir

import (
	"sync"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// Class is all that the fusion pass knows of an operator.
type Class uint8

// The classes of operators.
const (
	Opaque      Class = iota // left alone
	Move                     // rearranges elements, computes none
	Elementwise              // out[i] depends on the operands' i-th elements only
	Reduce                   // folds axes of one operand
	Contract                 // products summed over an axis
)

// Float is the element type of a computation.
type Float interface{ float32 | float64 }

// Kernel runs an operator for one element type.
type Kernel[T Float] struct {
	// Prepare chooses, once when a program is built, how to run v: its result
	// is handed to every run as Call.State, with scratch elements of memory.
	// Nil means that there is nothing to choose.
	Prepare func(v *Value, workers int) (state any, scratch int)
	// Run computes the result. It allocates nothing and cannot fail but by
	// Call.Fault.
	Run func(c *Call[T])
}

// Elem is the body of an elementwise operator: dst[i] = f(in[0][i], ...) with
// the constants that Def.Consts took from the attributes. All slices have equal
// length. dst may be one of the operands.
type Elem[T Float] func(dst []T, in [][]T, consts []T)

// Cost is what one application needs.
type Cost struct {
	Flops int64 // floating-point operations, a multiply-add counting two
	Bytes int64 // read and written once each
}

// Def is what compiler and executor know of an operator.
type Def struct {
	Name  string // unique, lower case
	Class Class
	Arity int // number of operands, -1 for any

	// Infer checks the operands' types against the attributes and returns the
	// result's type. Its error says what was got and what was wanted.
	Infer func(in []Type, a Attrs) (Type, error)

	// Simplify returns an equal, simpler value for v, appended to f, or nil.
	Simplify func(f *Func, v *Value) *Value

	// Adds says that a value of this operator is the sum of its two operands.
	Adds bool

	// Sum returns fewer terms with the same sum as terms, or nil. The terms are values of
	// this operator and of one type. Sum appends to f what the new terms need. What the
	// sum of many gradients has in common is found here.
	Sum func(f *Func, terms []*Value) []*Value

	// Joins returns of how many rows v consists, each of them the rows of its operands
	// one after another. The planner may let the operands be computed in their places
	// within v: the kernel must expect to find them there.
	Joins func(v *Value) (rows int)

	// Part returns v as a part of the value all, or nil, appending to f what it needs. Both
	// are values of this operator that have one row. The operands of v have the elements
	// of the operands of all from number first on.
	Part func(f *Func, all *Value, first int, v *Value) *Value

	// Once says that computing a value twice may give two results: the operator has state.
	Once bool

	// ByRow says of each operand of the kernel whether one of equal parts of the
	// result along axis 0 needs just that part of it, in place of all of it. A part
	// of four rows or more has the same bits as when all are computed at once; its
	// attribute RowsAttr says how many all are. Nil, the function or what it returns:
	// parts cannot be computed alone.
	ByRow func(v *Value) []bool

	// View is, for a Move, how the result's elements lie in the operand laid
	// out as in; false where no strided view can say it.
	View func(v *Value, in Layout) (Layout, bool)

	// Cost of v; nil means one operation for each element of the result.
	Cost func(v *Value) Cost

	// Range bounds the Int operand i: its elements must lie in [0, n). Nil: no bound.
	Range func(v *Value, i int) (n int, ok bool)

	// Weight is what one element of an elementwise operator costs, an addition
	// being 1; 0 means 1. It decides how many workers are worth their while.
	Weight int

	// By is, for an elementwise operator of two operands in any order, the one with one
	// operand and one constant that it is where an operand is a number.
	By *Def

	// Split says how v(..., x) is computed in two steps, to the bit: then(..., first(x)),
	// both with the attributes a. If several values have first(x) in common, the compiler
	// computes it once. A nil first: v cannot be split.
	Split func(v *Value) (first, then *Def, a Attrs)

	// Descend says which operator makes a step of gradient descent whose gradient is v,
	// without writing v to memory: its operands are the rate, the parameter and those of
	// v, its attributes a. Nil, the function or d: the gradient is computed first.
	Descend func(v *Value) (d *Def, a Attrs)

	// Again says that an elementwise operator is so cheap that every loop that reads it
	// computes it again, in place of keeping it in memory.
	Again bool

	// Consts are the float constants of an elementwise body; nil: none.
	Consts func(a Attrs) []float64
	Elem32 Elem[float32] // set if and only if Class is Elementwise
	Elem64 Elem[float64]

	F32 Kernel[float32] // unset when Elementwise: the fused loop runs Elem
	F64 Kernel[float64] // and unset for a Move whose View never fails
}

// RowsAttr is an attribute of a value that is some of the rows of another one: the
// extent of that one's axis 0.
const RowsAttr = "of rows"

// Layout is where a value's elements lie inside a buffer: element (i, j, ...)
// at Offset + i*Stride[0] + j*Stride[1] + ...
type Layout struct {
	Offset int
	Shape  Shape
	Stride []int
}

// Dense is the row-major layout of s.
func Dense(s Shape) Layout { return Layout{Shape: s, Stride: s.Strides()} }

// IsDense says whether l enumerates its elements in row-major order without
// gaps, from whatever offset.
func (l Layout) IsDense() bool {
	n := 1
	for i := len(l.Shape) - 1; i >= 0; i-- {
		if l.Shape[i] != 1 && l.Stride[i] != n {
			return l.Shape.Size() == 0
		}
		n *= l.Shape[i]
	}
	return true
}

// Call is one prepared application: the operator's buffers, which change only where
// an input is bound to other memory, and what Prepare chose.
type Call[T Float] struct {
	V      *Value
	Out    []T     // the result, dense; nil when the result is Int
	In     [][]T   // the operands, dense; nil at an Int operand
	IntIn  [][]int // the Int operands; nil at a float one
	IntOut []int   // the result when it is Int

	State   any
	Scratch []T
	Pool    *pool.Pool // nil: one worker
	// Post, if not nil, is to be called by a Contract kernel exactly once for
	// each tile of rows [i0, i1) and columns [j0, j1) of the result, leading
	// axes counting as rows, after the tile is final.
	Post  func(worker, i0, i1, j0, j1 int)
	Fault *Fault
}

// Fault holds the first failure of a run that no check before it could see,
// such as an index computed out of range. It may be shared by workers.
type Fault struct {
	mu  sync.Mutex
	err error
}

// Report keeps err if it is the first.
func (f *Fault) Report(err error) {
	f.mu.Lock()
	if f.err == nil {
		f.err = err
	}
	f.mu.Unlock()
}

// Take returns the first failure reported since the last Take, or nil.
func (f *Fault) Take() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.err
	f.err = nil
	return err
}

// ElemOf is the elementwise body of d for the element type T.
func ElemOf[T Float](d *Def) Elem[T] {
	var e any = d.Elem64
	if _, ok := any(T(0)).(float32); ok {
		e = d.Elem32
	}
	return e.(Elem[T])
}

// KernelOf is the kernel of d for the element type T.
func KernelOf[T Float](d *Def) Kernel[T] {
	var k any = d.F64
	if _, ok := any(T(0)).(float32); ok {
		k = d.F32
	}
	return k.(Kernel[T])
}
