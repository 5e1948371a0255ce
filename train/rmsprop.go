package train

import (
	"cmp"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// RMSprop divides each gradient by the root of a moving average of its square (Tieleman
// and Hinton 2012, lecture 6e), as PyTorch does:
//
//	g = grad + Decay·p
//	v = Alpha·v + (1−Alpha)·g²
//	a = Alpha·a + (1−Alpha)·g                      (a = 0 unless Centered)
//	d = g / (√(v − a²) + Eps)
//	p = p − rate·d,   or m = Momentum·m + d;  p = p − rate·m
//
// Centered (Graves 2013, equations 38 to 41) divides by the deviation of the gradients.
// Where rounding makes v − a² negative it counts as 0. The rate 0.01 is usual. The zero
// value has PyTorch's settings.
type RMSprop struct {
	Alpha    float64 // in [0, 1); default 0.99; Zero for 0
	Eps      float64 // above 0; default 1e-8
	Momentum float64 // in [0, 1); default 0
	Centered bool
	Decay    float64 // L2 weight decay, of parameters that decay; at least 0; default 0
}

// Validate returns an ErrOption for settings out of range.
func (o RMSprop) Validate() error {
	return cmp.Or(fraction("RMSprop.Alpha", o.Alpha), divisor("RMSprop.Eps", o.Eps),
		fraction("RMSprop.Momentum", o.Momentum), notNegative("RMSprop.Decay", o.Decay))
}

// Slots returns the slot "v" of the formula, then "a" if Centered, then "momentum", m of
// the formula, with momentum.
func (o RMSprop) Slots() []Slot {
	list := []Slot{{Name: "v"}}
	if o.Centered {
		list = append(list, Slot{Name: "a"})
	}
	if o.Momentum != 0 {
		list = append(list, Slot{Name: "momentum"})
	}
	return list
}

// Update makes one step.
func (o RMSprop) Update(s Step, v *View) {
	o.Alpha, o.Eps = or(o.Alpha, 0.99), or(o.Eps, 1e-8)
	Each(v, rmsprop{o, s}, rmspropSpan[float32], rmspropSpan[float64])
}

type rmsprop struct {
	RMSprop
	Step
}

func rmspropSpan[T Float](a rmsprop, x Span[T]) {
	keep, take, rate, decay := a.Alpha, 1-a.Alpha, x.Rate(a.Step), x.Decay(a.Decay)
	l, s := vec.Of[T](), x.Slot
	switch {
	case a.Centered && a.Momentum != 0:
		l.RmspropCenteredMomentum(x.Param, s[0], s[1], s[2], x.Grad,
			vec.RmspropCenteredMomentumArgs{Keep: keep, Take: take, Rate: rate, Eps: a.Eps, Decay: decay, Mu: a.Momentum})
	case a.Centered:
		l.RmspropCentered(x.Param, s[0], s[1], x.Grad, vec.RmspropCenteredArgs{Keep: keep, Take: take, Rate: rate, Eps: a.Eps, Decay: decay})
	case a.Momentum != 0:
		l.RmspropMomentum(x.Param, s[0], s[1], x.Grad,
			vec.RmspropMomentumArgs{Keep: keep, Take: take, Rate: rate, Eps: a.Eps, Decay: decay, Mu: a.Momentum})
	default:
		l.Rmsprop(x.Param, s[0], x.Grad, vec.RmspropArgs{Keep: keep, Take: take, Rate: rate, Eps: a.Eps, Decay: decay})
	}
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula squares at most L·(1+Decay), and |d| ≤ D = L·(1+Decay)/Eps. With momentum
// |m| ≤ D/(1−Momentum), which further such steps keep; p changes by at most rate·|m|.
func (o RMSprop) Bound(rate float64) Bound {
	return Bound{Squares: true, Safe: quotient(rate, (1+o.Decay)/(1-o.Momentum), or(o.Eps, 1e-8)), Params: o.Decay > 0, Slots: o.Momentum != 0}
}
