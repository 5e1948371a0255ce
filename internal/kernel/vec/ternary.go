package vec

// FmaF32 is dst = a·b + c, rounded as the processor likes.
func FmaF32(dst, a, b, c []float32) { fma(dst, a, b, c) }

// FmaF64 is dst = a·b + c, rounded as the processor likes.
func FmaF64(dst, a, b, c []float64) { fma(dst, a, b, c) }

// SelectF32 is a where c is not 0, else b.
func SelectF32(dst, c, a, b []float32) { choose(dst, c, a, b) }

// SelectF64 is a where c is not 0, else b.
func SelectF64(dst, c, a, b []float64) { choose(dst, c, a, b) }

// ClampF32 is a held to [lo, hi]; NaN stays.
func ClampF32(dst, a []float32, lo, hi float32) { clamp(dst, a, lo, hi) }

// ClampF64 is a held to [lo, hi]; NaN stays.
func ClampF64(dst, a []float64, lo, hi float64) { clamp(dst, a, lo, hi) }

// AxpyF32 adds s·a to dst.
func AxpyF32(dst []float32, s float32, a []float32) { axpy(dst, s, a) }

// AxpyF64 adds s·a to dst.
func AxpyF64(dst []float64, s float64, a []float64) { axpy(dst, s, a) }

// LerpF32 is dst = a + w·(b − a).
func LerpF32(dst, a, b, w []float32) { lerp(dst, a, b, w) }

// LerpF64 is dst = a + w·(b − a).
func LerpF64(dst, a, b, w []float64) { lerp(dst, a, b, w) }

// ReluGradF32 is g but where x ≤ 0, there 0: NaN lets g through.
func ReluGradF32(dst, g, x []float32) { reluGrad(dst, g, x) }

// ReluGradF64 is g but where x ≤ 0, there 0: NaN lets g through.
func ReluGradF64(dst, g, x []float64) { reluGrad(dst, g, x) }

// TanhGradF32 is g·(1 − y²).
func TanhGradF32(dst, g, y []float32) { tanhGrad(dst, g, y) }

// TanhGradF64 is g·(1 − y²).
func TanhGradF64(dst, g, y []float64) { tanhGrad(dst, g, y) }

// SigmoidGradF32 is g·y·(1 − y).
func SigmoidGradF32(dst, g, y []float32) { sigmoidGrad(dst, g, y) }

// SigmoidGradF64 is g·y·(1 − y).
func SigmoidGradF64(dst, g, y []float64) { sigmoidGrad(dst, g, y) }

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

func axpy[T Float](dst []T, s T, a []T) {
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
		dst[i] = g[i] * (1 - v*v)
	}
}

func sigmoidGrad[T Float](dst, g, y []T) {
	g, y = g[:len(dst)], y[:len(dst)]
	for i, v := range y {
		dst[i] = g[i] * v * (1 - v)
	}
}
