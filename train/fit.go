package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Fit trains on d until Options.Epochs epochs are made, and returns what happened in each.
// Everything that can be checked before the first step is: data sets, their fields and
// labels, the metrics, and the model for each batch size.
//
// d is a data.Dataset, or another data.Source: its examples are read on other goroutines while steps
// are made, so it may be larger than memory. What is wrong with an example of it ends the Fit when it
// is read. Schedules that ask for the length of the training need a source with a length.
//
// Fit ends early, between two steps, if ctx is cancelled, if a step fails, or if a callback
// returns an error. It then returns the history so far and the error. The next Fit on the
// same d goes on where this one stopped, with the next batch and the same bits; so does one
// after Restore, in another process. On another d the epoch begins anew. A Fit after one that
// has reached Options.Epochs makes no step; SetEpochs lets it go on.
//
// An epoch whose evaluation fails or is cancelled is complete. It is in the history without
// what was not measured. The next Fit evaluates it first, and its EpochEnd comes then.
//
// With Options.Stop it ends too when the model does not get better any more, without an
// error; and at every end the best parameters are put back, see EarlyStopping.
//
// The History is that of the whole training, with the epochs of earlier calls.
//
// Errors: ErrOption for a nil ctx, and with Options.DropLast for fewer examples than a
// batch; data.ErrEmpty for no examples, or if none counts in the loss; data.ErrLabel if all
// labels that count are of one class; a *NumberError for NaN and infinities in the data that reach
// the loss; what does not fit between the data sets, the model and the metrics; those of Step and
// Evaluate; the error of ctx, and those of callbacks; ErrBusy.
func (t *Trainer) Fit(ctx context.Context, d data.Source) (*History, error) {
	if err := t.made(); err != nil {
		return &History{Ended: EndError}, errors.Wrap(err, "train: Fit")
	}
	if !t.fitting.CompareAndSwap(false, true) {
		return &History{Ended: EndError}, errors.Wrap(mistake.Newf(ErrBusy, "got a call while a Fit runs, by one of its callbacks or another goroutine; want it after the end"), "train: Fit")
	}
	defer t.fitting.Store(false)
	f := fitting{Trainer: t, ctx: ctx, given: d}
	err := f.run()
	h := f.record(err)
	f.endRanks(err)
	if f.started && f.ranks.first() {
		for _, c := range t.o.Callbacks {
			if bad := f.send1(c, &FitEnd{Trainer: t, History: h, Err: err}); !errors.Is(bad, ErrStop) {
				err = together(err, bad)
			}
		}
	}
	return h, errors.Wrap(err, "train: Fit")
}

// fitting is one call of Fit.
type fitting struct {
	*Trainer
	ctx     context.Context
	given   data.Source
	from    supply       // of given, once it is prepared
	batches *data.Loader // of from
	bar     *bar
	keeper  *keeper // nil without Options.Checkpoint
	notes   []string
	began   bool   // everything was checked
	dry     *Epoch // what Options.DryRun has measured
	ended   End
	started bool // the callbacks have seen FitStart
}

// run makes the steps, and puts the best parameters back.
func (f *fitting) run() error {
	err := given(f.ctx, f.given)
	if bad := f.join(); err == nil {
		err = bad
	}
	f.ranks.begin(f.ctx)
	switch {
	case f.o.DryRun && err == nil:
		return f.dryRun()
	case err == nil:
		err = f.cuts()
	}
	if err = f.ranks.agree(err); err != nil {
		return err
	}
	if err = f.ranks.same("Options.Checkpoint (one is set and another is not)", f.o.Checkpoint != nil); err != nil {
		return err
	}
	f.keeper, err = newKeeper(f)
	if err = f.ranks.agree(err); err != nil {
		f.keeper.close()
		return err
	}
	if err = f.keeper.spread(); err == nil {
		err = f.train()
	}
	return together(err, f.keeper.end(err))
}

// cuts returns an error if the data set cannot be cut into batches, before there is a file.
func (f *fitting) cuts() error {
	d, ok := f.given.(*data.Dataset)
	if !ok {
		return nil
	}
	l, err := f.loader(supply{d, d})
	if err == nil && f.o.Recipe.IsZero() {
		f.batches = l
	}
	return err
}

