package train

import (
	"cmp"
	"context"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// RateFinder holds the settings of Trainer.FindRate. The zero value is ready to use.
type RateFinder struct {
	From    float64 // the first rate; above 0; default 1e-7
	To      float64 // the last rate; above From; default 10
	Steps   int     // at least 3; default 100
	Smooth  float64 // how slowly the smoothed loss follows; in [0, 1); default 0.9; Zero for 0
	Diverge float64 // above 1; default 4
}

// Validate returns an ErrOption for settings out of range.
func (r RateFinder) Validate() error {
	var err error
	r2 := r.settled()
	switch {
	case r2.To <= r2.From:
		err = mistake.Optionf("RateFinder.To: got %v, want a number above From, %v", r2.To, r2.From)
	case r2.Steps < 3:
		err = mistake.Optionf("RateFinder.Steps: got %d, want at least 3", r.Steps)
	case !(r2.Diverge > 1 && r2.Diverge <= math.MaxFloat64):
		err = mistake.Optionf("RateFinder.Diverge: got %v, want a finite number above 1", r.Diverge)
	}
	return cmp.Or(positive("RateFinder.From", r.From), positive("RateFinder.To", r.To), fraction("RateFinder.Smooth", r.Smooth), err)
}

// settled returns r with its defaults.
func (r RateFinder) settled() RateFinder {
	r.From, r.To, r.Smooth, r.Diverge = or(r.From, 1e-7), or(r.To, 10), or(r.Smooth, 0.9), or(r.Diverge, 4)
	if r.Steps == 0 {
		r.Steps = 100
	}
	return r
}

// at returns the rate of step i.
func (r RateFinder) at(i int) float64 {
	return r.From * math.Pow(r.To/r.From, float64(i)/float64(r.Steps-1))
}

// FindRate tries learning rates: it makes steps on d whose rates grow from From to To, each
// by the same factor, and notes the losses. Source: Smith 2017, §3.3.
//
//	curve, err := trainer.FindRate(ctx, set, train.RateFinder{})
//	fmt.Println(curve.Suggested())
//
// Call it before the training, on a fresh model. The sweep begins with the present parameters
// and states, and with new slots for the Optimizer. The loss of a model that has learned
// already has nowhere to fall, and no rate is suggested. The sweep ends early when the smoothed loss s is far above the smallest one so far,
//
//	s > best + (Diverge − 1)·|best|
//
// or when a step is not finite. Smoothing is the exponential mean of the losses with the
// weight 1 − Smooth, without the bias of its start.
//
// FindRate leaves no trace, also when it fails: parameters, states, slots, step, position and
// random numbers are those before, so a Fit has the same bits as without it. It measures
// nothing and calls no callbacks. Options.Schedule is not asked.
//
// Errors: ErrOption for a nil ctx and for settings that Validate refuses; those of Fit that
// concern d, the model and its steps, and of ctx. The curve then has the steps made so far.
// A first step that is not finite is a *NotFiniteError. ErrBusy.
func (t *Trainer) FindRate(ctx context.Context, d data.Source, r RateFinder) (*RateCurve, error) {
	curve := &RateCurve{}
	err := t.findRate(ctx, d, r, curve)
	t.endRanks(err)
	return curve, errors.Wrap(err, "train: FindRate")
}

func (t *Trainer) findRate(ctx context.Context, d data.Source, r RateFinder, curve *RateCurve) error {
	if err := cmp.Or(given(ctx, d), r.Validate()); err != nil {
		return err
	}
	from, err := t.toFit(ctx, d)
	if err != nil {
		return err
	}
	t.ranks.begin(ctx)
	r = r.settled()
	if err := checkRate(r.To, schedule.Moment{}, t.params.DType()); err != nil {
		return errors.Wrap(err, "RateFinder.To")
	}
	batches, err := t.loader(from)
	if err != nil {
		return err
	}
	defer batches.Close()
	if err := t.enter(); err != nil {
		return err
	}
	defer t.leave()
	if err := t.bindBatches(from); err != nil { // it makes the parameters, if there are none yet
		return err
	}
	defer t.trial()()
	at := 0
	t.o.Schedule = schedule.Func(func(int) float64 { return r.at(at) })
	epoch := t.epoch
	batches.Begin(t.orderOf(epoch), 0)
	for mean := 0.0; at < r.Steps; at++ {
		if err := stopped(ctx); err != nil {
			return errors.Wrapf(err, "stopped after %d steps", at)
		}
		b, ok, err := nextBatch(batches)
		if err == nil && !ok {
			epoch++
			batches.Begin(t.orderOf(epoch), 0)
			if b, ok, err = nextBatch(batches); err == nil && !ok {
				return mistake.Newf(data.ErrEmpty, "got a data set without a batch, want one or more")
			}
		}
		if err != nil {
			return err
		}
		s, err := t.train.bindBatch(b, training, t.pieceOf(len(b.Index)))
		if err != nil {
			return err
		}
		s.epoch = t.orderOf(epoch)
		loss, err := t.stepOn(s, b.Index)
		if err != nil {
			if curve.Diverged = at > 0 && errors.Is(err, ErrNotFinite); curve.Diverged {
				return nil
			}
			return err
		}
		mean = r.Smooth*mean + (1-r.Smooth)*loss
		if curve.add(r.at(at), loss, mean/(1-math.Pow(r.Smooth, float64(at+1))), r.Diverge) {
			return nil
		}
	}
	return nil
}

// trial lets t make steps from the present parameters that leave no trace. It returns the
// function that puts everything back.
func (t *Trainer) trial() (undo func()) {
	var k snapshot
	k.keep(t.params)
	view, viewOf, saved, o, followers := t.view, t.viewOf, t.restored, t.o.Schedule, t.followers
	step, rate, moment, swapped := t.step, t.rate, t.moment, t.lookout.swapped
	t.view, t.viewOf, t.restored, t.step, t.lookout.swapped, t.followers = nil, nil, restored{}, 0, false, nil
	return func() {
		k.restore(t.params)
		t.view, t.viewOf, t.restored, t.o.Schedule, t.followers = view, viewOf, saved, o, followers
		t.step, t.rate, t.moment, t.lookout.swapped = step, rate, moment, swapped
	}
}
