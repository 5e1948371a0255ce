package train

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// Adadelta is the method of Zeiler (2012), algorithm 1, with a rate as in PyTorch:
//
//	g = grad + Decay·p
//	v = Rho·v + (1−Rho)·g²
//	d = √(u + Eps)/√(v + Eps) · g
//	u = Rho·u + (1−Rho)·d²
//	p = p − rate·d
//
// The rate of the paper, and the usual one, is 1. u ends at 1e24 in float32, at 1e200 in
// float64. The zero value has PyTorch's settings.
type Adadelta struct {
	Rho   float64 // in [0, 1); default 0.9; Zero for 0
	Eps   float64 // above 0; default 1e-6
	Decay float64 // L2 weight decay, of parameters that decay; at least 0; default 0
}

// Validate returns an ErrOption for settings out of range.
func (o Adadelta) Validate() error {
	return cmp.Or(fraction("Adadelta.Rho", o.Rho), divisor("Adadelta.Eps", o.Eps), notNegative("Adadelta.Decay", o.Decay))
}

// Slots returns the slots "v" and "u" of the formula.
func (Adadelta) Slots() []Slot { return []Slot{{Name: "v"}, {Name: "u"}} }

// Update makes one step.
func (o Adadelta) Update(s Step, v *View) {
	o.Rho, o.Eps = or(o.Rho, 0.9), or(o.Eps, 1e-6)
	Each(v, adadelta{o, s}, adadeltaSpan[float32], adadeltaSpan[float64])
}

type adadelta struct {
	Adadelta
	Step
}

func adadeltaSpan[T Float](a adadelta, x Span[T]) {
	vec.Of[T]().Adadelta(x.Param, x.Slot[0], x.Slot[1], x.Grad, vec.AdadeltaArgs{Keep: a.Rho, Take: 1 - a.Rho, Rate: x.Rate(a.Step),
		Eps: a.Eps, Decay: x.Decay(a.Decay), Most: most[T](1e24, 1e200)})
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula squares at most L·(1+Decay). As v ≥ (1−Rho)·g² and u ≤ 1e24 in float32,
// d² ≤ (1e24+Eps)/(1−Rho) and (u+Eps)/(v+Eps) ≤ (1e24+Eps)/Eps are finite; float64 has
// more room. |d| is at most 1e16.
func (o Adadelta) Bound(rate float64) Bound {
	eps, take := or(o.Eps, 1e-6), 1-or(o.Rho, 0.9)
	return Bound{Squares: true, Safe: eps >= 1e-13 && eps <= 1 && take >= 1e-8 && rate <= math.Sqrt(take)*1e14 && o.Decay <= 1e3,
		Params: o.Decay > 0}
}
