package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gonum.org/v1/gonum/lapack/gonum"
	"gorgonia.org/gorgonia"
)

// This file holds what the operators that factorise square matrices share. The
// factorisations are gonum's, in float64, one matrix after the other.

var lapack gonum.Implementation

// inferSquare is the shape rule of a row of square matrices [..., N, N]; drop
// leaves out the last two axes.
func inferSquare(drop bool) func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
	return func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
		x := in[0]
		if !x.DType.IsFloat() {
			return ir.Type{}, dtypef("got %v, want floats", x)
		}
		k := len(x.Shape) - 2
		if k < 0 || x.Shape[k] != x.Shape[k+1] {
			return ir.Type{}, shapef("got %v, want square matrices [..., N, N]", x.Shape)
		}
		if drop {
			return ir.Type{DType: x.DType, Shape: x.Shape[:k].Clone()}, nil
		}
		return x, nil
	}
}

// factored is the state of a kernel over square matrices.
type factored struct {
	n, count int
	a, work  []float64
	pivots   []int
}

func newFactored(s ir.Shape) *factored {
	n := s[len(s)-1]
	return &factored{n: n, count: s[:len(s)-2].Size(), a: make([]float64, n*n), work: make([]float64, max(1, 4*n)), pivots: make([]int, n)}
}

// load copies matrix i of x.
func load[T ir.Float](f *factored, x []T, i int) {
	for j, v := range x[i*f.n*f.n : (i+1)*f.n*f.n] {
		f.a[j] = float64(v)
	}
}

// allFinite says whether no element of x is NaN or infinite. With such an element an
// iteration for eigenvalues or singular values would find meaningless numbers, or not
// end. So the whole result is NaN then.
func allFinite(x []float64) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// fillNaN makes every element NaN.
func fillNaN[T ir.Float](x []T) {
	for i := range x {
		x[i] = T(math.NaN())
	}
}

// lu factorises the loaded matrix with pivots; false if it is singular.
func (f *factored) lu() bool {
	return f.n == 0 || lapack.Dgetrf(f.n, f.n, f.a, f.n, f.pivots)
}

// squareKernel runs each on every matrix.
func squareKernel[T ir.Float](each func(f *factored, c *ir.Call[T], i int)) ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) { return newFactored(v.In[0].Type.Shape), 0 },
		Run: func(c *ir.Call[T]) {
			f := c.State.(*factored)
			for i := range f.count {
				each(f, c, i)
			}
		},
	}
}

// singular reports that matrix i has no inverse.
func singular[T ir.Float](c *ir.Call[T], i int) {
	failRun(c, shapef("matrix %d of %v: got a singular one, want an invertible one", i, c.V.In[0].Type.Shape))
}

// T swaps the last two axes.
func (c *Ctx) T(x *gorgonia.Node) *gorgonia.Node {
	if n := len(c.Shape(x)); n >= 2 {
		return c.Transpose(x, SwapAxes(n, n-2, n-1))
	}
	return x
}

// squareSamples are small matrices: the tests draw elements from an interval, and
// larger matrices of such elements may be badly conditioned.
func squareSamples() []Sample {
	return []Sample{
		{In: []ir.Shape{{1, 1}}, Lo: 0.5, Hi: 2},
		{In: []ir.Shape{{2, 1, 1}}, Lo: 0.5, Hi: 2},
		{In: []ir.Shape{{3, 3}}},
		{In: []ir.Shape{{2, 2, 2}}},
	}
}
