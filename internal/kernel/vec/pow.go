package vec

import "math"

func pows[T Float](dst, a, b []T) { each2(dst, a, b, pow) }

// power is powS, by products where there are few.
func (l *Loops[T]) power(dst, a []T, s T) {
	switch s {
	case -1:
		l.reciprocal(dst, a)
	case 1:
		copy(dst, a)
	case 2:
		l.square(dst, a)
	case 3:
		l.cube(dst, a)
	default:
		l.powS(dst, a, s)
	}
}

// pow is math.Pow, which loses digits for large y: |x|ʸ = 2^(y·log2|x|), with a
// logarithm of twice the digits, as the loops in assembly have it.
func pow(x, y float64) float64 {
	a := math.Abs(x)
	if !(a > 0 && a < math.Inf(1)) || math.IsInf(y, 0) || y != y || x < 0 && y != math.Trunc(y) {
		return math.Pow(x, y)
	}
	hi, lo := log2Pair(a)
	q := float64(y * hi) // converted, lest it be fused with a sum
	rest := math.FMA(y, hi, -q) + y*lo
	if math.Abs(q) > 1100 {
		q, rest = math.Copysign(1100, q), 0
	}
	n := math.RoundToEven(q)
	p := math.Ldexp(math.Exp(((q-n)+rest)*math.Ln2), int(n))
	if half := y / 2; x < 0 && half != math.Trunc(half) {
		return -p
	}
	return p
}

// log2Pair is log2 x = k + s·(c + s²·(c/3 + s²·P(s²))) for x = f·2ᵏ, with
// s = (f−1)/(f+1) and c = 2/ln 2: the sum of two numbers.
func log2Pair(x float64) (hi, lo float64) {
	const (
		c, cLow = 0x1.71547652b82fep1, 0x1.777d0ffda0d24p-55
		t, tLow = 0x1.ec709dc3a03fdp-1, 0x1.d27f05548af0cp-55
	)
	f, e := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f, e = 2*f, e-1
	}
	d := f + 1
	s := (f - 1) / d
	sLow := (math.FMA(-s, d, f-1) - s*(f-(d-1))) / d
	z := float64(s * s)
	zLow := math.FMA(s, s, -z) + 2*s*sLow
	p := 0.1903855783698230527
	for _, k := range [...]float64{0.1912551554311438601, 0.2219839975140122911, 0.2623077011416238167,
		0.3205989022732534683, 0.4121985830919423869, 0.5770780163556179449} {
		p = p*z + k
	}
	tail := float64(z * p)
	third := t + tail
	thirdLow := (t - third) + tail + tLow
	w := float64(z * third)
	wLow := math.FMA(z, third, -w) + (z*thirdLow + zLow*third)
	v := c + w
	vLow := (c - v) + w + (wLow + cLow)
	y := float64(s * v)
	yLow := math.FMA(s, v, -y) + (s*vLow + sLow*v)
	k := float64(e)
	hi = k + y
	return hi, (k - hi) + y + yLow
}
