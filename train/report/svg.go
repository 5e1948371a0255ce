package report

import (
	"fmt"
	"math"
	"strings"
)

// axis takes values to places in a picture.
type axis struct {
	lo, hi   float64 // values; of their logarithms if log
	from, to float64 // places
	log      bool
}

// newAxis returns an axis over the values that it can show, and false for none.
func newAxis(values []float64, log bool) (axis, bool) {
	a := axis{lo: math.Inf(1), hi: math.Inf(-1), log: log}
	for _, v := range values {
		if a.shows(v) {
			a.lo, a.hi = min(a.lo, a.of(v)), max(a.hi, a.of(v))
		}
	}
	if a.lo > a.hi {
		return a, false
	}
	switch {
	case log && a.hi-a.lo < 0.1:
		a.lo, a.hi = a.lo-0.05, a.hi+0.05
	case !log && a.hi-a.lo <= 1e-9*max(math.Abs(a.lo), math.Abs(a.hi)):
		by := max(math.Abs(a.hi)/10, 1e-3)
		a.lo, a.hi = a.lo-by, a.hi+by
	}
	return a, !math.IsInf(a.hi-a.lo, 0)
}

// shows reports whether v has a place.
func (a axis) shows(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0) && (!a.log || v > 0)
}

// of returns v, or its logarithm.
func (a axis) of(v float64) float64 {
	if a.log {
		return math.Log10(v)
	}
	return v
}

// at returns the place of v.
func (a axis) at(v float64) float64 {
	return a.from + (a.of(v)-a.lo)/(a.hi-a.lo)*(a.to-a.from)
}

// ticks returns round values within the axis, about n of them.
func (a axis) ticks(n int) (out []float64) {
	if a.log && a.hi-a.lo > 0.7 {
		factors := []float64{1, 2, 5}
		every := 1.0
		if a.hi-a.lo > float64(n)/3 {
			factors, every = factors[:1], math.Ceil((a.hi-a.lo)/float64(n))
		}
		for e := math.Floor(a.lo); e <= a.hi; e += every {
			for _, f := range factors {
				if v := f * math.Pow(10, e); a.of(v) >= a.lo && a.of(v) <= a.hi {
					out = append(out, v)
				}
			}
		}
		return out
	}
	lo, hi := a.lo, a.hi
	if a.log {
		lo, hi = math.Pow(10, lo), math.Pow(10, hi)
	}
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(n))))
	for _, f := range []float64{2, 2.5, 2} {
		if (hi-lo)/step <= float64(n) {
			break
		}
		step *= f
	}
	if !(step > 0) {
		return nil
	}
	for k := math.Ceil(lo / step); k*step <= hi*(1+1e-12) && len(out) < 100; k++ {
		out = append(out, k*step)
	}
	return out
}

// axes are the axes of a picture within its margins, with their ticks.
type axes struct {
	Left, Right, Top, Bottom int
	X, Y                     []mark
	XName                    string
}

// TextX is where the labels on the left end.
func (a axes) TextX() int { return a.Left - 8 }

// TextY is where the labels below stand.
func (a axes) TextY() int { return a.Bottom + 17 }

// NameY is where the name below stands.
func (a axes) NameY() int { return a.Bottom + 34 }

// MidX is the middle of the picture.
func (a axes) MidX() int { return (a.Left + a.Right) / 2 }

// mark is a tick of a picture.
type mark struct {
	At   string
	Text string
}

// marks returns the ticks of an axis.
func (a axis) marks(n int) (out []mark) {
	for _, v := range a.ticks(n) {
		out = append(out, mark{place(a.at(v)), tick(v)})
	}
	return out
}

// place returns a coordinate with a digit behind the point.
func place(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}