// train is run with the checkpoints at hand.
func (f *fitting) train() error {
	if err := f.meet(f.ctx, f.ready()); err != nil {
		return err
	}
	f.began = true
	steps := max(0, f.batches.Len())
	progress := f.o.Progress
	if !f.ranks.first() {
		progress = nil
	}
	f.bar = newBar(progress, f.epoch, f.o.Epochs, steps, f.progress.at)
	defer f.bar.end()
	f.bar.goesOn(f.Position())
	f.bar.notes(f.notes)
	f.started = true
	err := f.send(&FitStart{Trainer: f.Trainer, Steps: steps, Epochs: f.o.Epochs})
	if err == nil {
		err = f.loop()
	}
	if errors.Is(err, ErrStop) {
		f.ended, err = EndCallback, nil
	}
	if err == nil {
		err = f.confirm()
	}
	return together(err, f.lookout.end(f.Trainer))
}

// ready prepares the data sets and everything else that the first step needs.
func (f *fitting) ready() (err error) {
	if err := f.fitRecipe(); err != nil {
		return err
	}
	if f.batches, err = f.orLoader(f.batches, f.from); err != nil {
		return err
	}
	return f.prepare()
}

// prepare checks what a Fit needs and compiles it, and finds where to go on.
func (f *fitting) prepare() error {
	if err := f.enter(); err != nil {
		return err
	}
	defer f.leave()
	if err := f.check(); err != nil {
		return err
	}
	return f.begin(f.from)
}

// check is prepare without what changes the Trainer.
func (f *fitting) check() error {
	if f.looping.Load() {
		return busy()
	}
	if err := f.bindBatches(f.from); err != nil {
		return err
	}
	if over, name := f.measured(); !over.empty() {
		sc, err := f.newScore(f.from, over)
		if err == nil {
			err = f.checkMeasured(over)
		}
		if err != nil {
			return errors.Wrapf(err, "the evaluation of %s after each epoch", name)
		}
		f.notes = sc.notes
	}
	if err := f.oneClass(f.from); err != nil {
		return err
	}
	f.notes = slices.Concat(f.Trainer.notes, f.Recipe().Notes(), f.unlearned(f.notes), f.notes)
	return nil
}

