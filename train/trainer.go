package train

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/checkpoint"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// Trainer trains one model, and evaluates and predicts with it.
//
// It is for one goroutine. A call while another goroutine is in one fails with ErrBusy
// and changes nothing; callbacks may call the Trainer. To predict in many goroutines, also
// while it trains, make a Predictor of it: see NewPredictor.
type Trainer struct {
	model  Model
	params *graph.Params
	o      Options

	view        *View    // of the parameters that the Optimizer moves
	viewOf      *session // whose gradients view shows
	states      stateCopy
	now         present
	weightShape []int           // of the weights of an example, see Options.ClassWeights
	groups      *grouping       // of Options.Groups, once it was asked
	fused       bool            // the program makes the steps of the Optimizer itself
	step        int             // steps made so far
	epoch       int             // epochs made so far
	rate        float64         // of the last step
	moment      schedule.Moment // for Options.Schedule: see nextRate
	progress    progress
	history     History
	lookout     lookout            // for the best epoch of Fit
	restored    restored           // of Restore, for view
	bestFile    *float64           // the measure of the best checkpoint; nil for none
	folder      checkpoint.Options // of Options.Checkpoint; tests give it a disk that fails
	gathered    gathered           // of a batch in pieces
	shards      *sharding          // of Options.Shards; nil before the first step
	ranks       *ranks             // that train together; nil for one process
	joined      bool               // ranks is known
	validPrint  string             // the fingerprint of Options.Validation, once the ranks have compared it
	tried       *data.Dataset      // whose numbers that are not finite reach no loss; see checkNumbers
	taken       average            // of the batch of the last step, before the step
	home        string             // the folder of its files: of Fit, or of Restore
	notes       []string           // of Restore, for Fit
	prep        preparing          // by Options.Recipe
	ahead       *ahead             // of the loop that runs; nil for none
	busy        sync.Mutex
	copying     sync.Mutex    // of who takes busy to copy the parameters: others wait for that
	building    *sync.Mutex   // for calls of the model's Loss; that of a Predictor too
	still       bool          // it compiles for a Predictor, whose parameters change by Update alone
	onto        *graph.Params // that graphs are built with: params, or the copy of a Predictor
	followers   []follower    // Predictors that get the parameters of steps
	looping     atomic.Bool   // Steps is in its loop, or in the body of it
	fitting     atomic.Bool   // Fit runs
	train       cache
	forward     cache // to evaluate and to predict
}

// New returns a Trainer of the model. The model is built at the first step, Evaluate
// or Predict.
//
// Errors: ErrOption for a nil model or nil Params; ErrOption for negative numbers, for
// settings that the Optimizer or the Schedule refuses, and for a Metric without a name or a
// Meter; a *PanicError if a function in the options panics.
func New(m Model, o Options) (*Trainer, error) {
	p, err := paramsOf(m)
	if err == nil {
		err = o.settle(p.DType())
	}
	o.EvalBatch = atMost(m, o.EvalBatch)
	t := &Trainer{model: m, params: p, o: o, building: &sync.Mutex{}, onto: p}
	reads := false
	if err == nil {
		t.o.Diagnose = o.Diagnose || diagnoses(o.Callbacks)
		reads, err = readsGradients(o.Callbacks)
	}
	if err != nil {
		return nil, errors.Wrap(err, "train: New")
	}
	plain, ok := o.Optimizer.(interface{ plain() bool })
	t.fused = ok && plain.plain() && !t.o.Diagnose && o.MicroBatch == 0 && !o.sharded() && o.Groups == nil && !reads
	t.now.again = t.computeAgain
	if !o.Recipe.IsZero() && o.Recipe.Fitted() {
		t.prep.fitted = o.Recipe
	}
	t.train = cache{t: t, most: 8}
	t.forward = cache{t: t, most: 4}
	return t, nil
}

// Model returns the model that t trains.
func (t *Trainer) Model() Model {
	if t == nil {
		return nil
	}
	return t.model
}

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
	t.endRanks(err)
	return loss, errors.Wrap(err, "train: Step")
}

func (t *Trainer) oneStep(d *data.Dataset, index []int) (loss float64, err error) {
	if err := filled(d); err != nil {
		return 0, err
	}
	from, err := t.toFit(context.Background(), d)
	if err != nil {
		return 0, err
	}
	d = from.set
	t.ranks.begin(context.Background())
	if err := t.enter(); err != nil {
		return 0, err
	}
	defer t.leave()
	s, err := t.train.bind(d, training, t.pieceOf(len(index)))
	if err != nil {
		return 0, err
	}
	s.epoch, s.batch, s.ahead = -1, data.Batch{}, nil
	return t.stepOn(s, index)
}

