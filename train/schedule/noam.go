package schedule

import (
	"cmp"
	"math"
)

// Noam rises in a line and falls with the root of the step. With n = step + 1:
//
//	rate = Scale · Dim^(−1/2) · min(n^(−1/2), n·Warm^(−3/2))
//
// The largest rate, at n = Warm, is Scale/√(Dim·Warm). Source: Vaswani et al. 2017, equation
// 3, whose Dim is the width of the Transformer.
type Noam struct {
	Scale float64 // at least 0; default 1
	Dim   int     // at least 1; default 512
	Warm  int     // steps of the rise; at least 1; default 4000
}

// At returns the learning rate of the step at m.
func (s Noam) At(m Moment) float64 {
	dim, warm, n := 512.0, 4000.0, float64(m.Step+1)
	if s.Dim > 0 {
		dim = float64(s.Dim)
	}
	if s.Warm > 0 {
		warm = float64(s.Warm)
	}
	return or(s.Scale, 1) / math.Sqrt(dim) * math.Min(1/math.Sqrt(n), n/(warm*math.Sqrt(warm)))
}

// Validate returns an ErrOption for settings out of range.
func (s Noam) Validate() error {
	return cmp.Or(notNegative("Noam.Scale", s.Scale), atLeast(0, "Noam.Dim", s.Dim), atLeast(0, "Noam.Warm", s.Warm))
}

// InverseRoot falls with the root of the step. With n = step + 1:
//
//	rate = Rate·√(Warm/max(n, Warm))
//
// It is Rate for the first Warm steps, as in T5. With Rise it rises to Rate in a line
// meanwhile: Rate·n/Warm, which is Noam with the largest rate as a setting. Source: Raffel
// et al. 2020, §3.1.2.
type InverseRoot struct {
	Rate float64 // the largest rate; default 0.001
	Warm int     // steps before the rate falls; at least 1; default 4000
	Rise bool
}

// At returns the learning rate of the step at m.
func (s InverseRoot) At(m Moment) float64 {
	warm, n := 4000.0, float64(m.Step+1)
	if s.Warm > 0 {
		warm = float64(s.Warm)
	}
	rate := or(s.Rate, usual)
	if s.Rise && n < warm {
		return rate * n / warm
	}
	return rate * math.Sqrt(warm/math.Max(n, warm))
}

// Validate returns an ErrOption for settings out of range.
func (s InverseRoot) Validate() error {
	return cmp.Or(notNegative("InverseRoot.Rate", s.Rate), atLeast(0, "InverseRoot.Warm", s.Warm))
}
