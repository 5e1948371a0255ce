package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// The approximations reduce their argument to a short interval, on which a
// polynomial does the rest. Coefficients are those of the smallest greatest
// error (Remez' exchange, in 45 digits), the highest power first; the comment
// beside them gives the interval and the error relative to the function, in
// float32 and float64.

// series is poly with the coefficients of the element type.
func (m *lanes) series(x v, single, double []float64) v {
	return m.poly(x, pick(m, single, double)...)
}

// within holds x to [lo, hi]; NaN stays.
func (m *lanes) within(x v, lo, hi float64) v {
	return m.lower(m.num(hi), m.upper(m.num(lo), x))
}

// above holds x to lo and more; NaN stays.
func (m *lanes) above(lo float64, x v) v { return m.upper(m.num(lo), x) }

// below holds x to hi and less; NaN stays.
func (m *lanes) below(hi float64, x v) v { return m.lower(m.num(hi), x) }

// whole is the integer n next to x·per, and a number whose lowest bits are those of n + plus.
func (m *lanes) whole(x v, per, plus float64) (n, bits v) {
	magic := m.num(m.magic() + plus)
	if per == 1 {
		bits = m.add(x, magic)
	} else {
		bits = m.fma(x, m.num(per), magic)
	}
	return m.sub(bits, magic), bits
}

// powersOfE splits x = n·ln 2 + r with |r| ≤ ½ ln 2: n, as whole gives it, and r.
func (m *lanes) powersOfE(x v, plus float64) (n, bits, r v) {
	hi, lo := m.ln2()
	n, bits = m.whole(x, math.Log2E, plus)
	r = m.fnma(n, m.num(hi), x)
	return n, bits, m.fnma(n, m.num(lo), r)
}

// ln2 is the logarithm of 2 as a sum.
func (m *lanes) ln2() (hi, lo float64) {
	const (
		hi64, lo64 = 0x1.62e42fefa39efp-1, math.Ln2 - 0x1.62e42fefa39efp-1
		hi32, lo32 = 0x1.62e43p-1, math.Ln2 - 0x1.62e43p-1
	)
	return pick(m, hi32, hi64), pick(m, lo32, lo64)
}

// expShort is eʳ for |r| ≤ ½ ln 2, as 1 + r·(1 + r·P(r)), and expm1Short is eʳ − 1, as
// r + r²·P(r): 2^-28 and 2^-57.
func (m *lanes) expShort(r v) v { return m.poly(r, append(m.expSeries(), 1, 1)...) }

func (m *lanes) expm1Short(r v) v { return m.fma(m.mul(r, r), m.poly(r, m.expSeries()...), r) }

// expSeries are the coefficients of P.
func (m *lanes) expSeries() []float64 {
	return pick(m,
		[]float64{0.0013814539249, 0.0083687451329, 0.041668390805, 0.16666520399, 0.49999993432},
		[]float64{2.500001535825309145e-8, 2.763030628386915166e-7, 2.755758681489960855e-6, 2.48014929495481613e-5,
			1.984126950576135079e-4, 1.388888894376003122e-3, 8.333333333494983135e-3, 4.16666666665297281e-2,
			0.166666666666664115, 0.5000000000000010669})
}

// twoTo is 2ⁿ for integers n in the range of normal numbers. Of whole's bits with plus bias
// it is what exponent makes.
func (m *lanes) twoTo(n v) v { return m.exponent(m.add(n, m.num(m.magic()+m.bias()))) }

// exponent makes of the lowest bits the exponent of a number.
func (m *lanes) exponent(bits v) v { return m.left(m.fraction(), bits) }

// magic is a number whose sum with an integer n has n in its lowest bits.
func (m *lanes) magic() float64 { return 1.5 * math.Ldexp(1, m.fraction()) }

// scale is p·2ⁿ, also where 2ⁿ is no normal number. n is as whole gives it with plus twoBias.
func (m *lanes) scale(p, n, bits v) v { return m.scaler(n, bits)(p) }

func (m *lanes) twoBias() float64 { return 2 * m.bias() }

// scaler is scale for several p: two factors 2^⌊n/2⌋ and 2^⌈n/2⌉.
func (m *lanes) scaler(n, bits v) func(p v) v {
	if m.wide {
		return func(p v) v { return m.two(pick(m, m.c.VSCALEFPS, m.c.VSCALEFPD), p, n) }
	}
	half := m.right(1, bits)
	a, b := m.exponent(half), m.exponent(m.lessBits(bits, half))
	return func(p v) v { return m.mul(m.mul(p, a), b) }
}

// exp is eˣ: 0 or infinite outside the limits.
func (m *lanes) exp(x v) v {
	n, bits, r := m.powersOfE(m.within(x, pick(m, -104., -746), pick(m, 89., 710)), m.twoBias())
	return m.scale(m.expShort(r), n, bits)
}

