package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/gemm"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// Descend and MatMulDescend make steps of gradient descent in the memory of the
// parameters: p ← p − rate·g. Descend has the operands rate, a scalar, and pairs of p
// and g. MatMulDescend has rate, p, x and y: its g is the product op(x)·op(y), whose
// tiles are added to p as they are finished. The result is the first p. Only the
// compiler makes them, so they are no rows of the table: they change an operand.
var (
	Descend       ir.Def
	MatMulDescend ir.Def
)

func init() {
	first := func(in []ir.Type, _ ir.Attrs) (ir.Type, error) { return in[1], nil }
	defineInner(&Descend, ir.Def{Name: "descend", Class: ir.Opaque, Arity: -1, Infer: first,
		F32: descend[float32](), F64: descend[float64]()})
	defineInner(&MatMulDescend, ir.Def{Name: "matmuldescend", Class: ir.Opaque, Arity: 4, Infer: first,
		Cost: func(v *ir.Value) ir.Cost {
			n, k := int64(v.Type.Shape.Size()), int64(v.Attrs.Int("k"))
			return ir.Cost{Flops: 2 * n * k, Bytes: int64(v.Type.DType.Size()) * (2*n + k*int64(v.Attrs.Int("m")+v.Attrs.Int("n")))}
		},
		F32: matmulDescend[float32](), F64: matmulDescend[float64]()})
}

// descendLeast is the number of elements from which on a gradient is not written
// to memory before it is added.
const descendLeast = 1 << 12

// descendMatMul is the Descend of a MatMul. A batch of products has none, nor has a
// small product.
func descendMatMul(v *ir.Value) (d *ir.Def, a ir.Attrs) {
	s := matmulSpec(v)
	if s.batch != 1 || s.M*s.N < descendLeast {
		return nil, nil
	}
	return &MatMulDescend, attrsOf(s.Spec)
}

// descendPiece is the number of elements in one part, for one worker.
const descendPiece = 1 << 15

type descending[T ir.Float] struct {
	rate T
	p, g []T // of the present pair
	part func(worker, part int)
}

func descend[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(*ir.Value, int) (any, int) {
			s := &descending[T]{}
			s.part = func(_, i int) {
				lo, hi := i*descendPiece, min(len(s.p), (i+1)*descendPiece)
				vec.Of[T]().SGD(s.p[lo:hi], s.g[lo:hi], s.rate, 0)
			}
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*descending[T])
			s.rate = c.In[0][0]
			for i := 1; i < len(c.In); i += 2 {
				s.p, s.g = c.In[i], c.In[i+1]
				c.Pool.Run((len(s.p)+descendPiece-1)/descendPiece, s.part)
			}
		},
	}
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
			p.RunScaled(c.Pool, -float64(c.In[0][0]), c.Out, c.In[2], c.In[3], c.Scratch)
		},
	}
}
