package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// The approximations of this file: each is reduced to a polynomial on a short
// interval, whose coefficients are those of the Taylor series, long enough that
// what is cut off lies far below the last bit.

// expLimits are the arguments outside which eˣ is 0 or infinite.
func (m *lanes) expLimits() (lo, hi float64) {
	if m.double() {
		return -746, 710
	}
	return -104, 89
}

// within holds x to [lo, hi]; NaN stays.
func (m *lanes) within(x v, lo, hi float64) v {
	return m.lower(m.num(hi), m.upper(m.num(lo), x))
}

// powersOfE splits x = n·ln 2 + r with |r| ≤ ½ ln 2: n and r.
func (m *lanes) powersOfE(x v) (n, r v) {
	const (
		hi64, lo64 = 0x1.62e42fefa39efp-1, math.Ln2 - 0x1.62e42fefa39efp-1
		hi32, lo32 = 0x1.62e43p-1, math.Ln2 - 0x1.62e43p-1
	)
	hi, lo := hi64, lo64
	if !m.double() {
		hi, lo = hi32, lo32
	}
	n = m.round(toEven, m.mul(x, m.num(math.Log2E)))
	r = m.fnma(n, m.num(hi), x)
	return n, m.fnma(n, m.num(lo), r)
}

// expTerms is (eʳ − 1 − r)/r² for |r| ≤ ½ ln 2.
func (m *lanes) expTerms(r v) v {
	last := 8
	if m.double() {
		last = 14
	}
	var c []float64
	for k := last; k >= 2; k-- {
		c = append(c, 1/math.Gamma(float64(k)+1))
	}
	return m.poly(r, c...)
}

// twoTo is 2ⁿ for integers n in the range of normal numbers.
func (m *lanes) twoTo(n v) v {
	magic := 1.5*math.Ldexp(1, m.fraction()) + m.bias() // n ends up in the lowest bits
	return m.left(m.fraction(), m.add(n, m.num(magic)))
}

// scale is p·2ⁿ, also where 2ⁿ is no normal number.
func (m *lanes) scale(p, n v) v {
	if m.wide {
		return m.two(pick(m, m.c.VSCALEFPS, m.c.VSCALEFPD), p, n)
	}
	half := m.round(down, m.mul(n, m.num(0.5)))
	return m.mul(m.mul(p, m.twoTo(half)), m.twoTo(m.sub(n, half)))
}

// exp is eˣ.
func (m *lanes) exp(x v) v {
	lo, hi := m.expLimits()
	n, r := m.powersOfE(m.within(x, lo, hi))
	p := m.fma(m.mul(r, r), m.expTerms(r), r)
	return m.scale(m.add(m.num(1), p), n)
}

// expm1Within is eˣ − 1 = 2ⁿ·(eʳ−1) + (2ⁿ−1) where 2ⁿ is a normal number.
func (m *lanes) expm1Within(x v) v {
	n, r := m.powersOfE(x)
	p := m.fma(m.mul(r, r), m.expTerms(r), r)
	s := m.twoTo(n)
	return m.fma(s, p, m.sub(s, m.num(1)))
}

// tanh is t/(t + 2) with t = e²ˣ − 1, on |x|; from a bound on it is 1.
func (m *lanes) tanh(x v) v {
	bound := 9.5
	if m.double() {
		bound = 20
	}
	a := m.lower(m.num(bound), m.abs(x)) // NaN stays
	t := m.expm1Within(m.add(a, a))
	y := m.div(t, m.add(t, m.num(2)))
	return m.or(y, m.sign(x))
}

// sigmoid is 1/(1 + e) or e/(1 + e) with e = exp(−|x|), by the sign of x.
func (m *lanes) sigmoid(x v) v {
	e := m.exp(m.or(x, m.bits(m.signBit())))
	top := m.choose(m.compare(isLt, x, m.zero()), e, m.num(1))
	return m.div(top, m.add(e, m.num(1)))
}

// split is x = f·2ᵏ with f in [√½, √2), for positive finite x.
func (m *lanes) split(x v) (f, k v) {
	if m.wide {
		k, f = m.reg(), m.reg()
		pick(m, m.c.VGETEXPPS, m.c.VGETEXPPD)(x, k)
		pick(m, m.c.VGETMANTPS, m.c.VGETMANTPD)(operand.U8(0), x, f)
	} else {
		f, k = m.splitBits(x)
	}
	big := m.compare(isGt, f, m.num(math.Sqrt2))
	k = m.choose(big, m.add(k, m.num(1)), k)
	return m.choose(big, m.mul(f, m.num(0.5)), f), k
}

