package train

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/checkpoint"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Checkpoint lets Fit write the training to a folder while it runs, so that a program that is
// killed goes on where it was:
//
//	train.Options{Checkpoint: &train.Checkpoint{Dir: "run", Every: 10 * time.Minute, Resume: true}}
//
// Each file is one of Trainer.Save, with the name step-00001234.safetensors after 1234 steps.
// With Options.Validation, best.safetensors is that of the best epoch: by the measure of
// Options.Stop, or by the validation loss. When a Fit ends, for any reason, it writes a last
// one.
//
// The training waits for a copy in memory only; the file is written meanwhile. A file
// appears as a whole or not at all, and what a killed program has left is removed. One
// process at a time may write to a folder.
type Checkpoint struct {
	Dir string // the folder, which is made if need be; required

	Steps  int           // write after every so many steps; 0: steps do not matter
	Every  time.Duration // write when so much time has passed since the last one; 0: time does not matter
	Epochs int           // write after every so many epochs; default 1 without Steps and Every, otherwise 0: epochs do not matter

	Keep int // how many of the newest stay, besides the best; default 3; -1 for all

	// Resume goes on with the newest whole file in Dir, if there is one, when a Trainer
	// that has made no step begins to Fit. Without it such a Fit refuses a folder that has
	// files already. A Trainer that has made steps refuses them too, unless its own Fit has
	// written to Dir, or Restore has read a file there. Then files of more steps are
	// removed.
	Resume bool

	// Strict ends the Fit with the error of a file that cannot be written. By default the
	// training goes on, History.Notes has the first of such errors in a row, and the next
	// file is tried when its time comes. A Fit whose last file cannot be written returns
	// that error in any case.
	Strict bool
}

// settleCheckpoint checks Options.Checkpoint and fills in its defaults.
func (o *Options) settleCheckpoint() error {
	if o.Checkpoint == nil {
		return nil
	}
	c := *o.Checkpoint
	o.Checkpoint = &c
	switch {
	case c.Dir == "":
		return mistake.Optionf("Checkpoint.Dir: got no folder, want one")
	case c.Steps < 0:
		return mistake.Optionf("Checkpoint.Steps: got %d, want at least 0", c.Steps)
	case c.Every < 0:
		return mistake.Optionf("Checkpoint.Every: got %v, want at least 0", c.Every)
	case c.Epochs < 0:
		return mistake.Optionf("Checkpoint.Epochs: got %d, want at least 0", c.Epochs)
	case c.Keep < -1:
		return mistake.Optionf("Checkpoint.Keep: got %d, want at least -1", c.Keep)
	}
	if c.Steps == 0 && c.Every == 0 && c.Epochs == 0 {
		o.Checkpoint.Epochs = 1
	}
	return nil
}

// keeper writes the checkpoints of one Fit.
type keeper struct {
	f          *fitting
	o          Checkpoint
	folder     *checkpoint.Folder
	writer     *checkpoint.Writer
	last       time.Time       // of the last file
	step       int             // of it; -1 for none
	failed     error           // of the last file
	owed       checkpoint.Kind // files that were due when the context ended
	restored   string          // the file that the Trainer was restored from; "" for none
	bestBefore *float64        // the measure of the best file before the last one
}

// newKeeper opens the folder, and restores the Trainer from it if that is wanted. It
// returns nil without Options.Checkpoint.
func newKeeper(f *fitting) (k *keeper, err error) {
	if f.o.Checkpoint == nil {
		return nil, nil
	}
	if err := f.enter(); err != nil {
		return nil, err
	}
	defer f.leave()
	k = &keeper{f: f, o: *f.o.Checkpoint, last: time.Now(), step: -1}
	if !f.ranks.first() { // the first rank has the folder
		return k, nil
	}
	o := f.folder
	o.Keep = k.o.Keep
	if k.folder, err = checkpoint.Open(k.o.Dir, o); err != nil {
		return nil, errors.Wrap(err, "Options.Checkpoint")
	}
	if err := k.start(); err != nil {
		k.folder.Close()
		return nil, errors.Wrap(err, "Options.Checkpoint")
	}
	f.home = absolute(k.o.Dir)
	k.writer = checkpoint.NewWriter(k.folder, checkpoint.WriterOptions{})
	return k, nil
}

// start brings the Trainer and the folder together.
func (k *keeper) start() error {
	t := k.f.Trainer
	if t.step > 0 && t.home == absolute(k.o.Dir) { // files of more steps are of another course
		return k.folder.DropAfter(t.step)
	}
	steps, err := k.folder.Steps()
	switch {
	case err != nil:
		return err
	case len(steps) == 0:
		return nil
	case t.step > 0:
		return mistake.Optionf("Checkpoint.Dir: got %q, which has the files of another training, for a Trainer that has made %d steps already; want another folder, or a Trainer that goes on with that training from its first Fit on", k.o.Dir, t.step)
	case !k.o.Resume:
		return mistake.Optionf("Checkpoint.Dir: got %q, which has the files of a training; want Checkpoint.Resume to go on with it, or another folder", k.o.Dir)
	}
	found, err := k.folder.Latest()
	if err != nil {
		return err
	}
	if err := t.restoreFrom(found.Path); err != nil {
		return err
	}
	k.restored = found.Path
	for _, s := range found.Skipped {
		t.notes = append(t.notes, fmt.Sprintf("checkpoint %q is damaged, the one before it was taken: %v", s.Path, s.Err))
	}
	k.step = t.step
	return k.folder.DropAfter(t.step)
}

