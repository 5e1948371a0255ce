package record

import (
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train"
)

// TensorBoard writes event files for TensorBoard, the program that draws them:
//
//	tensorboard --logdir runs
//
// After each epoch there are "loss", "rate", and "validation/loss" if there is one.
// Metrics are "validation/NAME", or "training/NAME" without Options.Validation. An
// evaluation within an epoch adds to the same curves. Every EverySteps steps there are
// "batch/loss" and "batch/rate", and "gradients/norm" if GradientNorm is set. The step of
// each number is the number of steps made.
//
// The events are TFRecords with the messages Event and Summary of TensorFlow, version
// "brain.Event:2". The names of files begin with events.out.tfevents. and end in .symgrad.
// A run that goes on appends to the last one in Dir: see the package. Give every run a Dir
// of its own.
//
// Use a pointer. Errors of its events: ErrOption for no Dir and for a negative EverySteps;
// those of the files.
type TensorBoard struct {
	Dir        string // of the run, which is made if there is none
	EverySteps int    // numbers for every step whose number is a multiple; 0: none for steps

	// GradientNorm writes the Euclidean norm of all gradients. Gradients are those of the
	// batch, as the Optimizer has left them.
	GradientNorm bool
	// Weights and Gradients write histograms of each parameter that is not frozen, after
	// each epoch: "weights/NAME" and "gradients/NAME". The gradients are those of the
	// epoch's last batch.
	Weights, Gradients bool

	file    events
	summary []byte // in the making
	norms   gradients
	now     func() time.Time
}

// ReadsGradients reports whether the settings need gradients.
func (b *TensorBoard) ReadsGradients() bool { return b.GradientNorm || b.Gradients }

// On writes the numbers of an event.
func (b *TensorBoard) On(e train.Event) error {
	switch e := e.(type) {
	case *train.FitStart:
		return b.start(e.Trainer.Position().Step)
	case *train.StepEnd:
		if b.EverySteps < 1 || e.Step%b.EverySteps != 0 {
			return nil
		}
		b.scalar("batch/loss", e.Loss)
		b.scalar("batch/rate", e.Rate)
		if b.GradientNorm {
			b.scalar("gradients/norm", b.norms.norm(e.Trainer.Model().Params()))
		}
		return b.write(e.Step)
	case *train.EpochEnd:
		if e.Epoch.Step <= b.file.last { // the run was stopped after the event and before the next checkpoint
			return nil
		}
		b.file.last = e.Epoch.Step
		b.epoch(e.Trainer.Model().Params(), e.Epoch)
		return b.write(e.Epoch.Step)
	case *train.Validated:
		b.scalar("validation/loss", e.Result.Loss)
		b.metrics("validation/", e.Result.Metrics)
		return b.write(e.Step)
	case *train.FitEnd:
		return b.file.end()
	}
	return nil
}

func (b *TensorBoard) epoch(p *graph.Params, e train.Epoch) {
	b.scalar(epochLoss, e.Loss)
	b.scalar("rate", e.LearningRate)
	under := "training/"
	if e.Validation != nil {
		under = "validation/"
		b.scalar("validation/loss", *e.Validation)
	}
	b.metrics(under, e.Metrics)
	histograms(p, b.Weights, b.Gradients, func(name string, d distribution) { b.summary = appendHistogram(b.summary, name, d) })
}

// histograms calls f with the distributions of the parameters and of their gradients.
func histograms(p *graph.Params, weights, gradients bool, f func(name string, d distribution)) {
	if !weights && !gradients {
		return
	}
	both := func(q *graph.Param, w, g func() distribution) {
		if weights {
			f("weights/"+q.Name, w())
		}
		if gradients {
			f("gradients/"+q.Name, g())
		}
	}
	moving(p,
		func(q *graph.Param, w, g []float32) {
			both(q, func() distribution { return distributionOf(w) }, func() distribution { return distributionOf(g) })
		},
		func(q *graph.Param, w, g []float64) {
			both(q, func() distribution { return distributionOf(w) }, func() distribution { return distributionOf(g) })
		})
}

// Values writes numbers under their names.
func (b *TensorBoard) Values(step int, list []train.Value) error {
	if !b.file.opened() {
		return outside("TensorBoard")
	}
	b.metrics("", list)
	return b.write(step)
}

func (b *TensorBoard) distribution(step int, name string, d distribution) error {
	if !b.file.opened() {
		return outside("TensorBoard")
	}
	b.summary = appendHistogram(b.summary, name, d)
	return b.write(step)
}

// start opens the file.
func (b *TensorBoard) start(steps int) error {
	switch {
	case b.Dir == "":
		return mistake.Optionf("record: TensorBoard.Dir: got none, want a folder for the run")
	case b.EverySteps < 0:
		return mistake.Optionf("record: TensorBoard.EverySteps: got %d, want at least 0", b.EverySteps)
	}
	if b.now == nil {
		b.now = time.Now
	}
	b.summary, b.norms.of = b.summary[:0], nil
	return b.file.open(b.Dir, steps, b.now())
}

func (b *TensorBoard) scalar(name string, v float64) { b.summary = appendScalar(b.summary, name, v) }

func (b *TensorBoard) metrics(under string, list []train.Value) {
	for _, m := range list {
		b.scalar(under+m.Name, m.Value)
	}
}

// write writes the summary in the making, at the given step.
func (b *TensorBoard) write(step int) error {
	err := b.file.summary(b.now(), step, b.summary)
	b.summary = b.summary[:0]
	return err
}
