package train

import (
	"io"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// What kinds of mistake there are, for errors.Is. Other packages of the module
// that have a kind of the same name have the same value.
var (
	// ErrNotFinite marks a loss, a gradient or a parameter that is NaN or infinite.
	// errors.As finds a *NotFiniteError, which says more, in what a step returns.
	ErrNotFinite = mistake.ErrNotFinite
	// ErrOption marks a setting that has no meaning, such as a learning rate of -1.
	ErrOption = mistake.ErrOption
	// ErrBusy marks a call to a Trainer that another goroutine is using.
	ErrBusy = errors.New("the trainer is in use")
)

// Options of a Trainer. The zero value is ready to use.
type Options struct {
	Optimizer Optimizer // nil: Adam{}
	Schedule  Schedule  // nil: Constant(0.001)

	Epochs    int    // passes over the data that Fit makes; 0: 10
	BatchSize int    // examples in a step; 0: 32. The last batch may be shorter.
	Seed      uint64 // of the order of the examples and of dropout
	InOrder   bool   // take the examples in order instead of shuffling each epoch

	// EvalBatch is the number of examples that Evaluate and Predict compute at
	// once; 0: BatchSize. More takes more memory; results differ by rounding alone.
	EvalBatch int

	// Target is the field of the data set that metrics compare outputs with;
	// "": "y".
	Target string
	// Metrics are measured by Fit after each epoch on Validation, if there is
	// one, and else on the training set; and by Evaluate.
	Metrics []Metric
	// Validation is a data set that Fit evaluates after each epoch.
	Validation *data.Dataset

	// Progress is where Fit writes how far it is: one line that changes on a
	// terminal, a line for each epoch elsewhere. Nil: nowhere. A Progress that
	// cannot be written does not stop the training.
	Progress io.Writer
	// OnEpoch is called after each epoch. An error stops Fit, which returns it.
	OnEpoch func(Epoch) error

	// Diagnose lets a *NotFiniteError name the first node that was not finite,
	// with its operator and line: the step is computed again, each node by itself.
	// Until then it costs nothing, but for SGD{} (see NotFiniteError): its steps
	// are then made after the run, not within it.
	Diagnose bool

	// AllowUnused lets parameters that the loss does not depend on stay as they
	// are, untouched by weight decay, which is an error otherwise.
	AllowUnused bool
	// Workers is the number of threads of a step; 0: see graph.Config. Results do not
	// depend on it.
	Workers int
	// MemoryLimit is how many bytes a compiled step may need: see graph.Config. A
	// model or a batch for which that is too little fails with a *graph.MemoryError.
	MemoryLimit int64
	// Recompute makes training steps with less memory and more time: see
	// graph.Config. Results do not depend on it.
	Recompute bool
}

// settle fills the defaults in and says what is wrong.
func (o *Options) settle(d graph.DType) error {
	if o.Epochs < 0 || o.BatchSize < 0 || o.EvalBatch < 0 || o.Workers < 0 {
		return errors.Wrapf(ErrOption, "train: got %d epochs, batches of %d, evaluation batches of %d and %d workers, want them to be at least 0",
			o.Epochs, o.BatchSize, o.EvalBatch, o.Workers)
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
	if o.EvalBatch == 0 {
		o.EvalBatch = o.BatchSize
	}
	if v, ok := o.Optimizer.(Validator); ok {
		if err := v.Validate(); err != nil {
			return kindOf(err, ErrOption, "train")
		}
	}
	if n := o.Optimizer.Slots(); n < 0 {
		return errors.Wrapf(ErrOption, "train: the optimizer wants %d slots, want at least 0", n)
	}
	for i, m := range o.Metrics {
		if m.Name == "" || m.Start == nil {
			return errors.Wrapf(ErrOption, "train: metric %d, %q, has no name or no Start", i, m.Name)
		}
	}
	return checkRate(o.Schedule(0), 0, d)
}

// kindOf is err with the text before it and the kind, if it is not one already.
func kindOf(err, kind error, text string) error {
	if errors.Is(err, kind) {
		return errors.Wrap(err, text)
	}
	return errors.Wrapf(kind, "%s: %v", text, err)
}

// checkRate says what is wrong with the learning rate of a step.
func checkRate(lr float64, step int, d graph.DType) error {
	if !(lr >= 0) || math.IsInf(lr, 0) {
		return errors.Wrapf(ErrOption, "train: got the learning rate %v at step %d, want a finite number of at least 0", lr, step)
	}
	if d == graph.Float32 && lr > math.MaxFloat32 {
		return errors.Wrapf(ErrOption, "train: got the learning rate %v at step %d, want one that %v holds", lr, step, d)
	}
	return nil
}
