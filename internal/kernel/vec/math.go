package vec

import (
	"math"
)

// AbsF32 is |a|.
func AbsF32(dst, a []float32) { f32.abs(dst, a[:len(dst)]) }

// AbsF64 is |a|.
func AbsF64(dst, a []float64) { f64.abs(dst, a[:len(dst)]) }

// SignF32 is −1, 0 or 1; NaN stays.
func SignF32(dst, a []float32) { f32.sign(dst, a[:len(dst)]) }

// SignF64 is −1, 0 or 1; NaN stays.
func SignF64(dst, a []float64) { f64.sign(dst, a[:len(dst)]) }

// SqrtF32 is √a.
func SqrtF32(dst, a []float32) { f32.sqrt(dst, a[:len(dst)]) }

// SqrtF64 is √a.
func SqrtF64(dst, a []float64) { f64.sqrt(dst, a[:len(dst)]) }

// RsqrtF32 is 1/√a.
func RsqrtF32(dst, a []float32) { f32.rsqrt(dst, a[:len(dst)]) }

// RsqrtF64 is 1/√a.
func RsqrtF64(dst, a []float64) { f64.rsqrt(dst, a[:len(dst)]) }

// ExpF32 is eᵃ.
func ExpF32(dst, a []float32) { f32.exp(dst, a[:len(dst)]) }

// ExpF64 is eᵃ.
func ExpF64(dst, a []float64) { f64.exp(dst, a[:len(dst)]) }

// Exp2F32 is 2ᵃ.
func Exp2F32(dst, a []float32) { f32.exp2(dst, a[:len(dst)]) }

// Exp2F64 is 2ᵃ.
func Exp2F64(dst, a []float64) { f64.exp2(dst, a[:len(dst)]) }

// Expm1F32 is eᵃ − 1, accurate near 0.
func Expm1F32(dst, a []float32) { f32.expm1(dst, a[:len(dst)]) }

// Expm1F64 is eᵃ − 1, accurate near 0.
func Expm1F64(dst, a []float64) { f64.expm1(dst, a[:len(dst)]) }

// LogF32 is the natural logarithm.
func LogF32(dst, a []float32) { f32.log(dst, a[:len(dst)]) }

// LogF64 is the natural logarithm.
func LogF64(dst, a []float64) { f64.log(dst, a[:len(dst)]) }

// Log2F32 is the binary logarithm.
func Log2F32(dst, a []float32) { f32.log2(dst, a[:len(dst)]) }

// Log2F64 is the binary logarithm.
func Log2F64(dst, a []float64) { f64.log2(dst, a[:len(dst)]) }

// Log10F32 is the decimal logarithm.
func Log10F32(dst, a []float32) { f32.log10(dst, a[:len(dst)]) }

// Log10F64 is the decimal logarithm.
func Log10F64(dst, a []float64) { f64.log10(dst, a[:len(dst)]) }

// Log1pF32 is log(1 + a), accurate near 0.
func Log1pF32(dst, a []float32) { f32.log1p(dst, a[:len(dst)]) }

// Log1pF64 is log(1 + a), accurate near 0.
func Log1pF64(dst, a []float64) { f64.log1p(dst, a[:len(dst)]) }

// AsinF32 is the inverse sine.
func AsinF32(dst, a []float32) { each(dst, a, math.Asin) }

// AsinF64 is the inverse sine.
func AsinF64(dst, a []float64) { each(dst, a, math.Asin) }

// AcosF32 is the inverse cosine.
func AcosF32(dst, a []float32) { each(dst, a, math.Acos) }

// AcosF64 is the inverse cosine.
func AcosF64(dst, a []float64) { each(dst, a, math.Acos) }

// AtanF32 is the inverse tangent.
func AtanF32(dst, a []float32) { f32.atan(dst, a[:len(dst)]) }

// AtanF64 is the inverse tangent.
func AtanF64(dst, a []float64) { f64.atan(dst, a[:len(dst)]) }

// SinhF32 is the hyperbolic sine.
func SinhF32(dst, a []float32) { f32.sinh(dst, a[:len(dst)]) }

// SinhF64 is the hyperbolic sine.
func SinhF64(dst, a []float64) { f64.sinh(dst, a[:len(dst)]) }

// CoshF32 is the hyperbolic cosine.
func CoshF32(dst, a []float32) { f32.cosh(dst, a[:len(dst)]) }

// CoshF64 is the hyperbolic cosine.
func CoshF64(dst, a []float64) { f64.cosh(dst, a[:len(dst)]) }

// TanhF32 is the hyperbolic tangent.
func TanhF32(dst, a []float32) { f32.tanh(dst, a[:len(dst)]) }

// TanhF64 is the hyperbolic tangent.
func TanhF64(dst, a []float64) { f64.tanh(dst, a[:len(dst)]) }

