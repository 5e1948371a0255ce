package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/gemm"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// Descend and MatMulDescend make a step of gradient descent where the parameter
// lies: p ← p − rate·g for a gradient g, or for one that is the product
// op(x)·op(y), whose tiles are then added to the parameter as they are finished.
// Operands: p, the scalar rate, and g or x and y. Only the compiler makes them,
// so they are no rows of the table: they are no functions of their operands.
var (
	Descend       ir.Def
	MatMulDescend ir.Def
)

func init() {
	first := func(in []ir.Type, _ ir.Attrs) (ir.Type, error) { return in[0], nil }
	Descend = ir.Def{Name: "descend", Class: ir.Opaque, Arity: 3, Infer: first,
		F32: descend[float32](), F64: descend[float64]()}
	MatMulDescend = ir.Def{Name: "matmuldescend", Class: ir.Opaque, Arity: 4, Infer: first,
		Cost: func(v *ir.Value) ir.Cost {
			n, k := int64(v.Type.Shape.Size()), int64(v.Attrs.Int("k"))
			return ir.Cost{Flops: 2 * n * k, Bytes: int64(v.Type.DType.Size()) * (2*n + k*int64(v.Attrs.Int("m")+v.Attrs.Int("n")))}
		},
		F32: matmulDescend[float32](), F64: matmulDescend[float64]()}
}

// DescendAttrs are the attributes of MatMulDescend for the MatMul v, and whether
// there is one: v must be one product.
func DescendAttrs(v *ir.Value) (a ir.Attrs, ok bool) {
	s := matmulSpec(v)
	return ir.A("m", s.M, "n", s.N, "k", s.K, "transA", s.TransA, "transB", s.TransB), s.batch == 1
}

// descendPiece is the number of elements that are worth another worker.
const descendPiece = 1 << 15

type descending[T ir.Float] struct {
	call *ir.Call[T]
	part func(worker, part int)
}

func descend[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(*ir.Value, int) (any, int) {
			s := &descending[T]{}
			s.part = func(_, i int) {
				p, g := s.call.Out, s.call.In[2]
				lo := i * descendPiece
				hi := min(len(p), lo+descendPiece)
				step(p[lo:hi], g[lo:hi], s.call.In[1][0])
			}
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*descending[T])
			s.call = c
			c.Pool.Run((len(c.Out)+descendPiece-1)/descendPiece, s.part)
		},
	}
}

// step is p ← p − rate·g.
func step[T ir.Float](p, g []T, rate T) {
	if q, ok := any(p).([]float32); ok {
		vec.SGDF32(q, any(g).([]float32), float32(rate), 0)
		return
	}
	vec.SGDF64(any(p).([]float64), any(g).([]float64), float64(rate), 0)
}

func matmulDescend[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			s := specOf(v.Attrs)
			s.Beta = 1
			p, err := gemm.NewPlan[T](s)
			if err != nil {
				panic("op: " + v.Def.Name + ": " + err.Error())
			}
			return p, p.Scratch(workers)
		},
		Run: func(c *ir.Call[T]) {
			p := c.State.(*gemm.Plan[T])
			p.RunScaled(c.Pool, -float64(c.In[1][0]), c.Out, c.In[2], c.In[3], c.Scratch)
		},
	}
}
