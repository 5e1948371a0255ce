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
// With AMSGrad, v in the last line is the largest v of all steps of p (Reddi et al. 2018,
// algorithm 2, with the corrections as in PyTorch).
//
// A step that leaves p out is none of p: see Span.N. The zero value has the paper's settings.
type Adam struct {
	Beta1 float64 // in [0, 1); default 0.9; Zero for 0
	Beta2 float64 // in [0, 1); default 0.999; Zero for 0
	Eps   float64 // above 0; default 1e-8
	Decay float64 // L2 weight decay, of parameters that decay; at least 0; default 0

	AMSGrad bool // divide by the root of the largest v
}

// Validate returns an ErrOption for settings out of range.
func (o Adam) Validate() error {
	return cmp.Or(fraction("Adam.Beta1", o.Beta1), fraction("Adam.Beta2", o.Beta2),
		divisor("Adam.Eps", o.Eps), notNegative("Adam.Decay", o.Decay))
}

// Slots returns the slots "m" and "v" of the formula, and with AMSGrad "vmax", the largest v.
func (o Adam) Slots() []Slot { return adamSlots(o.AMSGrad) }

// Update makes one step.
func (o Adam) Update(s Step, v *View) {
	adam{s, momentsOf(or(o.Beta1, 0.9), or(o.Beta2, 0.999), s.N), or(o.Eps, 1e-8), o.Decay, false, o.AMSGrad}.update(v)
}

// adam is a step of Adam or AdamW.
type adam struct {
	Step
	moments
	eps, decay         float64
	decoupled, amsgrad bool
}

func adamSlots(amsgrad bool) []Slot {
	if amsgrad {
		return []Slot{{Name: "m"}, {Name: "v"}, {Name: "vmax"}}
	}
	return []Slot{{Name: "m"}, {Name: "v"}}
}

// update makes the step.
func (a adam) update(v *View) { Each(v, a, adamSpan[float32], adamSpan[float64]) }

func adamSpan[T Float](a adam, x Span[T]) {
	m, rate := a.at(x.N(a.Step)), x.Rate(a.Step)
	decay, keep := coupled(a.decoupled, rate, x.Decay(a.decay))
	args := vec.AdamArgs{B1: m.beta1, C1: 1 - m.beta1, B2: m.beta2, C2: 1 - m.beta2,
		Step: rate / (1 - m.power1), Root: 1 / math.Sqrt(1-m.power2), Eps: a.eps, Keep: keep, Decay: decay}
	if a.amsgrad {
		vec.Of[T]().Amsgrad(x.Param, x.Slot[0], x.Slot[1], x.Slot[2], x.Grad, vec.AmsgradArgs(args))
		return
	}
	vec.Of[T]().Adam(x.Param, x.Slot[0], x.Slot[1], x.Grad, args)
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula squares at most L·(1+Decay), which is finite, and |p| grows by at most
// rate·|m|/Eps.
func (o Adam) Bound(rate float64) Bound {
	return Bound{Squares: true, Safe: rate <= moderateFactor*or(o.Eps, 1e-8) && or(o.Eps, 1e-8) >= leastEps && o.Decay <= 1e3, Params: o.Decay > 0}
}
