package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/gemm"
)

// PackRight and MatMulPacked are MatMul in two steps, for a right operand that
// several products share: it is packed once, not by each product. Only the compiler
// makes them, so they are no rows of the table: the layout of the packed operand
// depends on the processor.
var (
	PackRight    ir.Def
	MatMulPacked ir.Def
)

func init() {
	defineInner(&PackRight, ir.Def{Name: "packright", Class: ir.Opaque, Arity: 1,
		Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
			p, err := packer(in[0].DType, specOf(a))
			if err != nil {
				return ir.Type{}, err
			}
			return ir.Type{DType: in[0].DType, Shape: ir.Shape{p.PackedSize()}}, nil
		},
		F32: packRight[float32](), F64: packRight[float64]()})
	defineInner(&MatMulPacked, ir.Def{Name: "matmulpacked", Class: ir.Contract, Arity: 2,
		Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
			x := in[0].Shape
			m, _ := lastTwo(x, a.Bool("transA"))
			return ir.Type{DType: in[0].DType, Shape: append(x[:len(x)-2].Clone(), m, a.Int("n"))}, nil
		},
		ByRow: matmulByRow,
		Cost: func(v *ir.Value) ir.Cost {
			return ir.Cost{Flops: 2 * int64(v.Type.Shape.Size()) * int64(v.Attrs.Int("k"))}
		},
		F32: matmulPacked[float32](), F64: matmulPacked[float64]()})
}

// splitMatMul is the Split of a MatMul. A product is not split if it does not pack y
// (it has few rows or columns), nor if y has leading axes.
func splitMatMul(v *ir.Value, kept bool) (first, then *ir.Def, a ir.Attrs) {
	s := matmulSpec(v)
	if s.batch != 1 || len(v.In[1].Type.Shape) != 2 {
		return nil, nil, nil
	}
	s.Kept = kept
	if p, err := packer(v.Type.DType, s.Spec); err != nil || !p.Packs() {
		return nil, nil, nil
	}
	return &PackRight, &MatMulPacked, attrsOf(s.Spec)
}

// packer is the plan of a product of elements of type t.
func packer(t ir.DType, s gemm.Spec) (interface {
	Packs() bool
	PackedSize() int
}, error) {
	if t == ir.F32 {
		return gemm.NewPlan[float32](s)
	}
	return gemm.NewPlan[float64](s)
}

// keptAttr is an attribute of a product whose right operand is packed once for many runs.
const keptAttr = "kept"

// attrsOf are the attributes that specOf reads.
func attrsOf(s gemm.Spec) ir.Attrs {
	a := ir.A("m", s.M, "n", s.N, "k", s.K, "transA", s.TransA, "transB", s.TransB)
	if s.Free {
		a = a.With(freeAttr, true)
	}
	if s.Kept {
		a = a.With(keptAttr, true)
	}
	return a
}

func specOf(a ir.Attrs) gemm.Spec {
	free, _ := a.Get(freeAttr).(bool)
	kept, _ := a.Get(keptAttr).(bool)
	return gemm.Spec{M: a.Int("m"), N: a.Int("n"), K: a.Int("k"), TransA: a.Bool("transA"), TransB: a.Bool("transB"), Free: free, Kept: kept, Alpha: 1}
}

// planOf is the plan of a value whose attributes were checked when it was made.
func planOf[T ir.Float](v *ir.Value) *gemm.Plan[T] {
	p, err := gemm.NewPlan[T](specOf(v.Attrs))
	if err != nil {
		panic("op: " + v.Def.Name + ": " + err.Error())
	}
	return p
}

func packRight[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) { return planOf[T](v), 0 },
		Run:     func(c *ir.Call[T]) { c.State.(*gemm.Plan[T]).PackB(c.In[0], c.Out) },
	}
}

func matmulPacked[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			p := planOf[T](v).Rows(v.Type.Shape[:len(v.Type.Shape)-1].Size())
			return p, p.Scratch(workers)
		},
		Run: func(c *ir.Call[T]) {
			c.State.(*gemm.Plan[T]).RunPacked(c.Pool, c.Out, c.In[0], c.In[1], c.Scratch, c.Post)
		},
	}
}
