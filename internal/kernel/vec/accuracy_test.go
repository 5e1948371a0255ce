package vec

import (
	"flag"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

var long = flag.Bool("long", false, "measure the accuracy at many times more numbers: every float32")

// approximation is a function that is approximated, and how many ulp it may be
// off in float32 and in float64.
type approximation struct {
	name       string
	f32        func(dst, a []float32)
	f64        func(dst, a []float64)
	ulp, ulp64 float64
	// truth is the function to float64 digits, but for the last few; it says where
	// results are 0, infinite or NaN.
	truth func(float64) float64
	exact func(x *big.Float) *big.Float // to many digits
	// lo and hi are where it is not constant, nearly: half of the numbers are drawn there.
	lo, hi float64
}

var approximations = []approximation{
	{"exp", F32.Exp, F64.Exp, 1.25, 2, exp, expOf, -750, 710},
	{"exp2", F32.Exp2, F64.Exp2, 1.25, 2, math.Exp2, func(x *big.Float) *big.Float { return expOf(product(x, ln2())) }, -1080, 1024},
	{"expm1", F32.Expm1, F64.Expm1, 2, 2, math.Expm1, expm1Of, -40, 710},
	{"log", F32.Log, F64.Log, 1, 1.5, log, logOf, 0.5, 4},
	{"log2", F32.Log2, F64.Log2, 1, 2, log2, func(x *big.Float) *big.Float { return quotient(logOf(x), ln2()) }, 0.5, 4},
	{"log10", F32.Log10, F64.Log10, 1, 2, log10, func(x *big.Float) *big.Float { return quotient(logOf(x), logOf(num(10))) }, 0.5, 4},
	{"log1p", F32.Log1p, F64.Log1p, 1.5, 2, math.Log1p, log1pOf, -0.9, 4},
	{"sin", F32.Sin, F64.Sin, 1.25, 2, sin, func(x *big.Float) *big.Float { s, _ := sinCosOf(x); return s }, -1000, 1000},
	{"cos", F32.Cos, F64.Cos, 1.25, 2, cos, func(x *big.Float) *big.Float { _, c := sinCosOf(x); return c }, -1000, 1000},
	{"tan", F32.Tan, F64.Tan, 2.5, 4, tan, func(x *big.Float) *big.Float { return quotient(sinCosOf(x)) }, -1000, 1000},
	{"atan", F32.Atan, F64.Atan, 2, 2, math.Atan, atanOf, -20, 20},
	{"sinh", F32.Sinh, F64.Sinh, 2, 4, sinh, sinhOf, -711, 711},
	{"cosh", F32.Cosh, F64.Cosh, 2, 4, cosh, func(x *big.Float) *big.Float {
		e := expOf(x)
		return halved(sumOf(e, quotient(num(1), e)))
	}, -711, 711},
	{"tanh", F32.Tanh, F64.Tanh, 2, 4, math.Tanh, tanhOf, -20, 20},
	{"erf", F32.Erf, F64.Erf, 2, 2, math.Erf, erfOf, -6, 6},
	{"erfc", F32.Erfc, F64.Erfc, 3.25, 4, math.Erfc, erfcOf, -6, 27.3},
	{"sigmoid", F32.Sigmoid, F64.Sigmoid, 2, 3, sigmoid, sigmoidOf, -746, 40},
	{"softplus", F32.Softplus, F64.Softplus, 2, 3, softplus, softplusOf, -746, 40},
	{"logSigmoid", F32.LogSigmoid, F64.LogSigmoid, 2, 3, logSigmoid,
		func(x *big.Float) *big.Float { return negative(softplusOf(negative(x))) }, -40, 746},
	{"silu", F32.Silu, F64.Silu, 2, 3, silu, func(x *big.Float) *big.Float { return product(x, sigmoidOf(x)) }, -746, 40},
	{"gelu", F32.Gelu, F64.Gelu, 4, 4, gelu, geluOf, -38.6, 10},
	{"elu", func(dst, a []float32) { F32.Elu(dst, a, 1.25) }, func(dst, a []float64) { F64.Elu(dst, a, 1.25) }, 2, 2,
		func(x float64) float64 {
			if x > 0 {
				return x
			}
			return 1.25 * math.Expm1(x)
		}, func(x *big.Float) *big.Float {
			if x.Sign() > 0 {
				return x
			}
			return product(num(1.25), expm1Of(x))
		}, -40, 1},
	powered(1.5), powered(-0.5), powered(0.375), powered(-3), powered(-1), powered(2), powered(3), powered(5), powered(-40.25),
}

// powered is the power with the constant exponent y.
func powered(y float64) approximation {
	return approximation{fmt.Sprintf("pow %v", y), func(dst, a []float32) { F32.PowS(dst, a, float32(y)) }, func(dst, a []float64) { F64.PowS(dst, a, y) }, 1.5, 2,
		func(x float64) float64 { return pow(x, y) },
		func(x *big.Float) *big.Float { return powerOf(x, num(y)) }, 0.5, 4}
}

// powerOf is xʸ, for positive x or whole y.
func powerOf(x, y *big.Float) *big.Float {
	p := expOf(product(y, logOf(new(big.Float).Abs(x))))
	if n, _ := y.Int(nil); x.Sign() < 0 && n.Bit(0) == 1 {
		return negative(p)
	}
	return p
}

// offBy is how many ulp y is off w + rest. The numbers of the type have so many
// digits, the last one at least 2^least, and lie below 2^top; infinity counts as 2^top.
func offBy(y, w, rest float64, digits, least, top int) float64 {
	if y != y || w != w {
		if y != y && w != w {
			return 0
		}
		return math.Inf(1)
	}
	_, e := math.Frexp(w)
	if math.IsInf(w, 0) || e > top {
		w, rest, e = math.Copysign(1, w), 0, top
	} else {
		w, rest = math.Ldexp(w, -e), math.Ldexp(rest, -e) // apart from overflow
	}
	if y = math.Ldexp(y, -e); math.IsInf(y, 0) {
		y = math.Copysign(math.Ldexp(1, top-e), y)
	}
	return math.Abs((y-w)-rest) * math.Ldexp(1, min(digits, e-least))
}

// TestAccuracy32 takes all bit patterns with a stride.
func TestAccuracy32(t *testing.T) {
	stride := 30011
	switch {
	case *long:
		stride = 1
	case testing.Short():
		stride = 100003
	}
	for _, f := range approximations {
		t.Run(f.name, func(t *testing.T) { accuracy32(t, f, stride) })
	}
}

func accuracy32(t *testing.T, f approximation, stride int) {
	const block = 1 << 16
	x, y, want := make([]float32, block), make([]float32, block), make([]float64, block)
	worst, at := map[string]float64{}, map[string]float32{}
	for start := int64(0); start < 1<<32; start += block * int64(stride) {
		n := int(min(block, (1<<32-start+int64(stride)-1)/int64(stride)))
		for i := range n {
			x[i] = math.Float32frombits(uint32(start) + uint32(i*stride))
			want[i] = f.truth(float64(x[i]))
		}
		eachLevel(func(level string) {
			f.f32(y[:n], x[:n])
			for i, v := range y[:n] {
				if d := offBy(float64(v), want[i], 0, 24, -149, 128); !(d <= worst[level]) {
					worst[level], at[level] = d, x[i]
				}
			}
		})
	}
	for level, d := range worst {
		t.Logf("%-8s float32: %.3f ulp at %v", level, d, at[level])
		if !(d <= f.ulp) {
			t.Errorf("%s of float32, %s: off %.3f ulp at %v, want %g at most", f.name, level, d, at[level], f.ulp)
		}
	}
}

// draw is a number from all bit patterns, from around 1, or from [lo, hi].
func draw(r *rand.Rand, lo, hi float64) float64 {
	switch r.IntN(4) {
	case 0:
		return math.Float64frombits(r.Uint64())
	case 1:
		return math.Copysign(math.Exp2(8*r.NormFloat64()), r.Float64()-0.5)
	}
	return lo + (hi-lo)*r.Float64()
}

// TestAccuracy64 takes random numbers, and truths of many digits.
func TestAccuracy64(t *testing.T) {
	n := 400
	switch {
	case *long:
		n = 100000
	case testing.Short():
		n = 60
	}
	for i, f := range approximations {
		t.Run(f.name, func(t *testing.T) { accuracy64(t, f, n, rand.New(rand.NewPCG(1, uint64(i)))) })
	}
}

func accuracy64(t *testing.T, f approximation, n int, r *rand.Rand) {
	x, y, want, rest := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = draw(r, f.lo, f.hi)
		if want[i] = f.truth(x[i]); want[i] != 0 && !math.IsInf(want[i], 0) && want[i] == want[i] {
			want[i], rest[i] = parts(f.exact(num(x[i])))
		}
	}
	eachLevel(func(level string) {
		f.f64(y, x)
		worst, at := 0.0, 0.0
		for i, v := range y {
			if d := offBy(v, want[i], rest[i], 53, -1074, 1024); !(d <= worst) {
				worst, at = d, x[i]
			}
		}
		t.Logf("%-8s float64: %.3f ulp at %v", level, worst, at)
		if !(worst <= f.ulp64) {
			t.Errorf("%s of float64, %s: off %.3f ulp at %v, want %g at most", f.name, level, worst, at, f.ulp64)
		}
	})
}

