package train

import (
	"math"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// This file measures and limits gradients.

// GradNorm returns the norm of all gradients together, as one vector: (Σ|g|ᵖ)^(1/p), and
// max|g| if p is infinite. p is above 0; the Euclidean norm is that of p = 2.
//
// It does not overflow before the result does: a result above the largest float64 is that
// number. It is not finite only if a gradient is not. The bits are the same for any number
// of threads.
func (v *View) GradNorm(p float64) float64 {
	if v == nil {
		return 0
	}
	return v.length(p).value()
}

// ClipGradNorm multiplies all gradients by limit/(norm + 1e-6) if that is below 1, and returns
// their norm before, as GradNorm does (Pascanu et al. 2013, algorithm 1). Gradients whose
// norm is not finite stay as they are.
func (v *View) ClipGradNorm(limit, p float64) (norm float64) {
	if v == nil {
		return 0
	}
	l := v.length(p)
	norm = l.value()
	v.measure = norm
	if by, over := l.clip(limit); over && isFinite(norm) {
		Each(v, by, scaleGrad[float32], scaleGrad[float64])
	}
	return norm
}

// ClipGradValue limits each element of the gradients to [−limit, limit].
func (v *View) ClipGradValue(limit float64) {
	Each(v, limit, clampGrad[float32], clampGrad[float64])
}

// length is the product of two numbers, which may be larger than any float64.
type length struct{ unit, times float64 }

func (l length) value() float64 {
	if math.IsInf(l.unit, 1) {
		return l.unit
	}
	return min(l.unit*l.times, math.MaxFloat64)
}

// factors are two numbers to multiply by, one after the other. The first is 1 or below.
type factors struct{ first, second float64 }

// clip returns what takes a vector of the length to the limit, and whether it is over it.
func (l length) clip(limit float64) (by factors, over bool) {
	if n := l.unit * l.times; !math.IsInf(n, 1) {
		f := limit / (n + 1e-6)
		return factors{1, f}, f < 1
	}
	return factors{1 / l.unit, limit / l.times}, true // 1e-6 is nothing
}

// Sums in [comfortLow, comfortHigh] have lost nothing to overflow and underflow.
const (
	comfortLow  = 1e-280
	comfortHigh = 1e300
)

// length returns the p-norm of all gradients.
func (v *View) length(p float64) length {
	if p == 1 || p == 2 {
		if sum := Sum(v, p, powers32, powers64); sum >= comfortLow && sum <= comfortHigh {
			return length{1, root(sum, p)}
		}
	}
	sumParts(v, p, largest[float32], largest[float64])
	most := 0.0
	for _, x := range v.partial {
		most = max(most, x) // NaN for NaN
	}
	if math.IsInf(p, 1) || most == 0 || !isFinite(most) {
		return length{most, 1}
	}
	return length{most, root(Sum(v, scaledPower{p, most}, scaledPowers[float32], scaledPowers[float64]), p)}
}

// lengthOf returns the p-norm of the gradients x.
func lengthOf[T Float](x Span[T], p float64) length {
	if p == 1 || p == 2 {
		if sum := powers(x.Grad, p); sum >= comfortLow && sum <= comfortHigh {
			return length{1, root(sum, p)}
		}
	}
	most := largest(p, x)
	if math.IsInf(p, 1) || most == 0 || !isFinite(most) {
		return length{most, 1}
	}
	return length{most, root(scaledPowers(scaledPower{p, most}, x), p)}
}

// euclid returns the Euclidean norm of a, with the care of lengthOf.
func euclid[T Float](a []T) float64 { return lengthOf(Span[T]{Grad: a}, 2).value() }

// root returns the p-th root of a sum.
func root(sum, p float64) float64 {
	switch p {
	case 1:
		return sum
	case 2:
		return math.Sqrt(sum)
	}
	return math.Pow(sum, 1/p)
}

func powers32(p float64, x Span[float32]) float64 { return powers(x.Grad, p) }
func powers64(p float64, x Span[float64]) float64 { return powers(x.Grad, p) }

// chunk is the number of elements whose sum is made in their own type.
const chunk = 1 << 12

// powers returns Σ|g| or Σg², for p of 1 or 2. The sums of chunks in which float32 loses
// something are made in float64.
func powers[T Float](g []T, p float64) (sum float64) {
	for len(g) > 0 {
		part := g[:min(chunk, len(g))]
		g = g[len(part):]
		var s float64
		if p == 1 {
			s = float64(vec.Of[T]().SumAbs(part))
		} else {
			s = float64(vec.Of[T]().SumSquares(part))
		}
		if !(s >= 1e-28 && s <= 1e37) {
			s = 0
			for _, x := range part {
				q := math.Abs(float64(x))
				if p == 2 {
					q *= q
				}
				s += q
			}
		}
		sum += s
	}
	return sum
}

// largest returns max|g|.
func largest[T Float](_ float64, x Span[T]) float64 {
	most := 0.0
	for _, g := range x.Grad {
		most = max(most, math.Abs(float64(g)))
	}
	return most
}

// scaledPower is a power of gradients over the largest one.
type scaledPower struct{ p, most float64 }

// scaledPowers returns Σ(|g|/most)ᵖ.
func scaledPowers[T Float](a scaledPower, x Span[T]) (sum float64) {
	for _, g := range x.Grad {
		q := math.Abs(float64(g)) / a.most
		switch a.p {
		case 1:
		case 2:
			q *= q
		case 3:
			q *= float64(q * q)
		default:
			q = math.Pow(q, a.p)
		}
		sum += float64(q)
	}
	return sum
}

func scaleGrad[T Float](by factors, x Span[T]) { scale(x.Grad, by) }

// scale multiplies g by the factors.
func scale[T Float](g []T, by factors) {
	if by.first == 1 && by.second > 1e-30 {
		vec.Of[T]().MulS(g, g, T(by.second))
		return
	}
	for i, x := range g {
		g[i] = T(float64(x) * by.first * by.second)
	}
}

func clampGrad[T Float](limit float64, x Span[T]) {
	if sizeLimit := T(limit); !math.IsInf(float64(sizeLimit), 0) {
		vec.Of[T]().Clamp(x.Grad, x.Grad, -sizeLimit, sizeLimit)
	}
}
