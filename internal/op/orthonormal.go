package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Orthonormal is the thin factor Q of x = Q·R, with orthonormal columns and R
// upper triangular, for matrices [..., m, n] with m ≥ n, by Householder
// reflections. With R = Qᵀ·x and M = −dᵀ·Q, dx is (d + Q·L)·R⁻ᵀ, L being the lower
// triangle of M mirrored (Walter and Lehmann 2010). Columns that depend on each
// other have no gradient: a run that asks for it fails.
var Orthonormal Entry

func init() {
	define(&Orthonormal, Entry{
		Def: ir.Def{Name: "orthonormal", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				m, n, err := matrixOf(in[0])
				if err == nil && m < n {
					err = shapef("got %v, want at least as many rows as columns", in[0].Shape)
				}
				return in[0], err
			},
			F32: orthonormalKernel[float32](), F64: orthonormalKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			q := n.Out
			r := c.Triu(c.MatMulT(q, n.In[0], true, false), 0)
			m := c.Neg(c.MatMulT(d, q, true, false))
			mirrored := c.Add(c.Tril(m, 0), c.T(c.Tril(m, -1)))
			return []*gorgonia.Node{c.T(c.Solve(r, c.T(c.Add(d, c.MatMul(q, mirrored)))))}
		},
		Ref: func(c *ir.Call[float64]) {
			k := orthonormalKernel[float64]()
			c.State, _ = k.Prepare(c.V, 1)
			k.Run(c)
		},
		Samples: func() []Sample { return shapes(1, ir.Shape{2, 2}, ir.Shape{4, 3}, ir.Shape{2, 3, 2}) },
	})
}

// reflecting is the state of the kernel.
type reflecting struct {
	m, n, count  int
	a, tau, work []float64
}

func orthonormalKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := v.Type.Shape
			m, n := s[len(s)-2], s[len(s)-1]
			return &reflecting{m, n, s[:len(s)-2].Size(), make([]float64, m*n), make([]float64, n), make([]float64, max(1, 64*n))}, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*reflecting)
			if s.n == 0 {
				return
			}
			size := s.m * s.n
			for i := range s.count {
				for j, v := range c.In[0][i*size : (i+1)*size] {
					s.a[j] = float64(v)
				}
				lapack.Dgeqrf(s.m, s.n, s.a, s.n, s.tau, s.work, len(s.work))
				lapack.Dorgqr(s.m, s.n, s.n, s.a, s.n, s.tau, s.work, len(s.work))
				for j, v := range s.a {
					c.Out[i*size+j] = T(v)
				}
			}
		},
	}
}

// QR are the thin factors of matrices x: [..., m, n]: q: [..., m, k] with
// orthonormal columns and r: [..., k, n] upper triangular, k = min(m, n).
func (c *Ctx) QR(x *gorgonia.Node) (q, r *gorgonia.Node) {
	t := c.Type(x)
	if c.Err != nil {
		return nil, nil
	}
	m, n, err := matrixOf(t)
	if err != nil {
		c.Fail("qr", "", []*gorgonia.Node{x}, err)
		return nil, nil
	}
	left := x
	if m < n {
		left = c.part(x, -1, 0, m)
	}
	q = c.Apply(&Orthonormal, nil, left)
	return q, c.Triu(c.MatMulT(q, x, true, false), 0)
}
