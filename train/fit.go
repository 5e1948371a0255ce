package train

import (
	"context"
	"fmt"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// position is how far the last Fit has come, for the next one to go on.
type position struct {
	set  *data.Dataset // that it trained on
	goal int           // the number of epochs to be made in all
	open bool          // it was stopped: it returned an error
	at   int           // batches of the present epoch that are made
	mean average       // of their losses
	took time.Duration // for them
}

// Fit trains on d for Options.Epochs epochs and returns what happened in each.
// Everything that can be checked before the first step is: data sets, their fields and
// labels, the metrics, and the model for each batch size.
//
// Fit ends early, between two steps, if ctx is cancelled, if a step fails, or if
// OnEpoch does. It then returns the history so far and the error. The next Fit on the
// same d goes on where this one stopped: with the next batch, for the epochs that are
// left, none if this was the end of the last one. Its history begins with the epoch
// that it completes. On another d the epoch begins anew. A Fit after one that ended
// without an error makes Options.Epochs more epochs.
//
// An epoch whose evaluation fails or is cancelled is complete. It is in the history
// without what was not measured, and OnEpoch is not called for it.
//
// With Options.Stop it ends too when the model does not get better any more, without an
// error; and at every end the best parameters are put back, see EarlyStopping.
//
// Errors: ErrOption for a nil ctx, and with Options.DropLast for fewer examples than a
// batch; data.ErrEmpty for no examples, or if none counts in the loss; what does not fit
// between the data sets, the model and the metrics; those of Step and Evaluate; the error
// of ctx, and that of OnEpoch; ErrBusy.
func (t *Trainer) Fit(ctx context.Context, d *data.Dataset) (*History, error) {
	h := &History{}
	err := t.fit(ctx, d, h)
	if h.Ended == EndNone {
		h.Ended = endOf(err)
	}
	return h, errors.Wrap(err, "train: Fit")
}

// fit is Fit with the history h.
func (t *Trainer) fit(ctx context.Context, d *data.Dataset, h *History) error {
	if err := given(ctx, d); err != nil {
		return err
	}
	batches, err := t.batches(d)
	if err != nil {
		return err
	}
	if err := t.prepare(d, h); err != nil {
		return err
	}
	err = t.fitEpochs(ctx, d, batches, h)
	h.Best = t.lookout.epoch
	switch bad := t.lookout.end(t); {
	case bad == nil:
		return err
	case err == nil:
		return bad
	default:
		return fmt.Errorf("%w; then %w", err, bad)
	}
}

// batches returns the batches of an epoch on d.
func (t *Trainer) batches(d *data.Dataset) (*data.Batches, error) {
	if t.o.DropLast && d.Len() < t.o.BatchSize {
		return nil, mistake.Optionf("Options.DropLast: got %d examples, want at least one batch of %d (Options.BatchSize)", d.Len(), t.o.BatchSize)
	}
	b, err := data.NewBatches(d.Len(), t.o.BatchSize, !t.o.InOrder, t.o.Seed)
	if err == nil {
		b.DropLast = t.o.DropLast
	}
	return b, err
}

// fitEpochs makes the epochs that are left.
func (t *Trainer) fitEpochs(ctx context.Context, d *data.Dataset, batches *data.Batches, h *History) error {
	p := &t.progress
	bar := newBar(t.o.Progress, t.epoch, p.goal, batches.Len(), p.at)
	defer bar.end()
	bar.notes(h.Notes)
	stop, err := t.lookout.catchUp(ctx, t, d)
	if err != nil {
		return err
	}
	for !stop && t.epoch < p.goal {
		if err := t.fitEpoch(ctx, d, batches, bar); err != nil {
			return err
		}
		e, err := t.endEpoch(ctx, d)
		h.Epochs = append(h.Epochs, e)
		bar.epoch(e)
		if err != nil {
			return errors.Wrapf(err, "after epoch %d", e.Epoch)
		}
		if stop, err = t.lookout.see(t, e); err != nil {
			return err
		}
		if t.o.OnEpoch != nil {
			if err := try("Options.OnEpoch", func() error { return t.o.OnEpoch(e) }); err != nil {
				h.Ended = EndOnEpoch
				return errors.Wrapf(err, "after epoch %d", e.Epoch)
			}
		}
	}
	if stop {
		h.Ended = EndPatience
	}
	p.open = false
	return nil
}

// prepare checks what a Fit on d needs, compiles it, and finds where to go on. It
// writes the notes to h.
func (t *Trainer) prepare(d *data.Dataset, h *History) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer t.leave()
	n := min(t.o.BatchSize, d.Len())
	if _, err := t.train.bind(d, training, n); err != nil {
		return err
	}
	if last := d.Len() % n; last > 0 && !t.o.DropLast {
		if _, err := t.train.bind(d, training, last); err != nil {
			return errors.Wrapf(err, "the last batch, of %d, if %d examples are cut into batches of %d (Options.BatchSize; Options.DropLast leaves it out)", last, d.Len(), n)
		}
	}
	if over, name := t.measured(d); over != nil {
		sc, err := t.newScore(d, over)
		if err != nil {
			return errors.Wrapf(err, "the evaluation of %s after each epoch", name)
		}
		h.Notes = sc.notes
	}
	p := &t.progress
	t.lookout.begin(t, p.open && p.set == d)
	if !p.open || p.goal <= t.epoch && p.set != d {
		p.goal = t.epoch + t.o.Epochs
	}
	p.open = true
	if p.set != d {
		p.set, p.at, p.took = d, 0, 0
		p.mean.reset()
	}
	return nil
}

