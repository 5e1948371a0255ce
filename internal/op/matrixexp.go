package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// MatrixExp is the exponential Σ xᵏ/k! of square matrices [..., n, n], by its
// series after halving x often enough, and squaring. dx is the upper right block
// of the exponential of [[xᵀ, d], [0, xᵀ]] (Mathias 1996).
var MatrixExp Entry

func init() {
	define(&MatrixExp, Entry{
		Def: ir.Def{Name: "matrixexp", Class: ir.Opaque, Arity: 1, Infer: inferSquare(false),
			F32: matrixExpKernel[float32](), F64: matrixExpKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			xt := c.T(n.In[0])
			s := c.Shape(xt)
			if c.Err != nil {
				return []*gorgonia.Node{nil}
			}
			k := s[len(s)-1]
			block := c.Concat(-2, c.Concat(-1, xt, d), c.Concat(-1, c.Fill(xt, 0), xt))
			y := c.Apply(&MatrixExp, nil, block)
			return []*gorgonia.Node{c.part(c.part(y, -2, 0, k), -1, k, 2*k)}
		},
		Ref: func(c *ir.Call[float64]) {
			s := c.V.Type.Shape
			n := s[len(s)-1]
			for i := range s[:len(s)-2].Size() {
				x, y := c.In[0][i*n*n:(i+1)*n*n], c.Out[i*n*n:(i+1)*n*n]
				term, next := identity(n), make([]float64, n*n)
				copy(y, term)
				for k := 1.0; k < 80; k++ {
					times(next, term, x, n)
					for j := range next {
						term[j] = next[j] / k
						y[j] += term[j]
					}
				}
			}
		},
		Samples: func() []Sample { return shapes(1, ir.Shape{1, 1}, ir.Shape{3, 3}, ir.Shape{2, 2, 2}) },
	})
}

func identity(n int) []float64 {
	a := make([]float64, n*n)
	for i := range n {
		a[i*n+i] = 1
	}
	return a
}

// times is dst = a·b.
func times(dst, a, b []float64, n int) {
	clear(dst)
	for i := range n {
		for k := range n {
			v := a[i*n+k]
			for j, w := range b[k*n : (k+1)*n] {
				dst[i*n+j] += v * w
			}
		}
	}
}

// exponentiating is the state of the kernel.
type exponentiating struct {
	n, count      int
	a, sum, t1, t []float64
}

func matrixExpKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := v.Type.Shape
			n := s[len(s)-1]
			return &exponentiating{n, s[:len(s)-2].Size(), make([]float64, n*n), make([]float64, n*n), make([]float64, n*n), make([]float64, n*n)}, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*exponentiating)
			size := s.n * s.n
			for i := range s.count {
				for j, v := range c.In[0][i*size : (i+1)*size] {
					s.a[j] = float64(v)
				}
				s.exp()
				for j, v := range s.sum {
					c.Out[i*size+j] = T(v)
				}
			}
		},
	}
}

// exp makes sum the exponential of a: with a norm of at most 1/2, 18 terms leave
// out less than a rounding.
func (s *exponentiating) exp() {
	norm := 0.0
	for i := range s.n {
		row := 0.0
		for _, v := range s.a[i*s.n : (i+1)*s.n] {
			row += math.Abs(v)
		}
		norm = max(norm, row)
	}
	halvings := 0
	if _, e := math.Frexp(norm); e > -1 && !math.IsInf(norm, 0) && !math.IsNaN(norm) {
		halvings = e + 1
	}
	for j := range s.a {
		s.a[j] = math.Ldexp(s.a[j], -halvings)
		s.sum[j], s.t[j] = 0, 0
	}
	for i := range s.n {
		s.sum[i*s.n+i], s.t[i*s.n+i] = 1, 1
	}
	for k := 1.0; k <= 18; k++ {
		times(s.t1, s.t, s.a, s.n)
		for j, v := range s.t1 {
			s.t[j] = v / k
			s.sum[j] += s.t[j]
		}
	}
	for range halvings {
		times(s.t1, s.sum, s.sum, s.n)
		s.sum, s.t1 = s.t1, s.sum
	}
}

// MatrixExp is the exponential of square matrices.
func (c *Ctx) MatrixExp(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&MatrixExp, nil, x) }
