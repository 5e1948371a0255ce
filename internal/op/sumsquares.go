package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// SumSquares is the attribute by times the sum of the squares of all elements of x: a
// mean of squares in one step, which a small model feels. Only the compiler makes it,
// so it is no row of the table.
var SumSquares ir.Def

func init() {
	SumSquares = ir.Def{Name: "sumsquares", Class: ir.Opaque, Arity: 1,
		Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
			return ir.Type{DType: in[0].DType, Shape: ir.Shape{}}, nil
		},
		Cost: func(v *ir.Value) ir.Cost { return ir.Cost{Flops: 2 * int64(v.In[0].Type.Shape.Size())} },
		F32:  sumSquares(vec.SumSquaresF32, vec.SumF32), F64: sumSquares(vec.SumSquaresF64, vec.SumF64)}
}

// sumSquares sums long operands in chunks, whatever the number of workers.
func sumSquares[T ir.Float](squares, sum func(x []T) T) ir.Kernel[T] {
	type state struct {
		c    *ir.Call[T]
		by   T
		part func(worker, part int)
	}
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := &state{by: T(v.Attrs.Float("by"))}
			s.part = func(_, p int) {
				x := s.c.In[0]
				s.c.Scratch[p] = squares(x[p*reduceChunk : min(len(x), (p+1)*reduceChunk)])
			}
			n := v.In[0].Type.Shape.Size()
			if n <= reduceChunk {
				return s, 0
			}
			return s, (n + reduceChunk - 1) / reduceChunk
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*state)
			if len(c.In[0]) <= reduceChunk {
				c.Out[0] = s.by * squares(c.In[0])
				return
			}
			s.c = c
			n := (len(c.In[0]) + reduceChunk - 1) / reduceChunk
			c.Pool.Run(n, s.part)
			c.Out[0] = s.by * sum(c.Scratch[:n])
		},
	}
}

// sumOfSquares is SumSquares for v, a sum over all axes of a square; else nil.
func sumOfSquares(f *ir.Func, v *ir.Value) *ir.Value {
	x := v.In[0]
	if x.Def != &Square.Def || len(v.Attrs.Ints("axes")) != len(x.Type.Shape) {
		return nil
	}
	w, err := f.New(&SumSquares, ir.A("by", 1.0), x.In[0])
	if err != nil || len(v.Type.Shape) == 0 {
		return w
	}
	return (&appending{f, true}).apply(&Reshape, ir.A("shape", []int(v.Type.Shape)), w)
}
