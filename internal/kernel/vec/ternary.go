package vec

// FmaF32 is dst = a·b + c, rounded as the processor likes.
func FmaF32(dst, a, b, c []float32) { f32.fma(dst, a[:len(dst)], b[:len(dst)], c[:len(dst)]) }

// FmaF64 is dst = a·b + c, rounded as the processor likes.
func FmaF64(dst, a, b, c []float64) { f64.fma(dst, a[:len(dst)], b[:len(dst)], c[:len(dst)]) }

// SelectF32 is a where c is not 0, else b.
func SelectF32(dst, c, a, b []float32) { f32.choose(dst, c[:len(dst)], a[:len(dst)], b[:len(dst)]) }

// SelectF64 is a where c is not 0, else b.
func SelectF64(dst, c, a, b []float64) { f64.choose(dst, c[:len(dst)], a[:len(dst)], b[:len(dst)]) }

// ClampF32 is a held to [lo, hi]; NaN stays.
func ClampF32(dst, a []float32, lo, hi float32) { f32.clamp(dst, a[:len(dst)], lo, hi) }

// ClampF64 is a held to [lo, hi]; NaN stays.
func ClampF64(dst, a []float64, lo, hi float64) { f64.clamp(dst, a[:len(dst)], lo, hi) }

// AxpyF32 adds s·a to dst.
func AxpyF32(dst []float32, s float32, a []float32) { f32.axpy(dst, a[:len(dst)], s) }

// AxpyF64 adds s·a to dst.
func AxpyF64(dst []float64, s float64, a []float64) { f64.axpy(dst, a[:len(dst)], s) }

// LerpF32 is dst = a + w·(b − a).
func LerpF32(dst, a, b, w []float32) { f32.lerp(dst, a[:len(dst)], b[:len(dst)], w[:len(dst)]) }

// LerpF64 is dst = a + w·(b − a).
func LerpF64(dst, a, b, w []float64) { f64.lerp(dst, a[:len(dst)], b[:len(dst)], w[:len(dst)]) }

// ReluGradF32 is g but where x ≤ 0, there 0: NaN lets g through.
func ReluGradF32(dst, g, x []float32) { f32.reluGrad(dst, g[:len(dst)], x[:len(dst)]) }

// ReluGradF64 is g but where x ≤ 0, there 0: NaN lets g through.
func ReluGradF64(dst, g, x []float64) { f64.reluGrad(dst, g[:len(dst)], x[:len(dst)]) }

// TanhGradF32 is g·(1 − y²).
func TanhGradF32(dst, g, y []float32) { f32.tanhGrad(dst, g[:len(dst)], y[:len(dst)]) }

// TanhGradF64 is g·(1 − y²).
func TanhGradF64(dst, g, y []float64) { f64.tanhGrad(dst, g[:len(dst)], y[:len(dst)]) }

// SigmoidGradF32 is g·y·(1 − y).
func SigmoidGradF32(dst, g, y []float32) { f32.sigmoidGrad(dst, g[:len(dst)], y[:len(dst)]) }

// SigmoidGradF64 is g·y·(1 − y).
func SigmoidGradF64(dst, g, y []float64) { f64.sigmoidGrad(dst, g[:len(dst)], y[:len(dst)]) }

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
