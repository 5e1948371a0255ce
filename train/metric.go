package train

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Metric measures how well outputs agree with targets. It holds a name and functions
// only, so one Metric may serve several trainers.
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
}

// Pair is what a Metric compares, for its Check.
type Pair struct {
	Output []int      // the shape of the output for one example: [C], [T, C]
	Target data.Field // the field of the targets, with all examples

	Ignores bool // targets equal to Ignore do not count, neither in the loss nor in metrics
	Ignore  int
}

// Meter measures one pass over a data set. It is for one goroutine.
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
}

// counts reports whether label i counts.
func (b Scored) counts(i int) bool { return !b.Ignores || b.Label[i] != b.Ignore }

// last returns the extent of the output's last axis.
func (b Scored) last() int {
	if n := len(b.Shape); n > 0 {
		return b.Shape[n-1]
	}
	return len(b.Output) / b.N
}

// target returns element i of the targets as a number, and whether it counts.
func (b Scored) target(i int) (y float64, counts bool) {
	if b.Label != nil {
		return float64(b.Label[i]), b.counts(i)
	}
	return b.Target[i], true
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
		if meter = m.Start(); isNil(meter) {
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
