package train

import (
	"cmp"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// Lion moves each element by the sign of a mean of its gradients (Chen et al. 2023,
// algorithm 2):
//
//	c = Beta1·m + (1−Beta1)·grad
//	p = p − rate·(sign(c) + Decay·p)
//	m = Beta2·m + (1−Beta2)·grad
//
// All elements move by the rate, so it is to be smaller than for Adam: three to ten times,
// with a Decay larger by as much. The zero value has the settings of the authors.
type Lion struct {
	Beta1 float64 // in [0, 1); default 0.9; Zero for 0
	Beta2 float64 // in [0, 1); default 0.99; Zero for 0
	Decay float64 // weight decay, of parameters that decay; at least 0; default 0
}

func (o Lion) settled() Lion {
	return Lion{Beta1: or(o.Beta1, 0.9), Beta2: or(o.Beta2, 0.99), Decay: or(o.Decay, 0)}
}

// Validate returns an ErrOption for settings out of range.
func (o Lion) Validate() error {
	return cmp.Or(fraction("Lion.Beta1", o.Beta1), fraction("Lion.Beta2", o.Beta2), notNegative("Lion.Decay", o.Decay))
}

// Slots returns the slot "m" of the formula.
func (Lion) Slots() []Slot { return []Slot{{Name: "m"}} }

// Update makes one step.
func (o Lion) Update(s Step, v *View) {
	Each(v, lion{o.settled(), s}, lionSpan[float32], lionSpan[float64])
}

type lion struct {
	Lion
	Step
}

func lionSpan[T Float](a lion, x Span[T]) {
	rate := x.Rate(a.Step)
	vec.Of[T]().Lion(x.Param, x.Slot[0], x.Grad, vec.LionArgs{B1: a.Beta1, C1: 1 - a.Beta1, B2: a.Beta2, C2: 1 - a.Beta2,
		Rate: rate, Shrink: rate * x.Decay(a.Decay)})
}

// Bound returns which steps cannot overflow. The means are at most as large as what they are
// of. rate·Decay ≤ 1, and a move of at most smallMove rounds to a finite number,
// whatever the parameter.
func (o Lion) Bound(rate float64) Bound {
	return Bound{Safe: rate <= smallMove && rate*or(o.Decay, 0) <= 1}
}
