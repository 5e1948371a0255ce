package vec

// MomentumArgs are the settings of one step of gradient descent with momentum.
type MomentumArgs struct {
	LR, Mu, Dampening, Decay float64
	Nesterov                 bool
}

// SGD is p −= lr·(g + decay·p).
func (l *Loops[T]) SGD(p, g []T, lr, decay T) { l.sgd(p, g[:len(p)], lr, decay) }

// Momentum is d = g + decay·p; v = mu·v + (1−dampening)·d; p −= lr·v, or lr·(d + mu·v) with Nesterov.
func (l *Loops[T]) Momentum(p, g, v []T, a MomentumArgs) { momentumStep(l.momentum, p, g, v, a) }

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
