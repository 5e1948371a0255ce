package graph

import "github.com/symgrad/symgrad/internal/op"

// OpError is the error of a call of an operator that could not be made. Find it with
// errors.As, as the example does. Its fields are
//
//	Package string    // the package of the operator: "graph", "nn"
//	Op      string    // the operator as it was called: "MatMul"
//	Node    string    // the name that the caller gave, such as that of a parameter; or ""
//	In      []Operand // the operands
//	At      string    // the caller's file and line, such as "main.go:12"; or ""
//	Err     error     // what is wrong, and what is wanted
//
// Error returns them in one line. Unwrap returns Err, so errors.Is finds its kind.
type OpError = op.Error

// Operand is an operand of an OpError. Its fields are
//
//	Name string // the name of a leaf or of a named result, else the operator that made it
//	Type        // Type.DType prints as f32, f64 or int; Type.Shape is a []int
type Operand = op.Operand

// The kinds of mistake, for errors.Is. Packages of the module that have a kind of the same
// name have the same value.
var (
	// ErrShape marks shapes, axes or extents that do not fit an operator.
	ErrShape = op.ErrShape
	// ErrDType marks element types that do not fit.
	ErrDType = op.ErrDType
	// ErrNotDifferentiable marks an operator without a derivative.
	ErrNotDifferentiable = op.ErrNotDifferentiable
	// ErrNotFinite marks a number that is NaN, infinite or too large for its type. A run
	// with Options.Descend returns it for a loss that is not finite.
	ErrNotFinite = op.ErrNotFinite
	// ErrOption marks an argument or a setting that has no meaning, such as a rate of -1.
	ErrOption = op.ErrOption
	// ErrMemory marks a need of more memory than is allowed: a *MemoryError.
	ErrMemory = op.ErrMemory
	// ErrTarget marks a target outside of the domain of its loss: a *TargetError.
	ErrTarget = op.ErrTarget
	// ErrUnsupported marks a computation that is not implemented.
	ErrUnsupported = op.ErrUnsupported
)
