package train

import (
	"math"

	"github.com/symgrad/symgrad/train/data"
)

// Metric measures how well outputs meet targets. It is a name and a maker of
// Meters, so it may be shared.
type Metric struct {
	Name  string
	Start func() Meter
	// Check, if it is not nil, says why outputs and targets cannot be compared. It
	// is called before a Fit's first step and before an evaluation.
	Check func(p Pair) error
}

// Pair is what a metric compares.
type Pair struct {
	Output []int      // shape of the output for one example: [C], [T, C]
	Target data.Field // with all examples

	// Ignores says that labels of the value Ignore do not count in the loss, and so
	// not in a metric.
	Ignores bool
	Ignore  int
}

// Meter adds up one pass over a data set. It is for one goroutine.
type Meter interface {
	Add(b Scored)
	Value() float64
}

// Scored is a batch of outputs and their targets. It is valid during Add only.
type Scored struct {
	N      int       // examples
	Shape  []int     // of Output, N first; nil: [N, len(Output)/N]
	Output []float64 // row-major
	Target []float64 // N rows, row-major; nil for labels
	Label  []int     // N rows, row-major; nil for numbers

	Ignores bool // labels of the value Ignore do not count
	Ignore  int
}

// counts says whether label i counts.
func (b Scored) counts(i int) bool { return !b.Ignores || b.Label[i] != b.Ignore }

// last is the extent of the output's last axis.
func (b Scored) last() int {
	if n := len(b.Shape); n > 0 {
		return b.Shape[n-1]
	}
	return len(b.Output) / b.N
}

// target is element i of the targets as a number, and whether it counts.
func (b Scored) target(i int) (y float64, counts bool) {
	if b.Label != nil {
		return float64(b.Label[i]), b.counts(i)
	}
	return b.Target[i], true
}

// Predicted is the class that the outputs for one label say: the index of the
// largest, the first of equal ones, or with a single output 1 if it is at least 0.5
// and else 0. It is -1 if there is no output or one is NaN.
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
