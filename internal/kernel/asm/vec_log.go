package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

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
	tiny, up := pick(m, 0x1p-126, 0x1p-1022), pick(m, 32., 64)
	small := m.compare(isLt, x, m.num(tiny))
	x = m.choose(small, m.mul(x, m.num(math.Exp2(up))), x)
	shift := math.Ldexp(1, m.fraction()) // with the exponent in its lowest bits: shift + exponent
	k = m.or(m.right(m.fraction(), x), m.num(shift))
	k = m.sub(k, m.choose(small, m.num(shift+m.bias()+up), m.num(shift+m.bias())))
	f = m.or(m.and(x, m.bits(1<<m.fraction()-1)), m.num(1))
	return f, k
}

// logShort is w with log(1 + g) = g − w: with s = g/(2+g) it is h − s·(h + R),
// where h = g²/2 and R = log(1+g)/s − 2 = 2(s²/3 + s⁴/5 + ...), for 1 + g in
// [√½, √2]: 2^-30 and 2^-59.
func (m *lanes) logShort(g v) v {
	s := m.div(g, m.add(g, m.num(2)))
	z := m.mul(s, s)
	p := m.series(z,
		[]float64{0.29871996864, 0.3997753238, 0.66666776449},
		[]float64{0.1479626124326301388, 0.1531402111236600305, 0.1818356540743392851, 0.2222219855378350842,
			0.2857142874256214637, 0.3999999999941396386, 0.6666666666666734508})
	h := m.mul(m.mul(g, m.num(0.5)), g)
	return m.fnma(s, m.fma(z, p, h), h)
}

// logOf is log(1 + g) + k·ln 2.
func (m *lanes) logOf(g, k v) v {
	const ( // the last bits of both are zero, so that k·hi is exact for every exponent k
		hi64, lo64 = 0x1.62e42feep-1, math.Ln2 - 0x1.62e42feep-1
		hi32, lo32 = 0x1.62ep-1, math.Ln2 - 0x1.62ep-1
	)
	low := m.fnma(k, m.num(pick(m, lo32, lo64)), m.logShort(g))
	return m.fma(k, m.num(pick(m, hi32, hi64)), m.sub(g, low))
}

// log is the natural logarithm.
func (m *lanes) log(x v) v {
	f, k := m.split(x)
	return m.logEnds(x, m.logOf(m.sub(f, m.num(1)), k))
}

// logEnds is y, but log x where x is 0, negative, infinite or NaN.
func (m *lanes) logEnds(x, y v) v {
	y = m.choose(m.compare(isEq, x, m.num(math.Inf(1))), x, y)
	y = m.choose(m.compare(isEq, x, m.zero()), m.num(math.Inf(-1)), y)
	bad := m.compare(isLt, x, m.zero())
	y = m.choose(bad, m.num(math.NaN()), y)
	return m.choose(m.compare(isUnord, x, x), x, y)
}

// base is the logarithm to the base b of a number f·2ᵏ: unit is log 2, of which
// k times the first part is exact, and per is 1/ln b; both are sums of two numbers.
// Sums and products are carried in two numbers, so that powers of b come out exact.
func (m *lanes) base(unit, per [2]float64) func(m *lanes, x v) v {
	return func(m *lanes, x v) v {
		f, k := m.split(x)
		g := m.sub(f, m.num(1))
		w := m.logShort(g)
		hi := m.sub(g, w)
		lo := m.sub(m.sub(g, hi), w)
		t := m.mul(hi, m.num(per[0]))
		e := m.fma(hi, m.num(per[0]), m.negate(t))
		e = m.fma(lo, m.num(per[0]), m.fma(hi, m.num(per[1]), e))
		if unit[1] != 0 {
			e = m.fma(k, m.num(unit[1]), e)
		}
		whole := k
		if unit[0] != 1 {
			whole = m.mul(k, m.num(unit[0]))
		}
		y := m.add(whole, t)
		return m.logEnds(x, m.add(y, m.add(m.sub(t, m.sub(y, whole)), e)))
	}
}

// log2 is the binary logarithm.
func (m *lanes) log2(x v) v {
	per := pick(m, [2]float64{0x1.715476p0, 0x1.4ae0c0p-26}, [2]float64{0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56})
	return m.base([2]float64{1, 0}, per)(m, x)
}

// log10 is the decimal logarithm.
func (m *lanes) log10(x v) v {
	unit := pick(m, [2]float64{0x1.344p-2, 4.6050389811952137389e-6}, [2]float64{0x1.34413509f8p-2, -8.5323443170571065302e-14})
	per := pick(m, [2]float64{0x1.bcb7b2p-2, -0x1.5b235ep-27}, [2]float64{0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57})
	return m.base(unit, per)(m, x)
}

// log1p is log u with u = 1 + x = f·2ᵏ, where f has back what u lost of x.
func (m *lanes) log1p(x v) v {
	u := m.add(x, m.num(1))
	f, k := m.split(u)
	lost := m.sub(x, m.sub(u, m.num(1))) // 0 where u is large
	g := m.fma(lost, m.twoTo(m.sub(m.zero(), m.within(k, -60, 60))), m.sub(f, m.num(1)))
	return m.or(m.logEnds(u, m.logOf(g, k)), m.sign(x)) // the sign is lost of −0
}

// log1pUnit is log(1 + e) for e in [0, 1], as logShort: 2^-33 and 2^-64.
func (m *lanes) log1pUnit(e v) v {
	s := m.div(e, m.add(e, m.num(2)))
	z := m.mul(s, s)
	r := m.fnma(z, m.series(z,
		[]float64{0.24300933365, 0.21427658383, 0.28616884724, 0.39998877747, 0.66666675622},
		[]float64{0.164676373872175328, 0.06994246211341346608, 0.1097256676834350499, 0.1171595071761405686,
			0.1333680581058122315, 0.1538445193284009156, 0.1818182320289103045, 0.2222222212547128304,
			0.2857142857251001899, 0.399999999999939777, 0.6666666666666667832}), e)
	return m.fnma(s, r, e)
}

// softplus is max(x, 0) + log(1 + exp(−|x|)).
func (m *lanes) softplus(x v) v {
	return m.add(m.upper(m.zero(), x), m.log1pUnit(m.expBelow(x)))
}

// logSigmoid is min(x, 0) − log(1 + exp(−|x|)).
func (m *lanes) logSigmoid(x v) v {
	return m.sub(m.lower(m.num(math.Copysign(0, -1)), x), m.log1pUnit(m.expBelow(x)))
}

var logarithms = []formula{
	one("log", "dst[i] = log(a[i]).", (*lanes).log),
	one("log2", "dst[i] = log2(a[i]).", (*lanes).log2),
	one("log10", "dst[i] = log10(a[i]).", (*lanes).log10),
	one("log1p", "dst[i] = log(1 + a[i]).", (*lanes).log1p),
	one("softplus", "dst[i] = log(1 + exp(a[i])).", (*lanes).softplus),
	one("logSigmoid", "dst[i] = -log(1 + exp(-a[i])).", (*lanes).logSigmoid),
}
