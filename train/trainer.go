package train

import (
	"slices"
	"sync/atomic"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train/data"
)

// Trainer fits one model. It is for one goroutine: a call while another is running
// fails with ErrBusy and changes nothing. Options.OnEpoch may call it. To predict in
// many goroutines, compile the model's output and give each a Fork of the
// graph.Program.
type Trainer struct {
	model  Model
	params *graph.Params
	o      Options

	vars     Vars
	varsOf   *session // that vars move the parameters of
	workers  int      // of vars
	step     int      // steps made so far
	epoch    int      // epochs made so far
	rate     float64  // of the last step
	progress position // of Fit
	busy     atomic.Bool
	train    cache
	forward  cache // to evaluate and to predict
}

// New is a Trainer of the model. It fails on settings that mean nothing
// (ErrOption); the model itself is built by the first step.
func New(m Model, o Options) (*Trainer, error) {
	if err := present(m); err != nil {
		return nil, errors.Wrap(err, "train")
	}
	p := m.Params()
	if err := o.settle(p.DType()); err != nil {
		return nil, err
	}
	t := &Trainer{model: m, params: p, o: o}
	t.train = cache{t: t, most: 8}
	t.forward = cache{t: t, most: 4}
	return t, nil
}

// Steps is the number of steps made so far.
func (t *Trainer) Steps() int { return t.step }

// Model is the model that t trains.
func (t *Trainer) Model() Model { return t.model }

// Step makes one step on the examples of d that index lists and returns their
// loss before it. All its work is in memory that the first step of this batch
// size allocates.
//
// A step with the learning rate 0 changes no parameter. Where the loss or a
// gradient is not finite, the error is a *NotFiniteError and the step is not made.
func (t *Trainer) Step(d *data.Dataset, index []int) (loss float64, err error) {
	if err := filled(d); err != nil {
		return 0, errors.Wrap(err, "train")
	}
	if err := t.enter(); err != nil {
		return 0, err
	}
	defer t.leave()
	s, err := t.train.bind(d, training, len(index))
	if err != nil {
		return 0, errors.Wrap(err, "train")
	}
	return t.stepOn(s, index)
}

// stepOn makes a step with the program of s, which is bound to the data set.
func (t *Trainer) stepOn(s *session, index []int) (float64, error) {
	lr := t.o.Schedule(t.step)
	if err := checkRate(lr, t.step, t.params.DType()); err != nil {
		return 0, err
	}
	t.move(s)
	if t.descends() { // the run makes the step, but for a loss that is not finite
		if err := s.prog.SetRate(lr); err != nil {
			return 0, errors.Wrap(err, "train")
		}
		t.vars.keep()
	}
	loss, err := s.run(index, t.step)
	if err != nil {
		return 0, errors.Wrapf(err, "train: step %d", t.step)
	}
	if !isFinite(loss) {
		return loss, t.notFinite(s, index, NotFiniteError{What: "loss", Loss: loss, Rate: lr, Kept: true})
	}
	bad := ""
	if !t.descends() {
		bad = t.vars.update(move{t.o.Optimizer, t.step + 1, lr})
	} else if !t.vars.finiteParams() {
		bad = "step"
	}
	if bad != "" {
		return loss, t.notFinite(s, index, NotFiniteError{What: bad, Loss: loss, Rate: lr, Kept: bad == "gradient"})
	}
	t.step++
	t.rate = lr
	return loss, nil
}

// enter and leave enclose what must not run twice at the same time.
func (t *Trainer) enter() error {
	if !t.busy.CompareAndSwap(false, true) {
		return errors.Wrap(ErrBusy, "train: another goroutine trains, evaluates or predicts")
	}
	return nil
}

func (t *Trainer) leave() { t.busy.Store(false) }

// move makes t.vars those of the parameters that s has gradients of.
func (t *Trainer) move(s *session) {
	switch {
	case t.varsOf == s:
		return
	case t.varsOf == nil:
		t.workers = s.prog.Workers()
		t.vars = newVars(t.params, t.o.Optimizer.Slots(), t.workers, s.moved)
	case !slices.Equal(t.varsOf.moved, s.moved):
		t.vars.span(t.params, t.workers, s.moved)
	}
	t.varsOf = s
}

// descends says whether the program makes the steps of the optimizer itself.
func (t *Trainer) descends() bool { return t.o.Optimizer == Optimizer(SGD{}) && !t.o.Diagnose }
