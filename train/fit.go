package train

import (
	"context"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// position is how far the last Fit is, for the next one to go on.
type position struct {
	set  *data.Dataset // that it trained on
	goal int           // epochs that are to be made
	open bool          // it was stopped: it did not return without an error
	at   int           // batches of the present epoch that are made
	mean average       // of their losses
	took time.Duration // for them
}

// Fit trains on d for Options.Epochs epochs, and returns what happened in each.
// Everything that can be checked before the first step is: data sets, their fields
// and labels, the metrics, and the model for each batch size.
//
// Fit ends early, between two steps, when ctx is cancelled, when OnEpoch fails, or
// when a step does: with the history so far and the error. Called again on the same
// d it then goes on where it stopped, with the next batch, and makes the epochs
// that are left, none if it was stopped after the last; the history of that Fit
// begins with the epoch that it completes. On another d the epoch begins anew. A Fit after one that was not stopped makes
// Options.Epochs more.
//
// An epoch whose evaluation fails or is cancelled is complete, and in the history
// without what was not measured; OnEpoch is not called for it.
func (t *Trainer) Fit(ctx context.Context, d *data.Dataset) (*History, error) {
	h := &History{}
	if err := given(ctx, d); err != nil {
		return h, errors.Wrap(err, "train")
	}
	batches, err := data.NewBatches(d.Len(), t.o.BatchSize, !t.o.InOrder, t.o.Seed)
	if err != nil {
		return h, errors.Wrap(err, "train")
	}
	if err := t.prepare(d, h); err != nil {
		return h, err
	}
	p := &t.progress
	bar := newBar(t.o.Progress, t.epoch, p.goal, batches.Len(), p.at)
	defer bar.end()
	bar.notes(h.Notes)
	for t.epoch < p.goal {
		if err := t.fitEpoch(ctx, d, batches, bar); err != nil {
			return h, err
		}
		e, err := t.endEpoch(ctx, d)
		h.Epochs = append(h.Epochs, e)
		bar.epoch(e)
		if err != nil {
			return h, err
		}
		if t.o.OnEpoch != nil {
			if err := t.o.OnEpoch(e); err != nil {
				return h, err
			}
		}
	}
	p.open = false
	return h, nil
}

// prepare checks what a Fit on d needs, compiles it, and finds where to go on. h gets
// the notes.
func (t *Trainer) prepare(d *data.Dataset, h *History) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer t.leave()
	n := min(t.o.BatchSize, d.Len())
	if _, err := t.train.bind(d, training, n); err != nil {
		return errors.Wrap(err, "train")
	}
	if last := d.Len() % n; last > 0 {
		if _, err := t.train.bind(d, training, last); err != nil {
			return errors.Wrapf(err, "train: the last batch, of %d, if %d examples are cut into batches of %d (Options.BatchSize)", last, d.Len(), n)
		}
	}
	if over := t.measured(d); over != nil {
		sc, err := t.newScore(d, over)
		if err != nil {
			return errors.Wrap(err, "train: the evaluation after each epoch")
		}
		h.Notes = sc.notes
	}
	p := &t.progress
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

// measured is the set that Fit on d evaluates after each epoch, nil for none.
func (t *Trainer) measured(d *data.Dataset) *data.Dataset {
	switch {
	case t.o.Validation != nil:
		return t.o.Validation
	case len(t.o.Metrics) > 0:
		return d
	}
	return nil
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
			return errors.Wrapf(err, "train: stopped before step %d", t.step)
		}
		s, err := t.train.bind(d, training, len(index))
		if err != nil {
			return errors.Wrap(err, "train")
		}
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
		return e, errors.Wrap(data.ErrEmpty, "train: nothing in the data set counts in the loss")
	}
	over := t.measured(d)
	if over == nil {
		return e, nil
	}
	r, err := t.Evaluate(ctx, over)
	if err != nil && !errors.Is(err, ErrNotFinite) { // nothing was measured
		return e, err
	}
	e.Metrics = r.Metrics
	if t.o.Validation != nil {
		e.Validation = &r.Loss
	}
	return e, err
}
