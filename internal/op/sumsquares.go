package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// SumSquares is the attribute by times the sum of the squares of all elements of x: a
// mean of squares in one step, which a small model feels. The compiler makes it of
// Square, Sum and Scale. dx = 2·by·d·x.
var SumSquares Entry

func init() {
	define(&SumSquares, Entry{
		Def: ir.Def{Name: "sumsquares", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				if !in[0].DType.IsFloat() {
					return ir.Type{}, dtypef("got %v, want floats", in[0])
				}
				return ir.Type{DType: in[0].DType, Shape: ir.Shape{}}, nil
			},
			Cost: func(v *ir.Value) ir.Cost { return ir.Cost{Flops: 2 * int64(v.In[0].Type.Shape.Size())} },
			F32:  sumSquares(vec.F32.SumSquares, vec.F32.Sum), F64: sumSquares(vec.F64.SumSquares, vec.F64.Sum)},
		Sym: func(a ir.Attrs, x []*sym.Expr) *sym.Expr {
			return sym.Product(sym.Num(a.Float("by")), sym.Sigma(sym.Power(x[0], sym.Num(2))))
		},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Scale(c.Mul(d, n.In[0]), 2*n.Attrs.Float("by"))}
		},
		Ref: func(c *ir.Call[float64]) {
			for _, x := range c.In[0] {
				c.Out[0] += c.V.Attrs.Float("by") * x * x
			}
		},
		Samples: func() []Sample {
			return withAttrs(ir.A("by", 0.25), shapes(1, ir.Shape{3, 4}, ir.Shape{}, ir.Shape{2, 8200}))
		},
	})
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
	w, err := f.New(&SumSquares.Def, ir.A("by", 1.0), x.In[0])
	if err != nil || len(v.Type.Shape) == 0 {
		return w
	}
	return (&appending{f, true}).apply(&Reshape, ir.A("shape", []int(v.Type.Shape)), w)
}
