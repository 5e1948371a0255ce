package main

import "math"

// quarter splits a = n·π/2 + r + rest with |r| ≤ ¼π and a little, for a in
// [0, farthest]: r, rest and a number that has n in its lowest bits. π/2 is the
// sum of three numbers; n times the first is taken from a exactly, and what the
// second leaves is rest.
func (m *lanes) quarter(a v) (bits, r, rest v) {
	parts := pick(m, []float64{0x1.921fb6p0, -0x1.777a5cp-25, -0x1.ee59dap-50},
		[]float64{0x1.921fb54442d18p0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110})
	bits = m.fma(a, m.num(2/math.Pi), m.num(m.magic()))
	n := m.sub(bits, m.num(m.magic()))
	a = m.fnma(n, m.num(parts[0]), a)
	second := m.mul(n, m.num(parts[1]))
	r = m.sub(a, second)
	lost := m.fnma(n, m.num(parts[1]), second)
	rest = m.add(m.sub(m.sub(a, r), second), lost)
	return bits, r, m.fnma(n, m.num(parts[2]), rest)
}

// farthest is the largest argument of quarter.
func (m *lanes) farthest() float64 { return pick(m, 0x1p16, 0x1p31) }

// beyond is whether x is an argument that quarter does not take.
func (m *lanes) beyond(x v) cond { return m.compare(isGt, m.abs(x), m.num(m.farthest())) }

// sinShort is the sine of r + rest, as r + r³·P(r²): 2^-28 and 2^-58.
func (m *lanes) sinShort(r, rest v) v {
	z := m.mul(r, r)
	p := m.series(z,
		[]float64{-1.9514722554e-4, 8.3321596521e-3, -0.16666654661},
		[]float64{1.589676335061726344e-10, -2.505075757672231556e-8, 2.755731368860575501e-6, -1.984126982979865387e-4,
			8.333333333322402737e-3, -0.1666666666666663199})
	return m.add(r, m.fma(m.mul(r, z), p, rest))
}

// cosShort is the cosine of r + rest, as 1 − r²/2 + r⁴·P(r²): 2^-32 and 2^-63.
func (m *lanes) cosShort(r, rest v) v {
	z := m.mul(r, r)
	p := m.series(z,
		[]float64{2.4435561387e-5, -1.3887343145e-3, 4.1666646388e-2},
		[]float64{-1.135962565653824571e-11, 2.087572286044494201e-9, -2.755731434941255235e-7, 2.480158728947250599e-5,
			-1.388888888887410917e-3, 4.16666666666665994e-2})
	half := m.mul(z, m.num(0.5))
	y := m.sub(m.num(1), half)
	lost := m.sub(m.sub(m.num(1), y), half)
	return m.add(y, m.fma(m.mul(z, z), p, m.fnma(r, rest, lost)))
}

// wave is sin(a + turns·π/2) for a in [0, farthest].
func (m *lanes) wave(a v, turns float64) v {
	n, r, rest := m.quarter(a)
	if turns != 0 {
		n = m.add(n, m.num(turns))
	}
	y := m.choose(m.bit(0, n), m.cosShort(r, rest), m.sinShort(r, rest))
	return m.xor(y, m.sign(m.left(8*m.size-2, n)))
}

// sin is odd.
func (m *lanes) sin(x v) v { return m.xor(m.wave(m.abs(x), 0), m.sign(x)) }

// cos is even.
func (m *lanes) cos(x v) v { return m.wave(m.abs(x), 1) }

// tan is s/c in even quarters, and −c/s in odd ones.
func (m *lanes) tan(x v) v {
	n, r, rest := m.quarter(m.abs(x))
	s, c := m.sinShort(r, rest), m.cosShort(r, rest)
	odd := m.bit(0, n)
	y := m.div(m.choose(odd, c, s), m.choose(odd, s, c))
	return m.xor(y, m.xor(m.left(8*m.size-1, n), m.sign(x)))
}

// atan is c + atan t on |x|: c is 0, ¼π or ½π, and t is x, (x−1)/(x+1) or −1/x, so
// that |t| ≤ √2 − 1; atan t is t + t³·P(t²): 2^-30 and 2^-59.
func (m *lanes) atan(x v) v {
	a := m.abs(x)
	middle, large := m.compare(isGt, a, m.num(math.Sqrt2-1)), m.compare(isGt, a, m.num(math.Sqrt2+1))
	from := func(small, mid, big v) v { return m.choose(large, big, m.choose(middle, mid, small)) }
	one := m.num(1)
	t := m.div(from(a, m.sub(a, one), m.num(-1)), from(one, m.add(a, one), a))
	z := m.mul(t, t)
	p := m.series(z,
		[]float64{-6.0824947655e-2, 0.10595642091, -0.14243802889, 0.19998487171, -0.33333315471},
		[]float64{-1.791604767304527599e-2, 0.03807274655683708867, -5.039630959746405396e-2, 5.847962450463757583e-2,
			-6.663114167922736641e-2, 7.692061106465355185e-2, -9.090897807610822673e-2, 0.1111111078517308359,
			-0.1428571428023006513, 0.1999999999995390857, -0.3333333333333319855})
	hi, lo := pick(m, 0x1.921fb6p0, 0x1.921fb54442d18p0), pick(m, -0x1.777a5cp-25, 0x1.1a62633145c07p-54)
	c := from(m.zero(), m.num(hi/2), m.num(hi))
	rest := m.fma(m.mul(t, z), p, from(m.zero(), m.num(lo/2), m.num(lo)))
	return m.or(m.add(c, m.add(t, rest)), m.sign(x))
}

var circular = []formula{
	beyond("sin", "dst[i] = sin(a[i]).", (*lanes).sin),
	beyond("cos", "dst[i] = cos(a[i]).", (*lanes).cos),
	beyond("tan", "dst[i] = tan(a[i]).", (*lanes).tan),
	one("atan", "dst[i] = atan(a[i]).", (*lanes).atan),
}

// beyond is the formula of a function that stops at arguments that are too large.
func beyond(name, doc string, f func(m *lanes, a v) v) formula {
	form := one(name, doc+"\nIt stops at a vector with a number that it cannot reduce, and returns how many are done.", f)
	form.stop = func(m *lanes, x, _ []v) cond { return m.beyond(x[0]) }
	return form
}
