package train

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// Adam is the method of Kingma and Ba (2015), algorithm 1:
//
//	g = grad + Decay·p
//	m = Beta1·m + (1−Beta1)·g
//	v = Beta2·v + (1−Beta2)·g²
//	p = p − rate·(m/(1−Beta1ⁿ)) / (√(v/(1−Beta2ⁿ)) + Eps)      in step n
//
// The zero value has the paper's settings.
type Adam struct {
	Beta1 float64 // in [0, 1); default 0.9; Zero for 0
	Beta2 float64 // in [0, 1); default 0.999; Zero for 0
	Eps   float64 // above 0; default 1e-8
	Decay float64 // L2 weight decay, of parameters that decay; at least 0; default 0
}

// Validate returns an ErrOption for settings out of range.
func (o Adam) Validate() error {
	return cmp.Or(fraction("Adam.Beta1", o.Beta1), fraction("Adam.Beta2", o.Beta2),
		positive("Adam.Eps", o.Eps), notNegative("Adam.Decay", o.Decay))
}

// Slots returns the slots "m" and "v" of the formula.
func (Adam) Slots() []Slot { return []Slot{{Name: "m"}, {Name: "v"}} }

// Update makes one step.
func (o Adam) Update(s Step, v *View) {
	a := vec.AdamArgs{LR: s.Rate, Beta1: or(o.Beta1, 0.9), Beta2: or(o.Beta2, 0.999), Eps: or(o.Eps, 1e-8), Decay: o.Decay}
	a.Bias1, a.Bias2 = 1-math.Pow(a.Beta1, float64(s.N)), 1-math.Pow(a.Beta2, float64(s.N))
	Each(v, a, adam32, adam64)
}

func adam32(a vec.AdamArgs, x Span[float32]) {
	a.Decay = x.Decay(a.Decay)
	vec.F32.Adam(x.Param, x.Grad, x.Slot[0], x.Slot[1], a)
}

func adam64(a vec.AdamArgs, x Span[float64]) {
	a.Decay = x.Decay(a.Decay)
	vec.F64.Adam(x.Param, x.Grad, x.Slot[0], x.Slot[1], a)
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula squares at most L·(1+Decay), which is finite, and |p| grows by at most
// rate·|m|/Eps.
func (o Adam) Bound(rate float64) Bound {
	return Bound{Squares: true, Safe: rate <= moderateFactor*or(o.Eps, 1e-8) && o.Decay <= 1e3, Params: o.Decay > 0}
}
