package graph

import (
	"github.com/symgrad/symgrad/internal/op"
)

// OpError is the error of a call that could not be made: the operator, the name that the
// user gave, what is wrong and what is wanted, the operands with their shapes, and the
// caller's file:line. Find it with errors.As.
type OpError = op.Error

// Operand is an operand of an OpError: its name and its type.
type Operand = op.Operand

// The kinds of mistake, for errors.Is. A kind that another package of the module has under
// the same name is the same value.
var (
	// ErrShape marks shapes, axes or extents that do not fit an operator.
	ErrShape = op.ErrShape
	// ErrDType marks element types that do not fit.
	ErrDType = op.ErrDType
	// ErrNotDifferentiable marks an operator without a derivative.
	ErrNotDifferentiable = op.ErrNotDifferentiable
	// ErrNotFinite marks a number that is NaN, infinite or too large for its type,
	// such as the first output of a run with Options.Descend, which then has changed
	// no parameter.
	ErrNotFinite = op.ErrNotFinite
	// ErrOption marks an argument or a setting that has no meaning, such as a rate of -1.
	ErrOption = op.ErrOption
	// ErrMemory marks a program that needs more memory than there is, or than is
	// allowed: a *MemoryError.
	ErrMemory = op.ErrMemory
	// ErrTarget marks a target outside of the domain of its loss; see TargetError.
	ErrTarget = op.ErrTarget
	// ErrUnsupported marks a computation that is not implemented.
	ErrUnsupported = op.ErrUnsupported
)