// expLift is the power of 2 by which expLifted is larger than eˣ.
const expLift = 64

// expLifted is eˣ·2^expLift for x ≤ 0, and a little above: a normal number, so that one factor makes
// it; the smallest one where eˣ is 0.
func (m *lanes) expLifted(x v) v {
	x = m.above(pick(m, -104., -746), x)
	if m.wide || m.double() && !m.translated {
		return m.expByTable(x)
	}
	n, bits := m.whole(x, math.Log2E, m.bias()+expLift)
	return m.mul(m.expShort(m.lessLogs(x, n)), m.exponent(bits))
}

// lessLogs is x − n·ln 2 for x as it is in expLifted, a rounded difference: next to that, the float32
// number for ln 2 is exact.
func (m *lanes) lessLogs(x, n v) v {
	hi, lo := m.ln2()
	if x = m.fnma(n, m.num(hi), x); m.double() {
		x = m.fnma(n, m.num(lo), x)
	}
	return x
}

// expByTable is expLifted with powers of 2 from a table. Of x = k/2ᵈ·ln 2 + r the last d bits of k
// choose one. It has the exponent of 2^expLift already, and lacks what these bits add to the
// exponent. eʳ is 1 + r·(1 + r·P(r)): 2^-29 and 2^-55 for the 16 powers that two registers hold,
// 2^-57 for 256 powers in memory.
func (m *lanes) expByTable(x v) v {
	digits := 4 // of k
	series := pick(m, []float64{0.1666671846079610525, 0.500016157419426987},
		[]float64{0.0013889182151454468, 0.008333476099604861069, 0.04166666672219454311, 0.1666666666427590603, 0.4999999999999697702})
	if !m.wide {
		digits, series = 8, []float64{0.04166666055675310632, 0.1666666799670877753, 0.5000000000000122256}
	}
	magic := m.num(math.Ldexp(m.magic(), -digits))
	bits := m.fma(x, m.num(math.Log2E), magic)
	r := m.lessLogs(x, m.sub(bits, magic))
	var table []uint64
	for i := range 1 << digits {
		table = append(table, m.numBits(math.Exp2(expLift+math.Ldexp(float64(i), -digits)))-uint64(i)<<(m.fraction()-digits))
	}
	power := m.sumBits(m.entry(bits, table), m.left(m.fraction()-digits, bits))
	p := m.poly(r, append(series, 1)...)
	return m.fma(power, m.mul(p, r), power)
}

// entry is what the last bits of each element choose of a table of 16 elements or, with registers of
// 256 bits, 256.
func (m *lanes) entry(bits v, table []uint64) v {
	if !m.wide {
		return m.entryByByte(bits, table)
	}
	d := m.reg()
	if m.double() {
		m.move(bits, d)
		m.c.VPERMI2PD(m.k.row(table[8:]), m.k.rowIn(m, table[:8]), d)
	} else {
		m.c.VPERMPS(m.k.row(table), bits, d)
	}
	return d
}

// entryByByte is what the last byte of each of four elements chooses of a table. The bytes go through
// memory, which costs none of the instructions that arithmetic needs. Gathers are slow on many processors.
func (m *lanes) entryByByte(bits v, table []uint64) v {
	c, numbers := m.c, m.c.GP64()
	bytes := c.AllocLocal(32)
	m.move(bits, bytes)
	c.LEAQ(m.k.row(table), numbers)
	at := func(element int) operand.Mem {
		i := c.GP64()
		c.MOVBQZX(bytes.Offset(8*element), i)
		return operand.Mem{Base: numbers, Index: i, Scale: 8}
	}
	two := func(element int) v {
		d := c.YMM()
		c.VMOVSD(at(element), d.AsX())
		c.VMOVHPD(at(element+1), d.AsX(), d.AsX())
		return d
	}
	d, high := two(0), two(2)
	c.VINSERTF128(operand.U8(1), high.AsX(), d, d)
	return d
}

// exp2 is 2ˣ = 2ⁿ·e^(f·ln 2), with |f| ≤ ½.
func (m *lanes) exp2(x v) v {
	x = m.within(x, pick(m, -150., -1076), pick(m, 129., 1025))
	n, bits := m.whole(x, 1, m.twoBias())
	r := m.mul(m.sub(x, n), m.num(math.Ln2))
	return m.scale(m.expShort(r), n, bits)
}

// expm1Over is (eˣ − 1)/2ᵏ = 2ⁿ⁻ᵏ·(eʳ−1) + (2ⁿ⁻ᵏ − 2⁻ᵏ), where 2ⁿ⁻ᵏ is a
// normal number.
func (m *lanes) expm1Over(x v, k float64) v {
	_, bits, r := m.powersOfE(x, m.bias()-k)
	s := m.exponent(bits)
	return m.fma(s, m.expm1Short(r), m.sub(s, m.num(math.Exp2(-k))))
}

