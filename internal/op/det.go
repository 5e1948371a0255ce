package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Det is the determinant y of square matrices x: [..., n, n]; result [...]. dx =
// d·y·x⁻ᵀ, which a singular matrix has not.
var Det Entry

func init() {
	define(&Det, Entry{
		Def: ir.Def{Name: "det", Class: ir.Opaque, Arity: 1, Infer: inferSquare(true),
			F32: squareKernel(determinant[float32]), F64: squareKernel(determinant[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Mul(c.ofMatrix(c.Mul(d, n.Out)), c.T(c.Inverse(n.In[0])))}
		},
		Ref:     refDet(func(det float64) float64 { return det }),
		Samples: squareSamples,
	})
}

// ofMatrix gives x: [...] two axes of extent 1 more.
func (c *Ctx) ofMatrix(x *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	return c.Reshape(x, append(s.Clone(), 1, 1))
}

// refDet expands along the first row.
func refDet(f func(det float64) float64) func(c *ir.Call[float64]) {
	var det func(a []float64, n int) float64
	det = func(a []float64, n int) float64 {
		if n == 0 {
			return 1
		}
		sum, sign := 0.0, 1.0
		for k := range n {
			var minor []float64
			for i := 1; i < n; i++ {
				for j := range n {
					if j != k {
						minor = append(minor, a[i*n+j])
					}
				}
			}
			sum += sign * a[k] * det(minor, n-1)
			sign = -sign
		}
		return sum
	}
	return func(c *ir.Call[float64]) {
		s := c.V.In[0].Type.Shape
		n := s[len(s)-1]
		for i := range c.Out {
			c.Out[i] = f(det(c.In[0][i*n*n:(i+1)*n*n], n))
		}
	}
}

func determinant[T ir.Float](f *factored, c *ir.Call[T], i int) {
	load(f, c.In[0], i)
	f.lu()
	det := 1.0
	for k := range f.n {
		det *= f.a[k*f.n+k]
		if f.pivots[k] != k {
			det = -det
		}
	}
	c.Out[i] = T(det)
}

// Det is the determinant of square matrices.
func (c *Ctx) Det(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Det, nil, x) }
