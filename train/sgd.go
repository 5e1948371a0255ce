package train

import (
	"cmp"

	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
)

// SGD is stochastic gradient descent, with momentum if Momentum is not 0:
//
//	g = grad + Decay·p
//	m = Momentum·m + g                      (m = g in the first step)
//	p = p − rate·m,   or p − rate·(g + Momentum·m) with Nesterov
//
// The zero value is plain gradient descent. A Trainer fuses its steps into the run
// that computes the gradients (graph.Options.Descend), which then never lie in memory.
//
// Momentum is that of Polyak (1964) with the learning rate outside of m, as in most
// libraries. Nesterov is that of Sutskever et al. (2013).
type SGD struct {
	Momentum float64 // in [0, 1); 0.9 is usual; default 0
	Nesterov bool    // needs Momentum
	Decay    float64 // L2 weight decay, of parameters that decay; at least 0; default 0
}

// Validate returns an ErrOption for settings out of range.
func (o SGD) Validate() error {
	var alone error
	if o.Nesterov && o.Momentum == 0 {
		alone = mistake.Optionf("SGD.Nesterov: got Momentum 0, want one above 0")
	}
	return cmp.Or(fraction("SGD.Momentum", o.Momentum), alone, notNegative("SGD.Decay", o.Decay))
}

// Slots returns the slot "momentum", m of the formula; none without momentum.
func (o SGD) Slots() []Slot {
	if o.Momentum == 0 {
		return nil
	}
	return []Slot{{Name: "momentum"}}
}

// Update makes one step.
func (o SGD) Update(s Step, v *View) {
	if o.Momentum == 0 {
		Each(v, sgd{o, s}, sgd32, sgd64)
		return
	}
	Each(v, sgd{o, s}, momentum32, momentum64)
}

type sgd struct {
	SGD
	Step
}

func sgd32(a sgd, x Span[float32]) {
	vec.F32.SGD(x.Param, x.Grad, float32(a.Rate), float32(x.Decay(a.Decay)))
}

func sgd64(a sgd, x Span[float64]) { vec.F64.SGD(x.Param, x.Grad, a.Rate, x.Decay(a.Decay)) }

func momentum32(a sgd, x Span[float32]) {
	vec.F32.Momentum(x.Param, x.Grad, x.Slot[0], a.args(x.Decay(a.Decay)))
}

func momentum64(a sgd, x Span[float64]) {
	vec.F64.Momentum(x.Param, x.Grad, x.Slot[0], a.args(x.Decay(a.Decay)))
}

func (a sgd) args(decay float64) vec.MomentumArgs {
	return vec.MomentumArgs{LR: a.Rate, Mu: a.Momentum, Nesterov: a.Nesterov, Decay: decay}
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula gives |m| ≤ L·(1+Decay)/(1−Momentum), which further such steps keep, and |p|
// grows by at most rate·(L·(1+Decay) + |m|).
func (o SGD) Bound(rate float64) Bound {
	grown := (1 + o.Decay) / (1 - o.Momentum)
	return Bound{Safe: grown <= moderateFactor && 2*grown*rate <= moderateFactor, Params: true, Slots: o.Momentum != 0}
}

// plain reports whether a step is p − rate·grad, which a Program can make itself.
func (o SGD) plain() bool { return o == SGD{} }