// parts is x as the sum of two numbers.
func parts(x *big.Float) (hi, lo float64) {
	hi, _ = x.Float64()
	if !math.IsInf(hi, 0) {
		lo, _ = lessOf(x, num(hi)).Float64()
	}
	return hi, lo
}

// TestAccuracyPow draws both operands so that powers are neither 0 nor infinite.
func TestAccuracyPow(t *testing.T) {
	n := 1000
	switch {
	case *long:
		n = 300000
	case testing.Short():
		n = 200
	}
	r := rand.New(rand.NewPCG(2, 3))
	x, y, z := make([]float64, n), make([]float64, n), make([]float64, n)
	x32, y32, z32 := make([]float32, n), make([]float32, n), make([]float32, n)
	want, rest, want32 := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = math.Exp2(r.NormFloat64() * math.Exp2(8-float64(r.IntN(20))))
		y[i] = (2*r.Float64() - 1) * 1080 / math.Log2(x[i])
		if y[i] = math.Round(y[i]); i%3 == 0 && math.Abs(y[i]) < 1e15 {
			x[i] = -x[i]
		}
		want[i], rest[i] = pow(x[i], y[i]), 0
		if want[i] != 0 && !math.IsInf(want[i], 0) {
			want[i], rest[i] = parts(powerOf(num(x[i]), num(y[i])))
		}
		x32[i], y32[i] = float32(x[i]), float32(y[i]/7)
		want32[i] = pow(float64(x32[i]), float64(y32[i]))
	}
	eachLevel(func(level string) {
		F64.Pow(z, x, y)
		F32.Pow(z32, x32, y32)
		worst, worst32, at, at32 := 0.0, 0.0, 0, 0
		for i := range z {
			if d := offBy(z[i], want[i], rest[i], 53, -1074, 1024); d > worst {
				worst, at = d, i
			}
			if d := offBy(float64(z32[i]), want32[i], 0, 24, -149, 128); d > worst32 {
				worst32, at32 = d, i
			}
		}
		t.Logf("pow %s: float32 %.3f, float64 %.3f ulp", level, worst32, worst)
		if !(worst <= 2) || !(worst32 <= 1.5) {
			t.Errorf("%s: pow(%v, %v) is off %.3f ulp, in float32 pow(%v, %v) %.3f, want 2 and 1.5 at most",
				level, x[at], y[at], worst, x32[at32], y32[at32], worst32)
		}
	})
}

