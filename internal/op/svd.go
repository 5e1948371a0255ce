package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	glapack "gonum.org/v1/gonum/lapack"
	"gorgonia.org/gorgonia"
)

// SVD decomposes matrices [..., M, N] into U·diag S·Vᵀ with k = min(m, n)
// singular values in falling order: result [..., m+n+1, k], the rows of U, then
// those of V, then S. The gradient is that of Ionescu et al. (2015, section 3)
// for thin factors; where singular values are equal, nothing flows between their
// vectors. The common sign of a column of U and V is free: only what does not
// depend on it should be differentiated.
var SVD Entry

func init() {
	define(&SVD, Entry{
		Def: ir.Def{Name: "svd", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				m, n, err := matrixOf(in[0])
				if err != nil {
					return ir.Type{}, err
				}
				lead := in[0].Shape[:len(in[0].Shape)-2]
				return ir.Type{DType: in[0].DType, Shape: append(lead.Clone(), m+n+1, min(m, n))}, nil
			},
			F32: svdKernel[float32](), F64: svdKernel[float64]()},
		VJP: vjpSVD,
		Ref: func(c *ir.Call[float64]) {
			k := svdKernel[float64]()
			c.State, _ = k.Prepare(c.V, 1)
			k.Run(c)
		},
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{2, 2}}}, {In: []ir.Shape{{4, 3}}}, {In: []ir.Shape{{2, 2, 3}}}}
		},
	})
}

// matrixOf are the extents of matrices of floats.
func matrixOf(t ir.Type) (m, n int, err error) {
	k := len(t.Shape) - 2
	if !t.DType.IsFloat() {
		return 0, 0, dtypef("got %v, want floats", t)
	}
	if k < 0 {
		return 0, 0, shapef("got %v, want matrices [..., M, N]", t.Shape)
	}
	return t.Shape[k], t.Shape[k+1], nil
}

// decomposed is the state of a kernel that finds singular values.
type decomposed struct {
	m, n, k, count    int
	a, s, u, vt, work []float64
}

func newDecomposed(s ir.Shape) *decomposed {
	m, n := s[len(s)-2], s[len(s)-1]
	k := min(m, n)
	d := &decomposed{m: m, n: n, k: k, count: s[:len(s)-2].Size(), a: make([]float64, m*n), s: make([]float64, k),
		u: make([]float64, m*k), vt: make([]float64, k*n)}
	if k > 0 {
		size := []float64{0}
		lapack.Dgesvd(glapack.SVDStore, glapack.SVDStore, m, n, d.a, n, d.s, d.u, k, d.vt, n, size, -1)
		d.work = make([]float64, int(size[0]))
	}
	return d
}

// svd decomposes matrix i of x; false if that does not converge.
func svd[T ir.Float](d *decomposed, x []T, i int) bool {
	if d.k == 0 {
		return true
	}
	for j, v := range x[i*d.m*d.n : (i+1)*d.m*d.n] {
		d.a[j] = float64(v)
	}
	if !allFinite(d.a) {
		fillNaN(d.s)
		fillNaN(d.u)
		fillNaN(d.vt)
		return true
	}
	return lapack.Dgesvd(glapack.SVDStore, glapack.SVDStore, d.m, d.n, d.a, d.n, d.s, d.u, d.k, d.vt, d.n, d.work, len(d.work))
}

func svdKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) { return newDecomposed(v.In[0].Type.Shape), 0 },
		Run: func(c *ir.Call[T]) {
			d := c.State.(*decomposed)
			size := (d.m + d.n + 1) * d.k
			for i := range d.count {
				if !svd(d, c.In[0], i) {
					failRun(c, shapef("matrix %d of %v: got singular values that do not converge, want finite elements", i, c.V.In[0].Type.Shape))
					continue
				}
				y := c.Out[i*size : (i+1)*size]
				for j, v := range d.u {
					y[j] = T(v)
				}
				for r := range d.n {
					for j := range d.k {
						y[(d.m+r)*d.k+j] = T(d.vt[j*d.n+r])
					}
				}
				for j, v := range d.s {
					y[(d.m+d.n)*d.k+j] = T(v)
				}
			}
		},
	}
}

func vjpSVD(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
	shape := c.Shape(n.In[0])
	if c.Err != nil {
		return []*gorgonia.Node{nil}
	}
	rows, cols := shape[len(shape)-2], shape[len(shape)-1]
	u, s, v := c.svdParts(n.Out, rows, cols)
	du, ds, dv := c.svdParts(d, rows, cols)
	apart := c.spread(c.Square(s))
	same := c.EqConst(apart, 0)
	f := c.Select(same, c.Fill(apart, 0), c.Reciprocal(c.Select(same, c.Fill(apart, 1), apart)))
	turn := func(x, dx *gorgonia.Node) *gorgonia.Node {
		y := c.MatMulT(x, dx, true, false)
		return c.Mul(f, c.Sub(y, c.T(y)))
	}
	row := c.Reshape(s, insert(c.Shape(s), len(shape)-2, 1))
	column := c.Reshape(s, insert(c.Shape(s), len(shape)-1, 1))
	inner := c.Add(c.Add(c.Mul(turn(u, du), row), c.Mul(column, turn(v, dv))), c.diagonalMatrix(ds))
	dx := c.MatMulT(c.MatMul(u, inner), v, false, true)
	safe := c.Select(c.EqConst(row, 0), c.Fill(row, 1), row)
	outside := func(x, dx *gorgonia.Node) *gorgonia.Node { // what leaves the space of the columns of x
		return c.Div(c.Sub(dx, c.MatMul(x, c.MatMulT(x, dx, true, false))), safe)
	}
	if rows > cols {
		dx = c.Add(dx, c.MatMulT(outside(u, du), v, false, true))
	}
	if cols > rows {
		dx = c.Add(dx, c.MatMulT(u, outside(v, dv), false, true))
	}
	return []*gorgonia.Node{dx}
}

// svdParts are U: [..., m, k], S: [..., k] and V: [..., N, K] of a result of SVD.
func (c *Ctx) svdParts(y *gorgonia.Node, m, n int) (u, s, v *gorgonia.Node) {
	shape := c.Shape(y)
	if c.Err != nil {
		return nil, nil, nil
	}
	last := len(shape) - 1
	s = c.Reshape(c.part(y, -2, m+n, m+n+1), append(shape[:last-1].Clone(), shape[last]))
	return c.part(y, -2, 0, m), s, c.part(y, -2, m, m+n)
}

// SVD are the thin factors of matrices: u: [..., m, k], s: [..., k] and v: [...,
// n, k] with x = u·diag s·vᵀ.
func (c *Ctx) SVD(x *gorgonia.Node) (u, s, v *gorgonia.Node) {
	t := c.Type(x)
	if c.Err != nil {
		return nil, nil, nil
	}
	m, n, err := matrixOf(t)
	if err != nil {
		c.Fail("svd", "", []*gorgonia.Node{x}, err)
		return nil, nil, nil
	}
	return c.svdParts(c.Apply(&SVD, nil, x), m, n)
}
