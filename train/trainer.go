package train

import (
	"io"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Options of a Trainer. The zero value is ready to use.
type Options struct {
	Optimizer Optimizer // nil: Adam{}
	Schedule  Schedule  // nil: Constant(0.001)

	Epochs    int    // passes over the data that Fit makes; 0: 10
	BatchSize int    // examples in a step; 0: 32. The last batch may be shorter.
	Seed      uint64 // of the order of the examples and of dropout
	InOrder   bool   // take the examples in order instead of shuffling each epoch

	// Target is the field of the data set that metrics compare outputs with;
	// "": "y".
	Target string
	// Metrics are measured by Fit after each epoch on Validation, if there is
	// one, and else on the training set; and by Evaluate.
	Metrics []Metric
	// Validation is a data set that Fit evaluates after each epoch.
	Validation *data.Dataset

	// Progress is where Fit writes how far it is: one line that changes on a
	// terminal, a line for each epoch elsewhere. Nil: nowhere.
	Progress io.Writer
	// OnEpoch is called after each epoch. An error stops Fit, which returns it.
	OnEpoch func(Epoch) error

	// AllowUnused lets parameters that the loss does not depend on stay as they
	// are, which is an error otherwise.
	AllowUnused bool
	// Workers is the number of threads of a step; 0: see graph.Config. Results do not
	// depend on it.
	Workers int
	// Recompute makes training steps with less memory and more time: see
	// graph.Config. Results do not depend on it.
	Recompute bool
}

// What kinds of mistake there are, for errors.Is. Other packages of the module
// that have a kind of the same name have the same value.
var (
	// ErrNotFinite marks a training that was stopped because the loss was NaN or
	// infinite. The parameters are those that gave that loss.
	ErrNotFinite = mistake.NotFinite
	// ErrOption marks a setting that has no meaning, such as a learning rate of -1.
	ErrOption = mistake.Option
)

// Trainer fits one model. It is for one goroutine; to predict in many, compile
// the model's output and give each a Fork of the graph.Program.
type Trainer struct {
	model  Model
	o      Options
	vars   Vars
	ready  bool // vars are made
	step   int  // steps made so far
	epoch  int  // epochs made so far
	train  cache
	eval   cache
	infer  cache
	losses runningMean
}

// New is a Trainer of the model. It fails on settings that mean nothing
// (ErrOption); the model itself is built by the first step.
func New(m Model, o Options) (*Trainer, error) {
	if m == nil || m.Params() == nil {
		return nil, errors.Wrap(ErrOption, "train: got a model without parameters")
	}
	if o.Optimizer == nil {
		o.Optimizer = Adam{}
	}
	if o.Schedule == nil {
		o.Schedule = Constant(0.001)
	}
	if o.Target == "" {
		o.Target = "y"
	}
	if o.Epochs == 0 {
		o.Epochs = 10
	}
	if o.BatchSize == 0 {
		o.BatchSize = 32
	}
	if o.Epochs < 0 || o.BatchSize < 0 || o.Workers < 0 {
		return nil, errors.Wrapf(ErrOption, "train: got %d epochs, batches of %d and %d workers, want them to be at least 0", o.Epochs, o.BatchSize, o.Workers)
	}
	if v, ok := o.Optimizer.(Validator); ok {
		if err := v.Validate(); err != nil {
			return nil, errors.Wrapf(ErrOption, "train: %v", err)
		}
	}
	if err := checkRate(o.Schedule(0), 0); err != nil {
		return nil, err
	}
	t := &Trainer{model: m, o: o}
	t.train = cache{t: t, kind: training}
	t.eval = cache{t: t, kind: evaluating}
	t.infer = cache{t: t, kind: predicting}
	return t, nil
}

func checkRate(lr float64, step int) error {
	if !(lr > 0) || math.IsInf(lr, 0) {
		return errors.Wrapf(ErrOption, "train: got the learning rate %v at step %d, want a finite number above 0", lr, step)
	}
	return nil
}

// Steps is the number of steps made so far.
func (t *Trainer) Steps() int { return t.step }

// Model is the model that t trains.
func (t *Trainer) Model() Model { return t.model }

// Step makes one step on the examples of d that index lists and returns their
// loss before it. All its work is in memory that the first step of this batch
// size allocates.
func (t *Trainer) Step(d *data.Dataset, index []int) (loss float64, err error) {
	if err := given(d); err != nil {
		return 0, err
	}
	s, err := t.train.bind(d, len(index))
	if err != nil {
		return 0, err
	}
	return t.stepOn(s, index)
}

func (t *Trainer) stepOn(s *session, index []int) (float64, error) {
	lr := t.o.Schedule(t.step)
	if err := checkRate(lr, t.step); err != nil {
		return 0, err
	}
	if t.descends() {
		if err := s.prog.SetRate(lr); err != nil {
			return 0, errors.Wrap(err, "train")
		}
	}
	loss, err := s.run(index, t.step)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return loss, errors.Wrapf(ErrNotFinite, "train: step %d: got the loss %v at the learning rate %v", t.step, loss, lr)
	}
	t.step++
	if t.descends() {
		return loss, nil // the run has made the step
	}
	if !t.ready {
		t.vars, t.ready = NewVars(t.model.Params(), t.o.Optimizer.Slots(), s.prog.Workers()), true
	}
	t.o.Optimizer.Update(t.step, lr, t.vars)
	return loss, nil
}

// runningMean is a mean of losses weighted by their batches' sizes.
type runningMean struct {
	sum float64
	n   int
}

func (m *runningMean) add(loss float64, n int) {
	m.sum += loss * float64(n)
	m.n += n
}

func (m *runningMean) value() float64 { return m.sum / float64(m.n) }
