package train

import "cmp"

// ClipValue limits each element of the gradients to [−Value, Value] before another
// Optimizer makes its step. The direction of the gradient changes; ClipNorm keeps it.
type ClipValue struct {
	Optimizer Optimizer // makes the step; default Adam{}
	Value     float64   // the largest element; at least 0; default 1; Zero for 0
}

// Validate returns an ErrOption for settings out of range, and what the other Optimizer's
// Validate returns.
func (o ClipValue) Validate() error {
	return cmp.Or(validateInner("ClipValue.Optimizer", o.Optimizer), notNegative("ClipValue.Value", o.Value))
}

// Unwrap returns the other Optimizer.
func (o ClipValue) Unwrap() Optimizer { return inner(o.Optimizer) }

// Slots returns those of the other Optimizer.
func (o ClipValue) Slots() []Slot { return o.Unwrap().Slots() }

// Update makes one step.
func (o ClipValue) Update(s Step, v *View) { updateChanged(o, o.Unwrap(), s, v) }

func (o ClipValue) change(v *View, loss float64) (float64, error) {
	v.ClipGradValue(or(o.Value, 1))
	return loss, nil
}

// Bound returns what is known about the steps of the other Optimizer. It sees no gradient
// above Value, and so none whose square overflows.
func (o ClipValue) Bound(rate float64) Bound { return clippedBound(o.Unwrap(), or(o.Value, 1), rate) }
