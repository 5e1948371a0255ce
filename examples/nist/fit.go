package main

import (
	"errors"
	"math"

	"github.com/symgrad/symgrad/graph"
	"gonum.org/v1/gonum/mat"
)

// fit is a model with data: its outputs are f and the columns of f's Jacobian.
type fit struct {
	model  *graph.Program
	params map[int]graph.Input[float64] // those that the model depends on
	y      []float64
}

// at is the residuals y − f and the Jacobian of f.
func (f *fit) at(params []float64) (r *mat.VecDense, j *mat.Dense, err error) {
	for i, v := range params {
		if b, ok := f.params[i]; ok {
			if err := b.Set([]float64{v}); err != nil {
				return nil, nil, err
			}
		}
	}
	if err := f.model.Run(); err != nil {
		return nil, nil, err
	}
	r, j = mat.NewVecDense(len(f.y), nil), mat.NewDense(len(f.y), len(params), nil)
	for i, v := range graph.OutputOf[float64](f.model, 0).Read(nil) {
		r.SetVec(i, f.y[i]-v)
	}
	column := make([]float64, len(f.y))
	for k := range params {
		out := graph.OutputOf[float64](f.model, 1+k).Read(nil)
		for i := range column {
			column[i] = out[min(i, len(out)-1)] // one number where all are the same
		}
		j.SetCol(k, column)
	}
	return r, j, nil
}

// minimize is the best of several fits from one start, which differ in the
// damping they begin with: far from the minimum, too long a first step ends where
// the model is flat.
func (f *fit) minimize(start []float64) (best []float64, err error) {
	least := math.Inf(1)
	for _, damp := range []float64{1e-3, 1, 1e2, 1e4, 1e7} {
		for _, largest := range []bool{true, false} {
			x, norm, err := f.levenbergMarquardt(start, damp, largest)
			if err != nil {
				return nil, err
			}
			if norm < least {
				best, least = x, norm
			}
		}
	}
	return best, nil
}

// levenbergMarquardt minimises the sum of squared residuals (Marquardt 1963). The
// damping is scaled by the norms of the Jacobian's columns, the largest ones so
// far (Moré 1978) or the present ones.
func (f *fit) levenbergMarquardt(start []float64, damp float64, largest bool) (x []float64, norm float64, err error) {
	x = append([]float64(nil), start...)
	r, j, err := f.at(x)
	if err != nil {
		return nil, 0, err
	}
	m, n := len(f.y), len(x)
	scale := make([]float64, n)
	a, rhs := mat.NewDense(m+n, n, nil), mat.NewVecDense(m+n, nil)
	for range 20000 {
		for k := range scale {
			s := mat.Norm(j.ColView(k), 2)
			if largest {
				s = max(s, scale[k])
			}
			scale[k] = s
		}
		// The least squares solution of (J; √damp·D)·step = (r; 0).
		a.Zero()
		a.Slice(0, m, 0, n).(*mat.Dense).Copy(j)
		for k, s := range scale {
			a.Set(m+k, k, math.Sqrt(damp)*s)
		}
		rhs.Zero()
		rhs.SliceVec(0, m).(*mat.VecDense).CopyVec(r)
		next := append([]float64(nil), x...)
		var step mat.VecDense
		if err := step.SolveVec(a, rhs); err == nil || errors.As(err, new(mat.Condition)) {
			for k := range next {
				next[k] += step.AtVec(k)
			}
		}
		r2, j2, err := f.at(next)
		if err != nil {
			return nil, 0, err
		}
		if mat.Norm(r2, 2) < mat.Norm(r, 2) {
			x, r, j = next, r2, j2
			damp = max(damp/5, 1e-25)
		} else if damp *= 3; damp > 1e25 {
			break
		}
	}
	return x, mat.Norm(r, 2), nil
}
