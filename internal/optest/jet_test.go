package optest

import (
	"math"
	"math/big"
)

// This file computes functions and their derivatives in many digits: what the rows
// are held to at special points. It knows nothing of the kernels' formulas.

// digits are the bits that results have, but for what they lose in subtractions.
const digits = 2400

// terms are how many Taylor coefficients a jet has: the value, three derivatives, and
// one more that says how much the third changes with the argument's last digit.
const terms = 5

func num(x float64) *big.Float { return new(big.Float).SetPrec(digits).SetFloat64(x) }

func blank() *big.Float { return new(big.Float).SetPrec(digits) }

// jet are the Taylor coefficients of a function at a point: f, f′, f″/2, ...
type jet [terms]*big.Float

func constant(x float64) jet { return scalar(num(x)) }

func scalar(x *big.Float) (j jet) {
	j[0] = x
	for i := 1; i < terms; i++ {
		j[i] = blank()
	}
	return j
}

// variable is the argument itself at x.
func variable(x float64) jet {
	j := constant(x)
	j[1] = num(1)
	return j
}

func (a jet) add(b jet) (c jet) {
	for i := range c {
		c[i] = blank().Add(a[i], b[i])
	}
	return c
}

func (a jet) mul(b jet) (c jet) {
	for i := range c {
		c[i] = blank()
		for k := 0; k <= i; k++ {
			c[i].Add(c[i], blank().Mul(a[k], b[i-k]))
		}
	}
	return c
}

func (a jet) times(k float64) jet { return a.mul(constant(k)) }
func (a jet) plus(k float64) jet  { return a.add(constant(k)) }
func (a jet) neg() jet            { return a.times(-1) }
func (a jet) sub(b jet) jet       { return a.add(b.neg()) }
func (a jet) square() jet         { return a.mul(a) }

// div panics where b is 0.
func (a jet) div(b jet) (c jet) {
	for i := range c {
		s := blank().Set(a[i])
		for k := range i {
			s.Sub(s, blank().Mul(c[k], b[i-k]))
		}
		c[i] = s.Quo(s, b[0])
	}
	return c
}

// integral is the function of the value y at the point whose derivative by the
// argument u is slope.
func (u jet) integral(y *big.Float, slope jet) (c jet) {
	c[0] = y
	for i := 1; i < terms; i++ {
		c[i] = blank()
		for k := range i { // slope·u′
			c[i].Add(c[i], blank().Mul(slope[k], blank().Mul(num(float64(i-k)), u[i-k])))
		}
		c[i].Quo(c[i], num(float64(i)))
	}
	return c
}

// grown is the function of the value y at the point whose derivative by u is
// slope(itself), of which the coefficients are found one after the other.
func (u jet) grown(y *big.Float, slope func(c jet) jet) jet {
	c := scalar(y)
	for range terms - 1 {
		c = u.integral(y, slope(c))
	}
	return c
}

func (u jet) exp() jet { return u.grown(expOf(u[0]), func(c jet) jet { return c }) }
func (u jet) log() jet { return u.integral(logOf(u[0]), constant(1).div(u)) }

func (u jet) sqrt() jet {
	return u.grown(blank().Sqrt(u[0]), func(c jet) jet { return constant(0.5).div(c) })
}

// log1p has digits for small arguments, as many as there are beyond the float64's.
func (u jet) log1p() jet { return u.plus(1).log() }

func (u jet) sigmoid() jet { return constant(1).div(u.neg().exp().plus(1)) }

func (u jet) tanh() jet { return u.times(2).sigmoid().times(2).plus(-1) }

func (u jet) sinCos() (s, c jet) {
	s0, c0 := sinCosOf(u[0])
	s, c = scalar(s0), scalar(c0)
	for range terms - 1 {
		s, c = u.integral(s0, c), u.integral(c0, s.neg())
	}
	return s, c
}

func (u jet) atan() jet {
	return u.integral(atanOf(u[0]), constant(1).div(u.square().plus(1)))
}

// erf is 2/√π·∫e^(−t²) dt.
func (u jet) erf() jet {
	k := blank().Quo(num(2), blank().Sqrt(pi()))
	return u.integral(erfOf(u[0]), u.square().neg().exp().mul(scalar(k)))
}

// pick is one of two by the sign of u, NaN-free.
func (u jet) pick(positive, other func() jet) jet {
	if u[0].Sign() > 0 {
		return positive()
	}
	return other()
}

