package train

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// EarlyStopping ends a Fit when the model does not get better any more, and puts the best
// parameters and states back (Prechelt 1998):
//
//	train.Options{Epochs: 500, Validation: validation, Stop: &train.EarlyStopping{Patience: 20}}
//
// After each epoch Fit looks at the loss on Options.Validation, or at a metric there. If
// it is the best so far, parameters and states are copied. When the Fit ends, the copy is
// put back, whatever ended it: Patience, the last epoch, a callback, a step that fails, or the
// context. History.Best says which epoch the copy is from, and History.Ended why the Fit
// ended. Without a measured epoch the parameters stay as they are, and frozen ones always
// do. The slots of the optimizer are those of the last step. With EMA or SWA the copy is of
// the average, which is what was evaluated.
//
// A Fit that goes on after an error goes on with the parameters of the last step, unless
// somebody has changed those that were put back. It remembers the best epoch, so results
// have the same bits as without the error. If the evaluation of an epoch was cancelled, it
// is made first. Every other Fit begins with what is there, and looks for a best epoch of
// its own.
type EarlyStopping struct {
	Patience int     // epochs in a row that are not better, after which Fit ends; at least 1; default 10
	MinDelta float64 // by how much a better epoch must be better than the best one; at least 0; default 0
	Metric   string  // the name of one of Options.Metrics, whose Maximize says which values are better; default: the validation loss
}

// settleStop checks Options.Stop and fills in its defaults.
func (o *Options) settleStop() error {
	if o.Stop == nil {
		return nil
	}
	s := *o.Stop
	o.Stop = &s
	switch {
	case o.Validation == nil:
		return mistake.Optionf("Options.Stop: got no Options.Validation, want a data set to measure the epochs on")
	case s.Patience < 0:
		return mistake.Optionf("EarlyStopping.Patience: got %d, want at least 0", s.Patience)
	case s.Metric != "" && !slices.ContainsFunc(o.Metrics, func(m Metric) bool { return m.Name == s.Metric }):
		return mistake.Optionf("EarlyStopping.Metric: got %q, want the name of one of Options.Metrics", s.Metric)
	}
	if s.Patience == 0 {
		o.Stop.Patience = 10
	}
	return notNegative("EarlyStopping.MinDelta", s.MinDelta)
}

// measureOf returns the measure of an epoch by Options.Stop, or its validation loss, the
// smaller the better; NaN if it has none.
func (o *Options) measureOf(e Epoch) float64 {
	s := o.Stop
	if s == nil {
		s = &EarlyStopping{}
	}
	v := math.NaN()
	if m, ok := e.Metric(s.Metric); ok {
		v = m
	} else if s.Metric == "" && e.Validation != nil {
		v = *e.Validation
	}
	if slices.ContainsFunc(o.Metrics, func(m Metric) bool { return m.Name == s.Metric && m.Maximize }) {
		return -v
	}
	return v
}

// best returns the number of the best epoch so far; 0 for none.
func (t *Trainer) best() (epoch int) {
	if t.o.Stop != nil {
		return t.lookout.epoch
	}
	least := math.NaN()
	for _, e := range t.history.Epochs {
		if v := t.o.measureOf(e); v < least || math.IsNaN(least) && !math.IsNaN(v) {
			least, epoch = v, e.Epoch
		}
	}
	return epoch
}

// lookout keeps the best parameters of the epochs of a Fit, and of those that it goes on
// with.
type lookout struct {
	epoch   int     // the best one; 0 for none
	value   float64 // of it
	waited  int     // epochs since then
	best    snapshot
	last    snapshot // after the last step, if swapped
	swapped bool     // best was put back, and a Fit may go on with last
}

// see takes in an epoch. It reports whether the patience is at its end.
func (l *lookout) see(t *Trainer, e Epoch) (stop bool, err error) {
	s := t.o.Stop
	if s == nil {
		return false, nil
	}
	t.again()
	defer t.leave()
	l.waited++
	if v := t.o.measureOf(e); l.epoch == 0 && !math.IsNaN(v) || v < l.value-s.MinDelta {
		l.epoch, l.value, l.waited = e.Epoch, v, 0
		_ = t.withAverage(func() error { l.best.keep(t.params); return nil })
	}
	return l.waited >= s.Patience, nil
}

// begin prepares for a Fit, which goes on where another one stopped or does not.
func (l *lookout) begin(t *Trainer, goesOn bool) {
	switch {
	case goesOn && l.swapped && l.best.same(t.params):
		l.last.restore(t.params)
	case l.swapped:
		t.restartAverage()
	}
	if !goesOn {
		l.epoch, l.waited = 0, 0
	}
	l.swapped = false
}

// end puts the best parameters back.
func (l *lookout) end(t *Trainer) error {
	t.again()
	defer t.leave()
	if l.epoch > 0 && t.o.Stop != nil {
		l.last.keep(t.params)
		l.swapped = true
		l.best.restore(t.params)
	}
	t.leadAll()
	return nil
}
