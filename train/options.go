package train

import (
	"io"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/dist"
	"github.com/symgrad/symgrad/train/schedule"
)

// Options are the settings of a Trainer. The zero value is ready to use.
type Options struct {
	Optimizer Optimizer         // makes the steps; default Adam{}
	Schedule  schedule.Schedule // the learning rate of each step; default schedule.Constant(0.001)

	// Groups gives each parameter, by its name, factors of its own for learning rate and
	// weight decay; nil for none. It is called once for each parameter, before the first
	// step, which fails with ErrOption for a factor that is not a finite number of at
	// least 0. The names are those of model.Params().List() after Build(model).
	Groups func(name string) Group

	Epochs    int // passes over the data to reach, with those of earlier calls of Fit; default 10
	BatchSize int // examples in a step; default 32. The last batch of an epoch may be shorter.
	// MicroBatch bounds the examples that a step computes at once; default BatchSize. The
	// gradients of a batch are then gathered in pieces of that number, so that a large
	// batch takes the memory of a small one. Up to rounding they are those of the whole
	// batch, also where the last piece is shorter, or targets are ignored. Batch
	// normalization sees each piece by itself, and dropout draws for each.
	MicroBatch int
	// Shards is the number of parts that each batch is cut into; default 1. Their gradients are summed in one fixed
	// tree: that of n shards is the sum of those of the first n/2 and of the others. It is the
	// sum that several processes make too, so a training has the same bits on one of them and
	// on several: see package dist. Up to rounding the gradients are those of the whole
	// batch. A batch that cannot be cut evenly has larger shards first.
	//
	// Batch normalization sees each shard by itself unless it is asked to see all of them
	// (nn.BatchNormOptions.Sync), and dropout draws for each. Each
	// shard begins with the states from before the step, and what it changes counts by its
	// share of the examples. It does not go together with MicroBatch.
	Shards int
	// Ranks are the processes that train together, each with Shards/Size() of the shards of every
	// batch. The default is dist.Default(): those that a launcher has started, if the program
	// has imported a driver, and otherwise this process alone. Shards must be a multiple of their
	// number. All ranks make the same calls of Fit, Steps, Step, FindRate and Restate, with the same
	// model, options and data, and have the same bits after each step as one process.
	//
	// Fit evaluates a part of Validation at each rank, and measures the same bits; all of it if
	// that is not in memory. Rank 0
	// writes Progress and checkpoints and calls the callbacks, which must not change the
	// training. Evaluate and Predict are those of one process, at each rank.
	Ranks dist.Engine
	// SplitState lets each of several ranks keep the slots of the optimizer for a part of the
	// parameters alone, and move that part (ZeRO, stage 1: Rajbhandari et al. 2020). Steps have the same
	// bits. The parts are whole parameters, as even as these allow. Rank 0 has all slots once it
	// has written a checkpoint; Save has not, and fails. EMA and SWA do not go with it.
	SplitState bool
	DropLast   bool   // leave out the last batch of an epoch if it is shorter; Fit then needs BatchSize examples or more
	Seed       uint64 // of the order of the examples, of Augment, of dropout and of what else the model draws
	// ShuffleWindow is the number of examples that are put in a random order together, of a source
	// that is read from front to back: see data.LoaderOptions.Window. Others are shuffled as a whole.
	ShuffleWindow int
	InOrder       bool // take the examples in order; by default each epoch has a random order

	// Sampling draws the examples of an epoch with weights or balanced classes; by default
	// each example comes once.
	Sampling Sampling

	// Recipe prepares the data sets for the model: Fit, Steps, Step, FindRate, Evaluate and
	// Predict, and Validation, are given examples as they come. It is fitted to the data set
	// of the first step and to no other, so nothing of Validation or of a test set gets into
	// it. Steps of yours are not changed: Trainer.Recipe returns those that were fitted. A recipe
	// that has been fitted before is used as it is. Losses and metrics are those of the
	// prepared targets. Predict undoes the steps of Target. SaveModel writes the recipe.
	//
	// A source that is not in memory is read a few times to fit it, see data.Recipe.Fit. To read less,
	// fit it before, to a part.
	//
	// What is made of a data set is kept in memory beside it, for the data set that is trained
	// on, Validation and a few others.
	Recipe data.Recipe

	// Augment changes examples on their way into the batches of Fit: more data from the
	// data there is. It depends on Seed, the epoch and the index of the example alone.
	// Evaluate, Predict and Step take examples as they are.
	Augment augment.Fields

	// EvalBatch is the number of examples that Evaluate and Predict compute at once;
	// default BatchSize. More takes more memory. Outputs have the same bits for each, losses
	// and metrics differ by rounding. Exceptions are models that draw random numbers in
	// prediction (see Evaluate), and those whose examples are not the rows of their products.
	EvalBatch int

	// Target is the field of the data set that metrics compare the outputs with;
	// default "y".
	Target string
	// SampleWeight is a field of the data sets with a weight for each example, a number of
	// at least 0; "" for none. The loss is then the weighted mean, Σ w·l / Σ w over the
	// data set: that of each batch, of an epoch, and of Evaluate and Validation, which
	// need the field too. Metrics weigh examples by it as well. Penalties such as
	// loss.L2 have no examples and stay as they are.
	//
	// Losses weigh: those of package loss whose Reduction is Mean, and loss.MeanOf. A model
	// that uses none of them, or the Reduction Sum, is an ErrUnsupported.
	SampleWeight string
	// ClassWeights are weights for the classes of Target, in their order; nil for 1. The
	// weight of an example, or of each of its labels, is that of its class, times
	// SampleWeight. Everything else is as with SampleWeight, but metrics do not weigh classes.
	// BalancedWeights returns weights that let rare classes count as much as others. A Target
	// of numbers must be 0 or 1, as for one output. Labels that a loss ignores have no weight.
	ClassWeights []float64
	// Metrics are measured by Evaluate, and by Fit after each epoch: on Validation if
	// there is one, otherwise on the training set.
	Metrics []Metric
	// Validation is a data set that Fit evaluates after each epoch; nil for none.
	Validation data.Source
	// Stop ends Fit when the model does not get better on Validation any more, and puts the
	// best parameters back; nil for never.
	Stop *EarlyStopping

	// Checkpoint lets Fit write the training to files, and go on with them; nil for none.
	Checkpoint *Checkpoint

	// Progress is where Fit reports its progress; nil for nowhere. A terminal shows
	// one line that changes. Other writers get one line for each epoch. A write that
	// fails does not stop the training.
	Progress io.Writer
	// Callbacks see what happens in Fit, in the order of the list. Ready-made are NaNGuard,
	// TimeLimit, RateLog, and those of package train/record, which write files.
	Callbacks []Callback

	// DryRun lets Fit check everything, make one step and evaluate one batch, and change
	// nothing: parameters, slots, states and counters are the same bits afterwards. The
	// History gets an epoch with what was measured, and History.Ended is EndDryRun. There
	// are no events and no checkpoints.
	DryRun bool
	// OverfitBatches lets each epoch have the same batches, the given number, with the same
	// augmentation; 0 for all. A model that cannot learn a few batches by heart has a
	// mistake.
	OverfitBatches int
	// LimitBatches is the most batches of an epoch, each epoch with others; 0 for all.
	LimitBatches int
	// LimitValidation is the most batches, of EvalBatch examples, that Fit evaluates at
	// once; 0 for all. They are the first of Validation, or of the training set without
	// one. Evaluate takes all.
	LimitValidation int
	// ValidateEvery lets Fit evaluate within an epoch too, after each step whose number is
	// a multiple, and send a Validated event; 0 for after each epoch alone. Stop looks at
	// epochs alone. An evaluation that was cancelled is made first by the next Fit.
	ValidateEvery int

	// Diagnose lets a *NotFiniteError name the first node that was not finite, with
	// its operator and line: the failed step is then computed again, node by node.
	// Good steps cost the same, except those of SGD{}, which are then made after the
	// run and not within it.
	Diagnose bool

	// AllowNonFiniteInputs lets Predict return what the model makes of NaN and infinities in the
	// data. By default it refuses an example whose output is then NaN or infinite too.
	AllowNonFiniteInputs bool

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
	}{{"Epochs", o.Epochs}, {"BatchSize", o.BatchSize}, {"MicroBatch", o.MicroBatch}, {"Shards", o.Shards}, {"EvalBatch", o.EvalBatch}, {"Workers", o.Workers}, {"OverfitBatches", o.OverfitBatches},
		{"LimitBatches", o.LimitBatches}, {"LimitValidation", o.LimitValidation}, {"ValidateEvery", o.ValidateEvery}, {"ShuffleWindow", o.ShuffleWindow}} {
		if s.n < 0 {
			return mistake.Optionf("Options.%s: got %d, want at least 0", s.name, s.n)
		}
	}
	if o.Workers > mostWorkers {
		return mistake.Optionf("Options.Workers: got %d, want at most %d", o.Workers, mostWorkers)
	}
	if mistake.IsNil(o.Validation) {
		o.Validation = nil
	}
	switch {
	case o.OverfitBatches > 0 && o.LimitBatches > 0:
		return mistake.Optionf("Options.OverfitBatches: got %d, and %d for LimitBatches, want one of them", o.OverfitBatches, o.LimitBatches)
	case o.Shards > 1 && o.MicroBatch > 0:
		return mistake.Optionf("Options.Shards: got %d, and %d for MicroBatch, want one of them", o.Shards, o.MicroBatch)
	case o.ValidateEvery > 0 && o.Validation == nil && len(o.Metrics) == 0:
		return mistake.Optionf("Options.ValidateEvery: got %d, and neither Validation nor Metrics, want something to evaluate", o.ValidateEvery)
	}
	o.setDefaults()
	if err := o.Sampling.Validate(); err != nil {
		return errors.WithMessage(err, "Options.Sampling")
	}
	if o.InOrder && o.Sampling != (Sampling{}) {
		return mistake.Optionf("Options.Sampling: got %+v and InOrder, want one of them", o.Sampling)
	}
	if _, err := o.Recipe.Describe(nil); err != nil {
		return errors.WithMessage(err, "Options.Recipe")
	}
	if err := checkOptimizer(o.Optimizer, d); err != nil {
		return err
	}
	if err := o.checkSchedule(d); err != nil {
		return err
	}
	for i, m := range o.Metrics {
		if err := checkMetric(i, m); err != nil {
			return err
		}
	}
	if err := o.checkSplit(); err != nil {
		return err
	}
	if err := o.checkWeights(); err != nil {
		return err
	}
	if err := checkCallbacks(o.Callbacks); err != nil {
		return err
	}
	if err := o.settleCheckpoint(); err != nil {
		return err
	}
	return o.settleStop()
}

func (o *Options) setDefaults() {
	if o.Optimizer == nil {
		o.Optimizer = Adam{}
	}
	if o.Schedule == nil {
		o.Schedule = schedule.Constant(0.001)
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
	case m.invalid != nil:
		return errors.Wrapf(m.invalid, "Options.Metrics: metric %q", m.Name)
	}
	_, err := m.meter()
	return errors.Wrap(err, "Options.Metrics")
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