// expm1 is eˣ − 1: twice its half, which does not overflow too early; −1 from a
// bound on.
func (m *lanes) expm1(x v) v {
	t := m.expm1Over(m.within(x, pick(m, -20., -40), pick(m, 89., 710)), 1)
	return m.or(m.add(t, t), m.sign(x)) // the sign is lost of −0
}

// elu is x where x > 0, else s·(eˣ − 1).
func (m *lanes) elu(x, s v) v {
	t := m.expm1Over(m.above(pick(m, -20., -40), m.lower(m.zero(), x)), 0)
	return m.choose(m.compare(isGt, x, m.zero()), x, m.mul(s, m.or(t, m.sign(x))))
}

// tanh is 1 − 2/(e²ᵃ + 1) with a = |x|, 1 from a bound on.
func (m *lanes) tanh(x v) v {
	a := m.below(pick(m, 9.5, 20.), m.abs(x))
	short, y := m.tanhParts(a, m.num(2))
	return m.or(m.choose(short, y, m.sub(m.num(1), y)), m.sign(x))
}

// tanhTail is tanh x up to |x| = 0.6, and from there the rest 1 − tanh|x| times a
// large power of 2, with x's sign. The rest of the last numbers is the bound's.
func (m *lanes) tanhTail(x v) v {
	_, y := m.tanhParts(m.below(pick(m, 44., 354.5), m.abs(x)), m.num(math.Exp2(m.tailBits()+1)))
	return m.or(y, m.sign(x))
}

// tailBits is the power of 2 that the rest of tanhTail is multiplied by: it is then
// 1 or more.
func (m *lanes) tailBits() float64 { return m.bias() - 1 }

// tanhParts is tanh a up to a = 0.6, where short holds, else scale/(e²ᵃ + 1). With
// t = e²ᵃ − 1 the former is t/(t + 2); in float32, where that is off by more than 2
// ulp, it is a + a³·P(a²): 2^-28.
func (m *lanes) tanhParts(a, scale v) (short cond, y v) {
	_, bits, r := m.powersOfE(m.add(a, a), m.bias())
	p, s, one := m.expm1Short(r), m.exponent(bits), m.num(1)
	if m.double() {
		t := m.fma(s, p, m.sub(s, one))
		short = m.compare(isLt, a, m.num(0.6))
		return short, m.div(m.choose(short, t, scale), m.add(t, m.num(2)))
	}
	y = m.div(scale, m.add(m.fma(s, p, s), one))
	z := m.mul(a, a)
	q := m.poly(z, -5.893498525e-3, 2.0794546413e-2, -5.3783411292e-2, 0.13331919327, -0.33333297835)
	short = m.compare(isLt, a, m.num(0.6))
	return short, m.choose(short, m.fma(m.mul(a, z), q, a), y)
}

// tanhOpen is the tanh that p is the tail of: the fused product is of no subnormal
// number where p is no rest, which processors compute slowly.
func (m *lanes) tanhOpen(p v) v {
	y := m.fnma(p, m.num(math.Exp2(-m.tailBits())), m.or(m.num(1), m.sign(p)))
	return m.choose(m.compare(isLt, m.abs(p), m.num(0.6)), p, y)
}

// tanhSlope is g times the slope c·(2 − c) of the tanh that p is the tail of, where c is
// the rest 1 − |y|, which counts as 0 for the last numbers.
func (m *lanes) tanhSlope(g, p v) v {
	a := m.abs(p)
	long := m.where(m.compare(isGe, a, m.num(tailEnd)), a) // no subnormal product of others
	c := m.upper(m.mul(long, m.num(math.Exp2(-m.tailBits()))), m.sub(m.num(1), a))
	return m.mul(g, m.mul(c, m.sub(m.num(2), c)))
}

// tailEnd is more than the rest of the last numbers in tanhTail.
const tailEnd = 1.125

// halfExpm1 is ½(e^|x| − 1), infinite only where sinh x is.
func (m *lanes) halfExpm1(x v) v {
	t := m.expm1Over(m.below(pick(m, 89.5, 710.6), m.abs(x)), 2)
	return m.add(t, t)
}

