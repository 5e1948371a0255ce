package vec

import (
	"math"
)

// Abs is |a|.
func (l *Loops[T]) Abs(dst, a []T) { l.abs(dst, a[:len(dst)]) }

// Sign is −1, 0 or 1; NaN stays.
func (l *Loops[T]) Sign(dst, a []T) { l.sign(dst, a[:len(dst)]) }

// Sqrt is √a.
func (l *Loops[T]) Sqrt(dst, a []T) { l.sqrt(dst, a[:len(dst)]) }

// Rsqrt is 1/√a.
func (l *Loops[T]) Rsqrt(dst, a []T) { l.rsqrt(dst, a[:len(dst)]) }

// Exp is eᵃ.
func (l *Loops[T]) Exp(dst, a []T) { l.exp(dst, a[:len(dst)]) }

// Exp2 is 2ᵃ.
func (l *Loops[T]) Exp2(dst, a []T) { l.exp2(dst, a[:len(dst)]) }

// Expm1 is eᵃ − 1, accurate near 0.
func (l *Loops[T]) Expm1(dst, a []T) { l.expm1(dst, a[:len(dst)]) }

// Log is the natural logarithm.
func (l *Loops[T]) Log(dst, a []T) { l.log(dst, a[:len(dst)]) }

// Log2 is the binary logarithm.
func (l *Loops[T]) Log2(dst, a []T) { l.log2(dst, a[:len(dst)]) }

// Log10 is the decimal logarithm.
func (l *Loops[T]) Log10(dst, a []T) { l.log10(dst, a[:len(dst)]) }

// Log1p is log(1 + a), accurate near 0.
func (l *Loops[T]) Log1p(dst, a []T) { l.log1p(dst, a[:len(dst)]) }

// Asin is the inverse sine.
func (*Loops[T]) Asin(dst, a []T) { each(dst, a, math.Asin) }

// Acos is the inverse cosine.
func (*Loops[T]) Acos(dst, a []T) { each(dst, a, math.Acos) }

// Atan is the inverse tangent.
func (l *Loops[T]) Atan(dst, a []T) { l.atan(dst, a[:len(dst)]) }

// Sinh is the hyperbolic sine.
func (l *Loops[T]) Sinh(dst, a []T) { l.sinh(dst, a[:len(dst)]) }

// Cosh is the hyperbolic cosine.
func (l *Loops[T]) Cosh(dst, a []T) { l.cosh(dst, a[:len(dst)]) }

// Tanh is the hyperbolic tangent.
func (l *Loops[T]) Tanh(dst, a []T) { l.tanh(dst, a[:len(dst)]) }

// Asinh is the inverse hyperbolic sine.
func (*Loops[T]) Asinh(dst, a []T) { each(dst, a, math.Asinh) }

// Acosh is the inverse hyperbolic cosine.
func (*Loops[T]) Acosh(dst, a []T) { each(dst, a, math.Acosh) }

// Atanh is the inverse hyperbolic tangent.
func (*Loops[T]) Atanh(dst, a []T) { each(dst, a, math.Atanh) }

// Floor rounds down.
func (l *Loops[T]) Floor(dst, a []T) { l.floor(dst, a[:len(dst)]) }

// Ceil rounds up.
func (l *Loops[T]) Ceil(dst, a []T) { l.ceil(dst, a[:len(dst)]) }

// Round rounds to the nearest integer, halves to the even one.
func (l *Loops[T]) Round(dst, a []T) { l.roundEven(dst, a[:len(dst)]) }

// Trunc rounds towards 0.
func (l *Loops[T]) Trunc(dst, a []T) { l.trunc(dst, a[:len(dst)]) }

// Erf is the error function.
func (l *Loops[T]) Erf(dst, a []T) { l.erf(dst, a[:len(dst)]) }

// Erfc is 1 − erf(a), accurate for large a.
func (l *Loops[T]) Erfc(dst, a []T) { l.erfc(dst, a[:len(dst)]) }

// Sigmoid is 1/(1 + e⁻ᵃ) without overflow.
func (l *Loops[T]) Sigmoid(dst, a []T) { l.sigmoid(dst, a[:len(dst)]) }

// LogSigmoid is log(1/(1 + e⁻ᵃ)) without overflow.
func (l *Loops[T]) LogSigmoid(dst, a []T) { l.logSigmoid(dst, a[:len(dst)]) }

// Softplus is log(1 + eᵃ) without overflow.
func (l *Loops[T]) Softplus(dst, a []T) { l.softplus(dst, a[:len(dst)]) }

// Gelu is a·Φ(a), with the normal distribution Φ.
func (l *Loops[T]) Gelu(dst, a []T) { l.gelu(dst, a[:len(dst)]) }

// Silu is a/(1 + e⁻ᵃ).
func (l *Loops[T]) Silu(dst, a []T) { l.silu(dst, a[:len(dst)]) }

// Lgamma is log|Γ(a)|.
func (*Loops[T]) Lgamma(dst, a []T) { each(dst, a, lgamma) }

// Digamma is the derivative of log Γ.
func (*Loops[T]) Digamma(dst, a []T) { each(dst, a, digamma) }
