package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// The tail of tanh and of the sigmoid is the function's value, or what it lacks of 1
// where that is less; Open makes the value of it, and Slope g times the slope. A value
// that is rounded to 1 has lost its slope, so function and gradient are both made of
// the tail: then the argument need not be kept for the gradient, nor the exponential
// be computed twice. Only the compiler makes these, so they are no rows of the table.
var TanhTail, TanhOpen, TanhSlope, SigmoidTail, SigmoidOpen, SigmoidSlope ir.Def

func init() {
	TanhTail = elementwiseDef("tanhtail", weightFast, elem1(vec.TanhTailF32), elem1(vec.TanhTailF64))
	TanhOpen = elementwiseDef("tanhopen", 0, elem1(vec.TanhOpenF32), elem1(vec.TanhOpenF64))
	TanhSlope = elementwiseDef("tanhslope", 0, elem2(vec.TanhSlopeF32), elem2(vec.TanhSlopeF64))
	SigmoidTail = elementwiseDef("sigmoidtail", weightFast, elem1(vec.SigmoidTailF32), elem1(vec.SigmoidTailF64))
	SigmoidOpen = elementwiseDef("sigmoidopen", 0, elem1(vec.SigmoidOpenF32), elem1(vec.SigmoidOpenF64))
	SigmoidSlope = elementwiseDef("sigmoidslope", 0, elem2(vec.SigmoidSlopeF32), elem2(vec.SigmoidSlopeF64))
	TanhOpen.Again, SigmoidOpen.Again = true, true
	TanhSlope.Arity, SigmoidSlope.Arity = 2, 2
}

func elementwiseDef(name string, weight int, f32 ir.Elem[float32], f64 ir.Elem[float64]) ir.Def {
	return ir.Def{Name: name, Class: ir.Elementwise, Arity: 1, Weight: weight, Infer: sameShape, Elem32: f32, Elem64: f64}
}

// slopes is the body of the gradient: g times the slope that x's tail has.
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
