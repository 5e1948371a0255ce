package graph

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file bounds what a call makes while the graph is built: constants whose size its
// numbers say, and nodes that it makes one by one.

// mostSteps is how many steps a call unrolls at most, such as those of a recurrence: each
// is nodes of its own.
const mostSteps = 1 << 15

// holds says whether the operator may make a constant of the shape, of which there are
// two while the graph is built; if not it fails.
func (b *Builder) holds(operator string, x *gorgonia.Node, shape ...int) bool {
	if b.c.Err != nil {
		return false
	}
	n, err := ir.Shape(shape).CheckedSize(op.MaxElements)
	if err != nil {
		err = errors.Wrapf(ErrShape, "it needs a constant: %v", err)
	} else {
		use := MemoryUse{Op: "const", Shape: shape, Bytes: 8 * int64(n)}
		err = enough(2*use.Bytes, use)
	}
	if err != nil {
		b.c.Fail(operator, b.c.Label, operands(x), err)
	}
	return err == nil
}

// unrolls says whether the operator may make so many steps; if not it fails.
func (b *Builder) unrolls(operator string, x *gorgonia.Node, steps int) bool {
	if b.c.Err == nil && steps > mostSteps {
		b.c.Fail(operator, b.c.Label, operands(x), errors.Wrapf(ErrUnsupported, "got %d steps to unroll, want at most %d", steps, mostSteps))
	}
	return b.c.Err == nil
}

// operands are those of an operator of one or none.
func operands(x *gorgonia.Node) gorgonia.Nodes {
	if x == nil {
		return nil
	}
	return gorgonia.Nodes{x}
}
