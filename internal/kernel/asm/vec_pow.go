package main

import "math"

// Numbers of this file are sums of two, a high part and a low one.
type pair struct{ hi, lo v }

// sum is x + y for |x| ≥ |y| or x = 0, and lo.
func (m *lanes) sum(x, y v, lo ...v) pair {
	hi := m.add(x, y)
	rest := m.add(m.sub(x, hi), y)
	for _, l := range lo {
		rest = m.add(rest, l)
	}
	return pair{hi, rest}
}

// times is x·y.
func (m *lanes) times(x, y pair) pair {
	hi := m.mul(x.hi, y.hi)
	lo := m.fma(x.hi, y.hi, m.negate(hi))
	return pair{hi, m.fma(x.lo, y.hi, m.fma(x.hi, y.lo, lo))}
}

// log2Pair is log2 x = k + s·(c + s²·(c/3 + s²·P(s²))) for x = f·2ᵏ, with
// s = (f−1)/(f+1) and c = 2/ln 2, in twice the digits: 2^-36 and 2^-66.
func (m *lanes) log2Pair(x v) pair {
	f, k := m.split(x)
	if !m.wide { // there, split does not know the ends
		k = m.choose(m.compare(isEq, x, m.zero()), m.num(math.Inf(-1)), k)
		k = m.choose(m.compare(isEq, x, m.num(math.Inf(1))), x, k)
	}
	g, d := m.sub(f, m.num(1)), m.add(f, m.num(1))
	lost := m.sub(f, m.sub(d, m.num(1)))
	per := m.div(m.num(1), d)
	s := pair{hi: m.mul(g, per)}
	s.lo = m.mul(m.fnma(s.hi, lost, m.fnma(s.hi, d, g)), per)
	z := m.times(s, s)
	tail := m.mul(z.hi, m.series(z.hi,
		[]float64{0.33786221764, 0.41184793764, 0.57708021314},
		[]float64{0.1903855783698230527, 0.1912551554311438601, 0.2219839975140122911, 0.2623077011416238167,
			0.3205989022732534683, 0.4121985830919423869, 0.5770780163556179449}))
	c := pick(m, []float64{0x1.715476p1, 0x1.4ae0c0p-25, 0x1.ec709ep-1, -0x1.e2fe02p-28},
		[]float64{0x1.71547652b82fep1, 0x1.777d0ffda0d24p-55, 0x1.ec709dc3a03fdp-1, 0x1.d27f05548af0cp-55})
	third := m.sum(m.num(c[2]), tail, m.num(c[3]))
	w := m.times(z, third)
	y := m.times(s, m.sum(m.num(c[0]), w.hi, m.add(w.lo, m.num(c[1]))))
	return m.sum(k, y.hi, y.lo)
}

// pow is |x|ʸ = 2^(y·log2|x|), with the sign and the special cases of math.Pow.
func (m *lanes) pow(x, y v) v {
	a := m.abs(x)
	l := m.log2Pair(a)
	q := m.mul(y, l.hi)
	rest := m.fma(y, l.lo, m.fma(y, l.hi, m.negate(q)))
	lo, hi := pick(m, -160., -1090), pick(m, 140., 1040)
	near := m.compare(isLt, m.abs(q), m.num(-lo)) // elsewhere rest may be NaN
	rest = m.choose(near, rest, m.zero())
	q = m.within(q, lo, hi)
	n, bits := m.whole(q, 1, m.twoBias())
	r := m.mul(m.add(m.sub(q, n), rest), m.num(math.Ln2))
	p := m.scale(m.expShort(r), n, bits)
	return m.powEnds(x, y, m.powSign(x, y, p))
}

// powSign is p with the sign of xʸ: negative for negative x and odd y; NaN for
// negative finite x and y that is no integer.
func (m *lanes) powSign(x, y, p v) v {
	half := m.mul(y, m.num(0.5))
	whole := m.compare(isEq, m.round(towards, y), y)
	even := m.compare(isEq, m.round(towards, half), half)
	s := m.choose(even, m.zero(), m.sign(x))
	signed := m.or(p, m.choose(whole, s, m.zero()))
	bad := m.choose(whole, m.zero(), x) // negative and finite there
	bad = m.choose(m.compare(isEq, x, m.num(math.Inf(-1))), m.zero(), bad)
	return m.choose(m.compare(isLt, bad, m.zero()), m.num(math.NaN()), signed)
}

// powEnds is p, but 1 where y is 0, x is 1, or x is −1 and y infinite; and NaN
// elsewhere with a NaN operand.
func (m *lanes) powEnds(x, y, p v) v {
	p = m.choose(m.compare(isUnord, x, y), m.add(x, y), p)
	far := m.compare(isEq, m.abs(y), m.num(math.Inf(1)))
	unit := m.choose(far, m.abs(x), x)
	p = m.choose(m.compare(isEq, unit, m.num(1)), m.num(1), p)
	return m.choose(m.compare(isEq, y, m.zero()), m.num(1), p)
}

var powers = []formula{
	two("pow", "dst[i] = a[i] to the power of b[i].", (*lanes).pow),
	scalar("powS", "dst[i] = a[i] to the power of s.", (*lanes).pow),
}
