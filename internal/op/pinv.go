package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Pinv is the Moore-Penrose inverse y: [..., n, m] of matrices x: [..., m, n].
// Singular values up to the attribute rcond times the largest count as 0. For a
// rank that stays as it is,
//
//	dx = −yᵀ·d·yᵀ + (1 − x·y)·dᵀ·y·yᵀ + yᵀ·y·dᵀ·(1 − y·x)
//
// (Golub and Pereyra 1973, equation 4.12).
var Pinv Entry

func init() {
	define(&Pinv, Entry{
		Def: ir.Def{Name: "pinv", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				m, n, err := matrixOf(in[0])
				if err != nil {
					return ir.Type{}, err
				}
				if r := a.Float("rcond"); !(r >= 0) {
					return ir.Type{}, shapef("got the rcond %v, want at least 0", r)
				}
				lead := in[0].Shape[:len(in[0].Shape)-2]
				return ir.Type{DType: in[0].DType, Shape: append(lead.Clone(), n, m)}, nil
			},
			F32: pinvKernel[float32](), F64: pinvKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, y := n.In[0], n.Out
			yt, dt := c.T(y), c.T(d)
			first := c.MatMul(yt, c.MatMul(d, yt))
			w := c.MatMul(dt, c.MatMul(y, yt))
			second := c.Sub(w, c.MatMul(x, c.MatMul(y, w)))
			z := c.MatMul(c.MatMul(yt, y), dt)
			third := c.Sub(z, c.MatMul(c.MatMul(z, y), x))
			return []*gorgonia.Node{c.Sub(c.Add(second, third), first)}
		},
		Ref: func(c *ir.Call[float64]) { // (xᵀx)⁻¹xᵀ for more rows than columns, else xᵀ(xxᵀ)⁻¹
			s := c.V.In[0].Type.Shape
			m, n := s[len(s)-2], s[len(s)-1]
			for i := range s[:len(s)-2].Size() {
				refPinv(c.Out[i*m*n:(i+1)*m*n], c.In[0][i*m*n:(i+1)*m*n], m, n)
			}
		},
		Samples: func() []Sample {
			return withAttrs(ir.A("rcond", 1e-15), shapes(1, ir.Shape{3, 2}, ir.Shape{2, 3}, ir.Shape{2, 2, 2}))
		},
	})
}

func refPinv(dst, x []float64, m, n int) {
	k := min(m, n)
	at := func(i, j int) float64 { // element of x, turned so that it has k columns
		if m >= n {
			return x[i*n+j]
		}
		return x[j*n+i]
	}
	gram, inv := make([]float64, k*k), make([]float64, k*k)
	for i := range k {
		for j := range k {
			for r := range max(m, n) {
				gram[i*k+j] += at(r, i) * at(r, j)
			}
		}
	}
	refSolve(inv, gram, k)
	clear(dst)
	for i := range k {
		for r := range max(m, n) {
			sum := 0.0
			for j := range k {
				sum += inv[i*k+j] * at(r, j)
			}
			if m >= n {
				dst[i*m+r] = sum
			} else {
				dst[r*m+i] = sum
			}
		}
	}
}

func pinvKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) { return newDecomposed(v.In[0].Type.Shape), 0 },
		Run: func(c *ir.Call[T]) {
			d, rcond := c.State.(*decomposed), c.V.Attrs.Float("rcond")
			for i := range d.count {
				if !svd(d, c.In[0], i) {
					failRun(c, shapef("matrix %d of %v: got singular values that do not converge, want finite elements", i, c.V.In[0].Type.Shape))
					continue
				}
				y := c.Out[i*d.m*d.n : (i+1)*d.m*d.n]
				for r := range d.n {
					for q := range d.m {
						sum := 0.0
						for j := 0; j < d.k && !(d.s[j] <= rcond*d.s[0]); j++ {
							sum += d.vt[j*d.n+r] * d.u[q*d.k+j] / d.s[j]
						}
						y[r*d.m+q] = T(sum)
					}
				}
			}
		},
	}
}

// Pinv is the Moore-Penrose inverse of matrices.
func (c *Ctx) Pinv(x *gorgonia.Node, rcond float64) *gorgonia.Node {
	return c.Apply(&Pinv, ir.A("rcond", rcond), x)
}