// ends are the arguments at which functions have other rules.
var ends = []float64{0, math.Copysign(0, -1), 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, 0x1p53 - 1, -(0x1p53 - 1), 0x1p60, -0x1p60,
	math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-149, -0x1p-149,
	0x1p-1022, 0x1p-126, -0x1p-126, math.MaxFloat64, -math.MaxFloat64, math.MaxFloat32, -math.MaxFloat32,
	0x1p16, 0x1.000002p16, 0x1p31, 0x1p31 + 1, 1e300}

// alike checks got at an end: NaN, infinities and zeros with their signs, other numbers to so many ulp.
func alike[T Float](t *testing.T, got T, want, tolerance float64, what ...any) {
	t.Helper()
	w := T(want)
	if got != got && w != w || math.Signbit(float64(got)) == math.Signbit(want) && ulps(got, w) <= tolerance {
		return
	}
	t.Errorf("%v of %T: got %v, want %v", what, got, got, w)
}

func TestEnds(t *testing.T) {
	const inexact = 100 // what math.Pow may be off
	levels(t, func(t *testing.T) {
		a, b := make([]float64, len(ends)), make([]float64, len(ends))
		a32, b32 := make([]float32, len(ends)), make([]float32, len(ends))
		for i, x := range ends {
			a[i], a32[i] = x, float32(x)
		}
		for _, f := range approximations {
			f.f64(b, a)
			f.f32(b32, a32)
			for i, x := range a {
				alike(t, b[i], f.truth(x), 4, f.name, x)
				alike(t, b32[i], f.truth(float64(a32[i])), 4, f.name, a32[i])
			}
		}
		c, c32 := make([]float64, len(ends)), make([]float32, len(ends))
		for i, y := range a {
			for j := range b {
				b[j], b32[j] = y, a32[i]
			}
			F64.Pow(c, a, b)
			F32.Pow(c32, a32, b32)
			for j, x := range a {
				alike(t, c[j], math.Pow(x, y), inexact, "pow", x, y)
				alike(t, c32[j], math.Pow(float64(a32[j]), float64(b32[j])), inexact, "pow", a32[j], b32[j])
			}
			F64.PowS(c, a, y)
			F32.PowS(c32, a32, a32[i])
			for j, x := range a {
				alike(t, c[j], math.Pow(x, y), inexact, "pow with a constant", x, y)
				alike(t, c32[j], math.Pow(float64(a32[j]), float64(b32[j])), inexact, "pow with a constant", a32[j], b32[j])
			}
		}
	})
}

