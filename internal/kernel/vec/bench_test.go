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
		{"exp", -10, 10, F32.Exp, F64.Exp},
		{"exp2", -10, 10, F32.Exp2, F64.Exp2},
		{"expm1", -3, 3, F32.Expm1, F64.Expm1},
		{"log", 0.1, 10, F32.Log, F64.Log},
		{"log2", 0.1, 10, F32.Log2, F64.Log2},
		{"log10", 0.1, 10, F32.Log10, F64.Log10},
		{"log1p", -0.9, 10, F32.Log1p, F64.Log1p},
		{"sin", -10, 10, F32.Sin, F64.Sin},
		{"cos", -10, 10, F32.Cos, F64.Cos},
		{"tan", -10, 10, F32.Tan, F64.Tan},
		{"asin", -1, 1, F32.Asin, F64.Asin},
		{"acos", -1, 1, F32.Acos, F64.Acos},
		{"atan", -10, 10, F32.Atan, F64.Atan},
		{"sinh", -10, 10, F32.Sinh, F64.Sinh},
		{"cosh", -10, 10, F32.Cosh, F64.Cosh},
		{"tanh", -3, 3, F32.Tanh, F64.Tanh},
		{"erf", -3, 3, F32.Erf, F64.Erf},
		{"erfc", -3, 3, F32.Erfc, F64.Erfc},
		{"sigmoid", -10, 10, F32.Sigmoid, F64.Sigmoid},
		{"logsigmoid", -10, 10, F32.LogSigmoid, F64.LogSigmoid},
		{"softplus", -10, 10, F32.Softplus, F64.Softplus},
		{"silu", -10, 10, F32.Silu, F64.Silu},
		{"gelu", -5, 5, F32.Gelu, F64.Gelu},
		{"pow", 0.1, 10, func(dst, a []float32) { F32.Pow(dst, a, a) }, func(dst, a []float64) { F64.Pow(dst, a, a) }},
		{"powconst", 0.1, 10, func(dst, a []float32) { F32.PowS(dst, a, 1.5) }, func(dst, a []float64) { F64.PowS(dst, a, 1.5) }},
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
