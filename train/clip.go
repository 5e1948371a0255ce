package train

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// ClipNorm limits the norm of all gradients together before another Optimizer makes its
// step (Pascanu et al. 2013, algorithm 1):
//
//	norm = (Σ|g|ᵖ)^(1/p)      over the gradients of all parameters
//	g    = g·Norm/(norm + 1e-6)      if that is smaller
//
// 1e-6 is that of PyTorch. The norm is finite for all finite gradients, however large, and
// Trainer.GradNorm returns it. Gradients that are not finite are an error before.
type ClipNorm struct {
	Optimizer Optimizer // makes the step; default Adam{}
	Norm      float64   // the largest norm; at least 0; default 1; Zero for 0
	P         float64   // above 0; default 2; math.Inf(1) is the largest element
}

func (o ClipNorm) settled() ClipNorm {
	return ClipNorm{inner(o.Optimizer), or(o.Norm, 1), cmp.Or(o.P, 2)}
}

// Validate returns an ErrOption for settings out of range, and what the other Optimizer's
// Validate returns.
func (o ClipNorm) Validate() error {
	return cmp.Or(validateInner("ClipNorm.Optimizer", o.Optimizer), notNegative("ClipNorm.Norm", o.Norm), order("ClipNorm.P", o.P))
}

// order returns an error unless p is the order of a norm, or 0 for the default.
func order(setting string, p float64) error {
	if p >= 0 && p != Zero {
		return nil
	}
	return mistake.Optionf("%s: got %v, want a number above 0, or math.Inf(1)", setting, p)
}

// Unwrap returns the other Optimizer.
func (o ClipNorm) Unwrap() Optimizer { return inner(o.Optimizer) }

// Slots returns those of the other Optimizer.
func (o ClipNorm) Slots() []Slot { return o.Unwrap().Slots() }

// Update makes one step.
func (o ClipNorm) Update(s Step, v *View) { updateChanged(o, o.Unwrap(), s, v) }

func (o ClipNorm) change(v *View, loss float64) (float64, error) {
	o = o.settled()
	if norm := v.ClipGradNorm(o.Norm, o.P); !isFinite(norm) {
		return loss, notFiniteNorm("ClipNorm", norm)
	}
	return loss, nil
}

func notFiniteNorm(name string, norm float64) error {
	return mistake.Newf(ErrNotFinite, "%s: got gradients with the norm %v, want finite ones", name, norm)
}

// Bound returns what is known about the steps of the other Optimizer. It sees no gradient
// above Norm, and so none whose square overflows.
func (o ClipNorm) Bound(rate float64) Bound { return clippedBound(o.Unwrap(), or(o.Norm, 1), rate) }

// clippedBound returns what is known about steps of o with gradients up to the limit.
func clippedBound(o Optimizer, limit, rate float64) Bound {
	b := boundOf(o, rate)
	b.Squares = b.Squares && limit > mostModerate32
	return b
}

// mostModerate32 is the largest moderate number of float32.
var mostModerate32 = math.Sqrt(moderate32)
