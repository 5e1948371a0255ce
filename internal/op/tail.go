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
	defineTail(&TanhTail, 1, "tanhtail", elem1(vec.F32.TanhTail), elem1(vec.F64.TanhTail))
	defineTail(&TanhOpen, 1, "tanhopen", elem1(vec.F32.TanhOpen), elem1(vec.F64.TanhOpen))
	defineTail(&TanhSlope, 2, "tanhslope", elem2(vec.F32.TanhSlope), elem2(vec.F64.TanhSlope))
	defineTail(&SigmoidTail, 1, "sigmoidtail", elem1(vec.F32.SigmoidTail), elem1(vec.F64.SigmoidTail))
	defineTail(&SigmoidOpen, 1, "sigmoidopen", elem1(vec.F32.SigmoidOpen), elem1(vec.F64.SigmoidOpen))
	defineTail(&SigmoidSlope, 2, "sigmoidslope", elem2(vec.F32.SigmoidSlope), elem2(vec.F64.SigmoidSlope))
	TanhTail.Weight, SigmoidTail.Weight = weightFast, weightFast
	TanhOpen.Again, SigmoidOpen.Again = true, true
}

func defineTail(d *ir.Def, arity int, name string, f32 ir.Elem[float32], f64 ir.Elem[float64]) {
	defineInner(d, ir.Def{Name: name, Class: ir.Elementwise, Arity: arity, Infer: sameShape, Elem32: f32, Elem64: f64})
}

// splitAt is the Split of an operator that is always split into the same two.
func splitAt(first, then *ir.Def) func(*ir.Value, bool) (*ir.Def, *ir.Def, ir.Attrs) {
	return func(*ir.Value, bool) (*ir.Def, *ir.Def, ir.Attrs) { return first, then, nil }
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
