package compile

import "github.com/symgrad/symgrad/internal/ir"

// CopyInt copies a view of an Int operand to memory of its own. The views are in the
// value's Body.
var CopyInt = ir.Def{Name: "copyint", Class: ir.Opaque, Arity: 1,
	Infer: Fused.Infer,
	F32:   ir.Kernel[float32]{Prepare: prepareCopyInt, Run: copyInt[float32]},
	F64:   ir.Kernel[float64]{Prepare: prepareCopyInt, Run: copyInt[float64]},
}

func prepareCopyInt(v *ir.Value, _ int) (any, int) {
	_, l, ok := chain(v.Body.Out[0])
	if !ok {
		panic("compile: copyint of what is no view")
	}
	return &intCopy{l, make([]int, len(l.Shape))}, 0
}

type intCopy struct {
	l   ir.Layout
	idx []int
}

func copyInt[T ir.Float](c *ir.Call[T]) {
	s := c.State.(*intCopy)
	clear(s.idx)
	at := s.l.Offset
	for i := range c.IntOut {
		c.IntOut[i] = c.IntIn[0][at]
		for k := len(s.idx) - 1; k >= 0; k-- {
			at += s.l.Stride[k]
			if s.idx[k]++; s.idx[k] < s.l.Shape[k] {
				break
			}
			at -= s.idx[k] * s.l.Stride[k]
			s.idx[k] = 0
		}
	}
}
