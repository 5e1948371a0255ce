package train

import (
	"context"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// Fit trains on d for Options.Epochs epochs, and returns what happened in each.
// Called again it goes on where it stopped. It ends early, between two steps,
// when ctx is cancelled: then with the history so far and ctx's error.
func (t *Trainer) Fit(ctx context.Context, d *data.Dataset) (*History, error) {
	h := &History{}
	if d == nil || d.Len() == 0 {
		return h, errors.Wrap(data.ErrEmpty, "train: got no training set")
	}
	batches, err := data.NewBatches(d.Len(), t.o.BatchSize, !t.o.InOrder, t.o.Seed)
	if err != nil {
		return h, errors.Wrap(err, "train")
	}
	bar := newProgress(t.o.Progress, t.o.Epochs, batches.Len())
	defer bar.end()
	for range t.o.Epochs {
		e, err := t.fitEpoch(ctx, d, batches, bar)
		if err != nil {
			return h, err
		}
		h.Epochs = append(h.Epochs, e)
		bar.epoch(e)
		if t.o.OnEpoch != nil {
			if err := t.o.OnEpoch(e); err != nil {
				return h, err
			}
		}
	}
	return h, nil
}

func (t *Trainer) fitEpoch(ctx context.Context, d *data.Dataset, batches *data.Batches, bar *progress) (Epoch, error) {
	start := time.Now()
	batches.Epoch(t.epoch)
	t.losses = runningMean{}
	for {
		index, ok := batches.Next()
		if !ok {
			break
		}
		if err := ctx.Err(); err != nil {
			return Epoch{}, errors.Wrapf(err, "train: stopped before step %d", t.step)
		}
		loss, err := t.Step(d, index)
		if err != nil {
			return Epoch{}, err
		}
		t.losses.add(loss, len(index))
		bar.step(loss, len(index))
	}
	t.epoch++
	e := Epoch{Epoch: t.epoch, Step: t.step, Loss: t.losses.value(), LearningRate: t.o.Schedule(t.step - 1)}
	e.Duration = time.Since(start)
	over := t.o.Validation
	if over == nil {
		over = d
	}
	if t.o.Validation != nil || len(t.o.Metrics) > 0 {
		r, err := t.Evaluate(ctx, over)
		if err != nil {
			return Epoch{}, err
		}
		e.Metrics = r.Metrics
		if t.o.Validation != nil {
			e.Validation = &r.Loss
		}
	}
	return e, nil
}
