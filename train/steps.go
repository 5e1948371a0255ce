package train

import (
	"context"
	"iter"
	"math"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Position is how far a training has come.
type Position struct {
	Step  int // steps made so far
	Epoch int // epochs that are complete
	Batch int // steps made of the present epoch
}

// Position returns how far the training has come.
func (t *Trainer) Position() Position {
	if t == nil {
		return Position{}
	}
	return Position{Step: t.step, Epoch: t.epoch, Batch: t.progress.at}
}

// SetEpochs changes Options.Epochs, the number of epochs to reach: Fit and Steps then go on
// to this one. A training that EarlyStopping has ended goes on too.
//
// Errors: ErrOption for a number below 1; ErrBusy.
func (t *Trainer) SetEpochs(n int) error {
	if n < 1 {
		return mistake.Optionf("train: SetEpochs: got %d, want at least 1", n)
	}
	if err := t.enter(); err != nil {
		return errors.Wrap(err, "train: SetEpochs")
	}
	defer t.leave()
	t.o.Epochs = n
	t.progress.over, t.lookout.waited = false, 0
	return nil
}

// progress is how far a training on a data set has come. A run's file holds it.
type progress struct {
	on    supply        // that is trained on
	print string        // its fingerprint; "" if it was not computed
	at    int           // steps made of the present epoch
	mean  average       // of their losses
	took  time.Duration // for them, without those since the watch was started
	watch watch
	// pending is the last complete epoch until Fit has evaluated it; nil for none.
	pending *Epoch
	over    bool // EarlyStopping has ended the training
	// validated is the number of steps after which the last evaluation within an epoch was
	// made.
	validated int
}

// Steps makes the steps of a training on d, up to the end of epoch Options.Epochs. It
// yields after each of them, and Fit is written on it:
//
//	for step, err := range trainer.Steps(ctx, set) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(step.Step, step.Loss)
//	}
//
// The steps are those that Fit makes, with the same bits. What belongs to Fit is not done:
// evaluations, callbacks, EarlyStopping, checkpoints, progress. The body may evaluate,
// predict, save, and leave the loop. The next Steps or Fit on the same d goes on with the
// next batch; on another d the epoch begins anew.
//
// An error ends the loop. Errors: ErrOption for a nil ctx, and with Options.DropLast for fewer
// examples than a batch; data.ErrEmpty for no examples; what does not fit between d and the
// model; those of Step; the error of ctx; ErrBusy.
//
// The StepEnd is valid until the next step. Steps allocate nothing but for the first of
// each batch size.
func (t *Trainer) Steps(ctx context.Context, d data.Source) iter.Seq2[*StepEnd, error] {
	return func(yield func(*StepEnd, error) bool) {
		err := given(ctx, d)
		var from supply
		if err == nil {
			from, err = t.toFit(ctx, d)
		}
		if err != nil {
			t.endRanks(err)
			yield(nil, errors.Wrap(err, "train: Steps"))
			return
		}
		for e, err := range t.steps(ctx, from, nil, t.enter) {
			t.progress.pause() // the body is none of the step
			t.endRanks(err)
			if !yield(e, errors.Wrap(err, "train: Steps")) {
				return
			}
		}
	}
}

// steps is Steps for Fit, which has errors of its own name, and whose enter waits, as it has
// begun. Before a body does what is none of a step, it calls pause: most bodies of Fit do
// nothing, and looking at the clock takes longer.
func (t *Trainer) steps(ctx context.Context, from supply, l *data.Loader, enter func() error) iter.Seq2[*StepEnd, error] {
	return func(yield func(*StepEnd, error) bool) {
		if err := t.loop(ctx, from, l, enter, yield); err != nil {
			yield(nil, err)
		}
	}
}

// loop calls yield after each step until it returns false. loader has the batches of from; nil for
// a new one.
func (t *Trainer) loop(ctx context.Context, from supply, loader *data.Loader, enter func() error, yield func(*StepEnd, error) bool) error {
	loader, err := t.orLoader(loader, from)
	if err != nil {
		return err
	}
	if !t.looping.CompareAndSwap(false, true) {
		return busy()
	}
	defer t.looping.Store(false)
	if err := enter(); err != nil {
		return err
	}
	defer t.leave()
	err = t.bindBatches(from)
	if err == nil {
		err = t.begin(from)
	}
	if err = t.meet(ctx, err); err != nil {
		return err
	}
	batches := newFeeder(t, loader)
	defer batches.close()
	p, e := &t.progress, &StepEnd{Trainer: t}
	defer p.pause()
	batches.Begin(t.orderOf(t.epoch), p.at)
	for t.epoch < t.o.Epochs && !p.over {
		if err := t.stoppedBefore(ctx); err != nil {
			return errors.Wrapf(err, "stopped after %d steps", t.step)
		}
		p.watch.start()
		b, s, err := t.nextOf(batches, from)
		if err != nil {
			return err
		}
		if s == nil { // the batches of an epoch have become fewer
			if p.at == 0 {
				return mistake.Newf(data.ErrEmpty, "got a source without a batch of %d, want one or more", t.o.BatchSize)
			}
			p.at = 0
			batches.Begin(t.orderOf(t.epoch), 0)
			continue
		}
		loss, err := t.stepOfEpoch(s, b, batches)
		if err != nil {
			return err
		}
		t.count(e, b, loss)
		if e.Last {
			t.endEpoch()
			batches.Begin(t.orderOf(t.epoch), 0)
		}
		t.leave()
		more := yield(e, nil)
		t.again()
		if !more {
			return nil
		}
	}
	return nil
}

// stoppedBefore returns an error if the training ends before the next step, because the context is
// done: at one of several ranks before the last exchange.
func (t *Trainer) stoppedBefore(ctx context.Context) error {
	if t.ranks != nil {
		return t.ranks.stop()
	}
	return stopped(ctx)
}

// count counts the step on a batch, and describes it.
func (t *Trainer) count(e *StepEnd, b data.Batch, loss float64) {
	p := &t.progress
	p.at++
	p.mean.merge(&t.taken)
	*e = StepEnd{Trainer: t, Step: t.step, Epoch: t.epoch + 1, Batch: p.at, Last: b.Last, Examples: len(b.Index), Loss: loss, Rate: t.rate}
}

// nextOf returns the next batch of a supply, and a session for its first piece; nil at the end of the
// epoch. A source that is not in memory may fail at one of several ranks alone, which the others hear.
func (t *Trainer) nextOf(batches *feeder, from supply) (b data.Batch, s *session, err error) {
	b, ok, err := batches.batch()
	if ok && err == nil {
		s, err = t.train.bindBatch(b, training, t.pieceOf(len(b.Index)))
	}
	if !from.whole() {
		err = t.ranks.agree(err)
	}
	return b, s, err
}

// stepOfEpoch makes the step on a batch, of which s is the session of the first piece.
func (t *Trainer) stepOfEpoch(s *session, b data.Batch, batches *feeder) (float64, error) {
	t.settlePending()
	s.epoch = t.orderOf(t.epoch)
	if t.ahead != nil {
		t.ahead.turn()
		t.ahead.adopt(s)
	}
	batches.look(b, s.epoch)
	t.moment.Steps, t.moment.Epochs = t.total(batches.total), t.o.Epochs
	loss, err := t.stepOn(s, b.Index)
	t.moment.Steps, t.moment.Epochs = 0, 0
	return loss, err
}

// total returns the number of steps of the whole training, with n in each epoch that is left;
// the largest int where it is larger, and 0 if n is not known.
func (t *Trainer) total(n int) int {
	if n < 0 {
		return 0
	}
	made, left := t.step-t.progress.at, t.o.Epochs-t.epoch
	if left > 0 && n > (math.MaxInt-made)/left {
		return math.MaxInt
	}
	return made + left*n
}

// endEpoch completes the present epoch, which is then pending.
func (t *Trainer) endEpoch() {
	p := &t.progress
	p.pause()
	t.epoch++
	p.pending = &Epoch{Epoch: t.epoch, Step: t.step, Loss: p.mean.value(), LearningRate: t.rate, Duration: p.took}
	if p.mean.empty() {
		p.pending.Loss = math.NaN()
	}
	p.at, p.took = 0, 0
	p.mean.reset()
}

// settlePending takes a pending epoch into the history as it is: the training goes on
// without its evaluation.
func (t *Trainer) settlePending() {
	if p := &t.progress; p.pending != nil {
		t.history.Epochs = append(t.history.Epochs, *p.pending)
		p.pending = nil
	}
}

// orderOf returns the epoch whose order of the examples, and augmentation, an epoch has.
func (t *Trainer) orderOf(epoch int) int {
	if t.o.OverfitBatches > 0 {
		return 0
	}
	return epoch
}

// bindBatches compiles the model for the batches of an epoch, binds it to the first examples and
// checks the numbers of those in memory.
func (t *Trainer) bindBatches(from supply) error {
	if err := t.params.Err(); err != nil {
		return err
	}
	all := t.o.Sampling.examples(from.src)
	if all < 0 {
		return t.bindPieces(from.set, t.o.BatchSize)
	}
	n := min(t.o.BatchSize, all)
	if err := t.bindPieces(from.set, n); err != nil {
		return err
	}
	limit := max(t.o.LimitBatches, t.o.OverfitBatches)
	if last := all % n; last > 0 && !t.o.DropLast && (limit == 0 || limit > all/n) {
		if err := t.bindPieces(from.set, last); err != nil {
			return errors.Wrapf(err, "the last batch, of %d, if %d examples are cut into batches of %d (Options.BatchSize; Options.DropLast leaves it out)", last, all, n)
		}
	}
	return t.checkNumbers(from)
}

// begin finds where to go on: in the present epoch if the last steps were made on the same
// examples, else at its beginning.
func (t *Trainer) begin(from supply) error {
	p := &t.progress
	goesOn := p.on.src == from.src
	print := ""
	if restored := p.on.empty() && p.print != ""; restored || !goesOn && !from.whole() {
		var err error
		if print, err = data.Fingerprint(t.rawOf(from.src)); err != nil {
			return err
		}
		if restored && print != p.print {
			return mistake.Newf(ErrRun, "got a data set with the fingerprint %s, want that of the run, %s: its fields, values, order or number of examples (now %d) are others", print[:16], p.print[:16], from.src.Len())
		}
		goesOn = restored
	}
	p.on = from
	t.lookout.begin(t, goesOn)
	if goesOn {
		return nil
	}
	t.settlePending()
	p.print, p.at, p.took, p.over = print, 0, 0, false
	p.mean.reset()
	t.bestFile = nil
	return nil
}
