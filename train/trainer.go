package train

import (
	"slices"
	"sync/atomic"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Trainer trains one model, and evaluates and predicts with it.
//
// It is for one goroutine. A call while another goroutine is in one fails with ErrBusy
// and changes nothing; Options.OnEpoch may call the Trainer. To predict in many
// goroutines, compile the model's output and give each goroutine a Fork of the
// graph.Program.
type Trainer struct {
	model  Model
	params *graph.Params
	o      Options

	view     *View    // of the parameters that the Optimizer moves
	viewOf   *session // whose gradients view shows
	states   stateCopy
	fused    bool     // the program makes the steps of the Optimizer itself
	step     int      // steps made so far
	epoch    int      // epochs made so far
	rate     float64  // of the last step
	progress position // of Fit
	lookout  lookout  // for the best epoch of Fit
	busy     atomic.Bool
	train    cache
	forward  cache // to evaluate and to predict
}

// New returns a Trainer of the model. The model is built at the first step, Evaluate
// or Predict.
//
// Errors: ErrOption for a nil model or nil Params; ErrOption for negative numbers, for
// settings that the Optimizer refuses, for a Schedule that begins with a rate below 0, and
// for a Metric without a name or a Meter; a *PanicError if a function in the options panics.
func New(m Model, o Options) (*Trainer, error) {
	p, err := paramsOf(m)
	if err == nil {
		err = o.settle(p.DType())
	}
	t := &Trainer{model: m, params: p, o: o}
	if err == nil {
		_, err = t.rateOf(0)
	}
	if err != nil {
		return nil, errors.Wrap(err, "train: New")
	}
	plain, ok := o.Optimizer.(interface{ plain() bool })
	t.fused = ok && plain.plain() && !o.Diagnose
	t.train = cache{t: t, most: 8}
	t.forward = cache{t: t, most: 4}
	return t, nil
}

// Steps returns the number of steps made so far.
func (t *Trainer) Steps() int { return t.step }

// Model returns the model that t trains.
func (t *Trainer) Model() Model { return t.model }

// Step makes one step on the examples of d with the given indices. It returns their
// loss before the step. Options.Augment is for Fit: Step takes them as they are in d. The
// first step of each batch size compiles the model; the others allocate nothing.
//
// Errors: data.ErrEmpty for no examples; data.ErrIndex for an index that d has not;
// what does not fit between d and the model; a *NotFiniteError if the loss, a gradient
// or a number after the update is not finite; ErrOption for a learning rate that is
// not a finite number of at least 0; ErrBusy. The step is not counted then.
func (t *Trainer) Step(d *data.Dataset, index []int) (loss float64, err error) {
	loss, err = t.oneStep(d, index)
	return loss, errors.Wrap(err, "train: Step")
}

func (t *Trainer) oneStep(d *data.Dataset, index []int) (loss float64, err error) {
	if err := filled(d); err != nil {
		return 0, err
	}
	if err := t.enter(); err != nil {
		return 0, err
	}
	defer t.leave()
	s, err := t.train.bind(d, training, len(index))
	if err != nil {
		return 0, err
	}
	s.epoch = -1
	return t.stepOn(s, index)
}

// stepOn makes a step with the program of s, which is bound to the data set.
func (t *Trainer) stepOn(s *session, index []int) (float64, error) {
	if err := t.params.Err(); err != nil {
		return 0, err
	}
	rate, err := t.rateOf(t.step)
	if err != nil {
		return 0, err
	}
	t.move(s)
	if t.fused { // the run makes the step, unless the loss is not finite
		if err := s.prog.SetRate(rate); err != nil {
			return 0, err
		}
		t.view.keepFew()
	}
	t.states.keep(t.params)
	loss, err := s.run(index, t.step)
	if err != nil {
		return 0, errors.Wrapf(err, "step %d", t.step)
	}
	bad := StageLoss
	switch {
	case !isFinite(loss):
	case !statesFinite(t.params):
		bad = StageState
	case !t.fused:
		if bad, err = t.view.step(t.o.Optimizer, Step{t.step + 1, rate}); err != nil {
			return loss, t.undo(err)
		}
	case t.view.all(ofParam, finite):
		bad = 0
	default:
		bad = StageUpdate
	}
	if bad != 0 {
		return loss, t.notFinite(s, index, NotFiniteError{Stage: bad, Loss: loss, Rate: rate, Kept: bad != StageUpdate})
	}
	t.step++
	t.rate = rate
	return loss, nil
}

// rateOf returns the learning rate of a step.
func (t *Trainer) rateOf(step int) (rate float64, err error) {
	err = try("Options.Schedule", func() error { rate = t.o.Schedule(step); return nil })
	if err == nil {
		err = checkRate(rate, step, t.params.DType())
	}
	return rate, err
}

// undo undoes a step whose Update has panicked, and returns the error of it.
func (t *Trainer) undo(err error) error {
	t.states.restore(t.params)
	var p *PanicError
	if errors.As(err, &p) {
		p.after = "; the parameters may have changed in part"
		if t.view.restore() {
			p.after = "; parameters and optimizer state are those before the step"
		}
	}
	return errors.Wrapf(err, "step %d: the optimizer %T", t.step, t.o.Optimizer)
}

// enter and leave enclose what must not run twice at the same time.
func (t *Trainer) enter() error {
	if !t.busy.CompareAndSwap(false, true) {
		return mistake.Newf(ErrBusy, "got a call while another goroutine trains, evaluates or predicts; want one at a time")
	}
	return nil
}

func (t *Trainer) leave() { t.busy.Store(false) }

// move makes t.view show the parameters that s has gradients of.
func (t *Trainer) move(s *session) {
	switch {
	case t.viewOf == s:
		return
	case t.view == nil:
		t.view = newView(t.params, t.o.Optimizer.Slots(), s.prog.Stats().Workers, s.moved)
	case !slices.Equal(t.view.moved, s.moved):
		t.view.move(s.moved, t.step)
	}
	t.viewOf = s
}
