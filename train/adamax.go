package train

import (
	"cmp"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// Adamax is Adam with the largest gradient in place of the mean of squares (Kingma and Ba
// 2015, algorithm 2), as PyTorch has it:
//
//	g = grad + Decay·p
//	m = Beta1·m + (1−Beta1)·g
//	u = max(Beta2·u, |g| + Eps)
//	p = p − rate/(1−Beta1ⁿ) · m/u      in step n of p
//
// n counts the steps of p: see Span.N. The rate 0.002 is usual. The zero value has
// PyTorch's settings; the paper has no Eps.
type Adamax struct {
	Beta1 float64 // in [0, 1); default 0.9; Zero for 0
	Beta2 float64 // in [0, 1); default 0.999; Zero for 0
	Eps   float64 // above 0; default 1e-8
	Decay float64 // L2 weight decay, of parameters that decay; at least 0; default 0
}

// Validate returns an ErrOption for settings out of range.
func (o Adamax) Validate() error {
	return cmp.Or(fraction("Adamax.Beta1", o.Beta1), fraction("Adamax.Beta2", o.Beta2),
		divisor("Adamax.Eps", o.Eps), notNegative("Adamax.Decay", o.Decay))
}

// Slots returns the slots "m" and "u" of the formula.
func (Adamax) Slots() []Slot { return []Slot{{Name: "m"}, {Name: "u"}} }

// Update makes one step.
func (o Adamax) Update(s Step, v *View) {
	o.Eps = or(o.Eps, 1e-8)
	Each(v, adamax{o, s, momentsOf(or(o.Beta1, 0.9), or(o.Beta2, 0.999), s.N)}, adamaxSpan[float32], adamaxSpan[float64])
}

type adamax struct {
	Adamax
	Step
	moments
}

func adamaxSpan[T Float](a adamax, x Span[T]) {
	m := a.at(x.N(a.Step))
	vec.Of[T]().Adamax(x.Param, x.Slot[0], x.Slot[1], x.Grad, vec.AdamaxArgs{B1: m.beta1, C1: 1 - m.beta1, B2: m.beta2,
		Step: x.Rate(a.Step) / (1 - m.power1), Eps: a.Eps, Decay: x.Decay(a.Decay)})
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula gives |m| ≤ L·(1+Decay) and Eps ≤ u ≤ L·(1+Decay)+Eps, which further such steps
// keep, and p changes by at most rate/(1−Beta1)·|m|/Eps.
func (o Adamax) Bound(rate float64) Bound {
	return Bound{Safe: quotient(rate/(1-or(o.Beta1, 0.9)), 1+o.Decay, or(o.Eps, 1e-8)), Params: o.Decay > 0, Slots: true}
}
