package vec

import "math"

// This file has the functions of one number that the standard library lacks.

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

func gelu(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return 0.5 * x * math.Erfc(-x/math.Sqrt2)
}

func geluTanh(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	// ½(1 + tanh u) = sigmoid(2u), which keeps its digits for negative u.
	return x * sigmoid(2*math.Sqrt2/math.SqrtPi*(x+0.044715*x*x*x))
}

func silu(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * sigmoid(x)
}

func mish(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * math.Tanh(softplus(x))
}

func lgamma(x float64) float64 {
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

// trigamma is the derivative of digamma, by the same means (6.4.6, 6.4.7,
// 6.4.12).
func trigamma(x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, -1):
		return math.NaN()
	case x <= 0:
		if x == math.Floor(x) {
			return math.Inf(1)
		}
		s := sinPi(x)
		return math.Pi*math.Pi/(s*s) - trigamma(1-x)
	}
	sum := 0.0
	for x < 10 {
		sum += 1 / (x * x)
		x++
	}
	y := 1 / (x * x)
	series := y / x * (1./6 - y*(1./30-y*(1./42-y*(1./30-y*(5./66-y*(691./2730-y*7/6))))))
	return sum + 1/x + 0.5*y + series
}

// sinPi is sin(πx), from the fraction of x, so that it keeps its digits.
func sinPi(x float64) float64 {
	return math.Sin(math.Pi * (x - 2*math.Round(x/2)))
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
