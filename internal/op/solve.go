package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gonum.org/v1/gonum/blas"
	"gorgonia.org/gorgonia"
)

// Solve is the y with x·y = b for square matrices: x: [..., N, N], b: [..., n,
// k], with equal leading axes; result like b. db = x⁻ᵀ·d and dx = −db·yᵀ. A
// singular matrix is an error of the run.
var Solve Entry

func init() {
	define(&Solve, Entry{
		Def: ir.Def{Name: "solve", Class: ir.Opaque, Arity: 2, Infer: inferSolve,
			F32: solveKernel[float32](), F64: solveKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			db := c.Apply(&Solve, nil, c.T(n.In[0]), d)
			return []*gorgonia.Node{c.Neg(c.MatMulT(db, n.Out, false, true)), db}
		},
		Ref: func(c *ir.Call[float64]) {
			s := c.V.Type.Shape
			n, k := s[len(s)-2], s[len(s)-1]
			inv := make([]float64, n*n)
			for m := range s[:len(s)-2].Size() {
				refSolve(inv, c.In[0][m*n*n:(m+1)*n*n], n)
				for i := range n {
					for j := range k {
						sum := 0.0
						for q := range n {
							sum += inv[i*n+q] * c.In[1][m*n*k+q*k+j]
						}
						c.Out[m*n*k+i*k+j] = sum
					}
				}
			}
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 3}, {3, 2}}},
				{In: []ir.Shape{{2, 2, 2}, {2, 2, 1}}},
				{In: []ir.Shape{{1, 1}, {1, 3}}, Lo: 0.5, Hi: 2},
			}
		},
	})
}

func inferSolve(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	if _, err := inferSquare(false)(in[:1], a); err != nil {
		return ir.Type{}, err
	}
	x, y := in[0].Shape, in[1].Shape
	k := len(x) - 2
	if !in[1].DType.IsFloat() || len(y) != len(x) || !y[:k].Equal(x[:k]) || y[k] != x[k] {
		return ir.Type{}, shapef("got %v and %v, want matrices [..., N, N] and right sides [..., N, K]", in[0], in[1])
	}
	return in[1], nil
}

// solving is the state: the factors, and the right sides in float64.
type solving struct {
	*factored
	k int
	b []float64
}

func solveKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := v.Type.Shape
			k := s[len(s)-1]
			return &solving{newFactored(v.In[0].Type.Shape), k, make([]float64, s[len(s)-2]*k)}, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*solving)
			for i := range s.count {
				load(s.factored, c.In[0], i)
				if !s.lu() {
					singular(c, i)
					continue
				}
				size := len(s.b)
				for j, v := range c.In[1][i*size : (i+1)*size] {
					s.b[j] = float64(v)
				}
				if size > 0 {
					lapack.Dgetrs(blas.NoTrans, s.n, s.k, s.a, s.n, s.pivots, s.b, s.k)
				}
				for j, v := range s.b {
					c.Out[i*size+j] = T(v)
				}
			}
		},
	}
}

// Solve is the y with x·y = b; leading axes broadcast.
func (c *Ctx) Solve(x, b *gorgonia.Node) *gorgonia.Node {
	sx, sb := c.Shape(x), c.Shape(b)
	if c.Err != nil {
		return nil
	}
	if len(sx) >= 2 && len(sb) >= 2 {
		if s, err := BroadcastShape(sx[:len(sx)-2], sb[:len(sb)-2]); err == nil {
			x = c.Broadcast(x, append(s.Clone(), sx[len(sx)-2:]...))
			b = c.Broadcast(b, append(s.Clone(), sb[len(sb)-2:]...))
		}
	}
	return c.Apply(&Solve, nil, x, b)
}
