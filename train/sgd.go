package train

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// SGD is gradient descent, with momentum if Momentum is not 0:
//
//	g = grad + Decay·p
//	v = Momentum·v + g                      (v = g in the first step)
//	p = p − lr·v,   or p − lr·(g + Momentum·v) with Nesterov
//
// The zero value is plain gradient descent. Momentum as in Polyak (1964) with
// the learning rate outside of v, as most libraries have it; Nesterov as in
// Sutskever et al. (2013).
type SGD struct {
	Momentum float64 // in [0, 1); 0.9 is usual
	Nesterov bool    // needs Momentum
	Decay    float64 // L2 weight decay, on parameters that decay; ≥ 0
}

// Slots is 1 with momentum, 0 without.
func (o SGD) Slots() int {
	if o.Momentum == 0 {
		return 0
	}
	return 1
}

// Validate checks the settings.
func (o SGD) Validate() error {
	switch {
	case !(o.Momentum >= 0 && o.Momentum < 1):
		return errors.Errorf("SGD: got the momentum %v, want it in [0, 1)", o.Momentum)
	case o.Nesterov && o.Momentum == 0:
		return errors.New("SGD: got Nesterov without momentum, want a momentum above 0")
	case !(o.Decay >= 0):
		return errors.Errorf("SGD: got the weight decay %v, want it to be at least 0", o.Decay)
	}
	return nil
}

// Update makes one step.
func (o SGD) Update(_ int, lr float64, v Vars) {
	if v.F32 != nil {
		sgd(o, lr, v.F32, vec.SGDF32, vec.MomentumF32)
		return
	}
	sgd(o, lr, v.F64, vec.SGDF64, vec.MomentumF64)
}

func sgd[T float32 | float64](o SGD, lr float64, f *Flat[T], plain func(p, g []T, lr, decay T), momentum func(p, g, v []T, a vec.MomentumArgs)) {
	for _, s := range f.Spans {
		p, g := f.Param[s.Lo:s.Hi], f.Grad[s.Lo:s.Hi]
		if o.Momentum == 0 {
			plain(p, g, T(lr), T(s.decayOf(o.Decay)))
			continue
		}
		momentum(p, g, f.Slot[0][s.Lo:s.Hi], vec.MomentumArgs{LR: lr, Mu: o.Momentum, Decay: s.decayOf(o.Decay), Nesterov: o.Nesterov})
	}
}
