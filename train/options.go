package train

import (
	"io"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
)

// Options are the settings of a Trainer. The zero value is ready to use.
type Options struct {
	Optimizer Optimizer // makes the steps; default Adam{}
	Schedule  Schedule  // the learning rate of each step; default Constant(0.001)

	Epochs    int    // passes over the data that Fit makes; default 10
	BatchSize int    // examples in a step; default 32. The last batch of an epoch may be shorter.
	DropLast  bool   // leave out the last batch of an epoch if it is shorter; Fit then needs BatchSize examples or more
	Seed      uint64 // of the order of the examples, of Augment, of dropout and of what else the model draws
	InOrder   bool   // take the examples in order; by default each epoch has a random order

	// Augment changes examples on their way into the batches of Fit: more data from the
	// data there is. It depends on Seed, the epoch and the index of the example alone.
	// Evaluate, Predict and Step take examples as they are.
	Augment augment.Fields

	// EvalBatch is the number of examples that Evaluate and Predict compute at once;
	// default BatchSize. More takes more memory. Results differ by rounding only, unless
	// the model draws random numbers in prediction (see Evaluate).
	EvalBatch int

	// Target is the field of the data set that metrics compare the outputs with;
	// default "y".
	Target string
	// Metrics are measured by Evaluate, and by Fit after each epoch: on Validation if
	// there is one, otherwise on the training set.
	Metrics []Metric
	// Validation is a data set that Fit evaluates after each epoch; nil for none.
	Validation *data.Dataset
	// Stop ends Fit when the model does not get better on Validation any more, and puts the
	// best parameters back; nil for never.
	Stop *EarlyStopping

	// Progress is where Fit reports its progress; nil for nowhere. A terminal shows
	// one line that changes. Other writers get one line for each epoch. A write that
	// fails does not stop the training.
	Progress io.Writer
	// OnEpoch is called after each epoch; nil for nothing. An error of it ends Fit,
	// which returns an error that wraps it. OnEpoch may call the Trainer.
	OnEpoch func(Epoch) error

	// Diagnose lets a *NotFiniteError name the first node that was not finite, with
	// its operator and line: the failed step is then computed again, node by node.
	// Good steps cost the same, except those of SGD{}, which are then made after the
	// run and not within it.
	Diagnose bool

	// AllowUnused allows parameters that the loss does not depend on; they keep their
	// values and do not decay. By default they are an error.
	AllowUnused bool
	// Workers is the number of threads of a step; default as in graph.Options. Results
	// have the same bits for any number.
	Workers int
	// MemoryLimit is the number of bytes that a compiled step may need; default as in
	// graph.Options. A model or a batch that needs more fails with a
	// *graph.MemoryError.
	MemoryLimit int64
	// Recompute trades time for memory in training steps: see graph.Options. Results
	// have the same bits.
	Recompute bool
}

// settle checks the options for parameters of type d and fills in the defaults.
func (o *Options) settle(d graph.DType) error {
	for _, s := range []struct {
		name string
		n    int
	}{{"Epochs", o.Epochs}, {"BatchSize", o.BatchSize}, {"EvalBatch", o.EvalBatch}, {"Workers", o.Workers}} {
		if s.n < 0 {
			return mistake.Optionf("Options.%s: got %d, want at least 0", s.name, s.n)
		}
	}
	if o.Workers > mostWorkers {
		return mistake.Optionf("Options.Workers: got %d, want at most %d", o.Workers, mostWorkers)
	}
	o.setDefaults()
	if err := checkOptimizer(o.Optimizer, d); err != nil {
		return err
	}
	for i, m := range o.Metrics {
		if err := checkMetric(i, m); err != nil {
			return err
		}
	}
	return o.settleStop()
}

func (o *Options) setDefaults() {
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
}

// checkMetric returns what is wrong with the metric of the given number.
func checkMetric(i int, m Metric) error {
	switch {
	case m.Name == "":
		return mistake.Optionf("Options.Metrics: metric %d: got no Name, want one", i)
	case m.Start == nil:
		return mistake.Optionf("Options.Metrics: metric %q: got no Start, want a function that returns a Meter", m.Name)
	}
	_, err := m.meter()
	return errors.Wrap(err, "Options.Metrics")
}

// checkRate returns what is wrong with the learning rate of a step.
func checkRate(rate float64, step int, d graph.DType) error {
	if !(rate >= 0) || math.IsInf(rate, 0) {
		return mistake.Optionf("Options.Schedule: step %d: got the learning rate %v, want a finite number of at least 0", step, rate)
	}
	if d == graph.Float32 && rate > math.MaxFloat32 {
		return mistake.Optionf("Options.Schedule: step %d: got the learning rate %v, want one that %v can hold", step, rate, d)
	}
	return nil
}

// ofKind returns err as an error that is of the kind too, unless it is a panic.
func ofKind(err, kind error) error {
	var p *PanicError
	if errors.Is(err, kind) || errors.As(err, &p) {
		return err
	}
	return kinded{err, kind}
}

// kinded is an error that is of a kind too.
type kinded struct {
	error
	kind error
}

func (e kinded) Unwrap() []error { return []error{e.error, e.kind} }