// TestHuge holds the sine and the like to the truth at arguments whose multiples of
// π/2 are hardest to take off, and at others in the same vector.
func TestHuge(t *testing.T) {
	x := []float64{6381956970095103 * 0x1p797, 1, 5319372648326541 * 0x1p255, 0x1p1000, math.Pi, 2 * math.Pi, math.Pi / 2, 1e22, -1e22,
		3 * math.Pi, 355, 103993, 0x1.6ac5b262ca1ffp849, 0x1p31, -0x1p32, 1e9, -1e15, 0x1p53, math.MaxFloat64, 0x1.921fb54442d18p30, 3e9}
	y := make([]float64, len(x))
	x32, y32 := make([]float32, len(x)), make([]float32, len(x))
	levels(t, func(t *testing.T) {
		for _, f := range approximations {
			if f.name != "sin" && f.name != "cos" && f.name != "tan" {
				continue
			}
			for i, v := range x {
				x32[i] = float32(v)
			}
			f.f64(y, x)
			f.f32(y32, x32)
			for i, v := range x {
				want, rest := parts(f.exact(num(v)))
				if d := offBy(y[i], want, rest, 53, -1074, 1024); !(d <= f.ulp64) {
					t.Errorf("%s of %v is %v, off %.3f ulp", f.name, v, y[i], d)
				}
				if v := float64(x32[i]); !math.IsInf(v, 0) {
					want, _ := parts(f.exact(num(v)))
					if d := offBy(float64(y32[i]), want, 0, 24, -149, 128); !(d <= f.ulp) {
						t.Errorf("%s of float32 %v is %v, off %.3f ulp", f.name, v, y32[i], d)
					}
				}
			}
		}
	})
}
