package train

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/schedule"
)

// This file asks Options.Schedule for the learning rates.

// checkSchedule returns what is wrong with Options.Schedule for parameters of type d.
func (o *Options) checkSchedule(d graph.DType) error {
	s := o.Schedule
	if mistake.IsNil(s) {
		return mistake.Optionf("Options.Schedule: got a nil %T, want a value", s)
	}
	err := try("Options.Schedule: Validate", func() error { return schedule.Validate(s) })
	if err != nil {
		return errors.Wrap(ofKind(err, ErrOption), "Options.Schedule")
	}
	schedule.Walk(s, func(s schedule.Schedule) {
		if p, ok := s.(schedule.Plateau); ok && err == nil {
			err = o.checkPlateau(p)
		}
	})
	if err != nil {
		return err
	}
	if rate, ok := s.(schedule.Constant); ok {
		return checkRate(float64(rate), schedule.Moment{}, d)
	}
	return nil
}

// checkPlateau returns an error for a Plateau that looks at what nothing measures, or the
// other way round.
func (o *Options) checkPlateau(p schedule.Plateau) error {
	if p.Metric == "" {
		switch {
		case o.Validation == nil:
			return mistake.Optionf("Options.Schedule: Plateau: got no Options.Validation, want a data set to measure the loss on, or a Metric")
		case p.Maximize:
			return mistake.Optionf("Plateau.Maximize: got true for the validation loss, want false: smaller losses are better")
		}
		return nil
	}
	i := slices.IndexFunc(o.Metrics, func(m Metric) bool { return m.Name == p.Metric })
	switch {
	case i < 0:
		return mistake.Optionf("Plateau.Metric: got %q, want the name of one of Options.Metrics", p.Metric)
	case o.Metrics[i].Maximize != p.Maximize:
		return mistake.Optionf("Plateau.Maximize: got %v for the metric %q, want %v, as in Metric.Maximize", p.Maximize, p.Metric, o.Metrics[i].Maximize)
	}
	return nil
}

// nextRate returns the learning rate of the next step.
func (t *Trainer) nextRate() (rate float64, err error) {
	if c, ok := t.o.Schedule.(schedule.Constant); ok { // which New has checked
		return float64(c), nil
	}
	t.noteMeasured()
	m := t.moment
	m.Step, m.Epoch = t.step, t.epoch
	err = try("Options.Schedule", func() error { rate = t.o.Schedule.At(m); return nil })
	if err == nil {
		err = checkRate(rate, m, t.params.DType())
	}
	return rate, err
}

// checkRate returns what is wrong with the learning rate of the step at m.
func checkRate(rate float64, m schedule.Moment, d graph.DType) error {
	switch {
	case math.IsNaN(rate) && m.Steps == 0:
		return mistake.Optionf("Options.Schedule: step %d: got the learning rate NaN, want a number; the number of all steps is known in Fit and Steps alone, so a schedule may need it as a setting, Steps", m.Step)
	case !(rate >= 0) || math.IsInf(rate, 0):
		return mistake.Optionf("Options.Schedule: step %d: got the learning rate %v, want a finite number of at least 0", m.Step, rate)
	case d == graph.Float32 && rate > math.MaxFloat32:
		return mistake.Optionf("Options.Schedule: step %d: got the learning rate %v, want one that %v can hold", m.Step, rate, d)
	}
	return nil
}

// noteMeasured lists what was measured in the epochs of the history for the Moment. It does
// something only at the first step after an epoch, or after Restore.
func (t *Trainer) noteMeasured() {
	done := t.history.Epochs
	from := len(t.moment.Measured[""])
	if from == len(done) {
		return
	}
	if from > len(done) || t.moment.Measured == nil {
		from, t.moment.Measured = 0, map[string][]float64{}
	}
	for _, e := range done[from:] {
		loss := math.NaN()
		if e.Validation != nil {
			loss = *e.Validation
		}
		t.moment.Measured[""] = append(t.moment.Measured[""], loss)
		for _, m := range t.o.Metrics {
			v, ok := e.Metric(m.Name)
			if !ok {
				v = math.NaN()
			}
			t.moment.Measured[m.Name] = append(t.moment.Measured[m.Name], v)
		}
	}
}
