package train

import (
	"cmp"

	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Rprop gives each element a step size of its own, which adapts to the signs of its
// gradients (Riedmiller and Braun 1993; without weight-backtracking, as Rprop− in Igel and
// Hüsken 2000, section 2.2):
//
//	size = clamp(size·Up,   Min, Max)                 if grad·previous > 0
//	size = clamp(size·Down, Min, Max), and grad = 0   if grad·previous < 0
//	p = p − size·sign(grad)
//	previous = grad
//
// In the first step of a parameter each size is the learning rate. Later steps do not use the
// rate: only a rate of 0 rests, which leaves sizes and parameters as they are.
//
// Rprop is for gradients of the whole data set (Options.BatchSize as large as the set). The
// noise of small batches changes signs, which makes all steps small. The zero value has the
// settings of PyTorch.
type Rprop struct {
	Down float64 // η⁻, in (0, 1); default 0.5
	Up   float64 // η⁺, above 1; default 1.2
	Min  float64 // the smallest step size; at least 0; default 1e-6; Zero for 0
	Max  float64 // the largest step size; above 0, and at least Min; default 50
}

func (o Rprop) settled() Rprop {
	return Rprop{Down: or(o.Down, 0.5), Up: or(o.Up, 1.2), Min: or(o.Min, 1e-6), Max: or(o.Max, 50)}
}

// Validate returns an ErrOption for settings out of range.
func (o Rprop) Validate() error {
	err := cmp.Or(notNegative("Rprop.Min", o.Min), positive("Rprop.Max", o.Max), notNegative("Rprop.Up", o.Up))
	s := o.settled()
	switch {
	case !(s.Down > 0 && s.Down < 1):
		err = cmp.Or(err, mistake.Optionf("Rprop.Down: got %v, want a number between 0 and 1", o.Down))
	case !(s.Up > 1):
		err = cmp.Or(err, mistake.Optionf("Rprop.Up: got %v, want a finite number above 1", o.Up))
	case s.Min > s.Max:
		err = cmp.Or(err, mistake.Optionf("Rprop.Min: got %v, want at most Max, which is %v", s.Min, s.Max))
	}
	return err
}

// Slots returns the slots "previous" and "size" of the formula. A size of 0 has not begun.
func (Rprop) Slots() []Slot { return []Slot{{Name: "previous"}, {Name: "size"}} }

// Update makes one step.
func (o Rprop) Update(s Step, v *View) {
	Each(v, rprop{o.settled(), s}, rpropSpan[float32], rpropSpan[float64])
}

type rprop struct {
	Rprop
	Step
}

func rpropSpan[T Float](a rprop, x Span[T]) {
	rate := x.Rate(a.Step)
	if T(rate) == 0 {
		return
	}
	vec.Of[T]().Rprop(x.Param, x.Slot[0], x.Slot[1], x.Grad,
		vec.RpropArgs{Rate: rate, Up: a.Up, Down: a.Down, Least: a.Min, Most: a.Max})
}

// Bound returns which steps cannot overflow. A step adds at most Max to a parameter; up to
// smallMove that rounds to a finite number, whatever the parameter. A size is at most Max,
// and previous is a gradient or 0.
func (o Rprop) Bound(float64) Bound { return Bound{Safe: o.settled().Max <= smallMove} }
