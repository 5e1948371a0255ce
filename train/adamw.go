package train

import (
	"cmp"
)

// AdamW is Adam with weight decay that does not pass through the moments (Loshchilov
// and Hutter 2019, algorithm 2):
//
//	m = Beta1·m + (1−Beta1)·grad
//	v = Beta2·v + (1−Beta2)·grad²
//	p = p − rate·Decay·p − rate·(m/(1−Beta1ⁿ)) / (√(v/(1−Beta2ⁿ)) + Eps)      in step n of p
//
// With AMSGrad, v in the last line is the largest v of all steps of p (Reddi et al. 2018,
// algorithm 2, with the corrections as in PyTorch).
//
// A step that leaves p out is none of p: see Span.N. The zero value has the settings of PyTorch.
type AdamW struct {
	Beta1 float64 // in [0, 1); default 0.9; Zero for 0
	Beta2 float64 // in [0, 1); default 0.999; Zero for 0
	Eps   float64 // above 0; default 1e-8
	Decay float64 // weight decay, of parameters that decay; at least 0; default 0.01; Zero for 0

	AMSGrad bool // divide by the root of the largest v
}

// Validate returns an ErrOption for settings out of range.
func (o AdamW) Validate() error {
	return cmp.Or(fraction("AdamW.Beta1", o.Beta1), fraction("AdamW.Beta2", o.Beta2),
		divisor("AdamW.Eps", o.Eps), notNegative("AdamW.Decay", o.Decay))
}

// Slots returns the slots "m" and "v" of the formula, and with AMSGrad "vmax", the largest v.
func (o AdamW) Slots() []Slot { return adamSlots(o.AMSGrad) }

// Update makes one step.
func (o AdamW) Update(s Step, v *View) {
	o.step(s).update(v)
}

// step returns the step s of o.
func (o AdamW) step(s Step) adam {
	return adam{s, momentsOf(or(o.Beta1, 0.9), or(o.Beta2, 0.999), s.N), or(o.Eps, 1e-8), or(o.Decay, 0.01), true, o.AMSGrad}
}

// Bound returns which steps cannot overflow. From moderate gradients of at most L the
// formula squares L, which is finite; |p| grows by at most rate·|m|/Eps, and
// |1 − rate·Decay| ≤ 1.
func (o AdamW) Bound(rate float64) Bound {
	return Bound{Squares: true, Safe: rate <= moderateFactor*or(o.Eps, 1e-8) && or(o.Eps, 1e-8) >= leastEps && rate*or(o.Decay, 0.01) <= 2}
}
