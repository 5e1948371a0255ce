package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// The tail of tanh or the sigmoid is the smaller of two numbers: the function's value,
// and 1 minus it. Open computes the value from the tail, Slope the gradient: g times the
// slope. A value that is rounded to 1 has lost its slope, the tail has not. Since both
// come from the tail, the argument need not be kept for the gradient, nor the
// exponential be computed twice. Only the compiler makes these operators, so they are
// no rows of the table.
var TanhTail, TanhOpen, TanhSlope, SigmoidTail, SigmoidOpen, SigmoidSlope ir.Def

func init() {
	defineTail(&TanhTail, 1, "tanhtail", elem1(vec.TanhTailF32), elem1(vec.TanhTailF64))
	defineTail(&TanhOpen, 1, "tanhopen", elem1(vec.TanhOpenF32), elem1(vec.TanhOpenF64))
	defineTail(&TanhSlope, 2, "tanhslope", elem2(vec.TanhSlopeF32), elem2(vec.TanhSlopeF64))
	defineTail(&SigmoidTail, 1, "sigmoidtail", elem1(vec.SigmoidTailF32), elem1(vec.SigmoidTailF64))
	defineTail(&SigmoidOpen, 1, "sigmoidopen", elem1(vec.SigmoidOpenF32), elem1(vec.SigmoidOpenF64))
	defineTail(&SigmoidSlope, 2, "sigmoidslope", elem2(vec.SigmoidSlopeF32), elem2(vec.SigmoidSlopeF64))
	TanhTail.Weight, SigmoidTail.Weight = weightFast, weightFast
	TanhOpen.Again, SigmoidOpen.Again = true, true
}

func defineTail(d *ir.Def, arity int, name string, f32 ir.Elem[float32], f64 ir.Elem[float64]) {
	defineInner(d, ir.Def{Name: name, Class: ir.Elementwise, Arity: arity, Infer: sameShape, Elem32: f32, Elem64: f64})
}

// splitAt is the Split of an operator that is always split into the same two.
func splitAt(first, then *ir.Def) func(*ir.Value) (*ir.Def, *ir.Def, ir.Attrs) {
	return func(*ir.Value) (*ir.Def, *ir.Def, ir.Attrs) { return first, then, nil }
}

// slopes is the body of the gradient: g times the slope, from the tail of x.
func slopes[T ir.Float](tail func(dst, x []T), slope func(dst, g, p []T)) ir.Elem[T] {
	return func(dst []T, in [][]T, _ []T) {
		var block [256]T
		for at := 0; at < len(dst); at += len(block) {
			end := min(len(dst), at+len(block))
			tail(block[:end-at], in[1][at:end])
			slope(dst[at:end], in[0][at:end], block[:end-at])
		}
	}
}
