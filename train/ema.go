package train

import (
	"cmp"
	"slices"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// EMA lets another Optimizer make its step and keeps an exponential moving average of the
// parameters (Polyak and Juditsky 1992; Tarvainen and Valpola 2017):
//
//	average = average + (1−Decay)·(p − average)      after each step
//
// It begins with the parameters before the first step. The average is often better than the
// last parameters, and less noisy from epoch to epoch. Evaluate, Predict, validation, and the
// best parameters of EarlyStopping are those of the average. Training goes on with p. See
// Trainer.Averaged for how to save the average.
//
// The running statistics of nn.BatchNorm stay those of p. With a Decay near theirs, this
// does no harm. If the average lags far behind, call Trainer.Restate before the average is
// used: it measures the statistics anew.
type EMA struct {
	Optimizer Optimizer // makes the step; default Adam{}
	Decay     float64   // in [0, 1); about 1−1/steps; default 0.999; Zero for 0
	WarmUp    bool      // in step n the decay is min(Decay, (1+n)/(10+n)): the first parameters are forgotten sooner
}

// Validate returns an ErrOption for settings out of range, and what the other Optimizer's
// Validate returns.
func (o EMA) Validate() error {
	return cmp.Or(validateInner("EMA.Optimizer", o.Optimizer), fraction("EMA.Decay", o.Decay))
}

// Unwrap returns the other Optimizer.
func (o EMA) Unwrap() Optimizer { return inner(o.Optimizer) }

// Slots appends "average" and "averages", the number of parameters that are in it, to those
// of the other Optimizer.
func (o EMA) Slots() []Slot { return slices.Concat(o.Unwrap().Slots(), averageSlots) }

// averageSlots are the slots of an average of the parameters. An Optimizer with these two has
// one, which Evaluate and Predict use if "averages" is above 0.
var averageSlots = []Slot{{Name: "average"}, {Name: "averages", Scalar: true}}

// Update makes one step.
func (o EMA) Update(s Step, v *View) {
	if v == nil {
		return
	}
	slot := v.Slot("average")
	a := averaging{Step: s, slot: slot, decay: or(o.Decay, 0.999), warm: o.WarmUp}
	Each(v, a, beginAverage[float32], beginAverage[float64])
	o.Unwrap().Update(s, v)
	Each(v, a, emaSpan[float32], emaSpan[float64])
	*v.Scalar(v.Slot("averages"))++
}

type averaging struct {
	Step
	slot  int
	decay float64
	warm  bool
}

// beginAverage starts the average of what has made no step yet.
func beginAverage[T Float](a averaging, x Span[T]) {
	if x.N(a.Step) == 1 {
		copy(x.Slot[a.slot], x.Param)
	}
}

func emaSpan[T Float](a averaging, x Span[T]) {
	d := a.decay
	if n := float64(x.N(a.Step)); a.warm {
		d = min(d, (1+n)/(10+n))
	}
	vec.Of[T]().Approach(x.Slot[a.slot], x.Param, vec.ApproachArgs{By: 1 - d})
}

// Bound returns what is known about the steps of the other Optimizer. The average lies
// between parameters, whose differences are finite if the parameters are moderate.
func (o EMA) Bound(rate float64) Bound { return averagedBound(o.Unwrap(), rate) }

func averagedBound(o Optimizer, rate float64) Bound {
	b := boundOf(o, rate)
	b.Params = true
	return b
}