// measured returns the data set that Fit on d evaluates after each epoch, nil for none,
// and what to call it.
func (t *Trainer) measured(d *data.Dataset) (over *data.Dataset, name string) {
	switch {
	case t.o.Validation != nil:
		return t.o.Validation, "Options.Validation"
	case len(t.o.Metrics) > 0:
		return d, "the training set"
	}
	return nil, ""
}

// fitEpoch makes the steps that are left of the present epoch.
func (t *Trainer) fitEpoch(ctx context.Context, d *data.Dataset, batches *data.Batches, bar *bar) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer t.leave()
	p := &t.progress
	batches.Epoch(t.epoch)
	batches.Skip(p.at)
	start, before := time.Now(), p.took
	bar.start()
	defer func() {
		p.took = before + time.Since(start)
		bar.stop()
	}()
	for {
		index, ok := batches.Next()
		if !ok {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return errors.Wrapf(err, "stopped before step %d", t.step)
		}
		s, err := t.train.bind(d, training, len(index))
		if err != nil {
			return err
		}
		s.epoch = t.epoch
		loss, err := t.stepOn(s, index)
		if err != nil {
			return err
		}
		p.at++
		p.mean.add(s, loss)
		bar.step(loss, len(index))
	}
}

// endEpoch completes the present epoch and evaluates it.
func (t *Trainer) endEpoch(ctx context.Context, d *data.Dataset) (Epoch, error) {
	p := &t.progress
	t.epoch++
	e := Epoch{Epoch: t.epoch, Step: t.step, Loss: p.mean.value(), LearningRate: t.rate, Duration: p.took}
	empty := p.mean.empty()
	p.at, p.took = 0, 0
	p.mean.reset()
	if empty {
		return e, mistake.Newf(data.ErrEmpty, "got no target that counts in the loss, want one or more in the data set")
	}
	err := t.measure(ctx, d, &e)
	return e, err
}

// measure evaluates the epoch that is complete.
func (t *Trainer) measure(ctx context.Context, d *data.Dataset, e *Epoch) error {
	over, name := t.measured(d)
	if over == nil {
		return nil
	}
	r, err := t.evaluate(ctx, over)
	t.lookout.missed = nil
	if err != nil && !errors.Is(err, ErrNotFinite) { // nothing was measured
		t.lookout.missed = e
		return errors.Wrapf(err, "the evaluation of %s", name)
	}
	e.Metrics = r.Metrics
	if t.o.Validation != nil {
		e.Validation = &r.Loss
	}
	return errors.Wrapf(err, "the evaluation of %s", name)
}
