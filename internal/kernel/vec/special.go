package vec

import "math"

// This file has the functions of one number that the standard library lacks, or
// has with fewer digits.

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x // 0, -0 or NaN
}

func rsqrt(x float64) float64 { return 1 / math.Sqrt(x) }

func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}

func softplus(x float64) float64 {
	return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}

func logSigmoid(x float64) float64 { return -softplus(-x) }

// gelu is x/2·erfc(−x/√2); what −x/√2 lost counts for large −x, and is made good by
// the derivative of log erfc(u), about −(u + √(u² + 4/π)).
func gelu(x float64) float64 {
	const root, low = math.Sqrt2, -0x1.bdd3413b26456p-54
	switch {
	case x < -1e3:
		return math.Copysign(0, -1)
	case x < -36: // erfc has few digits there: x·φ(x)/x·(1 − 1/x² + 3/x⁴ − 15/x⁶ + ...)
		h, y, s := float64(x/2*x), 1/(x*x), 1.0
		for k := 15.0; k >= 1; k -= 2 {
			s = 1 - k*y*s
		}
		return -exp(-h) * (1 - math.FMA(x/2, x, -h)) * s / (math.Sqrt2 * math.SqrtPi)
	}
	u := -x / root
	y := 0.5 * x * math.Erfc(u)
	if x > 0 || x == 0 || x != x {
		return y
	}
	lost := (math.FMA(-u, root, -x) - u*low) / root
	return y * (1 - lost*(u+math.Sqrt(u*u+4/math.Pi)))
}

// geluSlope is Φ(x) + x·φ(x). Beyond the bound it is 0 or 1.
func geluSlope(x float64) float64 {
	const bound = 38.6
	in := min(max(x, -bound), bound)
	return 0.5*math.Erfc(-in/math.Sqrt2) + in*exp(-in*in/2)/(math.Sqrt2*math.SqrtPi)
}

func silu(x float64) float64 {
	switch {
	case x < -1e3:
		return math.Copysign(0, -1)
	case x < -700: // where eˣ has few digits
		e := math.Exp(x / 2)
		return x * e * e
	}
	return x * sigmoid(x)
}

func lgamma(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.Inf(1) // at -Inf too, as in C99: Γ has poles beyond every number
	}
	v, _ := math.Lgamma(x)
	return v
}

// digamma steps x up by the recurrence psi(x) = psi(x+1) - 1/x to where the
// asymptotic series has full accuracy, after reflecting negative x
// (Abramowitz and Stegun, 6.3.5, 6.3.7, 6.3.18).
func digamma(x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, -1):
		return math.NaN()
	case x == 0:
		return math.Copysign(math.Inf(1), -x)
	case x < 0:
		if x == math.Floor(x) {
			return math.NaN()
		}
		return digamma(1-x) - math.Pi/tanPi(x)
	}
	sum := 0.0
	for x < 10 {
		sum -= 1 / x
		x++
	}
	y := 1 / (x * x)
	series := y * (1./12 - y*(1./120-y*(1./252-y*(1./240-y*(1./132-y*(691./32760-y/12))))))
	return sum + math.Log(x) - 0.5/x - series
}

// tanPi is tan(πx).
func tanPi(x float64) float64 { return math.Tan(math.Pi * (x - math.Round(x))) }

// exp is math.Exp, which overflows too early on some platforms.
func exp(x float64) float64 {
	if x > 700 {
		return math.Exp(x-1) * math.E
	}
	return math.Exp(x)
}

// log is math.Log, which loses digits below the normal numbers on some platforms.
func log(x float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Log(x*0x1p64) - 64*math.Ln2
	}
	return math.Log(x)
}

// log2 is math.Log2, which loses digits near 1.
func log2(x float64) float64 {
	if x > 0.5 && x < 2 {
		return math.Log(x) * math.Log2E
	}
	return math.Log2(x)
}

// log10 is exact for powers of 10.
func log10(x float64) float64 {
	y := log(x) * math.Log10E
	if n := math.Round(y); n != y && x == math.Pow10(int(n)) {
		return n
	}
	return y
}

// sinh does not overflow before its value does.
func sinh(x float64) float64 {
	a := math.Abs(x)
	if a > 700 {
		e := math.Exp(a / 2)
		return math.Copysign(e/2*e, x)
	}
	e := math.Expm1(a)
	return math.Copysign((e+e/(e+1))/2, x)
}

// cosh does not overflow before its value does.
func cosh(x float64) float64 {
	a := math.Abs(x)
	if a > 700 {
		e := math.Exp(a / 2)
		return e / 2 * e
	}
	e := math.Exp(a)
	return e/2 + 0.5/e
}