// stepOn makes a step with the program of s, which is bound to the data set.
func (t *Trainer) stepOn(s *session, index []int) (float64, error) {
	if err := t.params.Err(); err != nil {
		return 0, err
	}
	rate, err := t.nextRate()
	if err != nil {
		return 0, err
	}
	if err := t.move(s); err != nil {
		return 0, err
	}
	if t.lookout.swapped { // the step is made from the best parameters
		t.restartAverage()
	}
	stateless := len(t.params.State32())+len(t.params.State64()) == 0
	if t.fused { // the run makes the step, unless the loss is not finite
		if err := s.prog.SetRate(rate); err != nil {
			return 0, err
		}
		t.view.keepFew()
	}
	if !stateless {
		t.states.keep(t.params)
	}
	loss, err := t.compute(s, index)
	if err != nil {
		return 0, errors.Wrapf(err, "step %d", t.step+1)
	}
	t.take(s, len(index), loss)
	bad := StageLoss
	switch {
	case !isFinite(loss):
	case !stateless && !statesFinite(t.params):
		bad = StageState
	case !t.fused:
		t.now.begin(s, index)
		bad, err = t.view.step(t.o.Optimizer, Step{N: t.step + 1, Rate: rate, Loss: loss, Again: t.now.again})
		if other := t.now.end(); other != nil { // even if the Optimizer does not mind
			err = other
		}
		if t.view.split != nil {
			err = t.ranks.agree(err)
		}
		if err != nil {
			return loss, t.undo(err)
		}
		if bad == 0 {
			if err := t.view.shareParams(); err != nil {
				return loss, err
			}
		}
	case t.view.all(ofParam, finite):
		bad = 0
	default:
		bad = StageUpdate
	}
	if bad != 0 {
		t.ranks.know()
		return loss, t.notFinite(s, index, NotFiniteError{Stage: bad, Loss: loss, Rate: rate, Kept: bad != StageUpdate})
	}
	t.step++
	t.rate = rate
	t.lookout.swapped = false
	t.lead()
	return loss, nil
}

// undo undoes a step whose Update has panicked or failed, and returns the error of it.
func (t *Trainer) undo(err error) error {
	t.states.restore(t.params)
	t.view.failed = nil
	restored := t.view.restore()
	err = together(err, t.view.shareParams())
	var p *PanicError
	if errors.As(err, &p) {
		p.after = "; the parameters may have changed in part"
		if restored {
			p.after = "; parameters and optimizer state are those before the step"
		}
	}
	return errors.Wrapf(err, "step %d: the optimizer %T", t.step, t.o.Optimizer)
}

// enter and leave enclose what must not run twice at the same time. Who comes from
// outside is refused, but waits for a copy of the parameters; the loop waits with again after
// it has been out.
func (t *Trainer) enter() error {
	if err := t.made(); err != nil {
		return err
	}
	t.copying.Lock()
	defer t.copying.Unlock()
	if !t.busy.TryLock() {
		return busy()
	}
	return nil
}

func (t *Trainer) again() { t.busy.Lock() }
func (t *Trainer) leave() { t.busy.Unlock() }

// between calls f between two steps, and while no other call runs. It waits for that.
func (t *Trainer) between(f func() error) error {
	if err := t.made(); err != nil {
		return err
	}
	t.copying.Lock()
	defer t.copying.Unlock()
	t.again()
	defer t.leave()
	return f()
}

func busy() error {
	return mistake.Newf(ErrBusy, "got a call while another goroutine trains, evaluates or predicts; want one at a time")
}

// newView returns a View of the parameters that moves none yet.
func (t *Trainer) newView(workers int) (*View, error) {
	groups, err := t.factors()
	if err != nil {
		return nil, err
	}
	return newView(t.params, t.o.Optimizer, workers, groups, nil, t.split())
}

// factors returns those of Options.Groups, which is asked at the first call.
func (t *Trainer) factors() (grouping, error) {
	if t.groups == nil {
		g, err := groupsOf(t.o.Groups, t.params.List())
		if err != nil {
			return g, err
		}
		t.groups = &g
	}
	return *t.groups, nil
}

// move makes t.view show the parameters that s has gradients of.
func (t *Trainer) move(s *session) (err error) {
	switch {
	case t.viewOf == s:
		return nil
	case t.view == nil:
		if t.view, err = t.newView(s.prog.Stats().Workers); err != nil {
			return err
		}
		t.restored.into(t.view, t.params)
		t.view.move(s.moved, t.step)
	case !slices.Equal(t.view.moved, s.moved):
		t.view.move(s.moved, t.step)
	}
	if err := t.view.prepare(t.o.Optimizer); err != nil {
		return err
	}
	t.viewOf = s
	return nil
}
