package train

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// Adam is the method of Kingma and Ba (2015), algorithm 1:
//
//	g = grad + Decay·p
//	m = Beta1·m + (1−Beta1)·g;  v = Beta2·v + (1−Beta2)·g²
//	p = p − lr·(m/(1−Beta1ᵗ)) / (√(v/(1−Beta2ᵗ)) + Eps)
//
// The zero value has the paper's settings.
type Adam struct {
	Beta1 float64 // in [0, 1); 0 means the default 0.9, Zero means 0
	Beta2 float64 // in [0, 1); 0 means the default 0.999, Zero means 0
	Eps   float64 // > 0; 0 means the default 1e-8
	Decay float64 // L2 weight decay, on parameters that decay; ≥ 0
}

// AdamW is Adam with the weight decay apart from the gradient (Loshchilov and
// Hutter 2019, algorithm 2): p = p − lr·Decay·p before each step.
type AdamW struct {
	Beta1 float64 // in [0, 1); 0 means the default 0.9, Zero means 0
	Beta2 float64 // in [0, 1); 0 means the default 0.999, Zero means 0
	Eps   float64 // > 0; 0 means the default 1e-8
	Decay float64 // ≥ 0; 0 means the default 0.01, Zero means 0
}

// Slots is 2: both moments.
func (Adam) Slots() int { return 2 }

// Slots is 2: both moments.
func (AdamW) Slots() int { return 2 }

// Zero is the number 0 for the settings of optimizers whose zero value means a
// default: Adam{Beta1: train.Zero} keeps no moving average of gradients. It is the
// smallest float64 above 0, so settings are saved and compared as other numbers.
const Zero = math.SmallestNonzeroFloat64

// or is the setting v: its default if it was not set.
func or(v, byDefault float64) float64 {
	switch v {
	case 0:
		return byDefault
	case Zero:
		return 0
	}
	return v
}

// notNegative says whether v is a finite number of at least 0.
func notNegative(v float64) bool { return v >= 0 && v <= math.MaxFloat64 }

// Validate checks the settings.
func (o Adam) Validate() error { return validateAdam("Adam", o.Beta1, o.Beta2, o.Eps, o.Decay) }

// Validate checks the settings.
func (o AdamW) Validate() error { return validateAdam("AdamW", o.Beta1, o.Beta2, o.Eps, o.Decay) }

func validateAdam(name string, b1, b2, eps, decay float64) error {
	switch {
	case !(b1 >= 0 && b1 < 1) || !(b2 >= 0 && b2 < 1):
		return errors.Errorf("%s: got the betas %v and %v, want them in [0, 1)", name, b1, b2)
	case !notNegative(eps) || eps == Zero:
		return errors.Errorf("%s: got the epsilon %v, want a finite number above 0", name, eps)
	case !notNegative(decay):
		return errors.Errorf("%s: got the weight decay %v, want a finite number of at least 0", name, decay)
	}
	return nil
}

// Update makes one step.
func (o Adam) Update(step int, lr float64, v Vars) {
	adam(vec.AdamArgs{LR: lr, Beta1: or(o.Beta1, 0.9), Beta2: or(o.Beta2, 0.999), Eps: or(o.Eps, 1e-8)}, o.Decay, step, v)
}

// Update makes one step.
func (o AdamW) Update(step int, lr float64, v Vars) {
	adam(vec.AdamArgs{LR: lr, Beta1: or(o.Beta1, 0.9), Beta2: or(o.Beta2, 0.999), Eps: or(o.Eps, 1e-8), DecoupledDecay: true},
		or(o.Decay, 0.01), step, v)
}

func adam(a vec.AdamArgs, decay float64, step int, v Vars) {
	step = max(1, step)
	a.Bias1 = 1 - math.Pow(a.Beta1, float64(step))
	a.Bias2 = 1 - math.Pow(a.Beta2, float64(step))
	v.slots(2)
	switch {
	case v.F32 != nil:
		v.F32.adam = adamLoop[float32]{a, decay}
		v.F32.each(&v.F32.adam)
	case v.F64 != nil:
		v.F64.adam = adamLoop[float64]{a, decay}
		v.F64.each(&v.F64.adam)
	}
}

// adamLoop is a step of Adam.
type adamLoop[T float32 | float64] struct {
	a     vec.AdamArgs
	decay float64
}

func (l *adamLoop[T]) run(f *Flat[T], s Span) {
	p, g, m, v := f.Param[s.Lo:s.Hi], f.Grad[s.Lo:s.Hi], f.Slot[0][s.Lo:s.Hi], f.Slot[1][s.Lo:s.Hi]
	a := l.a
	a.Decay = s.decayOf(l.decay)
	if p32, ok := float32s(p); ok {
		g32, _ := float32s(g)
		m32, _ := float32s(m)
		v32, _ := float32s(v)
		vec.AdamF32(p32, g32, m32, v32, a)
		return
	}
	vec.AdamF64(float64s(p), float64s(g), float64s(m), float64s(v), a)
}