// absolute returns the path from the root, or the path if that is not known.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// after writes the file that is due after a step, and tells of those that are written.
// ended is the epoch that the step has ended, nil for none.
func (k *keeper) after(ended *Epoch) error {
	if k == nil {
		return nil
	}
	if k.f.ranks == nil {
		if as := k.due(ended); as != 0 {
			if err := k.write(k.f.ctx, as); err != nil {
				return err
			}
		}
		return k.tell()
	}
	as, err := k.f.ranks.follow(k.tell(), byte(k.due(ended)))
	if err == nil && as != 0 {
		_, err = k.f.ranks.follow(k.write(context.WithoutCancel(k.f.ctx), checkpoint.Kind(as)), 0)
	}
	return err
}

// due returns which files are to be written after a step.
func (k *keeper) due(ended *Epoch) checkpoint.Kind {
	if k.folder == nil {
		return 0
	}
	as := checkpoint.Kind(0)
	if k.o.Steps > 0 && k.f.step%k.o.Steps == 0 || k.o.Epochs > 0 && ended != nil && ended.Epoch%k.o.Epochs == 0 ||
		k.o.Every > 0 && time.Since(k.last) >= k.o.Every {
		as = checkpoint.OfStep
	}
	if ended != nil && k.better(*ended) {
		as |= checkpoint.OfBest
	}
	return as
}

// better reports whether an epoch is the best so far.
func (k *keeper) better(e Epoch) bool {
	t := k.f.Trainer
	if t.o.Validation == nil {
		return false
	}
	v := t.o.measureOf(e)
	if math.IsNaN(v) || t.bestFile != nil && !(v < *t.bestFile) {
		return false
	}
	k.bestBefore, t.bestFile = t.bestFile, &v
	return true
}

// write begins to write a file of the Trainer as it is. All ranks call it: a step is written when
// they have all made it.
func (k *keeper) write(ctx context.Context, as checkpoint.Kind) error {
	t := k.f.Trainer
	t.progress.pause()
	t.again()
	defer t.leave()
	err := t.confirm()
	if err == nil {
		err = t.gatherSlots()
	}
	if err != nil || k.folder == nil {
		return err
	}
	meta, tensors, err := t.runFile()
	if err != nil {
		return errors.Wrap(err, "Options.Checkpoint")
	}
	err = k.writer.Snapshot(ctx, checkpoint.Job{Step: t.step, As: as, Meta: meta, Tensors: tensors})
	switch {
	case err != nil && ctx.Err() != nil: // it was waiting for the file before; end writes this one
		k.owed |= as
		err = stopped(ctx)
	case err == nil && as&checkpoint.OfStep != 0:
		k.last, k.step = time.Now(), t.step
	}
	return errors.Wrap(err, "Options.Checkpoint")
}

// tell tells the callbacks of the files that are written, and takes in errors.
func (k *keeper) tell() (err error) {
	if k.writer == nil {
		return nil
	}
	for _, w := range k.writer.Poll() {
		again := k.failed != nil
		if w.Err != nil && w.As&checkpoint.OfBest != 0 { // the file there is that of the best before
			k.f.bestFile = k.bestBefore
		}
		switch k.failed = w.Err; {
		case w.Err == nil:
			err = unlessStop(err, k.f.sendHere(&Saved{Trainer: k.f.Trainer, Step: w.Step, Path: w.Path, Took: w.Took}))
		case k.o.Strict:
			err = unlessStop(err, errors.Wrap(w.Err, "Options.Checkpoint"))
		case !again:
			k.f.note(fmt.Sprintf("the checkpoint after %d steps was not written: %v", w.Step, w.Err))
		}
	}
	return err
}

// close closes the folder of a Fit that has not begun.
func (k *keeper) close() {
	if k != nil && k.folder != nil {
		k.writer.Close()
		k.folder.Close()
	}
}

// end writes a last file, waits for it and closes the folder. ended is the error that has
// ended the Fit.
func (k *keeper) end(ended error) error {
	if k == nil {
		return nil
	}
	t := k.f.Trainer
	as := checkpoint.Kind(0)
	if made := k.f.began && t.step > 0 && (k.step != t.step || t.lookout.swapped || k.owed != 0); made && !(errors.Is(ended, ErrNotFinite) && t.usable() != nil) {
		as = checkpoint.OfStep | k.owed
	}
	if t.ranks.apart(ended) { // what no other rank has confirmed is not written
		if k.folder != nil {
			return k.endFolder(ended, nil)
		}
		return nil
	}
	all, err := t.ranks.follow(nil, byte(as))
	if err == nil && all != 0 {
		err = k.write(context.WithoutCancel(k.f.ctx), checkpoint.Kind(all))
	}
	if k.folder != nil {
		err = k.endFolder(ended, err)
	}
	_, err = t.ranks.follow(err, 0)
	return err
}

// endFolder is end for what follows the last file, which was written with err.
func (k *keeper) endFolder(ended, err error) error {
	t := k.f.Trainer
	k.writer.Close()
	if told := k.tell(); !errors.Is(told, ErrStop) { // the Fit ends anyway
		err = together(err, told)
	}
	if k.failed != nil && !k.o.Strict {
		err = together(err, errors.Wrap(k.failed, "Options.Checkpoint"))
	}
	if ended != nil && k.f.began && err == nil && k.step == t.step {
		k.f.bar.notes([]string{fmt.Sprintf("the training is in %q, as it is after %d steps: Checkpoint.Resume goes on with it", k.o.Dir, k.step)})
	}
	return together(err, k.folder.Close())
}
