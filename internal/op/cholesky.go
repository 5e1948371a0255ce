package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gonum.org/v1/gonum/blas"
	"gorgonia.org/gorgonia"
)

// Cholesky is the lower triangular y with y·yᵀ = x for symmetric positive
// definite matrices [..., n, n], of which the lower triangle is read. With P the
// lower triangle of yᵀ·d, its diagonal halved, dx is the symmetric part of
// y⁻ᵀ·P·y⁻¹ (Smith 1995; Murray 2016, equation 10). A matrix that is not
// positive definite is an error of the run.
var Cholesky Entry

func init() {
	define(&Cholesky, Entry{
		Def: ir.Def{Name: "cholesky", Class: ir.Opaque, Arity: 1, Infer: inferSquare(false),
			F32: squareKernel(choleskyOf[float32]), F64: squareKernel(choleskyOf[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			y := n.Out
			p := c.MatMulT(y, d, true, false)
			p = c.Scale(c.Add(c.Tril(p, 0), c.Tril(p, -1)), 0.5)
			yt := c.T(y)
			s := c.Solve(yt, c.T(c.Solve(yt, p))) // the transpose of y⁻ᵀ·P·y⁻¹
			return []*gorgonia.Node{c.Scale(c.Add(s, c.T(s)), 0.5)}
		},
		Ref: func(c *ir.Call[float64]) {
			s := c.V.Type.Shape
			n := s[len(s)-1]
			clear(c.Out)
			for m := range s[:len(s)-2].Size() {
				a, l := c.In[0][m*n*n:(m+1)*n*n], c.Out[m*n*n:(m+1)*n*n]
				for i := range n {
					for j := range i + 1 {
						sum := a[i*n+j]
						for k := range j {
							sum -= l[i*n+k] * l[j*n+k]
						}
						if l[i*n+j] = sum / l[j*n+j]; i == j {
							l[i*n+j] = math.Sqrt(sum)
						}
					}
				}
			}
		},
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{1, 1}}, Lo: 0.5, Hi: 2}, {In: []ir.Shape{{3, 1, 1}}, Lo: 0.5, Hi: 2}}
		},
	})
}

func choleskyOf[T ir.Float](f *factored, c *ir.Call[T], i int) {
	load(f, c.In[0], i)
	if f.n > 0 && !lapack.Dpotrf(blas.Lower, f.n, f.a, f.n) {
		failRun(c, shapef("matrix %d of %v: got one that is not positive definite, want a symmetric positive definite one", i, c.V.In[0].Type.Shape))
		return
	}
	for r := range f.n {
		for k := range f.n {
			v := f.a[r*f.n+k]
			if k > r {
				v = 0
			}
			c.Out[i*f.n*f.n+r*f.n+k] = T(v)
		}
	}
}

// Cholesky is the lower triangular factor of symmetric positive definite matrices.
func (c *Ctx) Cholesky(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Cholesky, nil, x) }
