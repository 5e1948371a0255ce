package graph

import (
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/op"
)

// OpError is a node that could not be built: the operator, the node's name, the
// operands with their shapes, the caller's file:line and what is wrong. Find it
// with errors.As.
type OpError = op.Error

// Operand is an operand as an OpError shows it.
type Operand = op.Operand

// What kinds of mistake there are, for errors.Is.
var (
	// ErrShape marks shapes that do not fit an operator.
	ErrShape = op.ErrShape
	// ErrDType marks element types that do not fit.
	ErrDType = op.ErrDType
	// ErrNotDifferentiable marks an operator without a derivative.
	ErrNotDifferentiable = op.ErrNotDifferentiable
	// ErrNotFinite marks a run with Config.Descend whose first output is NaN or
	// infinite. It has changed no parameter.
	ErrNotFinite = exec.ErrNotFinite
	// ErrUnsupported marks what the project does not do.
	ErrUnsupported = op.ErrUnsupported
)
