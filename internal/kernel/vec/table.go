package vec

import (
	"math"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// Loops are the functions of the package for one element type. Its fields are their
// bodies, chosen once by what the processor can do: Go, or assembly that does the same.
// Bodies take slices of equal length; those of sums take short ones.
type Loops[T Float] struct {
	add, sub, mul, div, max, min, squaredDiff func(dst, a, b []T)
	lt, le, gt, ge, eq, ne                    func(dst, a, b []T)
	reluGrad, tanhGrad, sigmoidGrad, geluGrad func(dst, a, b []T)
	tanhSlope, sigmoidSlope                   func(dst, a, b []T)

	addS, subS, rsubS, mulS, divS, rdivS, maxS, minS func(dst, a []T, s T)
	ltS, leS, gtS, geS, eqS, neS                     func(dst, a []T, s T)

	neg, abs, square, cube, sqrt, rsqrt, reciprocal, relu func(dst, a []T)
	floor, ceil, roundEven, trunc, sign                   func(dst, a []T)
	exp, exp2, expm1, sinh, cosh, tanh, atan              func(dst, a []T)
	log, log2, log10, log1p, erf, erfc                    func(dst, a []T)
	sigmoid, logSigmoid, softplus, silu, gelu             func(dst, a []T)
	tanhTail, tanhOpen, sigmoidTail, sigmoidOpen          func(dst, a []T)

	sin, cos, tan func(dst, a []T) (done int) // see circular
	pow           func(dst, a, b []T)
	powS, elu     func(dst, a []T, s T)

	fma, choose, lerp func(dst, a, b, c []T)
	clamp             func(dst, a []T, lo, hi T)
	axpy              func(dst, a []T, s T)

	affine        func(dst, a []T, m, k, c T)
	blend         func(dst, a, b []T, m, k, c, l T)
	affines       func(dst, a, m, k, c []T)
	blends        func(dst, a, m, k, c, b, l []T)
	addMoments    func(s, q, a, m []T)
	addComoments  func(s, q, a, b, m []T)
	gain          func(dst, a, g, c []T, m, k, h T)
	addGain       func(dst, a, b []T, m, k, h T)
	blendGain     func(dst, a, b, g []T, m, k, c, l T)
	moments       func(a []T, m T) (sum, squares T)
	comoments     func(a, b []T, m T) (sum, with T)
	comomentsGain func(a, g, b []T, m T) (sum, with T)

	sgd      func(p, g []T, lr, decay T)
	momentum func(p, v, g []T, lr, mu, in, decay, now, kept T)
	steps[T]

	sum, sumSquares, sumAbs, maxOf, minOf func(a []T) T
	dot                                   func(a, b []T) T
	sumExpSub                             func(a []T, s T) T
	topOf                                 func(a []T) T
	weigh                                 func(dst, a, b []T, t, w, u T)
	seek                                  func(a []T, s T) (done int)
	expSum                                func(dst, a []T, s T) T
	dotLess                               func(a, b []T, s T) T
	accumRows                             func(dst, a []T, rows, stride int)
}

// F32 and F64 are the functions for both element types.
var (
	F32 = portable[float32]()
	F64 = portable[float64]()
)

// Of returns F32 or F64. It takes a nanosecond or two.
func Of[T Float]() *Loops[T] {
	if l, ok := any(&F32).(*Loops[T]); ok {
		return l
	}
	return any(&F64).(*Loops[T])
}

func init() { use(cpu.AVX512, cpu.AVX2, cpu.NEON) }

// portable are the bodies in Go.
func portable[T Float]() Loops[T] {
	return Loops[T]{
		add: add[T], sub: sub[T], mul: mul[T], div: div[T], max: maximum[T], min: minimum[T],
		squaredDiff: squaredDiff[T],
		lt:          lt[T], le: le[T], gt: gt[T], ge: ge[T], eq: eq[T], ne: ne[T],
		reluGrad: reluGrad[T], tanhGrad: tanhGrad[T], sigmoidGrad: sigmoidGrad[T], geluGrad: geluGrad[T],

		addS: addS[T], subS: subS[T], rsubS: rsubS[T], mulS: mulS[T], divS: divS[T], rdivS: rdivS[T],
		maxS: maxS[T], minS: minS[T],
		ltS: ltS[T], leS: leS[T], gtS: gtS[T], geS: geS[T], eqS: eqS[T], neS: neS[T],

		neg: neg[T], abs: in64[T](math.Abs), square: square[T], cube: cube[T],
		sqrt: in64[T](math.Sqrt), rsqrt: in64[T](rsqrt), reciprocal: reciprocal[T], relu: relu[T],
		floor: in64[T](math.Floor), ceil: in64[T](math.Ceil), roundEven: in64[T](math.RoundToEven),
		trunc: in64[T](math.Trunc), sign: in64[T](sign),
		exp: in64[T](exp), exp2: in64[T](math.Exp2), expm1: in64[T](math.Expm1),
		sinh: in64[T](sinh), cosh: in64[T](cosh), tanh: tanh[T], atan: in64[T](math.Atan),
		log: in64[T](log), log2: in64[T](log2), log10: in64[T](log10), log1p: in64[T](math.Log1p),
		erf: in64[T](math.Erf), erfc: in64[T](math.Erfc),
		sigmoid: sigmoids[T], logSigmoid: in64[T](logSigmoid), softplus: in64[T](softplus),
		tanhTail: tanhTail[T], tanhOpen: tanhOpen[T], tanhSlope: tanhSlope[T],
		sigmoidTail: sigmoidTail[T], sigmoidOpen: sigmoidOpen[T], sigmoidSlope: sigmoidSlope[T],
		silu: in64[T](silu), gelu: in64[T](gelu),
		sin: inFull[T](sin), cos: inFull[T](cos), tan: inFull[T](tan),
		pow: pows[T], powS: powS[T], elu: elu[T],

		fma: fma[T], choose: choose[T], lerp: lerp[T], clamp: clamp[T], axpy: axpy[T],
		affine: affine[T], affines: affines[T], blend: blend[T], blends: blends[T],
		addMoments: addMoments[T], addComoments: addComoments[T], moments: shortMoments[T], comoments: shortComoments[T],
		gain: gain[T], addGain: addGain[T], blendGain: blendGain[T], comomentsGain: shortComomentsGain[T],
		sgd: sgd[T], momentum: momentum[T], steps: portableSteps[T](),

		sum: shortSum[T], sumSquares: shortSumSquares[T], sumAbs: shortSumAbs[T], dot: shortDot[T],
		maxOf: maxOf[T], minOf: minOf[T], sumExpSub: shortSumExpSub[T],
		weigh: weigh[T], seek: seek[T],
		topOf: topOf[T], expSum: expSum[T], dotLess: dotLess[T], accumRows: accumRows[T],
	}
}

// in64 is the loop of a function that is computed in float64.
func in64[T Float](f func(x float64) float64) func(dst, a []T) {
	return func(dst, a []T) { each(dst, a, f) }
}
