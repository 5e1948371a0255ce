package train

import (
	"math"

	"github.com/pkg/errors"
)

// This file has the line search of LBFGS.

// The strong Wolfe conditions are f(t) ≤ f(0) + wolfe1·t·f'(0) and |f'(t)| ≤ wolfe2·|f'(0)|.
const (
	wolfe1     = 1e-4
	wolfe2     = 0.9
	mostTrials = 25
)

// trial is a point of the line search.
type trial struct {
	t, f, slope float64
	grad        of // where its gradient is
}

// search looks for a length that satisfies the conditions, and begins with t. It returns the
// best point, whose gradient is then the present one, and the number of evaluations.
func (l *lbfgs) search(t, loss, slope float64) (end trial, evaluations int, err error) {
	start := trial{0, loss, slope, lbfgsPrevious}
	high := func(x trial) bool { return x.f > loss+float64(wolfe1*x.t*slope) }
	flat := func(x trial) bool { return math.Abs(x.slope) <= -wolfe2*slope }
	last := start
	now, err := l.try(t)
	trials := 0
	for ; err == nil && trials < mostTrials; trials++ { // go on until a minimum lies behind
		if high(now) || trials > 1 && now.f >= last.f {
			break
		}
		if flat(now) {
			return now, trials + 1, nil
		}
		if now.slope >= 0 {
			break
		}
		next := cubicMinimum(last, now, now.t+float64(0.01*(now.t-last.t)), now.t*10)
		last = now
		last.grad = lbfgsOne
		l.copy(lbfgsOne, ofGrad)
		now, err = l.try(next)
	}
	if err != nil {
		return start, trials + 1, err
	}
	if trials == mostTrials {
		last = start
	}
	b := bracket{lbfgs: l, ends: [2]trial{last, now}, low: 0}
	b.ends[1].grad = lbfgsOther
	l.copy(lbfgsOther, ofGrad)
	b.order()
	most, near := l.most(lbfgsDirection), false
	for done := false; !done && trials < mostTrials; trials++ { // make the bracket smaller
		lo, hi := min(b.ends[0].t, b.ends[1].t), max(b.ends[0].t, b.ends[1].t)
		if (hi-lo)*most < l.ChangeTol {
			break
		}
		t := cubicMinimum(b.ends[0], b.ends[1], lo, hi)
		t, near = inside(t, lo, hi, near)
		if now, err = l.try(t); err != nil {
			return start, trials + 2, err
		}
		if high(now) || now.f >= b.ends[b.low].f {
			b.replace(1-b.low, now)
			b.order()
			continue
		}
		done = flat(now)
		if !done && now.slope*(b.ends[1-b.low].t-b.ends[b.low].t) >= 0 {
			b.ends[0], b.ends[1] = b.ends[1], b.ends[0] // what was the low end is the high one now
		}
		b.replace(b.low, now)
	}
	end = b.ends[b.low]
	l.copy(ofGrad, end.grad)
	return end, trials + 1, nil
}

// inside moves t away from the ends of an interval, if it is at one, or near to one for the
// second time in a row.
func inside(t, lo, hi float64, near bool) (float64, bool) {
	margin := 0.1 * (hi - lo)
	if min(hi-t, t-lo) >= margin {
		return t, false
	}
	if !near && t < hi && t > lo {
		return t, true
	}
	if math.Abs(t-hi) < math.Abs(t-lo) {
		return hi - margin, false
	}
	return lo + margin, false
}

// bracket is an interval with a minimum in it.
type bracket struct {
	*lbfgs
	ends [2]trial
	low  int // the end with the smaller loss
}

func (b *bracket) order() {
	b.low = 0
	if !(b.ends[0].f <= b.ends[1].f) {
		b.low = 1
	}
}

// replace puts x, with the present gradient, in the place of an end.
func (b *bracket) replace(end int, x trial) {
	x.grad = b.ends[end].grad
	if x.grad == lbfgsPrevious { // the next pair needs it
		x.grad = lbfgsOne + lbfgsOther - b.ends[1-end].grad
	}
	b.copy(x.grad, ofGrad)
	b.ends[end] = x
}

// try computes the loss at the length t. One that is not finite, or has such gradients, is
// +Inf.
func (l *lbfgs) try(t float64) (trial, error) {
	bad := trial{t, math.Inf(1), 0, ofGrad}
	if !l.move(t) {
		return bad, nil
	}
	f, err := l.step.Again()
	if errors.Is(err, ErrNotFinite) {
		return bad, nil
	}
	if err != nil {
		return bad, err
	}
	slope := l.dot(ofGrad, lbfgsDirection)
	if !isFinite(slope) || !isFinite(f) {
		return bad, nil
	}
	return trial{t, f, slope, ofGrad}, nil
}

// cubicMinimum returns where the cubic with the losses and slopes of a and b has its minimum,
// within [lo, hi]; the middle if it has none (Nocedal and Wright 2006, equation 3.59).
func cubicMinimum(a, b trial, lo, hi float64) float64 {
	if a.t > b.t {
		a, b = b, a
	}
	d1 := a.slope + b.slope - 3*(a.f-b.f)/(a.t-b.t)
	square := float64(d1*d1) - float64(a.slope*b.slope) // conversions keep products from being rounded with their sums
	d2 := math.Sqrt(square)
	t := b.t - float64((b.t-a.t)*((b.slope+d2-d1)/(b.slope-a.slope+float64(2*d2))))
	if !(square >= 0) || math.IsNaN(t) {
		return (lo + hi) / 2
	}
	return min(max(t, lo), hi)
}