// splitBits is x = f·2ᵏ with f in [1, 2), from the bits of x.
func (m *lanes) splitBits(x v) (f, k v) {
	tiny, up := 0x1p-126, 32.0
	if m.double() {
		tiny, up = 0x1p-1022, 64
	}
	small := m.compare(isLt, x, m.num(tiny))
	x = m.choose(small, m.mul(x, m.num(math.Ldexp(1, int(up)))), x)
	shift := math.Ldexp(1, m.fraction()) // with the exponent in its lowest bits: shift + exponent
	k = m.or(m.right(m.fraction(), x), m.num(shift))
	k = m.sub(k, m.choose(small, m.num(shift+m.bias()+up), m.num(shift+m.bias())))
	f = m.or(m.and(x, m.bits(1<<m.fraction()-1)), m.num(1))
	return f, k
}

// logOf is log(f·2ᵏ) with f = 1 + g: with s = g/(2+g),
// log f = g − g²/2 + s·(g²/2 + R), where R = log f/s − 2 = 2(s²/3 + s⁴/5 + ...).
func (m *lanes) logOf(g, k v) v {
	s := m.div(g, m.add(g, m.num(2)))
	z := m.mul(s, s)
	terms := 5
	if m.double() {
		terms = 11
	}
	var c []float64
	for i := terms; i >= 1; i-- {
		c = append(c, 2/float64(2*i+1))
	}
	r := m.mul(z, m.poly(z, c...))
	half := m.mul(m.mul(g, m.num(0.5)), g)
	hi, lo := m.ln2()
	low := m.fma(k, m.num(lo), m.mul(s, m.add(half, r)))
	return m.fma(k, m.num(hi), m.sub(g, m.sub(half, low)))
}

// ln2 is ln 2 = hi + lo, where k·hi is exact for every exponent k.
func (m *lanes) ln2() (hi, lo float64) {
	const ( // the last bits of both are zero
		hi64, lo64 = 0x1.62e42feep-1, math.Ln2 - 0x1.62e42feep-1
		hi32, lo32 = 0x1.62ep-1, math.Ln2 - 0x1.62ep-1
	)
	if m.double() {
		return hi64, lo64
	}
	return hi32, lo32
}

// log is the natural logarithm.
func (m *lanes) log(x v) v {
	f, k := m.split(x)
	y := m.logOf(m.sub(f, m.num(1)), k)
	return m.logEnds(x, y)
}

// logEnds is y, but log x where x is 0, negative, infinite or NaN.
func (m *lanes) logEnds(x, y v) v {
	y = m.choose(m.compare(isEq, x, m.num(math.Inf(1))), x, y)
	y = m.choose(m.compare(isEq, x, m.zero()), m.num(math.Inf(-1)), y)
	bad := m.compare(isLt, x, m.zero())
	y = m.choose(bad, m.num(math.NaN()), y)
	return m.choose(m.compare(isUnord, x, x), x, y)
}

// log1p is log u + (x − (u−1))/u with u = 1 + x: the second term is what u lost.
func (m *lanes) log1p(x v) v {
	u := m.add(x, m.num(1))
	lost := m.div(m.sub(x, m.sub(u, m.num(1))), u)
	inside := m.compare(isLt, m.abs(lost), m.num(1)) // not where u is 0 or infinite
	y := m.add(m.log(u), m.choose(inside, lost, m.zero()))
	return m.choose(m.compare(isEq, u, m.num(1)), x, y)
}

// softplus is max(x, 0) + log(1 + exp(−|x|)).
func (m *lanes) softplus(x v) v {
	e := m.exp(m.or(x, m.bits(m.signBit())))
	return m.add(m.upper(m.zero(), x), m.log1p(e))
}

var approximations = []formula{
	one("exp", "dst[i] = exp(a[i]).", (*lanes).exp),
	one("log", "dst[i] = log(a[i]).", (*lanes).log),
	one("log1p", "dst[i] = log(1 + a[i]).", (*lanes).log1p),
	one("tanh", "dst[i] = tanh(a[i]).", (*lanes).tanh),
	one("sigmoid", "dst[i] = 1 / (1 + exp(-a[i])).", (*lanes).sigmoid),
	one("softplus", "dst[i] = log(1 + exp(a[i])).", (*lanes).softplus),
	one("silu", "dst[i] = a[i] / (1 + exp(-a[i])).", func(m *lanes, x v) v {
		return m.mul(m.upper(m.num(-1000), x), m.sigmoid(x)) // not -Inf times 0
	}),
}
