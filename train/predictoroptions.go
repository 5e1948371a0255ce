package train

import (
	"math"
	"runtime"
	"time"

	"github.com/symgrad/symgrad/internal/mistake"
)

// PredictorOptions are the settings of a Predictor. The zero value is what Open uses.
type PredictorOptions struct {
	// BatchSize is the largest number of examples that are computed at once; default 32, that
	// of Options.EvalBatch. Results have the same bits for any number, as Trainer.Predict has them.
	BatchSize int
	// Sizes is the number of batch sizes for which the compiled model is kept; default 8. They
	// grow from 1 to BatchSize by a factor. Other batches, such as the last one of a call, are
	// computed by the program of the next larger size, with copies of an example at the end.
	//
	// The random numbers that a model draws in prediction depend on the batch. For such a model
	// a program of each size that comes up is compiled, and the one that was used longest ago
	// is dropped.
	Sizes int
	// Parallel is the number of batches that are computed at the same time, whatever the
	// number of goroutines that ask; default runtime.GOMAXPROCS(0). Each has memory of its
	// own, which is used again.
	Parallel int
	// Workers is the number of threads of one batch; default 1: batches that are computed at the
	// same time make better use of the processor. Results have the same bits for any number.
	Workers int
	// MemoryLimit is the number of bytes that the model may need for one batch size; default
	// as in graph.Options.
	MemoryLimit int64
	// AllowNonFinite accepts parameters that are NaN or infinite, which are refused otherwise.
	AllowNonFinite bool
	// AllowNonFiniteInputs returns what the model makes of NaN and infinities. By default a row is
	// refused whose output is then NaN or infinite too.
	AllowNonFiniteInputs bool
	// Unknown is called with the number of rows whose text is in no category, and with their column,
	// where the plan takes such texts (data.CSVColumn.IgnoreUnknown). Calls for one column may follow
	// each other, and come from all goroutines that ask. The default is nil: none is told.
	Unknown func(column string, rows int)
	// Gather puts the examples of calls that come at the same time into one batch. The zero
	// value does not.
	Gather Gather
	// Follow is a number of steps: the Predictor takes over the parameters of the Trainer each
	// time it has made that many, and at the end of each Fit. With the first ones it learns what
	// the Trainer did not know before: names, classes and a fitted recipe. With 0 only Update does
	// so. It is for Trainer.NewPredictor.
	Follow int
}

// Gather says how the examples of several calls become one batch. That is for many small calls
// of a model whose batches cost little more than single examples.
//
// The first call of a batch computes it, while the others wait for their results; there is no
// goroutine in the background. Each call gets the bits that it would get alone. Only its own
// context ends it, and what is wrong with its examples is its own error. Calls of more than
// Examples, and models that draw random numbers in prediction, have batches of their own.
type Gather struct {
	// Examples is the most in a batch, up to BatchSize; 0 or 1: nothing is gathered.
	Examples int
	// Wait is the longest time that a call waits for others. With 0 it does not, and takes those
	// that come while all programs are at work (Parallel): no call then waits longer than
	// without gathering.
	Wait time.Duration
}

// settle checks the options and fills in the defaults.
func (o *PredictorOptions) settle() error {
	for _, s := range []struct {
		name      string
		n         *int
		byDefault int
	}{{"BatchSize", &o.BatchSize, 32}, {"Sizes", &o.Sizes, 8}, {"Parallel", &o.Parallel, runtime.GOMAXPROCS(0)}, {"Workers", &o.Workers, 1},
		{"Gather.Examples", &o.Gather.Examples, 0}, {"Follow", &o.Follow, 0}} {
		if *s.n < 0 {
			return mistake.Optionf("PredictorOptions.%s: got %d, want at least 0", s.name, *s.n)
		}
		if *s.n == 0 {
			*s.n = s.byDefault
		}
	}
	switch g := o.Gather; {
	case g.Examples > o.BatchSize:
		return mistake.Optionf("PredictorOptions.Gather.Examples: got %d, want at most %d (BatchSize)", g.Examples, o.BatchSize)
	case g.Wait < 0:
		return mistake.Optionf("PredictorOptions.Gather.Wait: got %v, want at least 0", g.Wait)
	case g.Wait > 0 && g.Examples < 2:
		return mistake.Optionf("PredictorOptions.Gather: got the Wait %v for %d examples, want 2 or more to gather", g.Wait, g.Examples)
	}
	return nil
}

// limit makes batches no larger than the model takes.
func (o *PredictorOptions) limit(m Model) {
	o.BatchSize = atMost(m, o.BatchSize)
	o.Gather.Examples = min(o.Gather.Examples, o.BatchSize)
}

// sizesOf returns the batch sizes that programs are compiled for: at most so many, from the
// least that the model takes to the largest, by a factor.
func sizesOf(least, largest, most int) (out []int) {
	if largest <= least {
		return []int{least}
	}
	for i := range most - 1 {
		n := int(math.Ceil(float64(least) * math.Pow(float64(largest)/float64(least), float64(i)/float64(most-1))))
		if n < largest && (len(out) == 0 || n > out[len(out)-1]) {
			out = append(out, n)
		}
	}
	return append(out, largest)
}
