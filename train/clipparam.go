package train

import "cmp"

// ClipParam limits the norm of the gradient of each parameter by itself before another
// Optimizer makes its step:
//
//	g = g·Norm/(‖g‖ + 1e-6)      if that is smaller
//
// One parameter with large gradients then does not shorten the steps of the others, but
// the direction of the whole gradient changes. ClipNorm keeps it.
type ClipParam struct {
	Optimizer Optimizer // makes the step; default Adam{}
	Norm      float64   // the largest norm; at least 0; default 1; Zero for 0
	P         float64   // the order of the norm, as in ClipNorm; above 0; default 2; may be math.Inf(1)
}

// Validate returns an ErrOption for settings out of range, and what the other Optimizer's
// Validate returns.
func (o ClipParam) Validate() error {
	return cmp.Or(validateInner("ClipParam.Optimizer", o.Optimizer), notNegative("ClipParam.Norm", o.Norm), order("ClipParam.P", o.P))
}

// Unwrap returns the other Optimizer.
func (o ClipParam) Unwrap() Optimizer { return inner(o.Optimizer) }

// Slots returns those of the other Optimizer.
func (o ClipParam) Slots() []Slot { return o.Unwrap().Slots() }

// Update makes one step.
func (o ClipParam) Update(s Step, v *View) { updateChanged(o, o.Unwrap(), s, v) }

func (o ClipParam) change(v *View, loss float64) (float64, error) {
	v.bad.Store(false)
	EachParam(v, clipParam{or(o.Norm, 1), cmp.Or(o.P, 2), v}, clipOne[float32], clipOne[float64])
	if v.bad.Swap(false) {
		return loss, notFiniteNorm("ClipParam", v.GradNorm(2))
	}
	return loss, nil
}

type clipParam struct {
	limit, p float64
	v        *View
}

// clipOne clips the gradient of one parameter.
func clipOne[T Float](a clipParam, x Span[T]) {
	l := lengthOf(x, a.p)
	if !isFinite(l.value()) {
		a.v.bad.Store(true)
		return
	}
	if by, over := l.clip(a.limit); over {
		scale(x.Grad, by)
	}
}

// Bound returns what is known about the steps of the other Optimizer. It sees no gradient
// above Norm, and so none whose square overflows.
func (o ClipParam) Bound(rate float64) Bound { return clippedBound(o.Unwrap(), or(o.Norm, 1), rate) }
