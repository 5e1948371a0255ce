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
// The zero value is plain gradient descent, whose steps a Trainer lets the run make
// that computes the gradients (graph.Config.Descend): it leaves none in memory.
// Momentum as in Polyak (1964) with
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
	case !notNegative(o.Decay):
		return errors.Errorf("SGD: got the weight decay %v, want a finite number of at least 0", o.Decay)
	}
	return nil
}

// Update makes one step.
func (o SGD) Update(_ int, lr float64, v Vars) {
	v.slots(o.Slots())
	switch {
	case v.F32 != nil:
		sgd(o, lr, v.F32)
	case v.F64 != nil:
		sgd(o, lr, v.F64)
	}
}

func sgd[T float32 | float64](o SGD, lr float64, f *Flat[T]) {
	if o.Momentum == 0 {
		f.sgd = sgdLoop[T]{lr, o.Decay}
		f.each(&f.sgd)
		return
	}
	f.momentum = momentumLoop[T]{vec.MomentumArgs{LR: lr, Mu: o.Momentum, Nesterov: o.Nesterov}, o.Decay}
	f.each(&f.momentum)
}

// sgdLoop is a step without momentum.
type sgdLoop[T float32 | float64] struct{ lr, decay float64 }

func (l *sgdLoop[T]) run(f *Flat[T], s Span) {
	p, g, decay := f.Param[s.Lo:s.Hi], f.Grad[s.Lo:s.Hi], s.decayOf(l.decay)
	if p32, ok := float32s(p); ok {
		g32, _ := float32s(g)
		vec.SGDF32(p32, g32, float32(l.lr), float32(decay))
		return
	}
	vec.SGDF64(float64s(p), float64s(g), l.lr, decay)
}

// momentumLoop is a step with momentum.
type momentumLoop[T float32 | float64] struct {
	a     vec.MomentumArgs
	decay float64
}

func (l *momentumLoop[T]) run(f *Flat[T], s Span) {
	p, g, v := f.Param[s.Lo:s.Hi], f.Grad[s.Lo:s.Hi], f.Slot[0][s.Lo:s.Hi]
	a := l.a
	a.Decay = s.decayOf(l.decay)
	if p32, ok := float32s(p); ok {
		g32, _ := float32s(g)
		v32, _ := float32s(v)
		vec.MomentumF32(p32, g32, v32, a)
		return
	}
	vec.MomentumF64(float64s(p), float64s(g), float64s(v), a)
}