// loop makes the steps that are left and what follows each.
func (f *fitting) loop() error {
	switch { // of the Fit that this one goes on with
	case f.progress.pending != nil:
		if err := f.epochEnd(); err != nil {
			return err
		}
	case f.progress.at > 0:
		if err := f.validate(); err != nil {
			return err
		}
	}
	f.bar.start()
	defer f.bar.stop()
	for e, err := range f.steps(f.ctx, f.from, f.batches, f.waitTurn) {
		if err != nil {
			return err
		}
		f.bar.step(e.Loss, e.Examples)
		if len(f.o.Callbacks) > 0 {
			f.progress.pause()
			if err := f.send(e); err != nil {
				return err
			}
		}
		if e.Last || f.due() {
			if err := f.evaluations(e.Last); err != nil {
				return err
			}
		}
		if !e.Last {
			if err := f.keeper.after(nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// evaluations makes those that are due after the last step. Their time is not that of steps.
func (f *fitting) evaluations(last bool) error {
	f.progress.pause()
	f.bar.stop()
	defer f.bar.start()
	if last {
		return f.epochEnd()
	}
	return f.validate()
}

// waitTurn enters once nobody is within a call: who comes after FitStart does not end the Fit.
func (f *fitting) waitTurn() error {
	f.again()
	return nil
}

// epochEnd evaluates the pending epoch and tells the callbacks of it.
func (f *fitting) epochEnd() error {
	e, err := *f.progress.pending, error(nil)
	none := math.IsNaN(e.Loss)
	if none {
		err = mistake.Newf(data.ErrEmpty, "got no target that counts in the loss, want one or more in the data set")
	} else {
		err = f.measure(&e)
	}
	f.bar.epoch(e)
	if err == nil || errors.Is(err, ErrNotFinite) || none { // it was measured, or never will be
		f.progress.pending = &e
		f.settlePending()
	}
	if err == nil {
		f.progress.over, err = f.lookout.see(f.Trainer, e)
	}
	if err == nil {
		err = f.send(&EpochEnd{Trainer: f.Trainer, Epoch: e})
		err = unlessStop(err, f.keeper.after(&e)) // it may be the best one
	}
	return errors.Wrapf(err, "after epoch %d", e.Epoch)
}

// note adds a note to the history.
func (f *fitting) note(text string) {
	f.notes = append(f.notes, text)
	f.bar.notes(f.notes[len(f.notes)-1:])
}

// validate evaluates within an epoch, if that is due after the last step, and tells the
// callbacks of it.
func (f *fitting) validate() error {
	if !f.due() {
		return nil
	}
	step := f.step
	f.again()
	r, err := f.evaluated(f.o.LimitValidation)
	f.leave()
	if err == nil || errors.Is(err, ErrNotFinite) { // it was measured, or never will be
		f.progress.validated = step
	}
	if err == nil {
		err = f.send(&Validated{Trainer: f.Trainer, Step: step, Result: r})
	}
	return errors.Wrapf(err, "after step %d", step)
}

// due reports whether an evaluation within an epoch is due after the last step.
func (f *fitting) due() bool {
	n := f.o.ValidateEvery
	return n > 0 && f.step%n == 0 && f.progress.validated != f.step
}

// measure evaluates the epoch that is complete.
func (f *fitting) measure(e *Epoch) error {
	f.again()
	defer f.leave()
	return f.measureIn(e, f.o.LimitValidation)
}

// measureIn is measure for who has entered, with at most so many batches; 0 for all.
func (f *fitting) measureIn(e *Epoch, most int) error {
	if over, _ := f.measured(); over.empty() {
		return nil
	}
	r, err := f.evaluated(most)
	if err != nil && !errors.Is(err, ErrNotFinite) { // nothing was measured
		return err
	}
	e.Metrics = r.Metrics
	if f.o.Validation != nil {
		e.Validation = &r.Loss
	}
	return err
}

// evaluated evaluates what measured returns, for who has entered.
func (f *fitting) evaluated(most int) (Result, error) {
	over, name := f.measured()
	r, err := f.evaluate(f.ctx, over, most, true)
	return r, errors.Wrapf(err, "the evaluation of %s", name)
}

// measured returns what Fit evaluates after each epoch, if anything, and what to call it.
func (f *fitting) measured() (over supply, name string) {
	switch {
	case f.o.Validation != nil:
		return f.validation(), "Options.Validation"
	case len(f.o.Metrics) > 0:
		return f.from, "the training set"
	}
	return supply{}, ""
}

// record returns the history of the training so far, whose last Fit ended with err.
func (f *fitting) record(err error) *History {
	if f.o.DryRun {
		out := f.history.clone()
		if out.Notes, out.Ended = f.notes, endOf(err); f.dry != nil {
			out.Ended, out.Epochs = EndDryRun, append(out.Epochs, *f.dry)
		}
		return out
	}
	h := &f.history
	h.Notes, h.Best, h.Ended = f.notes, f.best(), f.ended
	switch {
	case h.Ended != EndNone:
	case err == nil && f.progress.over:
		h.Ended = EndPatience
	default:
		h.Ended = endOf(err)
	}
	out := h.clone()
	if f.progress.pending != nil {
		out.Epochs = append(out.Epochs, *f.progress.pending)
	}
	return out
}

// send sends the event to all callbacks, also behind one that returns an error: what they
// remember is then that of a Fit which was not ended. It returns the errors, or ErrStop.
// The first of several ranks has the callbacks, and what they return ends all.
func (f *fitting) send(e Event) (err error) {
	if len(f.o.Callbacks) == 0 {
		return nil
	}
	_, err = f.ranks.follow(f.sendHere(e), 0)
	return err
}

// sendHere is send for events that other ranks do not wait for.
func (f *fitting) sendHere(e Event) (err error) {
	if !f.ranks.first() {
		return nil
	}
	for _, c := range f.o.Callbacks {
		err = unlessStop(err, f.send1(c, e))
	}
	return err
}

// unlessStop returns an error with both. ErrStop gives way to any other.
func unlessStop(err, then error) error {
	switch {
	case errors.Is(err, ErrStop) && then != nil:
		return then
	case err != nil && errors.Is(then, ErrStop):
		return err
	}
	return together(err, then)
}

func (f *fitting) send1(c Callback, e Event) error {
	var err error
	if bad := try("Callback.On", func() error { err = c.On(e); return nil }); bad != nil {
		err = bad
	}
	if err == nil || errors.Is(err, ErrStop) {
		return err
	}
	f.ended = EndCallback
	return errors.Wrapf(err, "callback %s", nameOf(c))
}

// together returns an error with both.
func together(err, then error) error {
	switch {
	case err == nil:
		return then
	case then == nil:
		return err
	}
	return fmt.Errorf("%w; then %w", err, then)
}
