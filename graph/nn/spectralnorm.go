package nn

import (
	"math"
	"math/rand/v2"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// SpectralNorm returns w/σ with σ = u·W·v (Miyato et al. 2018). The matrix W has a row for
// each element of the axis; the other axes of w, in order, are its columns. If u and v are
// the first singular vectors of W, σ is its largest singular value. w has two axes or more,
// u: [rows], v: [columns], result: the shape of w.
//
// Linear, Conv and ConvTranspose with the option SpectralNorm own w as a parameter, and u and
// v as states. Both start near the singular vectors, after 15 power iterations. In training
// (Builder.SetTraining) each call makes one more:
//
//	u ← W·v/‖W·v‖, then v ← Wᵀ·u/‖Wᵀ·u‖
//
// The weight takes the new vectors, through which no gradient goes. A run that trains keeps
// them. These are the conventions of PyTorch's parametrizations.spectral_norm.
//
// Errors: ErrShape for an axis out of range and for vectors that do not fit. A layer whose
// weight starts as zeros is an ErrOption.
func SpectralNorm(b *graph.Builder, w, u, v *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "nn.SpectralNorm", w, u, v)
	defer c.Leave()
	k, ok := c.Axis(w, axis)
	if !ok {
		return nil
	}
	s, rows, columns := c.Shape(w), c.Shape(u), c.Shape(v)
	if c.OK() && (len(s) < 2 || !rows.Equal(ir.Shape{s[k]}) || len(columns) != 1 || columns[0]*s[k] != s.Size()) {
		c.Refuse(mistake.Shapef("got the vectors %v and %v for %v, want one of rows and one of columns", rows, columns, s))
		return nil
	}
	return b.Div(w, b.Sum(b.Mul(u, b.MatMul(rowsOf(b, w, k), v))))
}

// rowsOf returns w as a matrix with a row for each element of the axis.
func rowsOf(b *graph.Builder, w *gorgonia.Node, axis int) *gorgonia.Node {
	return b.Reshape(b.MoveAxes(w, []int{axis}, []int{0}), b.Shape(w)[axis], -1)
}

// powerEps is the smallest norm that a power iteration divides by.
const powerEps = 1e-12

// spectral returns a weight of the layer, whose outputs are on the axis: SpectralNorm of a
// parameter that init draws.
func (l layer) spectral(init graph.Initializer, axis int, shape ...int) *gorgonia.Node {
	var left, right []float64
	w := l.param("weight", func(dst []float64, shape []int, r *rand.Rand) error {
		err := init(dst, shape, r)
		if err == nil {
			left, right, err = singular(dst, shape, axis, r)
		}
		return err
	}, nil, shape...)
	u := l.state("u", found(&left, "SpectralNorm"), shape[axis])
	v := l.state("v", found(&right, "SpectralNorm"), ir.Shape(shape).Size()/shape[axis])
	if l.b.Training() {
		u, v = l.iterated(u, v, l.b.StopGradient(rowsOf(l.b, w, axis)))
	}
	return SpectralNorm(l.b, w, u, v, axis)
}

// iterated returns the states u and v after one power iteration of the matrix m, and keeps
// them.
func (l layer) iterated(u, v, m *gorgonia.Node) (left, right *gorgonia.Node) {
	left = Normalize(l.b, l.b.MatMul(m, l.b.Updated(v)), 2, 0, powerEps)
	right = Normalize(l.b, l.b.MatMul(left, m), 2, 0, powerEps)
	l.b.Update(u, left)
	l.b.Update(v, right)
	return left, right
}

// singular returns the first singular vectors of w, as the matrix of rowsOf, after 15 power
// iterations from a direction that is drawn.
func singular(w []float64, shape []int, axis int, r *rand.Rand) (u, v []float64, err error) {
	inner := ir.Shape(shape[axis+1:]).Size()
	u, v = make([]float64, shape[axis]), make([]float64, ir.Shape(shape).Size()/shape[axis])
	if err := graph.Normal(0, 1)(v, nil, r); err != nil {
		return nil, nil, err
	}
	each := func(f func(row, column int, x float64)) {
		for i, x := range w {
			f(i/inner%len(u), i/inner/len(u)*inner+i%inner, x)
		}
	}
	for range 15 {
		clear(u)
		each(func(row, column int, x float64) { u[row] += float64(x * v[column]) })
		if !toUnit(u) {
			return nil, nil, mistake.Optionf("got a weight of zeros, want one with a singular value above 0")
		}
		clear(v)
		each(func(row, column int, x float64) { v[column] += float64(x * u[row]) })
		toUnit(v)
	}
	return u, v, nil
}

// toUnit divides v by its norm, and says whether that is above 0.
func toUnit(v []float64) bool {
	square := 0.0
	for _, x := range v {
		square += float64(x * x)
	}
	for i := range v {
		v[i] /= math.Sqrt(square)
	}
	return square > 0
}
