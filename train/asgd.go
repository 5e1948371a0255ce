package train

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// ASGD is averaged stochastic gradient descent (Polyak and Juditsky 1992), with the rates of
// Bottou (2010, section 5.2) as in PyTorch:
//
//	η  = rate / (1 + Lambda·rate·(n−1))^Alpha         in step n of p
//	p  = p − η·(grad + (Lambda+Decay)·p)
//	ax = ax + (p − ax) / max(1, n−1−T0)
//
// The average is the slot "ax". Before T0 it is the parameter itself. It takes no part in the
// training; a View has it (View.Slot, Span.Slot).
//
// A step that leaves p out is none of p: see Span.N. With a schedule, rate is the rate of
// the present step. The zero value has the settings of PyTorch.
type ASGD struct {
	Lambda float64 // λ of the rates, and a decay of parameters that decay; at least 0; default 1e-4; Zero for 0
	Alpha  float64 // the power of the rates; at least 0; default 0.75; Zero for 0
	T0     float64 // the number of steps before the average; at least 0; default 1e6; Zero for 0
	Decay  float64 // L2 weight decay, of parameters that decay; at least 0; default 0
}

func (o ASGD) settled() ASGD {
	return ASGD{Lambda: or(o.Lambda, 1e-4), Alpha: or(o.Alpha, 0.75), T0: or(o.T0, 1e6), Decay: or(o.Decay, 0)}
}

// Validate returns an ErrOption for settings out of range.
func (o ASGD) Validate() error {
	return cmp.Or(notNegative("ASGD.Lambda", o.Lambda), notNegative("ASGD.Alpha", o.Alpha),
		notNegative("ASGD.T0", o.T0), notNegative("ASGD.Decay", o.Decay))
}

// Slots returns the slot "ax" of the formula.
func (ASGD) Slots() []Slot { return []Slot{{Name: "ax"}} }

// Update makes one step.
func (o ASGD) Update(s Step, v *View) {
	Each(v, asgd{o.settled(), s}, asgdSpan[float32], asgdSpan[float64])
}

type asgd struct {
	ASGD
	Step
}

func asgdSpan[T Float](a asgd, x Span[T]) {
	rate, made := x.Rate(a.Step), float64(x.N(a.Step)-1)
	eta := rate / math.Pow(1+a.Lambda*rate*made, a.Alpha)
	mu := 1 / max(1, made-a.T0)
	vec.Of[T]().Asgd(x.Param, x.Slot[0], x.Grad,
		vec.AsgdArgs{Rate: eta, Decay: x.Decay(a.Lambda + a.Decay), Rest: 1 - mu, Mu: mu})
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L a step leaves
// |p| ≤ L·(1 + rate·(1 + Lambda + Decay)), since η ≤ rate. The average lies between the
// former one and p, so it is finite as these are.
func (o ASGD) Bound(rate float64) Bound {
	o = o.settled()
	return Bound{Safe: rate*(1+o.Lambda+o.Decay) <= moderateFactor, Params: true}
}
