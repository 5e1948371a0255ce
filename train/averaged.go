package train

import (
	"context"
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// This file puts the average of an Optimizer such as EMA in the place of the parameters, for
// a while.

// Averaged calls f while the parameters are the average that EMA or SWA keeps: to save it, or
// to use it with programs of your own. Afterwards they are what they were, bit for bit, also
// if f fails or panics.
//
//	err := trainer.Averaged(func() error { return train.Save("model.safetensors", model.Params()) })
//
// Evaluate and Predict use the average by themselves. f must not call them or other methods
// of t (ErrBusy). No other program of the same Params may run meanwhile, as during Evaluate
// and Predict with an average.
//
// Frozen parameters stay as they are, and so do all before SWA.Start. After EarlyStopping
// has put the best parameters back, which are those of an average, f sees these.
//
// Errors: ErrOption if f is nil or the Optimizer keeps no average: it has no slots "average"
// and "averages"; that of f; ErrBusy.
func (t *Trainer) Averaged(f func() error) error {
	if err := t.made(); err != nil {
		return errors.Wrap(err, "train: Averaged")
	}
	switch {
	case f == nil:
		return mistake.Optionf("train: Averaged: got a nil function, want one")
	case !averages(t.o.Optimizer.Slots()):
		return mistake.Optionf("train: Averaged: got the optimizer %T, want one that keeps an average of the parameters: EMA or SWA", t.o.Optimizer)
	}
	if err := t.enter(); err != nil {
		return errors.Wrap(err, "train: Averaged")
	}
	defer t.leave()
	return t.withAverage(f)
}

// averages reports whether the slots are those of an average.
func averages(slots []Slot) bool {
	has := func(name string, scalar bool) bool {
		return slices.ContainsFunc(slots, func(s Slot) bool { return s.Name == name && s.Scalar == scalar })
	}
	return has("average", false) && has("averages", true)
}

// withAverage calls f with the average for the parameters, if there is one.
func (t *Trainer) withAverage(f func() error) error {
	if t.lookout.swapped { // the parameters are the best average
		return f()
	}
	if err := t.viewRestored(); err != nil {
		return err
	}
	list := t.averaged()
	if list == nil {
		return f()
	}
	slot := t.view.Slot("average")
	t.view.exchange(list, slot)
	defer t.view.exchange(list, slot)
	return f()
}

// viewRestored makes the View of a run that was restored before its next step, if there is an
// average in it.
func (t *Trainer) viewRestored() error {
	if t.view != nil || t.restored.counts == nil || !averages(t.o.Optimizer.Slots()) {
		return nil
	}
	v, err := t.newView(t.o.Workers)
	if err != nil {
		return err
	}
	t.restored.into(v, t.params)
	v.made = t.step
	t.view = v
	return nil
}

// averaged returns the parameters that have an average; nil if nothing is in it.
func (t *Trainer) averaged() []*graph.Param {
	v := t.view
	if v == nil || !averages(v.slots) || !(v.scalars[v.Slot("averages")] > 0) {
		return nil
	}
	return slices.DeleteFunc(t.params.List(), func(q *graph.Param) bool { return t.params.Frozen(q) || v.moves(q, t.step) == 0 })
}

// restartAverage lets the average go on from the present parameters.
func (t *Trainer) restartAverage() {
	_ = t.viewRestored() // the next step has the error too
	for _, q := range t.averaged() {
		t.view.copyTo(t.view.Slot("average"), q)
	}
}

// moves returns how many of the given number of steps have moved q.
func (v *View) moves(q *graph.Param, made int) int {
	n := v.counts[q]
	if slices.Contains(v.moved, q) {
		n += made - v.made
	}
	if v.groups.get(q).Rate == 0 {
		return 0
	}
	return n
}

// exchange exchanges the parameters of the list and what the slot has for them.
func (v *View) exchange(list []*graph.Param, slot int) {
	for _, q := range list {
		if v.f32 != nil {
			swap(elements(v.f32.param, q), elements(v.f32.slot[slot], q))
		} else {
			swap(elements(v.f64.param, q), elements(v.f64.slot[slot], q))
		}
	}
}

func swap[T Float](a, b []T) {
	for i, x := range a {
		a[i], b[i] = b[i], x
	}
}

// copyTo copies the parameter q to the slot.
func (v *View) copyTo(slot int, q *graph.Param) {
	if v.f32 != nil {
		copy(elements(v.f32.slot[slot], q), elements(v.f32.param, q))
	} else {
		copy(elements(v.f64.slot[slot], q), elements(v.f64.param, q))
	}
}

// Restate measures the states of the model anew: it runs the batches of an epoch on d as in
// training, but makes no steps. With EMA or SWA it does so with the average for the
// parameters. The running statistics of nn.BatchNorm then fit the average, as Izmailov et al.
// (2018, section 3.1) advise. They forget old batches by their momentum, so d should have
// some ten batches or more.
//
// Parameters, slots and the number of steps stay as they are. Training may go on afterwards.
//
// Errors: those of Steps, and ErrNotFinite for a loss that is not finite. The states are then
// those before.
func (t *Trainer) Restate(ctx context.Context, d data.Source) error {
	return errors.Wrap(t.restate(ctx, d), "train: Restate")
}

func (t *Trainer) restate(ctx context.Context, d data.Source) error {
	if err := given(ctx, d); err != nil {
		return err
	}
	from, err := t.toMeasure(d)
	if err != nil {
		return err
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
	if err := t.bindBatches(from); err != nil {
		return err
	}
	var before snapshot
	before.keep(t.params)
	batches.Begin(t.epoch, 0)
	if err := t.withAverage(func() error { return t.restateOn(ctx, batches) }); err != nil {
		before.restore(t.params)
		return err
	}
	if t.fused { // its runs make steps
		after := stateCopy{}
		after.keep(t.params)
		before.restore(t.params)
		after.restore(t.params)
	}
	return nil
}

// restateOn runs the batches.
func (t *Trainer) restateOn(ctx context.Context, batches *data.Loader) error {
	for {
		b, ok, err := nextBatch(batches)
		if err != nil || !ok {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		s, err := t.train.bindBatch(b, training, t.pieceOf(len(b.Index)))
		if err != nil {
			return err
		}
		if t.fused {
			if err := s.prog.SetRate(0); err != nil {
				return err
			}
		}
		s.epoch = t.epoch
		loss, err := t.compute(s, b.Index)
		if err != nil {
			return err
		}
		if !isFinite(loss) || !statesFinite(t.params) {
			return mistake.Newf(ErrNotFinite, "got the loss %v, or a state that is not finite; want finite numbers", loss)
		}
	}
}

// GradNorm returns the norm of the gradients of the last step. With ClipNorm it is the norm
// before clipping, of the order ClipNorm.P; otherwise the Euclidean norm, of the gradients
// as the step has left them.
//
// It is NaN before the first step, and for SGD{} where its steps are made within the run: the
// gradients then never lie in memory. It is for callbacks, and costs one pass over the
// gradients at most.
func (t *Trainer) GradNorm() float64 {
	switch {
	case t == nil || t.view == nil || t.fused || t.step == 0:
		return math.NaN()
	case !math.IsNaN(t.view.measure):
		return t.view.measure
	}
	return t.view.GradNorm(2)
}
