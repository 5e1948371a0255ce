package draw

import "math"

// ln2High has zeros in its last bits, so that small multiples of it are exact.
const (
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)

// exp is eˣ for x in [−700, 700], within 1 ulp: 2ᵏ times the Taylor series of what is left
// of x without k·ln 2.
func exp(x float64) float64 {
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	r := x - float64(k*ln2High)
	r -= float64(k * ln2Low)
	p := 1.0
	for n := 14.0; n >= 1; n-- {
		p = 1 + float64(p*r)/n
	}
	return float64(math.Ldexp(p, int(k)))
}

// log is ln x for x > 0 that is not subnormal, within 2 ulp, and −Inf for 0: the series of
// 2·artanh s for the fraction of x, with s = (f−1)/(f+1), and its exponent times ln 2.
func log(x float64) float64 {
	if x == 0 {
		return math.Inf(-1)
	}
	// f is in [√½, √2), and e the exponent that goes with it.
	b := math.Float64bits(x)
	f, e := math.Float64frombits(b&^(0x7ff<<52)|1022<<52), float64(int(b>>52)-1022)
	if f < math.Sqrt2/2 {
		f, e = 2*f, e-1
	}
	s := (f - 1) / (f + 1)
	z := s * s
	p := 1.0/21 + float64(1.0/23*z)
	p = 1.0/19 + float64(p*z)
	p = 1.0/17 + float64(p*z)
	p = 1.0/15 + float64(p*z)
	p = 1.0/13 + float64(p*z)
	p = 1.0/11 + float64(p*z)
	p = 1.0/9 + float64(p*z)
	p = 1.0/7 + float64(p*z)
	p = 1.0/5 + float64(p*z)
	p = 1.0/3 + float64(p*z)
	p = 1 + float64(p*z)
	return float64(e*ln2High) + (float64(2*s*p) + float64(e*ln2Low))
}

// Gumbel fills dst with the elements from start on of numbers of the standard Gumbel
// distribution: −ln(−ln u) for u uniform in (0, 1).
func Gumbel[T Float](dst []T, key uint64, start int) {
	z := before(key, start)
	for i := range dst {
		z += golden
		dst[i] = T(-log(-log(inner(mix(z)))))
	}
}
