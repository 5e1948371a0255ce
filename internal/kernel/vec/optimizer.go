package vec

import (
	"math"
)

// MomentumArgs are the settings of one step of gradient descent with momentum.
type MomentumArgs struct {
	LR, Mu, Dampening, Decay float64
	Nesterov                 bool
}

// AdamArgs are the settings of one step of Adam. Bias1 and Bias2 are 1 − βᵗ.
type AdamArgs struct {
	LR, Beta1, Beta2, Eps float64
	Decay                 float64
	DecoupledDecay        bool // subtract LR·Decay·p instead of adding Decay·p to the gradient
	Bias1, Bias2          float64
}

// SGD is p −= lr·(g + decay·p).
func (l *Loops[T]) SGD(p, g []T, lr, decay T) { l.sgd(p, g[:len(p)], lr, decay) }

// Momentum is d = g + decay·p; v = mu·v + (1−dampening)·d; p −= lr·v, or lr·(d + mu·v) with Nesterov.
func (l *Loops[T]) Momentum(p, g, v []T, a MomentumArgs) { momentumStep(l.momentum, p, g, v, a) }

// Adam is one step of Adam on p with the moments m and v.
func (l *Loops[T]) Adam(p, g, m, v []T, a AdamArgs) { adamStep(l.adam, p, g, m, v, a) }

func sgd[T Float](p, g []T, lr, decay T) {
	g = g[:len(p)]
	for i, x := range p {
		p[i] = x - lr*(g[i]+decay*x)
	}
}

func momentumStep[T Float](body func(p, v, g []T, lr, mu, in, decay, now, kept T), p, g, v []T, a MomentumArgs) {
	mu := T(a.Mu)
	now, kept := T(0), T(1) // the step is now·d + kept·v
	if a.Nesterov {
		now, kept = 1, mu
	}
	body(p, v[:len(p)], g[:len(p)], T(a.LR), mu, T(1-a.Dampening), T(a.Decay), now, kept)
}

func momentum[T Float](p, v, g []T, lr, mu, in, decay, now, kept T) {
	g, v = g[:len(p)], v[:len(p)]
	for i, x := range p {
		d := g[i] + decay*x
		v[i] = mu*v[i] + in*d
		p[i] = x - lr*(now*d+kept*v[i])
	}
}

func adamStep[T Float](body func(p, m, v, g []T, b1, c1, b2, c2, step, root, eps, keep, decay T), p, g, m, v []T, a AdamArgs) {
	keep, decay := T(1), T(a.Decay)
	if a.DecoupledDecay {
		keep, decay = T(1-a.LR*a.Decay), 0
	}
	body(p, m[:len(p)], v[:len(p)], g[:len(p)], T(a.Beta1), T(1-a.Beta1), T(a.Beta2), T(1-a.Beta2),
		T(a.LR/a.Bias1), T(1/math.Sqrt(a.Bias2)), T(a.Eps), keep, decay)
}

func adam[T Float](p, m, v, g []T, b1, c1, b2, c2, step, root, eps, keep, decay T) {
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i, x := range p {
		d := g[i] + decay*x
		m[i] = b1*m[i] + c1*d
		v[i] = b2*v[i] + c2*d*d
		p[i] = keep*x - step*m[i]/(T(math.Sqrt(float64(v[i])))*root+eps)
	}
}
