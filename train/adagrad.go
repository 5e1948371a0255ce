package train

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// Adagrad is the method of Duchi, Hazan and Singer (2011, figure 1, diagonal form), as
// PyTorch has it:
//
//	g = grad + Decay·p
//	v = v + g²                                     (v = Initial before the first step)
//	p = p − rate/(1 + (n−1)·RateDecay) · g/(√v + Eps)      in step n of p
//
// n counts the steps of p: see Span.N. The rate 0.01 is usual. v grows with every step and
// ends at the largest number of its type. The zero value has PyTorch's settings.
type Adagrad struct {
	RateDecay float64 // at least 0; default 0
	Initial   float64 // of v; at least 0; default 0
	Eps       float64 // above 0; default 1e-10
	Decay     float64 // L2 weight decay, of parameters that decay; at least 0; default 0
}

// Validate returns an ErrOption for settings out of range.
func (o Adagrad) Validate() error {
	return cmp.Or(notNegative("Adagrad.RateDecay", o.RateDecay), notNegative("Adagrad.Initial", o.Initial),
		divisor("Adagrad.Eps", o.Eps), notNegative("Adagrad.Decay", o.Decay))
}

// Slots returns the slot "v" of the formula.
func (o Adagrad) Slots() []Slot { return []Slot{{Name: "v", Init: o.Initial}} }

// Update makes one step.
func (o Adagrad) Update(s Step, v *View) {
	o.Eps = or(o.Eps, 1e-10)
	Each(v, adagrad{o, s}, adagradSpan[float32], adagradSpan[float64])
}

type adagrad struct {
	Adagrad
	Step
}

func adagradSpan[T Float](a adagrad, x Span[T]) {
	vec.Of[T]().Adagrad(x.Param, x.Slot[0], x.Grad, vec.AdagradArgs{Rate: x.Rate(a.Step) / (1 + float64(x.N(a.Step)-1)*a.RateDecay),
		Eps: a.Eps, Decay: x.Decay(a.Decay), Most: most[T](math.MaxFloat32, math.MaxFloat64)})
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula squares at most L·(1+Decay), v ends at the largest number, and p changes by at
// most rate·L·(1+Decay)/Eps.
func (o Adagrad) Bound(rate float64) Bound {
	return Bound{Squares: true, Safe: quotient(rate, 1+o.Decay, or(o.Eps, 1e-10)), Params: o.Decay > 0}
}
