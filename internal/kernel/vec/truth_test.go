package vec

import (
	"math"
	"math/big"
	"sync"
)

// This file computes functions in many digits: what the kernels are held to in
// float64. Arguments are finite, results neither 0 nor infinite nor NaN.

// digits are the bits that results have, but for what they lose in subtractions.
const digits = 320

func num(x float64) *big.Float { return new(big.Float).SetPrec(digits).SetFloat64(x) }

func sumOf(x, y *big.Float) *big.Float  { return new(big.Float).SetPrec(digits).Add(x, y) }
func lessOf(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(digits).Sub(x, y) }
func product(x, y *big.Float) *big.Float {
	return new(big.Float).SetPrec(max(digits, x.Prec())).Mul(x, y)
}
func quotient(x, y *big.Float) *big.Float { return new(big.Float).SetPrec(digits).Quo(x, y) }
func negative(x *big.Float) *big.Float    { return new(big.Float).SetPrec(digits).Neg(x) }
func halved(x *big.Float) *big.Float      { return new(big.Float).SetMantExp(x, -1) }
func root(x *big.Float) *big.Float        { return new(big.Float).SetPrec(digits).Sqrt(x) }

// power series: the sum of terms until they no longer count, where step makes a
// term from the last one.
func seriesOf(first *big.Float, step func(term *big.Float, k int) *big.Float) *big.Float {
	sum, term := new(big.Float).Set(first), first
	for k := 1; ; k++ {
		term = step(term, k)
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-digits {
			return sum
		}
		sum = sumOf(sum, term)
	}
}

// ln2 is Σ 1/(k·2ᵏ).
var ln2 = sync.OnceValue(func() *big.Float {
	p := num(1)
	s := num(0)
	for k := 1; k < digits+20; k++ {
		p = halved(p)
		s = sumOf(s, quotient(p, num(float64(k))))
	}
	return s
})

// pi is 16·atan(1/5) − 4·atan(1/239), with digits for the largest arguments.
var pi = sync.OnceValue(func() *big.Float {
	const prec = digits + 1100
	atan := func(n int64) *big.Float { // of 1/n
		q := new(big.Float).SetPrec(prec).Quo(big.NewFloat(1), new(big.Float).SetInt64(n))
		sum, p := new(big.Float).SetPrec(prec).Set(q), q
		square := new(big.Float).SetPrec(prec).SetInt64(n * n)
		for k := int64(3); p.MantExp(nil) > -prec; k += 2 {
			p = new(big.Float).SetPrec(prec).Quo(p, square)
			p.Neg(p)
			sum.Add(sum, new(big.Float).SetPrec(prec).Quo(p, new(big.Float).SetInt64(k)))
		}
		return sum
	}
	a, b := atan(5), atan(239)
	return a.SetMantExp(a, 4).Sub(a, b.SetMantExp(b, 2))
})

// expOf is (e^(r/256))^256·2ⁿ with r = x − n·ln 2.
func expOf(x *big.Float) *big.Float {
	f, _ := x.Float64()
	if f < -10000 {
		return num(0) // where it is added to something
	}
	n := math.Round(f / math.Ln2)
	r := lessOf(x, product(num(n), ln2()))
	r.SetMantExp(r, -8)
	y := seriesOf(num(1), func(t *big.Float, k int) *big.Float { return quotient(product(t, r), num(float64(k))) })
	for range 8 {
		y = product(y, y)
	}
	return y.SetMantExp(y, int(n))
}

// logOf is y + 2(x − eʸ)/(x + eʸ) for a y that is nearly it, twice.
func logOf(x *big.Float) *big.Float {
	m := new(big.Float)
	k := x.MantExp(m)
	f, _ := m.Float64()
	y := sumOf(num(math.Log(f)), product(num(float64(k)), ln2()))
	for range 2 {
		e := expOf(y)
		d := quotient(lessOf(x, e), sumOf(x, e))
		y = sumOf(y, d.SetMantExp(d, 1))
	}
	return y
}

