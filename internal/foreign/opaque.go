package foreign

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// OpaqueName is the name of the rows that run an operator by its own Do: those
// that a program fell back on.
const OpaqueName = "opaque"

// opaque reads n as a row of its own, which runs by the operator's Do and is
// differentiated by its SymDiff. unread is why it could not be read as others are,
// if somebody tried. The attributes keep the compiler from merging two such nodes.
func opaque(r row, n node, unread error) (op.Applied, error) {
	e := &op.Entry{Def: ir.Def{Name: OpaqueName, Class: ir.Opaque, Arity: len(n.in), Once: true,
		Infer: func([]ir.Type, ir.Attrs) (ir.Type, error) { return n.out, nil }}}
	do := r.do
	if do == nil {
		do = gorgonia.Op.Do
	}
	e.F32 = ir.Kernel[float32]{Run: func(c *ir.Call[float32]) { runOpaque(n.node.Op(), do, c) }}
	e.F64 = ir.Kernel[float64]{Run: func(c *ir.Call[float64]) { runOpaque(n.node.Op(), do, c) }}
	if sd, ok := n.node.Op().(gorgonia.SDOp); ok {
		e.VJP = ownRule(sd)
		if r.mend != nil {
			e.VJP = r.mend(n, e.VJP)
			if n.err() != nil {
				return op.Applied{}, n.err()
			}
		}
	}
	what := n.node.Op().String()
	if unread != nil {
		what += ": " + unread.Error()
	}
	return n.apply(e, ir.A("node", int(n.node.ID()), "op", what)), nil
}

// runOpaque calls do with copies of the operands and copies the result.
func runOpaque[T ir.Float](o gorgonia.Op, do doer, c *ir.Call[T]) {
	in := make([]gorgonia.Value, len(c.V.In))
	for i, x := range c.V.In {
		if x.Type.DType == ir.Int {
			in[i] = op.NewValue[T](x.Type.Shape, nil, slices.Clone(c.IntIn[i]))
		} else {
			in[i] = op.NewValue(x.Type.Shape, slices.Clone(c.In[i]), nil)
		}
	}
	v, err := guarded(func() (gorgonia.Value, error) { return do(o, in...) })
	if err == nil {
		var floats []T
		var ints []int
		floats, ints, err = op.Elements[T](v, c.V.Type)
		copy(c.Out, floats)
		copy(c.IntOut, ints)
	}
	if err != nil {
		op.FailRun(c, fmt.Sprintf("Do of %v", o), err)
	}
}

// guarded calls code of gorgonia's. If that panics, it has failed.
func guarded[T any](f func() (T, error)) (out T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("it panics: %v", r)
		}
	}()
	return f()
}
