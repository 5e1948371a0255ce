package main

import "math"

// erfShort is erf a for a in [0, 1], as a + a·P(a²): 2^-29 and 2^-56.
func (m *lanes) erfShort(a v) v {
	return m.fma(a, m.series(m.mul(a, a),
		[]float64{7.8538613099e-5, -8.0101936132e-4, 5.1883276845e-3, -2.6853811935e-2, 0.11283585149, -0.37612625824, 0.12837916573},
		[]float64{-7.779468480097691091e-10, 1.371098039397387006e-8, -1.620631375774166069e-7, 1.644713157121238666e-6,
			-1.492471230200820188e-5, 1.20552935769008535e-4, -8.54832592931451586e-4, 5.223977606118474517e-3,
			-2.686617064311146733e-2, 0.1128379167094418472, -0.3761263890318351954, 0.1283791670955125657}), a)
}

// erfTail is factor·erfc a for a ≥ 0, from a and a² = square + rest. With b = a + 3
// and t = (b−6)/b, erfc a is e^(−a²)·P(t)/b, where P(t) = b·e^(a²)·erfc a, for a
// up to where it is 0: 2^-28 and 2^-57. What b and 1/b lost is made good in the
// exponent, by rough values of the derivatives of log(P(t)/b).
func (m *lanes) erfTail(a, square, rest, factor v) v {
	t, _ := m.tailAndBell(a, square, rest, factor)
	return t
}

// tailAndBell is erfTail, and what emits the bell e^(−a²) after it, from the same powers.
func (m *lanes) tailAndBell(a, square, rest, factor v) (t v, bell func() v) {
	b := m.add(a, m.num(3))
	per := m.div(m.num(1), b)
	t = m.mul(m.sub(b, m.num(6)), per)
	lostB := m.sub(a, m.sub(b, m.num(3)))
	lostPer := m.fnma(b, per, m.num(1))
	fix := m.fma(lostPer, m.sub(m.num(1), t), m.mul(m.mul(lostB, m.num(-10.2)), m.mul(per, per)))
	p := m.mul(per, m.series(t,
		[]float64{-3.2595195274e-4, -4.8437160094e-4, 3.0800654126e-3, -1.2258197483e-3, -2.683958846e-2,
			0.11952896675, -0.31046604618, 0.59022830456, -0.88339448514, 1.0740069077},
		[]float64{-1.412265410319098736e-9, -6.011141994277690665e-9, 1.915850933269739691e-9, 4.749157566099084158e-8,
			4.069588343429075242e-8, -2.311702947014012157e-7, -4.027299653051727666e-7, 9.977668193086905645e-7,
			2.76229902681999298e-6, -4.748861826977676838e-6, -1.746941227184583983e-5, 3.039807928409704794e-5,
			1.075612137147611353e-4, -2.767778316549350754e-4, -5.483096520013577323e-4, 3.034061999318455601e-3,
			-1.212416630549639492e-3, -2.682723462432761409e-2, 0.1195277612874328189, -0.3104672619005733533,
			0.590228357104099489, -0.8833944531698835603, 1.074006907088339708}))
	n, bits, r := m.powersOfE(m.negate(square), m.twoBias())
	e := m.expm1Short(m.add(r, m.sub(fix, rest)))
	p = m.mul(p, factor)
	return m.scale(m.fma(p, e, p), n, bits), func() v {
		power := m.add(m.num(1), e) // of e, and of fix, which is small: 1 − fix takes it out
		return m.scale(m.fnma(fix, power, power), n, bits)
	}
}

// tail is erfc|x|, and |x|; it is 0 from a bound on.
func (m *lanes) tail(x v) (t, a v) {
	a = m.below(pick(m, 10.1, 27.3), m.abs(x))
	z := m.mul(a, a)
	return m.erfTail(a, z, m.fma(a, a, m.negate(z)), m.num(1)), a
}

// erf is odd; from 1 on it is 1 − erfc a.
func (m *lanes) erf(x v) v {
	t, a := m.tail(x)
	y := m.choose(m.compare(isLt, a, m.num(1)), m.erfShort(a), m.sub(m.num(1), t))
	return m.or(y, m.sign(x))
}

// erfc x is 2 − erfc|x| for negative x.
func (m *lanes) erfc(x v) v {
	t, _ := m.tail(x)
	return m.choose(m.compare(isLt, x, m.zero()), m.sub(m.num(2), t), t)
}

// gelu is x·Φ(x), where Φ(−|x|) is ½ erfc(|x|/√2): x², not |x|/√2, is what has to
// be known well.
func (m *lanes) gelu(x v) v {
	bound := pick(m, 14.6, 38.6) // from where on x·Φ(−|x|) is 0
	in := m.within(x, -bound, bound)
	a, half := m.abs(in), m.mul(in, m.num(0.5))
	h := m.mul(half, in)
	t := m.erfTail(m.mul(a, m.num(math.Sqrt2/2)), h, m.fma(half, in, m.negate(h)), half)
	y := m.choose(m.compare(isLt, x, m.zero()), t, m.sub(x, t))
	return m.or(y, m.sign(x)) // the sign is lost of −0
}

// geluGrad is g·(Φ(x) + x·φ(x)), where φ is the bell over √(2π).
func (m *lanes) geluGrad(g, x v) v {
	bound := pick(m, 14.6, 38.6)
	in := m.within(x, -bound, bound)
	half := m.mul(in, m.num(0.5))
	h := m.mul(half, in)
	t, bell := m.tailAndBell(m.mul(m.abs(in), m.num(math.Sqrt2/2)), h, m.fma(half, in, m.negate(h)), m.num(0.5))
	phi := m.choose(m.compare(isLt, x, m.zero()), t, m.sub(m.num(1), t))
	return m.mul(g, m.fma(m.mul(in, m.num(1/math.Sqrt(2*math.Pi))), bell(), phi))
}

var errorFunctions = []formula{
	one("erf", "dst[i] = erf(a[i]).", (*lanes).erf),
	one("erfc", "dst[i] = 1 - erf(a[i]).", (*lanes).erfc),
	two("geluGrad", "dst[i] = a[i] times the slope of gelu at b[i].", (*lanes).geluGrad),
	one("gelu", "dst[i] = a[i] * (1 + erf(a[i]/√2)) / 2.", (*lanes).gelu),
}