// sinCosOf are the sine and the cosine.
func sinCosOf(x *big.Float) (s, c *big.Float) {
	q := new(big.Float).SetPrec(digits+1100).Quo(x, pi())
	q.SetMantExp(q, 1)
	n, _ := q.Add(q, big.NewFloat(math.Copysign(0.5, float64(x.Sign())))).Int(nil)
	r := new(big.Float).SetPrec(digits + 1100).SetInt(n)
	r.Mul(r, pi())
	r.SetMantExp(r, -1)
	r.Sub(x, r).SetPrec(digits)
	z := negative(product(r, r))
	step := func(from int) func(t *big.Float, k int) *big.Float {
		return func(t *big.Float, k int) *big.Float {
			return quotient(product(t, z), num(float64((2*k-1+from)*(2*k+from))))
		}
	}
	s, c = seriesOf(r, step(1)), seriesOf(num(1), step(0))
	switch new(big.Int).And(n, big.NewInt(3)).Int64() {
	case 1:
		return c, negative(s)
	case 2:
		return negative(s), negative(c)
	case 3:
		return negative(c), s
	}
	return s, c
}

// atanOf is y + atan((x − tan y)/(1 + x·tan y)) for a y that is nearly it.
func atanOf(x *big.Float) *big.Float {
	f, _ := x.Float64()
	y := num(math.Atan(f))
	s, c := sinCosOf(y)
	d := quotient(lessOf(product(x, c), s), sumOf(c, product(x, s)))
	cube := quotient(product(product(d, d), d), num(3))
	return sumOf(y, lessOf(d, cube))
}

// erfOf is 2/√π·e^(−x²)·Σ 2ⁿx²ⁿ⁺¹/(2n+1)!!.
func erfOf(x *big.Float) *big.Float {
	if f, _ := x.Float64(); math.Abs(f) > 10 {
		return num(math.Copysign(1, f)) // to more digits than a float64 has
	}
	z := product(x, x)
	z.SetMantExp(z, 1)
	s := seriesOf(x, func(t *big.Float, k int) *big.Float { return quotient(product(t, z), num(float64(2*k+1))) })
	s = product(s, expOf(negative(halved(z))))
	return quotient(s.SetMantExp(s, 1), root(new(big.Float).SetPrec(digits).Set(pi())))
}

// erfcOf is 1 − erf x, or e^(−x²)/√π by the continued fraction 1/(x + ½/(x + 1/(x + ...))).
func erfcOf(x *big.Float) *big.Float {
	if x.Cmp(num(5)) < 0 {
		return lessOf(num(1), erfOf(x))
	}
	t := x
	for k := 200; k >= 1; k-- {
		t = sumOf(x, quotient(num(float64(k)/2), t))
	}
	e := expOf(negative(product(x, x)))
	return quotient(e, product(t, root(new(big.Float).SetPrec(digits).Set(pi()))))
}

// expm1Of has digits to lose near 0.
func expm1Of(x *big.Float) *big.Float {
	if x.MantExp(nil) < -100 {
		return sumOf(x, halved(product(x, x)))
	}
	return lessOf(expOf(x), num(1))
}

// log1pOf likewise.
func log1pOf(x *big.Float) *big.Float {
	if x.MantExp(nil) < -100 {
		return lessOf(x, halved(product(x, x)))
	}
	return logOf(sumOf(num(1), x))
}

// sigmoidOf is 1/(1 + e⁻ˣ).
func sigmoidOf(x *big.Float) *big.Float {
	return quotient(num(1), sumOf(num(1), expOf(negative(x))))
}

// sinhOf is (t + t/(t+1))/2 with t = eˣ − 1.
func sinhOf(x *big.Float) *big.Float {
	if x.Sign() < 0 {
		return negative(sinhOf(negative(x)))
	}
	t := expm1Of(x)
	return halved(sumOf(t, quotient(t, sumOf(t, num(1)))))
}

// tanhOf is t/(t+2) with t = e²ˣ − 1.
func tanhOf(x *big.Float) *big.Float {
	if f, _ := x.Float64(); math.Abs(f) > 1000 {
		return num(math.Copysign(1, f))
	}
	t := expm1Of(new(big.Float).SetMantExp(x, 1))
	return quotient(t, sumOf(t, num(2)))
}

// softplusOf is log(1 + eˣ).
func softplusOf(x *big.Float) *big.Float {
	if x.Sign() > 0 {
		return sumOf(x, softplusOf(negative(x)))
	}
	if e := expOf(x); e.Sign() != 0 {
		return log1pOf(e)
	}
	return num(0)
}

// geluOf is x/2·erfc(−x/√2).
func geluOf(x *big.Float) *big.Float {
	return halved(product(x, erfcOf(negative(quotient(x, root(num(2)))))))
}
