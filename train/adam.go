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
//	p = p − rate·(m/(1−Beta1ⁿ)) / (√(v/(1−Beta2ⁿ)) + Eps)      in step n of p
//
// A step that leaves p out is none of p: see Span.N. The zero value has the paper's settings.
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
	stepAdam(s, v, a)
}

// adam is a step of Adam or AdamW.
type adam struct {
	vec.AdamArgs // the corrections are those of step N
	Step
}

// stepAdam makes the step s with the settings a.
func stepAdam(s Step, v *View, a vec.AdamArgs) {
	Each(v, adam{corrected(a, s.N), s}, adam32, adam64)
}

// corrected returns a with the corrections of the means m and v after n steps.
func corrected(a vec.AdamArgs, n int) vec.AdamArgs {
	a.Bias1, a.Bias2 = 1-math.Pow(a.Beta1, float64(n)), 1-math.Pow(a.Beta2, float64(n))
	return a
}

func adam32(a adam, x Span[float32]) {
	vec.F32.Adam(x.Param, x.Grad, x.Slot[0], x.Slot[1], adamArgs(a, x))
}

func adam64(a adam, x Span[float64]) {
	vec.F64.Adam(x.Param, x.Grad, x.Slot[0], x.Slot[1], adamArgs(a, x))
}

// adamArgs returns the settings for the elements of x.
func adamArgs[T Float](a adam, x Span[T]) vec.AdamArgs {
	if n := x.N(a.Step); n != a.N {
		a.AdamArgs = corrected(a.AdamArgs, n)
	}
	a.Decay = x.Decay(a.Decay)
	return a.AdamArgs
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula squares at most L·(1+Decay), which is finite, and |p| grows by at most
// rate·|m|/Eps.
func (o Adam) Bound(rate float64) Bound {
	return Bound{Squares: true, Safe: rate <= moderateFactor*or(o.Eps, 1e-8) && o.Decay <= 1e3, Params: o.Decay > 0}
}
