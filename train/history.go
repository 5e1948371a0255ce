package train

import "time"

// History is what happened in each epoch of a Fit. It can be written as JSON and
// read again: numbers that JSON does not have are the strings "NaN", "+Inf" and
// "-Inf". A nil History has no epochs.
type History struct {
	Epochs []Epoch
	// Notes say what the figures do not: classes of the target that
	// Options.Validation has and the training set has not. Options.Progress shows
	// them before the first epoch.
	Notes []string `json:",omitempty"`
}

// Epoch is one pass over the training set.
type Epoch struct {
	Epoch        int           // from 1
	Step         int           // steps made so far
	Loss         float64       // mean over the epoch's examples, each before its step; NaN if none counted
	Validation   *float64      // loss on Options.Validation after it, nil without one
	Metrics      []Value       // after it
	LearningRate float64       // of the last step
	Duration     time.Duration // of the steps, without the evaluation
}

// Metric is the value of that name, and whether there is one.
func (e Epoch) Metric(name string) (float64, bool) { return find(e.Metrics, name) }

// Last is the last epoch; the zero Epoch if there is none.
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

// Losses are the training losses of the epochs.
func (h *History) Losses() []float64 {
	out := make([]float64, len(h.epochs()))
	for i, e := range h.epochs() {
		out[i] = e.Loss
	}
	return out
}

// Validations are the validation losses of the epochs that have one.
func (h *History) Validations() []float64 {
	var out []float64
	for _, e := range h.epochs() {
		if e.Validation != nil {
			out = append(out, *e.Validation)
		}
	}
	return out
}

// TrainingTime is the time that all steps took.
func (h *History) TrainingTime() time.Duration {
	var d time.Duration
	for _, e := range h.epochs() {
		d += e.Duration
	}
	return d
}
