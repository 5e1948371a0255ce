package train

import "github.com/symgrad/symgrad/internal/kernel/vec"

// Maximize makes the loss larger: another Optimizer makes its step with the gradients of
// −loss. Weight decay draws to 0 as before.
//
// EarlyStopping, metrics and the history see the loss itself.
type Maximize struct {
	Optimizer Optimizer // makes the step; default Adam{}
}

// Validate returns what the other Optimizer's Validate returns.
func (o Maximize) Validate() error { return validateInner("Maximize.Optimizer", o.Optimizer) }

// Unwrap returns the other Optimizer.
func (o Maximize) Unwrap() Optimizer { return inner(o.Optimizer) }

// Slots returns those of the other Optimizer.
func (o Maximize) Slots() []Slot { return o.Unwrap().Slots() }

// Update makes one step.
func (o Maximize) Update(s Step, v *View) { updateChanged(o, o.Unwrap(), s, v) }

func (o Maximize) change(v *View, loss float64) (float64, error) {
	Each(v, 0, negateGrad[float32], negateGrad[float64])
	return -loss, nil
}

func negateGrad[T Float](_ int, x Span[T]) { vec.Of[T]().Neg(x.Grad, x.Grad) }

// Bound returns what is known about the steps of the other Optimizer: signs do not matter.
func (o Maximize) Bound(rate float64) Bound { return boundOf(o.Unwrap(), rate) }
