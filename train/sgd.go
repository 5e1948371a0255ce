package train

import (
	"cmp"

	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
)

// SGD is stochastic gradient descent, with momentum if Momentum is not 0:
//
//	g = grad + Decay·p
//	m = Momentum·m + (1−Dampening)·g        (m = g in the first step of p)
//	p = p − rate·m,   or p − rate·(g + Momentum·m) with Nesterov
//
// The zero value is plain gradient descent. A Trainer fuses its steps into the run
// that computes the gradients (graph.Options.Descend), which then never lie in memory.
//
// Momentum is that of Polyak (1964) with the learning rate outside of m, as in most
// libraries. Nesterov is that of Sutskever et al. (2013). Dampening is that of PyTorch: with
// Dampening equal to Momentum, m is a moving average of the gradients.
type SGD struct {
	Momentum  float64 // in [0, 1); 0.9 is usual; default 0
	Dampening float64 // in [0, 1); without effect if Momentum is 0; default 0
	Nesterov  bool    // needs Momentum, and Dampening 0
	Decay     float64 // L2 weight decay, of parameters that decay; at least 0; default 0
}

// Validate returns an ErrOption for settings out of range.
func (o SGD) Validate() error {
	var alone error
	switch {
	case o.Nesterov && o.Momentum == 0:
		alone = mistake.Optionf("SGD.Nesterov: got Momentum 0, want one above 0")
	case o.Nesterov && or(o.Dampening, 0) != 0:
		alone = mistake.Optionf("SGD.Nesterov: got Dampening %v, want 0", o.Dampening)
	}
	return cmp.Or(fraction("SGD.Momentum", o.Momentum), fraction("SGD.Dampening", o.Dampening), alone, notNegative("SGD.Decay", o.Decay))
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

func sgd32(a sgd, x Span[float32]) { plainSpan(a, x) }

func sgd64(a sgd, x Span[float64]) { plainSpan(a, x) }

// plainSpan is a step without momentum. Without decay an infinite parameter is left alone.
func plainSpan[T Float](a sgd, x Span[T]) {
	rate, decay := x.Rate(a.Step), x.Decay(a.Decay)
	if decay == 0 {
		vec.Of[T]().Axpy(x.Param, T(-rate), x.Grad)
		return
	}
	vec.Of[T]().SGD(x.Param, x.Grad, T(rate), T(decay))
}

func momentum32(a sgd, x Span[float32]) {
	vec.F32.Momentum(x.Param, x.Grad, x.Slot[0], a.args(x.N(a.Step), x.Rate(a.Step), x.Decay(a.Decay)))
}

func momentum64(a sgd, x Span[float64]) {
	vec.F64.Momentum(x.Param, x.Grad, x.Slot[0], a.args(x.N(a.Step), x.Rate(a.Step), x.Decay(a.Decay)))
}

// args returns the settings for step n of a parameter: its first one is not dampened.
func (a sgd) args(n int, rate, decay float64) vec.MomentumArgs {
	m := vec.MomentumArgs{LR: rate, Mu: a.Momentum, Dampening: a.Dampening, Nesterov: a.Nesterov, Decay: decay}
	if n == 1 {
		m.Dampening = 0
	}
	return m
}

// Bound returns which steps cannot overflow. From moderate numbers of at most L the
// formula gives |m| ≤ L·(1+Decay)/(1−Momentum), which further such steps keep, dampened
// ones too since 1−Dampening ≤ 1, and |p|
// grows by at most rate·(L·(1+Decay) + |m|).
func (o SGD) Bound(rate float64) Bound {
	grown := (1 + o.Decay) / (1 - o.Momentum)
	return Bound{Safe: grown <= moderateFactor && 2*grown*rate <= moderateFactor, Params: true, Slots: o.Momentum != 0}
}

// plain reports whether a step is p − rate·grad, which a Program can make itself.
func (o SGD) plain() bool { return o == SGD{} }
