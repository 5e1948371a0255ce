package ir

import (
	"sync"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// Class says what kind of operator a Def is: all that fusion knows of it.
type Class uint8

// The classes of operators.
const (
	Opaque      Class = iota // left alone
	Move                     // rearranges elements, computes none
	Elementwise              // out[i] depends on the operands' i-th elements only
	Reduce                   // folds axes of one operand
	Contract                 // sums over an axis and more; its kernel calls Post, so that a loop may follow tile by tile
)

// Float is the element type of a computation.
type Float interface{ float32 | float64 }

// Kernel runs an operator for one element type.
type Kernel[T Float] struct {
	// Prepare is called once, when a program is built, and chooses how to run v. Every
	// run gets the state as Call.State, and scratch elements as Call.Scratch. Nil: there
	// is nothing to choose.
	Prepare func(v *Value, workers int) (state any, scratch int)
	// Run computes the result. It allocates nothing. It reports a failure by Call.Fault.
	Run func(c *Call[T])
}

// Elem computes an elementwise operator: dst[i] = f(in[0][i], ...). consts are what
// Def.Consts took from the attributes. All slices have the same length. dst may be one of
// the operands.
type Elem[T Float] func(dst []T, in [][]T, consts []T)

// Cost is what one application of an operator needs.
type Cost struct {
	Flops int64 // floating-point operations, a multiply-add counting two
	Bytes int64 // of operands and result, each counted once
}

// Def is what the compiler and the executor know of an operator.
type Def struct {
	Name  string // unique, lower case
	Class Class
	Arity int // number of operands, -1 for any

	// Infer checks the types of the operands against the attributes and returns the type
	// of the result. Its error says what it got and what it wants.
	Infer func(in []Type, a Attrs) (Type, error)

	// Simplify returns a simpler value that equals v, or nil. It appends new values to f.
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

	// ByRow lets workers compute parts of v: the result is cut into equal parts along axis
	// 0. For each operand of the kernel it says whether a part needs only the same part of
	// that operand, or all of it. A part of four rows or more must have the same bits as
	// when all rows are computed at once; the attribute RowsAttr says how many rows there
	// are in all. Nil, the function or what it returns: v cannot be computed in parts.
	ByRow func(v *Value) []bool

	// Apart reports whether v may be cut into so many parts, as ByRow says. Each part is a value of its
	// own, and may lack axis 0 if that has one row. Together they must have the same bits and take
	// about as long. Nil: no.
	Apart func(v *Value, parts int) bool

	// View returns, for a Move, where the elements of the result lie in memory if those of
	// the operand lie as in says. It is false if no Layout can say that.
	View func(v *Value, in Layout) (Layout, bool)

	// Cost returns what v needs. Nil: one operation for each element of the result.
	Cost func(v *Value) Cost

	// Range bounds the elements of the Int operand i to [0, n). It is not ok, or nil, if
	// there is no bound.
	Range func(v *Value, i int) (n int, ok bool)

	// Weight is how many times as long as an addition one element of an elementwise
	// operator takes; 0 means 1. The number of workers for a loop depends on it.
	Weight int

	// By computes an elementwise operator if one of its operands is a single number: By has
	// the others, and the number as its constant. Of two operands either may be the number,
	// of three only the first.
	By *Def

	// Split says how v(..., x) is computed in two steps, to the bit: then(..., first(x)),
	// both with the attributes a. If several values have first(x) in common, the compiler
	// computes it once. With kept, first(x) is computed once for many runs. A nil first: v cannot be
	// split, or not to advantage.
	Split func(v *Value, kept bool) (first, then *Def, a Attrs)

	// Swapped returns the operator d, with the attributes a, that computes v from operands stored
	// otherwise. Those marked in in have the two axes before their last one swapped. With out the
	// result has too. Nil, the function or d: there is none.
	Swapped func(v *Value, in []bool, out bool) (d *Def, a Attrs)

	// Absorb returns the operator that computes v and some of v's operands at once, with its attributes and
	// operands. alone reports whether nothing but v reads an operand: others are computed all the same. Nil,
	// the function or d: there is none.
	Absorb func(v *Value, alone func(x *Value) bool) (d *Def, a Attrs, in []*Value)

	// Descend says which operator makes a step of gradient descent whose gradient is v,
	// without writing v to memory: its operands are the rate, the parameter and those of
	// v, its attributes a. Nil, the function or d: the gradient is computed first.
	Descend func(v *Value) (d *Def, a Attrs)

	// Again says that an elementwise operator is cheap: every loop that reads its value
	// computes it again, and it is not kept in memory.
	Again bool

	// Consts returns the constants of Elem32 and Elem64. Nil: there are none.
	Consts func(a Attrs) []float64

	// Elem32 and Elem64 compute an operator if and only if it is Elementwise.
	Elem32 Elem[float32]
	Elem64 Elem[float64]

	// F32 and F64 compute all others, but for a Move whose View never fails.
	F32 Kernel[float32]
	F64 Kernel[float64]
}

// RowsAttr is an attribute of a value that stands for some rows of another value: the
// extent of axis 0 of that other value.
const RowsAttr = "of rows"

// Layout says where the elements of a value lie in memory: element (i, j, ...) at
// Offset + i*Stride[0] + j*Stride[1] + ...
type Layout struct {
	Offset int
	Shape  Shape
	Stride []int
}

// Dense returns the layout of s in row-major order without gaps.
func Dense(s Shape) Layout { return Layout{Shape: s, Stride: s.Strides()} }

// IsDense reports whether the elements lie in row-major order without gaps, at any offset.
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

// Call is one application that is ready to run. Between runs only the memory of inputs may
// change, which users bind.
type Call[T Float] struct {
	V      *Value
	Out    []T     // the result, dense; nil when the result is Int
	In     [][]T   // the operands, dense; nil at an Int operand
	IntIn  [][]int // the Int operands; nil at a float one
	IntOut []int   // the result when it is Int

	State   any        // from Prepare
	Scratch []T        // as long as Prepare has asked
	Pool    *pool.Pool // nil: one worker
	// Post, if not nil, must be called by a Contract kernel when a tile of the result is
	// final: rows [i0, i1), counting all leading axes, and columns [j0, j1). Each element
	// is in exactly one tile.
	Post  func(worker, i0, i1, j0, j1 int)
	Fault *Fault
	// Sum replaces the elements of x by their sums over the shards of a batch. The number says
	// which sum of the graph it is. Nil: there is one shard.
	Sum func(number int, x []T) error
}

// Fault holds the first failure of a run that no check before the run could see, such as
// an index that is computed and out of range. Several goroutines may use it at once.
type Fault struct {
	mu  sync.Mutex
	err error
}

// Report keeps err if it is the first since the last Take.
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

// ElemOf returns Elem32 or Elem64 of d.
func ElemOf[T Float](d *Def) Elem[T] {
	var e any = d.Elem64
	if _, ok := any(T(0)).(float32); ok {
		e = d.Elem32
	}
	return e.(Elem[T])
}

// KernelOf returns F32 or F64 of d.
func KernelOf[T Float](d *Def) Kernel[T] {
	var k any = d.F64
	if _, ok := any(T(0)).(float32); ok {
		k = d.F32
	}
	return k.(Kernel[T])
}