// sinh is h + h/(2h + 1) with h = ½(eᵃ − 1), a = |x|; up to 1 it is a + a³·P(a²):
// 2^-34 and 2^-63.
func (m *lanes) sinh(x v) v {
	h := m.halfExpm1(x)
	t := m.below(0x1p60, h) // from where on the quotient is ½
	y := m.add(h, m.div(t, m.add(m.add(t, t), m.num(1))))
	a := m.abs(x)
	z := m.mul(a, a)
	p := m.series(z,
		[]float64{2.8169740723e-6, 1.9836155546e-4, 8.3333500814e-3, 0.16666666497},
		[]float64{7.758774701903207276e-13, 1.605725889303556295e-10, 2.50521231482474773e-8, 2.755731915699771745e-6,
			1.984126984143211174e-4, 8.333333333333147393e-3, 0.1666666666666666739})
	short := m.fma(m.mul(a, z), p, a)
	return m.or(m.choose(m.compare(isLt, a, m.num(1)), short, y), m.sign(x))
}

// cosh is (h + ½) + ½/(2h + 1) with h = ½(eˣ − 1), on |x|.
func (m *lanes) cosh(x v) v {
	h := m.halfExpm1(x)
	return m.add(m.add(h, m.num(0.5)), m.div(m.num(0.5), m.add(m.add(h, h), m.num(1))))
}

// expBelow is exp(−|x|).
func (m *lanes) expBelow(x v) v {
	n, bits, r := m.powersOfE(m.above(pick(m, -104., -746), m.or(x, m.bits(m.signBit()))), m.twoBias())
	return m.scale(m.expShort(r), n, bits)
}

// logistic is factor/(1 + eᵃ) for a ≥ 0: with eᵃ = (1 + p)/2ⁿ it is
// factor·2ⁿ/(1 + (2ⁿ + p)), in which p and what it is off are small. It is 0 from a bound on a.
// Without a factor that is 1.
func (m *lanes) logistic(a v, factor ...v) v {
	hi, lo := m.ln2()
	n, bits := m.whole(a, -math.Log2E, m.twoBias())
	r := m.fma(n, m.num(hi), a)
	r = m.fma(n, m.num(lo), r)
	scale, one := m.scaler(n, bits), m.num(1)
	s := scale(one)
	d := m.add(one, m.add(s, m.expm1Short(r)))
	if len(factor) > 0 {
		s = scale(factor[0])
	}
	return m.div(s, d)
}

// sigmoid is t = 1/(1 + e^|x|) for negative x, else 1 − t.
func (m *lanes) sigmoid(x v) v {
	t := m.logistic(m.below(pick(m, 104., 746), m.abs(x)))
	return m.choose(m.compare(isLt, x, m.zero()), t, m.sub(m.num(1), t))
}

// sigmoidTail is t for negative x, else −t.
func (m *lanes) sigmoidTail(x v) v {
	t := m.logistic(m.below(pick(m, 104., 746), m.abs(x)))
	return m.choose(m.compare(isLt, x, m.zero()), t, m.negate(t))
}

// sigmoidOpen is the sigmoid that p is the tail of: 1 + p where p has a sign.
func (m *lanes) sigmoidOpen(p v) v {
	one := m.num(1)
	return m.choose(m.compare(isLt, m.or(m.sign(p), one), m.zero()), m.add(one, p), p)
}

// sigmoidSlope is g times the slope |p|·(1 − |p|) of the sigmoid that p is the tail of.
func (m *lanes) sigmoidSlope(g, p v) v {
	t := m.abs(p)
	return m.mul(m.mul(g, t), m.sub(m.num(1), t))
}

// silu is t = x/(1 + e^|x|) for negative x, else x − t.
func (m *lanes) silu(x v) v {
	bound := pick(m, 112., 755)
	in := m.within(x, -bound, bound)
	t := m.logistic(m.abs(in), in)
	return m.choose(m.compare(isLe, x, m.zero()), t, m.sub(x, t))
}

var exponentials = []formula{
	one("exp", "dst[i] = exp(a[i]).", (*lanes).exp),
	one("exp2", "dst[i] = 2 to the power of a[i].", (*lanes).exp2),
	one("expm1", "dst[i] = exp(a[i]) - 1.", (*lanes).expm1),
	one("sinh", "dst[i] = sinh(a[i]).", (*lanes).sinh),
	one("cosh", "dst[i] = cosh(a[i]).", (*lanes).cosh),
	one("tanh", "dst[i] = tanh(a[i]).", (*lanes).tanh),
	one("sigmoid", "dst[i] = 1 / (1 + exp(-a[i])).", (*lanes).sigmoid),
	one("tanhTail", "dst[i] = tanh(a[i]), or what it lacks of 1.", (*lanes).tanhTail),
	one("sigmoidTail", "dst[i] = sigmoid(a[i]), or what it lacks of 1, negative.", (*lanes).sigmoidTail),
	one("silu", "dst[i] = a[i] / (1 + exp(-a[i])).", (*lanes).silu),
	scalar("elu", "dst[i] = a[i] where a[i] > 0, else s * (exp(a[i]) - 1).", (*lanes).elu),
}
