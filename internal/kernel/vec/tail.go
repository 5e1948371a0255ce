package vec

import "math"

// This file has tanh and the sigmoid in a form, the tail, that keeps all digits
// where they are nearly 1 or −1. Function and slope follow from it in a few
// operations.

// TanhTail is tanh a, up to |a| = 0.6, and from there what tanh|a| lacks of 1, times a
// large power of 2 and with a's sign: a tanh that keeps its digits where it is nearly
// 1.
func (l *Loops[T]) TanhTail(dst, a []T) { l.tanhTail(dst, a[:len(dst)]) }

// TanhOpen is the tanh that a is the TanhTail of.
func (l *Loops[T]) TanhOpen(dst, a []T) { l.tanhOpen(dst, a[:len(dst)]) }

// SigmoidTail is the sigmoid of a for a < 0, else what it lacks of 1, negative: a sigmoid
// that keeps its digits where it is nearly 1.
func (l *Loops[T]) SigmoidTail(dst, a []T) { l.sigmoidTail(dst, a[:len(dst)]) }

// SigmoidOpen is the sigmoid that a is the SigmoidTail of.
func (l *Loops[T]) SigmoidOpen(dst, a []T) { l.sigmoidOpen(dst, a[:len(dst)]) }

// TanhSlope is g times the slope of tanh at the x that p is the TanhTail of.
func (l *Loops[T]) TanhSlope(dst, g, p []T) { l.tanhSlope(dst, g[:len(dst)], p[:len(dst)]) }

// SigmoidSlope is g times the slope of the sigmoid at the x that p is the SigmoidTail of.
func (l *Loops[T]) SigmoidSlope(dst, g, p []T) { l.sigmoidSlope(dst, g[:len(dst)], p[:len(dst)]) }

// The tail of tanh from short on is the rest 1 − tanh|x| times 2^bits, which is 1 or
// more; below tailEnd the slope counts as 0.
const (
	short   = 0.6
	tailEnd = 1.125
)

// tailOf is the power of 2 and the number up to which the rest changes.
func tailOf[T Float]() (bits int, bound float64) {
	if T(1)+0x1p-40 == 1 {
		return 126, 44
	}
	return 1022, 354.5
}

func tanh[T Float](dst, a []T) {
	tanhTail(dst, a)
	tanhOpen(dst, dst)
}

func tanhTail[T Float](dst, a []T) {
	bits, bound := tailOf[T]()
	for i, x := range a[:len(dst)] {
		v := float64(x)
		if s := math.Abs(v); s >= short {
			v = math.Copysign(math.Ldexp(2/(math.Exp(2*min(s, bound))+1), bits), v)
		} else {
			v = math.Tanh(v)
		}
		dst[i] = T(v)
	}
}

func tanhOpen[T Float](dst, a []T) {
	bits, _ := tailOf[T]()
	scale := T(math.Ldexp(1, -bits))
	for i, p := range a[:len(dst)] {
		switch {
		case p >= short:
			p = 1 - T(p*scale)
		case p <= -short:
			p = -1 - T(p*scale)
		}
		dst[i] = p
	}
}

func tanhSlope[T Float](dst, g, p []T) {
	bits, _ := tailOf[T]()
	scale := T(math.Ldexp(1, -bits))
	p = p[:len(dst)]
	for i, d := range g[:len(dst)] {
		c := T(math.Abs(float64(p[i])))
		switch {
		case c >= tailEnd:
			c *= scale
		case c >= 1:
			c = 0
		default:
			c = 1 - c
		}
		dst[i] = d * T(c*(2-c))
	}
}

func sigmoids[T Float](dst, a []T) {
	sigmoidTail(dst, a)
	sigmoidOpen(dst, dst)
}

func sigmoidTail[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		t := T(sigmoid(-math.Abs(float64(x))))
		if !(x < 0) {
			t = -t
		}
		dst[i] = t
	}
}

func sigmoidOpen[T Float](dst, a []T) {
	for i, p := range a[:len(dst)] {
		if math.Signbit(float64(p)) {
			p = 1 + p
		}
		dst[i] = p
	}
}

func sigmoidSlope[T Float](dst, g, p []T) {
	p = p[:len(dst)]
	for i, d := range g[:len(dst)] {
		t := T(math.Abs(float64(p[i])))
		dst[i] = T(d*t) * (1 - t)
	}
}
