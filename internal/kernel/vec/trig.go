package vec

import (
	"math"
	"math/bits"
	"unsafe"
)

// Sin is the sine.
func (l *Loops[T]) Sin(dst, a []T) { circular(dst, a[:len(dst)], l.sin, sin) }

// Cos is the cosine.
func (l *Loops[T]) Cos(dst, a []T) { circular(dst, a[:len(dst)], l.cos, cos) }

// Tan is the tangent.
func (l *Loops[T]) Tan(dst, a []T) { circular(dst, a[:len(dst)], l.tan, tan) }

// circular runs a loop that stops at vectors with arguments beyond farthest; those
// are left to f, and the others in such a vector to the loop, as everywhere.
func circular[T Float](dst, a []T, loop func(dst, a []T) int, f func(x float64) float64) {
	const width = 16 // elements of the widest vector
	for {
		done := loop(dst, a)
		if done == len(dst) {
			return
		}
		dst, a = dst[done:], a[done:]
		n := min(width, len(dst))
		var x, y [width]T
		copy(x[:], a[:n])
		for i, v := range x {
			if math.Abs(float64(v)) > farthest[T]() {
				x[i] = 0
			}
		}
		loop(y[:], x[:])
		for i, v := range a[:n] {
			if math.Abs(float64(v)) > farthest[T]() {
				y[i] = T(f(float64(v)))
			}
		}
		copy(dst, y[:n])
		dst, a = dst[n:], a[n:]
	}
}

// farthest is the largest argument of the loops in assembly.
func farthest[T Float]() float64 {
	if unsafe.Sizeof(T(0)) == 8 {
		return 0x1p31
	}
	return 0x1p16
}

// inFull is the loop of a function that takes all arguments.
func inFull[T Float](f func(x float64) float64) func(dst, a []T) int {
	return func(dst, a []T) int {
		each(dst, a, f)
		return len(dst)
	}
}

func sin(x float64) float64 {
	n, r, rest := quarter(math.Abs(x))
	return math.Copysign(1, x) * wave(n, r, rest)
}

func cos(x float64) float64 {
	n, r, rest := quarter(math.Abs(x))
	return wave(n+1, r, rest)
}

func tan(x float64) float64 {
	n, r, rest := quarter(math.Abs(x))
	return math.Copysign(1, x) * wave(n, r, rest) / wave(n+1, r, rest)
}

// wave is sin(n·π/2 + r + rest) for |r| ≤ ¼π.
func wave(n uint64, r, rest float64) float64 {
	y := 0.0
	if n&1 == 0 {
		y = math.Sin(r) + rest*(1-r*r/2) // a few digits of the cosine are enough
	} else {
		y = math.Cos(r) - rest*r
	}
	if n&2 != 0 {
		return -y
	}
	return y
}

// quarter splits x ≥ 0 into n·π/2 + r + rest with |r| ≤ ¼π, n modulo 4. Up to
// farthest it takes n times the parts of π/2 from x, as the loops in assembly do.
func quarter(x float64) (n uint64, r, rest float64) {
	const (
		first  = 0x1.921fb54442d18p0
		second = 0x1.1a62633145c07p-54
		third  = -0x1.f1976b7ed8fbcp-110
	)
	switch {
	case x <= math.Pi/4:
		return 0, x, 0
	case x <= farthest[float64]():
		k := math.RoundToEven(x * (2 / math.Pi))
		x = math.FMA(-k, first, x)
		p := float64(k * second) // converted, lest it be fused with a sum
		r = x - p
		rest = ((x - r) - p) + math.FMA(-k, second, p)
		return uint64(k), r, math.FMA(-k, third, rest)
	case math.IsInf(x, 0) || math.IsNaN(x):
		return 0, math.NaN(), 0
	}
	return quarterOfHuge(x)
}

// twoOverPi are the bits of 2/π behind the point.
var twoOverPi = [...]uint64{
	0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
	0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
	0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
	0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
}

// quarterOfHuge multiplies x = m·2ᵉ, e ≥ 0, by those bits of 2/π that count: the
// product modulo 4, with 126 bits behind the point (Payne and Hanek, 1983).
func quarterOfHuge(x float64) (n uint64, r, rest float64) {
	b := math.Float64bits(x)
	m, e := b&(1<<52-1)|1<<52, int(b>>52)-1075
	first := e - 2 // bits before this one make multiples of 4
	var w [3]uint64
	for i := range w {
		at := first + 64*i
		if at < 0 { // before the point
			w[i] = twoOverPi[0] >> -at
			continue
		}
		w[i] = twoOverPi[at/64] << (at % 64)
		if at%64 != 0 {
			w[i] |= twoOverPi[at/64+1] >> (64 - at%64)
		}
	}
	// The highest words of m·w, of which the first two bits are n.
	_, p0 := bits.Mul64(m, w[0])
	h1, p1 := bits.Mul64(m, w[1])
	h2, _ := bits.Mul64(m, w[2])
	p1, carry := bits.Add64(p1, h2, 0)
	p0, _ = bits.Add64(p0, h1, carry)
	n = p0 >> 62
	p0, p1 = p0<<2|p1>>62, p1<<2
	sign := 1.0
	if p0>>63 != 0 { // from ½ on, count back from the next quarter
		n, sign = n+1, -1
		p1, carry = bits.Sub64(0, p1, 0)
		p0, _ = bits.Sub64(0, p0, carry)
	}
	// p0, p1 is the fraction f; f·π/2 in two numbers.
	shift := bits.LeadingZeros64(p0)
	p0, p1 = p0<<shift|p1>>(64-shift), p1<<shift
	scale := sign * math.Ldexp(1, -shift)
	hi := float64(p0>>11) * 0x1p-53
	lo := float64(p0<<53|p1>>11) * 0x1p-117
	const half, low = 0x1.921fb54442d18p0, 0x1.1a62633145c07p-54
	r = float64(hi * half)
	rest = math.FMA(hi, half, -r) + (hi*low + lo*half)
	return n, r * scale, rest * scale
}