// AsinhF32 is the inverse hyperbolic sine.
func AsinhF32(dst, a []float32) { each(dst, a, math.Asinh) }

// AsinhF64 is the inverse hyperbolic sine.
func AsinhF64(dst, a []float64) { each(dst, a, math.Asinh) }

// AcoshF32 is the inverse hyperbolic cosine.
func AcoshF32(dst, a []float32) { each(dst, a, math.Acosh) }

// AcoshF64 is the inverse hyperbolic cosine.
func AcoshF64(dst, a []float64) { each(dst, a, math.Acosh) }

// AtanhF32 is the inverse hyperbolic tangent.
func AtanhF32(dst, a []float32) { each(dst, a, math.Atanh) }

// AtanhF64 is the inverse hyperbolic tangent.
func AtanhF64(dst, a []float64) { each(dst, a, math.Atanh) }

// FloorF32 rounds down.
func FloorF32(dst, a []float32) { f32.floor(dst, a[:len(dst)]) }

// FloorF64 rounds down.
func FloorF64(dst, a []float64) { f64.floor(dst, a[:len(dst)]) }

// CeilF32 rounds up.
func CeilF32(dst, a []float32) { f32.ceil(dst, a[:len(dst)]) }

// CeilF64 rounds up.
func CeilF64(dst, a []float64) { f64.ceil(dst, a[:len(dst)]) }

// RoundF32 rounds to the nearest integer, halves to the even one.
func RoundF32(dst, a []float32) { f32.roundEven(dst, a[:len(dst)]) }

// RoundF64 rounds to the nearest integer, halves to the even one.
func RoundF64(dst, a []float64) { f64.roundEven(dst, a[:len(dst)]) }

// TruncF32 rounds towards 0.
func TruncF32(dst, a []float32) { f32.trunc(dst, a[:len(dst)]) }

// TruncF64 rounds towards 0.
func TruncF64(dst, a []float64) { f64.trunc(dst, a[:len(dst)]) }

// ErfF32 is the error function.
func ErfF32(dst, a []float32) { f32.erf(dst, a[:len(dst)]) }

// ErfF64 is the error function.
func ErfF64(dst, a []float64) { f64.erf(dst, a[:len(dst)]) }

// ErfcF32 is 1 − erf(a), accurate for large a.
func ErfcF32(dst, a []float32) { f32.erfc(dst, a[:len(dst)]) }

// ErfcF64 is 1 − erf(a), accurate for large a.
func ErfcF64(dst, a []float64) { f64.erfc(dst, a[:len(dst)]) }

// SigmoidF32 is 1/(1 + e⁻ᵃ) without overflow.
func SigmoidF32(dst, a []float32) { f32.sigmoid(dst, a[:len(dst)]) }

// SigmoidF64 is 1/(1 + e⁻ᵃ) without overflow.
func SigmoidF64(dst, a []float64) { f64.sigmoid(dst, a[:len(dst)]) }

// LogSigmoidF32 is log(1/(1 + e⁻ᵃ)) without overflow.
func LogSigmoidF32(dst, a []float32) { f32.logSigmoid(dst, a[:len(dst)]) }

// LogSigmoidF64 is log(1/(1 + e⁻ᵃ)) without overflow.
func LogSigmoidF64(dst, a []float64) { f64.logSigmoid(dst, a[:len(dst)]) }

// SoftplusF32 is log(1 + eᵃ) without overflow.
func SoftplusF32(dst, a []float32) { f32.softplus(dst, a[:len(dst)]) }

// SoftplusF64 is log(1 + eᵃ) without overflow.
func SoftplusF64(dst, a []float64) { f64.softplus(dst, a[:len(dst)]) }

// GeluF32 is a·Φ(a), with the normal distribution Φ.
func GeluF32(dst, a []float32) { f32.gelu(dst, a[:len(dst)]) }

// GeluF64 is a·Φ(a), with the normal distribution Φ.
func GeluF64(dst, a []float64) { f64.gelu(dst, a[:len(dst)]) }

// SiluF32 is a/(1 + e⁻ᵃ).
func SiluF32(dst, a []float32) { f32.silu(dst, a[:len(dst)]) }

// SiluF64 is a/(1 + e⁻ᵃ).
func SiluF64(dst, a []float64) { f64.silu(dst, a[:len(dst)]) }

// LgammaF32 is log|Γ(a)|.
func LgammaF32(dst, a []float32) { each(dst, a, lgamma) }

// LgammaF64 is log|Γ(a)|.
func LgammaF64(dst, a []float64) { each(dst, a, lgamma) }

// DigammaF32 is the derivative of log Γ.
func DigammaF32(dst, a []float32) { each(dst, a, digamma) }

// DigammaF64 is the derivative of log Γ.
func DigammaF64(dst, a []float64) { each(dst, a, digamma) }
