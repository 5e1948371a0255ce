package vec

// Fma is dst = a·b + c, rounded as the processor likes.
func (l *Loops[T]) Fma(dst, a, b, c []T) { l.fma(dst, a[:len(dst)], b[:len(dst)], c[:len(dst)]) }

// Select is a where c is not 0, else b.
func (l *Loops[T]) Select(dst, c, a, b []T) { l.choose(dst, c[:len(dst)], a[:len(dst)], b[:len(dst)]) }

// Clamp is a held to [lo, hi]; NaN stays.
func (l *Loops[T]) Clamp(dst, a []T, lo, hi T) { l.clamp(dst, a[:len(dst)], lo, hi) }

// Axpy adds s·a to dst.
func (l *Loops[T]) Axpy(dst []T, s T, a []T) { l.axpy(dst, a[:len(dst)], s) }

// Lerp is dst = a + w·(b − a).
func (l *Loops[T]) Lerp(dst, a, b, w []T) { l.lerp(dst, a[:len(dst)], b[:len(dst)], w[:len(dst)]) }

// ReluGrad is g but where x ≤ 0, there 0: NaN lets g through.
func (l *Loops[T]) ReluGrad(dst, g, x []T) { l.reluGrad(dst, g[:len(dst)], x[:len(dst)]) }

// TanhGrad is g·(1 − y²).
func (l *Loops[T]) TanhGrad(dst, g, y []T) { l.tanhGrad(dst, g[:len(dst)], y[:len(dst)]) }

// SigmoidGrad is g·y·(1 − y).
func (l *Loops[T]) SigmoidGrad(dst, g, y []T) { l.sigmoidGrad(dst, g[:len(dst)], y[:len(dst)]) }

// GeluGrad is g·(Φ(x) + x·φ(x)), the gradient of Gelu.
func (l *Loops[T]) GeluGrad(dst, g, x []T) { l.geluGrad(dst, g[:len(dst)], x[:len(dst)]) }

func fma[T Float](dst, a, b, c []T) {
	a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
	for i, x := range a {
		dst[i] = x*b[i] + c[i]
	}
}

func choose[T Float](dst, c, a, b []T) {
	c, a, b = c[:len(dst)], a[:len(dst)], b[:len(dst)]
	for i, k := range c {
		x := b[i]
		if k != 0 {
			x = a[i]
		}
		dst[i] = x
	}
}

func clamp[T Float](dst, a []T, lo, hi T) {
	for i, x := range a[:len(dst)] {
		dst[i] = min(max(x, lo), hi)
	}
}

func axpy[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] += s * x
	}
}

func lerp[T Float](dst, a, b, w []T) {
	a, b, w = a[:len(dst)], b[:len(dst)], w[:len(dst)]
	for i, x := range a {
		dst[i] = x + w[i]*(b[i]-x)
	}
}

func reluGrad[T Float](dst, g, x []T) {
	g, x = g[:len(dst)], x[:len(dst)]
	for i, v := range x {
		d := g[i]
		if v <= 0 {
			d = 0
		}
		dst[i] = d
	}
}

func tanhGrad[T Float](dst, g, y []T) {
	g, y = g[:len(dst)], y[:len(dst)]
	for i, v := range y {
		dst[i] = g[i] * (1 - T(v*v)) // rounded twice on every processor
	}
}

func sigmoidGrad[T Float](dst, g, y []T) {
	g, y = g[:len(dst)], y[:len(dst)]
	for i, v := range y {
		dst[i] = g[i] * v * (1 - v)
	}
}

func geluGrad[T Float](dst, g, x []T) {
	g, x = g[:len(dst)], x[:len(dst)]
	for i, v := range x {
		dst[i] = T(float64(g[i]) * geluSlope(float64(v)))
	}
}
