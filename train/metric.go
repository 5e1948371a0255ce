package train

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Metric measures how well outputs agree with targets. It holds a name and functions
// only, so one Metric may serve several trainers.
//
// Metrics of this package leave out what does not count: labels that the loss ignores, and
// steps behind the end of a sequence, if the model says so by graph.Builder.CountSteps, as
// models.RNN does. They weigh examples by Options.SampleWeight, as scikit-learn does with
// sample_weight; an example of weight 0 does not count. A Meter of your own asks
// Scored.WeightAt.
//
// Their sums are of float64, with their rounding errors, so a value does not depend on how a
// data set is cut into batches. Their Meters do not allocate memory for a batch after the
// first one, except those of ROCAUC and AveragePrecision.
type Metric struct {
	Name string
	// Maximize says that larger values are better, as of an accuracy or R². By default
	// smaller ones are, as of an error. EarlyStopping looks for the best epoch by it.
	Maximize bool
	// Start returns a new Meter, for one pass over a data set. New calls it once to see
	// that it does.
	Start func() Meter
	// Check returns an error if outputs and targets cannot be compared. It is called
	// before the first step of a Fit and before an evaluation. Nil: everything can.
	Check func(p Pair) error

	invalid error // what is wrong with the settings of a ready-made metric; New returns it
}

// Pair is what a Metric compares, for its Check.
type Pair struct {
	Output []int      // the shape of the output for one example: [C], [T, C]
	Target data.Field // the field of the targets, with all examples

	Ignores bool // targets equal to Ignore do not count, neither in the loss nor in metrics
	Ignore  int

	ends *ends // nil: all steps count
}

// Counts reports whether an element of the row of an example in Target counts. What does not
// is a label equal to Ignore, and all that lies behind the length of the example (see
// graph.Builder.CountSteps).
func (p Pair) Counts(row, element int) bool {
	return p.ends.counts(row, element) && !(p.Ignores && p.Target.Integers() && p.Target.At(row, element) == float64(p.Ignore))
}

// find returns the first element that counts and for which wrong is true.
func (p Pair) find(wrong func(v float64) bool) (row, element int, v float64, found bool) {
	ignores := p.Ignores && p.Target.Integers()
	return p.ends.find(p.Target, func(v float64) bool { return wrong(v) && !(ignores && v == float64(p.Ignore)) })
}

// Meter measures one pass over a data set. It is for one goroutine. A method Notes() []string
// of it, if there is one, is called after Value, and what it returns gets into Result.Notes. A
// method Confusion() *ConfusionMatrix fills in Value.Confusion.
type Meter interface {
	// Add takes in one batch. It must not keep the slices of b.
	Add(b Scored)
	// Value returns the metric of all batches so far; NaN if nothing counted.
	Value() float64
}

// Scored is a batch of outputs with their targets, which are numbers or labels.
type Scored struct {
	N      int       // the number of examples
	Shape  []int     // the shape of Output, with N first; nil: [N, len(Output)/N]
	Output []float64 // row-major
	Target []float64 // the numbers of N examples, row-major; nil for labels
	Label  []int     // the labels of N examples, row-major; nil for numbers

	Ignores bool // labels equal to Ignore do not count
	Ignore  int

	// Counts says which elements of Target or Label count, one for each; nil: all do, but for
	// ignored labels. It is false for these and for all that lies behind the length of an
	// example (see graph.Builder.CountSteps).
	Counts []bool
	// Weight has the weight of each of the N examples, at least 0, from Options.SampleWeight;
	// nil: 1.
	Weight []float64
}

// counts reports whether element i of the targets counts.
func (b *Scored) counts(i int) bool {
	return (b.Counts == nil || b.Counts[i]) && (!b.Ignores || b.Label == nil || b.Label[i] != b.Ignore)
}

// last returns the extent of the last axis of the outputs for an example, 1 without axes.
func (b *Scored) last() int {
	switch n := len(b.Shape); n {
	case 0:
	case 1:
		return 1
	default:
		return b.Shape[n-1]
	}
	return len(b.Output) / b.N
}

// target returns element i of the targets as a number, and its weight.
func (b *Scored) target(i int) (y, weight float64) {
	if b.Label != nil {
		return float64(b.Label[i]), b.WeightAt(i, len(b.Label))
	}
	return b.Target[i], b.WeightAt(i, len(b.Target))
}

// Predicted returns the class that the outputs for one label stand for: the index of
// the largest output, and of equal ones the first. A single output is class 1 from 0.5
// on and class 0 below. Without outputs, or if one is NaN, the result is -1.
func Predicted(output []float64) int {
	if len(output) == 0 {
		return -1
	}
	best := 0
	for j, v := range output {
		if math.IsNaN(v) {
			return -1
		}
		if v > output[best] {
			best = j
		}
	}
	if len(output) == 1 {
		if output[0] >= 0.5 {
			return 1
		}
		return 0
	}
	return best
}

// meter returns a new Meter.
func (m Metric) meter() (meter Meter, err error) {
	err = try("Start", func() error {
		if meter = m.Start(); mistake.IsNil(meter) {
			return mistake.Optionf("Start: got a nil Meter, want a new one")
		}
		return nil
	})
	return meter, errors.Wrapf(err, "metric %q", m.Name)
}

// check returns why outputs and targets cannot be compared.
func (m Metric) check(p Pair) error {
	if m.Check == nil {
		return nil
	}
	return errors.Wrapf(try("Check", func() error { return m.Check(p) }), "metric %q", m.Name)
}
