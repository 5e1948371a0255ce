package train

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// dryRun makes one step and evaluates one batch, and leaves no trace.
func (f *fitting) dryRun() error {
	if err := f.fitRecipe(); err != nil {
		return err
	}
	batches, err := f.loader(f.from)
	if err != nil {
		return err
	}
	defer batches.Close()
	if err := f.enter(); err != nil {
		return err
	}
	defer f.leave()
	if err := f.meet(f.ctx, f.check()); err != nil {
		return err
	}
	e := Epoch{Epoch: f.epoch + 1, Step: f.step + 1}
	if err := f.dryStep(batches, &e); err != nil {
		return err
	}
	trained := f.progress.on
	f.progress.on = f.from
	err = f.measureIn(&e, 1)
	f.progress.on = trained
	if err != nil {
		return err
	}
	f.ended, f.dry = EndDryRun, &e
	if w := f.o.Progress; w != nil && f.ranks.first() {
		for _, n := range f.notes {
			fmt.Fprintln(w, "note: "+n)
		}
		fmt.Fprintf(w, "dry run: loss %.4f", e.Loss)
		if e.Validation != nil {
			fmt.Fprintf(w, "  validation %.4f", *e.Validation)
		}
		fmt.Fprintln(w)
	}
	return nil
}

// dryStep makes the step on the first batch of an epoch and undoes it.
func (f *fitting) dryStep(batches *data.Loader, e *Epoch) error {
	if err := stopped(f.ctx); err != nil {
		return err
	}
	batches.Begin(f.orderOf(f.epoch), 0)
	b, ok, err := nextBatch(batches)
	if err != nil {
		return err
	}
	if !ok {
		return mistake.Newf(data.ErrEmpty, "got a data set without a batch, want one or more")
	}
	s, err := f.Trainer.train.bindBatch(b, training, f.pieceOf(len(b.Index)))
	if err != nil {
		return err
	}
	defer f.trial()()
	s.epoch = f.orderOf(f.epoch)
	f.moment.Steps, f.moment.Epochs = f.total(batches.Len()), f.o.Epochs
	e.Loss, err = f.stepOn(s, b.Index)
	e.LearningRate = f.rate
	return err
}
