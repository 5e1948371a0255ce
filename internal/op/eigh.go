package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gonum.org/v1/gonum/blas"
	glapack "gonum.org/v1/gonum/lapack"
	"gorgonia.org/gorgonia"
)

// Eigh decomposes the symmetric parts of square matrices [..., n, n] into V·diag
// λ·Vᵀ: result [..., n+1, n], the rows of V with the eigenvectors as columns and
// below them λ, in rising order. With F = 1/(λⱼ − λᵢ) off the diagonal, 0 where
// eigenvalues are equal, dx is the symmetric part of V·(diag dλ + F∘Vᵀ·dV)·Vᵀ
// (Giles 2008, section 3.1). The sign of an eigenvector is free: only what does
// not depend on it should be differentiated.
var Eigh Entry

func init() {
	define(&Eigh, Entry{
		Def: ir.Def{Name: "eigh", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				t, err := inferSquare(false)(in, a)
				if err == nil {
					t.Shape = t.Shape.Clone()
					t.Shape[len(t.Shape)-2]++
				}
				return t, err
			},
			F32: squareKernel(eigen[float32]), F64: squareKernel(eigen[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			v, l := c.eighParts(n.Out)
			dv, dl := c.eighParts(d)
			apart := c.spread(l)
			same := c.EqConst(apart, 0)
			f := c.Select(same, c.Fill(apart, 0), c.Reciprocal(c.Select(same, c.Fill(apart, 1), apart)))
			inner := c.Add(c.Mul(f, c.MatMulT(v, dv, true, false)), c.diagonalMatrix(dl))
			s := c.MatMulT(c.MatMul(v, inner), v, false, true)
			return []*gorgonia.Node{c.Scale(c.Add(s, c.T(s)), 0.5)}
		},
		Ref: func(c *ir.Call[float64]) {
			k := squareKernel(eigen[float64])
			c.State, _ = k.Prepare(c.V, 1)
			k.Run(c)
		},
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{2, 2}}}, {In: []ir.Shape{{3, 3}}}, {In: []ir.Shape{{2, 3, 3}}}}
		},
	})
}

func eigen[T ir.Float](f *factored, c *ir.Call[T], i int) {
	n := f.n
	if n == 0 {
		return
	}
	x, y := c.In[0][i*n*n:(i+1)*n*n], c.Out[i*(n+1)*n:(i+1)*(n+1)*n]
	for r := range n {
		for k := range n {
			f.a[r*n+k] = (float64(x[r*n+k]) + float64(x[k*n+r])) / 2
		}
	}
	if !allFinite(f.a) {
		fillNaN(y)
		return
	}
	w := f.work[3*n:]
	if !lapack.Dsyev(glapack.EVCompute, blas.Lower, n, f.a, n, w, f.work[:3*n], 3*n) {
		failRun(c, shapef("matrix %d of %v: got eigenvalues that do not converge, want finite elements", i, c.V.In[0].Type.Shape))
		return
	}
	for j, v := range f.a {
		y[j] = T(v)
	}
	for j, v := range w {
		y[n*n+j] = T(v)
	}
}

// eighParts are the rows V and λ, [..., n], of a result of Eigh.
func (c *Ctx) eighParts(y *gorgonia.Node) (v, l *gorgonia.Node) {
	s := c.Shape(y)
	if c.Err != nil {
		return nil, nil
	}
	n := s[len(s)-1]
	l = c.part(y, -2, n, n+1)
	return c.part(y, -2, 0, n), c.Reshape(l, append(s[:len(s)-2].Clone(), n))
}

// spread is xⱼ − xᵢ at row i and column j, for x: [..., n].
func (c *Ctx) spread(x *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	return c.Sub(c.Reshape(x, insert(s, len(s)-1, 1)), c.Reshape(x, insert(s, len(s), 1)))
}

// diagonalMatrix has x: [..., n] on the diagonals of [..., n, n].
func (c *Ctx) diagonalMatrix(x *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	n := s[len(s)-1]
	return c.band(c.Broadcast(c.Reshape(x, insert(s, len(s)-1, 1)), insert(s, len(s), n)), 0, 0)
}

// Eigh are the eigenvalues, [..., n] in rising order, and eigenvectors, [..., n,
// n] as columns, of the symmetric parts of square matrices.
func (c *Ctx) Eigh(x *gorgonia.Node) (values, vectors *gorgonia.Node) {
	vectors, values = c.eighParts(c.Apply(&Eigh, nil, x))
	return values, vectors
}

// insert is s with an axis of extent d at k.
func insert(s ir.Shape, k, d int) ir.Shape {
	return append(append(s[:k:k].Clone(), d), s[k:]...)
}
