package vec

import (
	"math"
	"testing"
)

// truths are the functions that are approximated, with the range in which their
// arguments are drawn, and how many ulp they may be off in float32 and float64.
// The truth is what package math says, itself off by less than one ulp.
var truths = []struct {
	name       string
	lo, hi     float64
	f          func(float64) float64
	f32        func(dst, a []float32)
	f64        func(dst, a []float64)
	ulp, ulp64 float64
}{
	{"exp", -104, 89, exp, ExpF32, ExpF64, 2, 2},
	{"exp", -745, 710, exp, ExpF32, ExpF64, 2, 2},
	{"exp", -1e-3, 1e-3, exp, ExpF32, ExpF64, 2, 2},
	{"log", 0.5, 2, log, LogF32, LogF64, 2, 2},
	{"log", 0, 1e-30, log, LogF32, LogF64, 2, 2},
	{"log", 0, 1e30, log, LogF32, LogF64, 2, 2},
	{"log", 0, 1e-310, log, LogF32, LogF64, 2, 2},
	{"log1p", -0.9, 2, math.Log1p, Log1pF32, Log1pF64, 2, 3},
	{"log1p", -1e-5, 1e-5, math.Log1p, Log1pF32, Log1pF64, 2, 3},
	{"log1p", 0, 1e20, math.Log1p, Log1pF32, Log1pF64, 2, 3},
	{"tanh", -1, 1, math.Tanh, TanhF32, TanhF64, 2, 4},
	{"tanh", -30, 30, math.Tanh, TanhF32, TanhF64, 2, 4},
	{"tanh", -1e-4, 1e-4, math.Tanh, TanhF32, TanhF64, 2, 4},
	{"sigmoid", -104, 104, sigmoid, SigmoidF32, SigmoidF64, 3, 4},
	{"sigmoid", -2, 2, sigmoid, SigmoidF32, SigmoidF64, 3, 4},
	{"softplus", -30, 30, softplus, SoftplusF32, SoftplusF64, 3, 4},
	{"silu", -30, 30, silu, SiluF32, SiluF64, 4, 4},
}

func TestAccuracy(t *testing.T) {
	const n = 200000
	levels(t, func(t *testing.T) {
		x, y := make([]float32, n), make([]float32, n)
		x64, y64 := make([]float64, n), make([]float64, n)
		for _, f := range truths {
			for i := range x64 {
				x64[i] = f.lo + (f.hi-f.lo)*(float64(i)+0.37)/n
				x[i] = float32(x64[i])
			}
			f.f32(y, x)
			f.f64(y64, x64)
			worst, worst64 := 0.0, 0.0
			for i := range x {
				worst = max(worst, ulps(y[i], float32(f.f(float64(x[i])))))
				worst64 = max(worst64, ulps(y64[i], f.f(x64[i])))
			}
			t.Logf("%-10s [%g, %g]: %.2f and %.2f ulp", f.name, f.lo, f.hi, worst, worst64)
			if !(worst <= f.ulp) || !(worst64 <= f.ulp64) {
				t.Errorf("%s in [%g, %g] is off %.3g and %.3g ulp, want %g and %g at most", f.name, f.lo, f.hi, worst, worst64, f.ulp, f.ulp64)
			}
		}
	})
}
