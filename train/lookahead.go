package train

import (
	"cmp"
	"slices"

	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Lookahead lets another Optimizer make K steps, and then goes a part of the way to where
// they lead (Zhang et al. 2019, algorithm 1):
//
//	slow = slow + Alpha·(p − slow);  p = slow      after every K-th step of p
//
// slow begins as the parameters before the first step. The state of the other Optimizer
// stays as it is, as in the paper's experiments.
type Lookahead struct {
	Optimizer Optimizer // makes the steps; default Adam{}
	K         int       // at least 1; default 5
	Alpha     float64   // in (0, 1]; default 0.5
}

// Validate returns an ErrOption for settings out of range, and what the other Optimizer's
// Validate returns.
func (o Lookahead) Validate() error {
	if o.K < 0 {
		return mistake.Optionf("Lookahead.K: got %d, want at least 0", o.K)
	}
	if !(o.Alpha >= 0 && o.Alpha <= 1) || o.Alpha == Zero {
		return mistake.Optionf("Lookahead.Alpha: got %v, want a number in (0, 1]", o.Alpha)
	}
	return validateInner("Lookahead.Optimizer", o.Optimizer)
}

// Unwrap returns the other Optimizer.
func (o Lookahead) Unwrap() Optimizer { return inner(o.Optimizer) }

// Slots appends "slow" to those of the other Optimizer.
func (o Lookahead) Slots() []Slot { return slices.Concat(o.Unwrap().Slots(), []Slot{{Name: "slow"}}) }

// Update makes one step.
func (o Lookahead) Update(s Step, v *View) {
	if v == nil {
		return
	}
	a := averaging{Step: s, slot: v.Slot("slow")}
	Each(v, a, beginAverage[float32], beginAverage[float64])
	o.Unwrap().Update(s, v)
	Each(v, lookahead{a, cmp.Or(o.K, 5), cmp.Or(o.Alpha, 0.5)}, lookaheadSpan[float32], lookaheadSpan[float64])
}

type lookahead struct {
	averaging
	k     int
	alpha float64
}

func lookaheadSpan[T Float](a lookahead, x Span[T]) {
	if x.N(a.Step)%a.k != 0 {
		return
	}
	vec.Of[T]().Lookahead(x.Param, x.Slot[a.slot], vec.LookaheadArgs{By: a.alpha})
}

// Bound returns what is known about the steps of the other Optimizer. The slow parameters
// lie between others, whose differences are finite if the parameters are moderate.
func (o Lookahead) Bound(rate float64) Bound { return averagedBound(o.Unwrap(), rate) }
