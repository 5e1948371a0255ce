package train

import "math"

// moments are the decay rates of two moving averages that begin with 0, and what they
// lack after n steps.
type moments struct {
	beta1, beta2   float64
	n              int
	power1, power2 float64 // beta1ⁿ and beta2ⁿ
}

func momentsOf(beta1, beta2 float64, n int) moments {
	return moments{beta1, beta2, n, math.Pow(beta1, float64(n)), math.Pow(beta2, float64(n))}
}

// at returns the moments after n steps, which are mostly those that m has.
func (m moments) at(n int) moments {
	if n == m.n {
		return m
	}
	return momentsOf(m.beta1, m.beta2, n)
}

// coupled returns the share of p that the gradient gets, and the factor of p: decay and 1,
// or 0 and 1 − rate·decay if the decay is decoupled from the gradient.
func coupled(decoupled bool, rate, decay float64) (inGradient, keep float64) {
	if decoupled {
		return 0, 1 - rate*decay
	}
	return decay, 1
}

// quotient reports whether a step p − rate·d/(x + eps) cannot overflow, for |d| ≤ L·grown
// and x ≥ 0, where L is the largest moderate number. The quotient is at most L·1e20, and
// the step at most L·1e15. That is less than half of the last digit of the largest
// number, so it changes no finite p into an infinite one. Squares of d are finite too.
func quotient(rate, grown, eps float64) bool {
	return eps <= 1e15 && grown <= 1e3 && grown <= 1e20*eps && rate*grown <= 1e15*min(1, eps)
}

// most returns single in float32, else double.
func most[T Float](single, double float64) float64 {
	if _, ok := any(T(0)).(float32); ok {
		return single
	}
	return double
}

// leastEps is the least Eps for which a float32 is not 0, with room.
const leastEps = 1e-37
