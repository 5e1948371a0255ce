package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Inverse is the inverse y of square matrices: [..., n, n]; dx = −yᵀ·d·yᵀ. A
// singular matrix is an error of the run.
var Inverse Entry

func init() {
	define(&Inverse, Entry{
		Def: ir.Def{Name: "inverse", Class: ir.Opaque, Arity: 1, Infer: inferSquare(false),
			F32: squareKernel(invert[float32]), F64: squareKernel(invert[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			y := n.Out
			return []*gorgonia.Node{c.Neg(c.MatMulT(c.MatMulT(y, d, true, false), y, false, true))}
		},
		Ref: func(c *ir.Call[float64]) {
			n := c.V.Type.Shape[len(c.V.Type.Shape)-1]
			for i := range len(c.Out) / max(1, n*n) {
				refSolve(c.Out[i*n*n:(i+1)*n*n], c.In[0][i*n*n:(i+1)*n*n], n)
			}
		},
		Samples: squareSamples,
	})
}

// refSolve inverts by elimination with pivots.
func refSolve(dst, src []float64, n int) {
	a := append([]float64(nil), src...)
	clear(dst)
	for i := range n {
		dst[i*n+i] = 1
	}
	for k := range n {
		p := k
		for i := k + 1; i < n; i++ {
			if math.Abs(a[i*n+k]) > math.Abs(a[p*n+k]) {
				p = i
			}
		}
		for j := range n {
			a[k*n+j], a[p*n+j] = a[p*n+j], a[k*n+j]
			dst[k*n+j], dst[p*n+j] = dst[p*n+j], dst[k*n+j]
		}
		for i := range n {
			f := a[i*n+k] / a[k*n+k]
			for j := range n {
				if i != k {
					a[i*n+j] -= f * a[k*n+j]
					dst[i*n+j] -= f * dst[k*n+j]
				}
			}
		}
	}
	for i := range n {
		for j := range n {
			dst[i*n+j] /= a[i*n+i]
		}
	}
}

func invert[T ir.Float](f *factored, c *ir.Call[T], i int) {
	load(f, c.In[0], i)
	if !f.lu() || f.n > 0 && !lapack.Dgetri(f.n, f.a, f.n, f.pivots, f.work, len(f.work)) {
		singular(c, i)
		return
	}
	for j, v := range f.a {
		c.Out[i*f.n*f.n+j] = T(v)
	}
}

// Inverse is the inverse of square matrices.
func (c *Ctx) Inverse(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Inverse, nil, x) }
