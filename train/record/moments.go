package record

import (
	"math"

	"github.com/symgrad/symgrad/graph"
)

// moments are what Statistics says about the elements of a tensor.
type moments struct {
	norm      float64 // Euclidean
	mean, std float64 // std is the root of the mean squared distance from the mean
	zero      float64 // the fraction that is 0
}

// momentsOf returns the moments of v. Sums are in float64 and in the order of v, so that
// they do not depend on the number of threads.
func momentsOf[T float32 | float64](v []T) (m moments) {
	n := float64(len(v))
	if n == 0 {
		return m
	}
	zeros := 0
	for _, x := range v {
		m.mean += float64(x) / n
		if x == 0 {
			zeros++
		}
	}
	m.zero = float64(zeros) / n
	m.norm = rootOfSquares(v, 0)
	m.std = rootOfSquares(v, m.mean) / math.Sqrt(n)
	return m
}

// rootOfSquares returns √Σ(v−c)², without overflow or underflow of the squares.
func rootOfSquares[T float32 | float64](v []T, c float64) float64 {
	sum := 0.0
	for _, x := range v {
		d := float64(x) - c
		sum += d * d
	}
	if sum >= 1e-280 && sum <= math.MaxFloat64 {
		return math.Sqrt(sum)
	}
	most := 0.0
	for _, x := range v {
		most = max(most, math.Abs(float64(x)-c)) // NaN stays
	}
	if most == 0 || math.IsNaN(most) || math.IsInf(most, 0) {
		return most
	}
	sum = 0
	for _, x := range v {
		d := (float64(x) - c) / most
		sum += d * d
	}
	return most * math.Sqrt(sum)
}

// hypot returns the norm of tensors from their norms.
func hypot(norms []float64) float64 { return rootOfSquares(norms, 0) }

// gradients measures their norm. Its memory is used again.
type gradients struct {
	of    []*graph.Param // all parameters; nil: not known yet
	norms []float64
}

// norm returns the norm of all gradients together.
func (g *gradients) norm(p *graph.Params) float64 {
	if g.of == nil {
		g.of = p.List()
	}
	g.norms = g.norms[:0]
	movingOf(p, g.of,
		func(_ *graph.Param, _, x []float32) { g.norms = append(g.norms, rootOfSquares(x, 0)) },
		func(_ *graph.Param, _, x []float64) { g.norms = append(g.norms, rootOfSquares(x, 0)) })
	return hypot(g.norms)
}

// moving calls f32 or f64 for each parameter of p that is not frozen, with its elements
// and gradients.
func moving(p *graph.Params, f32 func(q *graph.Param, param, grad []float32), f64 func(q *graph.Param, param, grad []float64)) {
	movingOf(p, p.List(), f32, f64)
}

// movingOf is moving for the parameters of a list.
func movingOf(p *graph.Params, list []*graph.Param, f32 func(q *graph.Param, param, grad []float32), f64 func(q *graph.Param, param, grad []float64)) {
	p32, g32 := p.Flat32()
	p64, g64 := p.Flat64()
	for _, q := range list {
		if p.Frozen(q) {
			continue
		}
		lo, hi := q.Offset(), q.Offset()+q.Size()
		if p.DType() == graph.Float32 {
			f32(q, p32[lo:hi], g32[lo:hi])
		} else {
			f64(q, p64[lo:hi], g64[lo:hi])
		}
	}
}