// seriesOf sums terms until they no longer count; step makes a term from the last.
func seriesOf(first *big.Float, step func(term *big.Float, k int) *big.Float) *big.Float {
	sum, term := blank().Set(first), first
	for k := 1; ; k++ {
		term = step(term, k)
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-digits {
			return sum
		}
		sum.Add(sum, term)
	}
}

var ln2Of, piOf *big.Float

func ln2() *big.Float {
	if ln2Of == nil { // 2·atanh(1/3)
		s := seriesOfOdd(3, false)
		ln2Of = s.Mul(s, num(2))
	}
	return ln2Of
}

func pi() *big.Float {
	if piOf == nil { // 16·atan(1/5) − 4·atan(1/239)
		a, b := seriesOfOdd(5, true), seriesOfOdd(239, true)
		piOf = blank().Sub(a.Mul(a, num(16)), b.Mul(b, num(4)))
	}
	return piOf
}

// seriesOfOdd is atanh(1/n), or atan(1/n) if the signs change.
func seriesOfOdd(n float64, change bool) *big.Float {
	p := blank().Quo(num(1), num(n))
	sum, sign := blank().Set(p), 1.0
	for k := 3.0; p.MantExp(nil) > -digits-10; k += 2 {
		p = blank().Quo(p, num(n*n))
		if change {
			sign = -sign
		}
		sum.Add(sum, blank().Quo(p, num(sign*k)))
	}
	return sum
}

func expOf(x *big.Float) *big.Float {
	f, _ := x.Float64()
	if f < -20000 {
		return blank()
	}
	if f > 20000 {
		return blank().SetMantExp(num(1), 30000)
	}
	n := math.Round(f / math.Ln2)
	r := blank().Sub(x, blank().Mul(num(n), ln2()))
	r.SetMantExp(r, -16)
	y := seriesOf(num(1), func(t *big.Float, k int) *big.Float { return blank().Quo(blank().Mul(t, r), num(float64(k))) })
	for range 16 {
		y = blank().Mul(y, y)
	}
	return y.SetMantExp(y, int(n))
}

func logOf(x *big.Float) *big.Float {
	if x.Sign() <= 0 {
		panic("the logarithm of no positive number")
	}
	m := blank()
	k := x.MantExp(m)
	f, _ := m.Float64()
	y := blank().Add(num(math.Log(f)), blank().Mul(num(float64(k)), ln2()))
	for range 4 { // each step makes the digits three times as many
		e := expOf(y)
		d := blank().Quo(blank().Sub(x, e), blank().Add(x, e))
		y = blank().Add(y, d.SetMantExp(d, 1))
	}
	return y
}

func sinCosOf(x *big.Float) (s, c *big.Float) {
	q := blank().Quo(x, pi())
	q.SetMantExp(q, 1)
	n, _ := q.Add(q, num(math.Copysign(0.5, float64(x.Sign())))).Int(nil)
	r := blank().Mul(blank().SetInt(n), pi())
	r.SetMantExp(r, -1)
	r = blank().Sub(x, r)
	z := blank().Neg(blank().Mul(r, r))
	step := func(from int) func(t *big.Float, k int) *big.Float {
		return func(t *big.Float, k int) *big.Float {
			return blank().Quo(blank().Mul(t, z), num(float64((2*k-1+from)*(2*k+from))))
		}
	}
	s, c = seriesOf(r, step(1)), seriesOf(num(1), step(0))
	switch new(big.Int).And(n, big.NewInt(3)).Int64() {
	case 1:
		return c, blank().Neg(s)
	case 2:
		return blank().Neg(s), blank().Neg(c)
	case 3:
		return blank().Neg(c), s
	}
	return s, c
}

// atanOf steps from a y that is nearly it by atan((x − tan y)/(1 + x·tan y)).
func atanOf(x *big.Float) *big.Float {
	f, _ := x.Float64()
	y := num(math.Atan(f))
	for range 5 {
		s, c := sinCosOf(y)
		d := blank().Quo(blank().Sub(blank().Mul(x, c), s), blank().Add(c, blank().Mul(x, s)))
		y = blank().Add(y, d)
	}
	return y
}

func erfOf(x *big.Float) *big.Float {
	if f, _ := x.Float64(); math.Abs(f) > 28 {
		return num(math.Copysign(1, f)) // to more digits than a float64 can tell
	}
	z := blank().Mul(x, x)
	z.SetMantExp(z, 1)
	s := seriesOf(x, func(t *big.Float, k int) *big.Float { return blank().Quo(blank().Mul(t, z), num(float64(2*k+1))) })
	s.Mul(s, expOf(blank().Neg(z.SetMantExp(z, -1))))
	return s.Quo(s.SetMantExp(s, 1), blank().Sqrt(pi()))
}
