package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Det is the determinant y of square matrices x: [..., n, n]; result [...]. dx = d
// times the cofactors of x: for n up to mostMinors the determinants of its minors,
// which singular matrices have too, else y·x⁻ᵀ.
var Det Entry

func init() {
	define(&Det, Entry{
		Def: ir.Def{Name: "det", Class: ir.Opaque, Arity: 1, Infer: inferSquare(true),
			F32: squareKernel(determinant[float32]), F64: squareKernel(determinant[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			s := c.Shape(n.In[0])
			if c.Err == nil && s[len(s)-1] <= mostMinors {
				return []*gorgonia.Node{c.Mul(c.ofMatrix(d), c.cofactors(n.In[0]))}
			}
			return []*gorgonia.Node{c.Mul(c.ofMatrix(c.Mul(d, n.Out)), c.T(c.Inverse(n.In[0])))}
		},
		Ref: refDet(func(det float64) float64 { return det }),
		Samples: func() []Sample {
			return append([]Sample{{In: []ir.Shape{{2, 7, 7}}, Lo: 0, Hi: 0.9, Kinked: true}}, squareSamples()...)
		},
	})
}

// mostMinors is the largest n whose cofactors are found one by one: their n²
// factorisations then cost less than reading them.
const mostMinors = 6

// cofactors are (−1)^(i+j) times the determinant of x without row i and column j.
func (c *Ctx) cofactors(x *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	n := s[len(s)-1]
	if n <= 1 { // of one place the empty minor, whose determinant is 1
		return c.Fill(x, 1)
	}
	without := func(x *gorgonia.Node, axis int) []*gorgonia.Node { // one place of the axis each
		out := make([]*gorgonia.Node, n)
		for i := range out {
			out[i] = c.Concat(axis, c.part(x, axis, 0, i), c.part(x, axis, i+1, n))
		}
		return out
	}
	k := len(s) - 2
	rows := c.Stack(k, without(x, k)...)          // [..., i, n−1, n]
	minors := c.Stack(k+1, without(rows, k+2)...) // [..., i, j, n−1, n−1]
	signed := make([]*gorgonia.Node, n)
	det := c.Apply(&Det, nil, minors)
	for i := range signed {
		row := c.part(det, k, i, i+1)
		parts := make([]*gorgonia.Node, n)
		for j := range parts {
			if parts[j] = c.part(row, k+1, j, j+1); (i+j)%2 == 1 {
				parts[j] = c.Neg(parts[j])
			}
		}
		signed[i] = c.Concat(k+1, parts...)
	}
	return c.Concat(k, signed...)
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
