package train

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// RAdam is Adam with a rectified rate in its first steps (Liu et al. 2020, algorithm 2),
// as PyTorch has it. m and v are those of Adam. In step n of p, with
//
//	ρ∞ = 2/(1−Beta2) − 1
//	ρ  = ρ∞ − 2n·Beta2ⁿ/(1−Beta2ⁿ)
//	r  = √((ρ−4)(ρ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρ))
//
// the step is
//
//	p = p − rate·r·m/(1−Beta1ⁿ) · √(1−Beta2ⁿ)/(√v + Eps)      if ρ > 5
//	p = p − rate·m/(1−Beta1ⁿ)                                 otherwise
//
// With the default Beta2 the first five steps of p are of the second kind. n counts the
// steps of p: see Span.N. The paper goes over at ρ = 4. The zero value has PyTorch's
// settings.
type RAdam struct {
	Beta1     float64 // in [0, 1); default 0.9; Zero for 0
	Beta2     float64 // in [0, 1); default 0.999; Zero for 0
	Eps       float64 // above 0; default 1e-8
	Decay     float64 // weight decay, of parameters that decay; at least 0; default 0
	Decoupled bool    // the decay is that of AdamW, p − rate·Decay·p, and not grad + Decay·p
}

// Validate returns an ErrOption for settings out of range.
func (o RAdam) Validate() error {
	return cmp.Or(fraction("RAdam.Beta1", o.Beta1), fraction("RAdam.Beta2", o.Beta2),
		divisor("RAdam.Eps", o.Eps), notNegative("RAdam.Decay", o.Decay))
}

// Slots returns the slots "m" and "v" of the formula.
func (RAdam) Slots() []Slot { return []Slot{{Name: "m"}, {Name: "v"}} }

// Update makes one step.
func (o RAdam) Update(s Step, v *View) {
	o.Eps = or(o.Eps, 1e-8)
	Each(v, radam{o, s, momentsOf(or(o.Beta1, 0.9), or(o.Beta2, 0.999), s.N)}, radamSpan[float32], radamSpan[float64])
}

type radam struct {
	RAdam
	Step
	moments
}

func radamSpan[T Float](a radam, x Span[T]) {
	m, rate := a.at(x.N(a.Step)), x.Rate(a.Step)
	decay, keep := coupled(a.Decoupled, rate, x.Decay(a.Decay))
	args := vec.AdamArgs{B1: m.beta1, C1: 1 - m.beta1, B2: m.beta2, C2: 1 - m.beta2, Keep: keep, Decay: decay,
		Step: rate / (1 - m.power1), Eps: 1} // with Root 0, v has no effect
	if r := m.rectified(); r > 0 {
		args.Step *= r * math.Sqrt(1-m.power2)
		args.Root, args.Eps = 1, a.Eps
	}
	vec.Of[T]().Adam(x.Param, x.Slot[0], x.Slot[1], x.Grad, args)
}

// rectified returns r of RAdam, or 0 for a step without it.
func (m moments) rectified() float64 {
	end := 2/(1-m.beta2) - 1
	rho := end - 2*float64(m.n)*m.power2/(1-m.power2)
	if rho > 5 {
		return math.Sqrt((rho - 4) * (rho - 2) * end / ((end - 4) * (end - 2) * rho))
	}
	return 0
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula gives |m| ≤ L·(1+Decay), which further such steps keep, and squares at most that.
// As r ≤ 1, p changes by at most rate/(1−Beta1)·|m|/Eps, or without Eps. A decoupled decay
// multiplies p by a number of at most 1.
func (o RAdam) Bound(rate float64) Bound {
	return adaptiveBound(rate/(1-or(o.Beta1, 0.9)), rate, or(o.Eps, 1e-8), o.Decay, o.Decoupled)
}

// adaptiveBound is the Bound of steps of at most moved·|m|/eps, where m is a mean of
// gradients with decay, or without if the decay is decoupled.
func adaptiveBound(moved, rate, eps, decay float64, decoupled bool) Bound {
	if decoupled {
		return Bound{Squares: true, Safe: quotient(moved, 1, eps) && rate*decay <= 2, Slots: true}
	}
	return Bound{Squares: true, Safe: quotient(moved, 1+decay, eps), Params: decay > 0, Slots: true}
}
