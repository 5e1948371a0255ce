package graph

import (
	"github.com/symgrad/symgrad/internal/op"
)

// OpError is a node that could not be built: the operator, the node's name, the
// operands with their shapes, the caller's file:line and what is wrong. Find it
// with errors.As.
type OpError = op.Error

// Operand is an operand as an OpError shows it.
type Operand = op.Operand

// What kinds of mistake there are, for errors.Is. Other packages of the module
// that have a kind of the same name have the same value.
var (
	// ErrShape marks shapes that do not fit an operator.
	ErrShape = op.ErrShape
	// ErrDType marks element types that do not fit.
	ErrDType = op.ErrDType
	// ErrNotDifferentiable marks an operator without a derivative.
	ErrNotDifferentiable = op.ErrNotDifferentiable
	// ErrNotFinite marks a number that is NaN, infinite or too large for its type,
	// such as the first output of a run with Config.Descend, which then has changed
	// no parameter.
	ErrNotFinite = op.ErrNotFinite
	// ErrOption marks a setting that has no meaning, such as a rate of -1.
	ErrOption = op.ErrOption
	// ErrMemory marks what needs more memory than there is, or than is allowed: a
	// *MemoryError.
	ErrMemory = op.ErrMemory
	// ErrTarget marks a target outside of the domain of its loss; see TargetError.
	ErrTarget = op.ErrTarget
	// ErrUnsupported marks what the project does not do.
	ErrUnsupported = op.ErrUnsupported
)
