package train

import (
	"slices"
	"time"
)

// History is what happened in each epoch of a training. It can be written as JSON and read
// again: NaN and infinities, which JSON does not have, are the strings "NaN", "+Inf" and
// "-Inf". A nil History has no epochs.
type History struct {
	Epochs []Epoch
	// Notes say what the numbers do not: classes of the target that occur in
	// Options.Validation, but not in the training set; columns that Options.Recipe has found
	// constant. Options.Progress shows them before the first epoch.
	Notes []string `json:",omitempty"`
	// Steps are single steps, if a RateLog is one of Options.Callbacks.
	Steps []StepRate `json:",omitempty"`
	// Ended says why the last Fit ended.
	Ended End `json:",omitempty"`
	// Best is the number of the best epoch: the first one with the least loss on
	// Options.Validation, or with the best value of EarlyStopping.Metric. Options.Stop, which
	// has a MinDelta too, has put its parameters back. 0: no epoch was measured there.
	Best int `json:",omitempty"`
}

// Epoch is one pass over the training set.
type Epoch struct {
	Epoch        int           // the number of the epoch, from 1
	Step         int           // the number of steps made so far
	Loss         float64       // the mean over the examples, each before its step; NaN if none counted
	Validation   *float64      // the loss on Options.Validation after the epoch; nil without one
	Metrics      []Value       // after the epoch, in the order of Options.Metrics
	LearningRate float64       // of the last step
	Duration     time.Duration // of the steps, without the evaluation
}

// Metric returns the value of the metric of that name, and whether there is one.
func (e Epoch) Metric(name string) (float64, bool) { return find(e.Metrics, name) }

// Last returns the last epoch; the zero Epoch if there is none.
func (h *History) Last() Epoch {
	if h == nil || len(h.Epochs) == 0 {
		return Epoch{}
	}
	return h.Epochs[len(h.Epochs)-1]
}

func (h *History) epochs() []Epoch {
	if h == nil {
		return nil
	}
	return h.Epochs
}

// clone returns a copy.
func (h *History) clone() *History {
	out := *h
	out.Epochs = slices.Clone(h.Epochs)
	return &out
}

// Losses returns the training loss of each epoch.
func (h *History) Losses() []float64 {
	out := make([]float64, len(h.epochs()))
	for i, e := range h.epochs() {
		out[i] = e.Loss
	}
	return out
}

// Validations returns the validation loss of each epoch that has one.
func (h *History) Validations() []float64 {
	var out []float64
	for _, e := range h.epochs() {
		if e.Validation != nil {
			out = append(out, *e.Validation)
		}
	}
	return out
}

// TrainingTime returns the time that all steps took together.
func (h *History) TrainingTime() time.Duration {
	var d time.Duration
	for _, e := range h.epochs() {
		d += e.Duration
	}
	return d
}
