package vec

import (
	"testing"
)

// BenchmarkMath times the approximated functions on 2048 elements, at every
// level: the figure of interest is ns/element.
func BenchmarkMath(b *testing.B) {
	for _, f := range []struct {
		name   string
		lo, hi float64
		f32    func(dst, a []float32)
		f64    func(dst, a []float64)
	}{
		{"exp", -10, 10, ExpF32, ExpF64},
		{"exp2", -10, 10, Exp2F32, Exp2F64},
		{"expm1", -3, 3, Expm1F32, Expm1F64},
		{"log", 0.1, 10, LogF32, LogF64},
		{"log2", 0.1, 10, Log2F32, Log2F64},
		{"log10", 0.1, 10, Log10F32, Log10F64},
		{"log1p", -0.9, 10, Log1pF32, Log1pF64},
		{"sin", -10, 10, SinF32, SinF64},
		{"cos", -10, 10, CosF32, CosF64},
		{"tan", -10, 10, TanF32, TanF64},
		{"asin", -1, 1, AsinF32, AsinF64},
		{"acos", -1, 1, AcosF32, AcosF64},
		{"atan", -10, 10, AtanF32, AtanF64},
		{"sinh", -10, 10, SinhF32, SinhF64},
		{"cosh", -10, 10, CoshF32, CoshF64},
		{"tanh", -3, 3, TanhF32, TanhF64},
		{"erf", -3, 3, ErfF32, ErfF64},
		{"erfc", -3, 3, ErfcF32, ErfcF64},
		{"sigmoid", -10, 10, SigmoidF32, SigmoidF64},
		{"logsigmoid", -10, 10, LogSigmoidF32, LogSigmoidF64},
		{"softplus", -10, 10, SoftplusF32, SoftplusF64},
		{"silu", -10, 10, SiluF32, SiluF64},
		{"gelu", -5, 5, GeluF32, GeluF64},
		{"pow", 0.1, 10, func(dst, a []float32) { PowF32(dst, a, a) }, func(dst, a []float64) { PowF64(dst, a, a) }},
		{"powconst", 0.1, 10, func(dst, a []float32) { PowSF32(dst, a, 1.5) }, func(dst, a []float64) { PowSF64(dst, a, 1.5) }},
	} {
		b.Run(f.name, func(b *testing.B) {
			eachLevel(func(level string) {
				b.Run("float32/"+level, func(b *testing.B) { perElement(b, f.lo, f.hi, f.f32) })
				b.Run("float64/"+level, func(b *testing.B) { perElement(b, f.lo, f.hi, f.f64) })
			})
		})
	}
}

func perElement[T Float](b *testing.B, lo, hi float64, f func(dst, a []T)) {
	const n = 2048
	x, y := make([]T, n), make([]T, n)
	for i := range x {
		x[i] = T(lo + (hi-lo)*(float64((i*977)%n)+0.37)/n)
	}
	for b.Loop() {
		f(y, x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
}
