package train

import (
	"cmp"
	"slices"

	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
)

// SWA lets another Optimizer make its step and keeps the mean of the parameters after some
// of the steps (stochastic weight averaging, Izmailov et al. 2018, algorithm 1):
//
//	average = average + (p − average)/k      after the steps Start, Start + Every, ...; k = 1, 2, ...
//
// Start lies where the training would have ended, Every is an epoch or less, and the
// learning rate is then constant or goes up and down. From step Start on, Evaluate, Predict,
// validation, and the best parameters of EarlyStopping are those of the average. Training
// goes on with p. See Trainer.Averaged for how to save the average.
//
// The running statistics of nn.BatchNorm stay those of p, and do not fit the average. Call
// Trainer.Restate after the training: it measures them anew (section 3.1).
type SWA struct {
	Optimizer Optimizer // makes the step; default Adam{}
	Start     int       // the number of the first step whose parameters count, from 1; default 1
	Every     int       // steps from one that counts to the next; default 1
}

// Validate returns an ErrOption for settings out of range, and what the other Optimizer's
// Validate returns.
func (o SWA) Validate() error {
	switch {
	case o.Start < 0:
		return mistake.Optionf("SWA.Start: got %d, want at least 0", o.Start)
	case o.Every < 0:
		return mistake.Optionf("SWA.Every: got %d, want at least 0", o.Every)
	}
	return validateInner("SWA.Optimizer", o.Optimizer)
}

// Unwrap returns the other Optimizer.
func (o SWA) Unwrap() Optimizer { return inner(o.Optimizer) }

// Slots appends "average" and "averages", the number of parameters that are in it, to those
// of the other Optimizer.
func (o SWA) Slots() []Slot { return slices.Concat(o.Unwrap().Slots(), averageSlots) }

// Update makes one step.
func (o SWA) Update(s Step, v *View) {
	if v == nil {
		return
	}
	a := averaging{Step: s, slot: v.Slot("average")}
	Each(v, a, beginAverage[float32], beginAverage[float64])
	o.Unwrap().Update(s, v)
	since, every := s.N-max(o.Start, 1), cmp.Or(o.Every, 1)
	if since < 0 || since%every != 0 {
		return
	}
	k := float64(since/every) + 1
	Each(v, swa{a.slot, k}, swaSpan[float32], swaSpan[float64])
	*v.Scalar(v.Slot("averages")) = k
}

type swa struct {
	slot int
	k    float64
}

func swaSpan[T Float](a swa, x Span[T]) {
	if a.k == 1 {
		copy(x.Slot[a.slot], x.Param)
		return
	}
	vec.Of[T]().Approach(x.Slot[a.slot], x.Param, vec.ApproachArgs{By: 1 / a.k})
}

// Bound returns what is known about the steps of the other Optimizer. The average lies
// between parameters, whose differences are finite if the parameters are moderate.
func (o SWA) Bound(rate float64) Bound { return averagedBound(o.Unwrap(), rate) }
