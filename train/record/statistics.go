package record

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train"
)

// Statistics measures weights and gradients every EverySteps steps, and gives the numbers
// to Recorders:
//
//	board := &record.TensorBoard{Dir: "runs/1"}
//	train.Options{Callbacks: []train.Callback{board, &record.Statistics{To: []record.Recorder{board}}}}
//
// For each parameter that is not frozen there are, under its NAME:
//
//	weights/NAME/norm     √Σw², after the step
//	weights/NAME/mean     the mean of the elements
//	weights/NAME/std      the root of their mean squared distance from the mean
//	weights/NAME/zero     the fraction of the elements that is 0
//	gradients/NAME/norm   and the other three
//	updates/NAME          ‖w after − w before‖ / ‖w before‖, the update ratio
//
// weights/norm, gradients/norm and updates are those of all parameters together. The update
// ratio of weights that were 0 is NaN or +Inf. A ratio near 0.001 is usual; one far
// below learns slowly, one far above may diverge.
//
// Gradients are those of the batch, as the Optimizer has left them. To read them costs a
// step of SGD{} the fusion of its update: see train.GradientReader. A measured step
// also copies the weights once. The other steps cost nothing.
//
// Use a pointer. Errors of its events: ErrOption for a negative EverySteps, and for no
// Recorder or a nil one; those of the Recorders.
type Statistics struct {
	EverySteps int        // measure each step whose number is a multiple; default 100
	To         []Recorder // what writes the numbers; list them in Options.Callbacks before
	Histograms bool       // give the distributions of weights and gradients to TensorBoards too

	of     []*graph.Param // what before holds
	before []float64      // the weights before the step, if it will be measured
	list   []train.Value
	parts  struct{ weight, gradient, old, update []float64 } // norms of each parameter
}

// ReadsGradients reports that Statistics reads gradients.
func (s *Statistics) ReadsGradients() bool { return true }

func (s *Statistics) every() int {
	if s.EverySteps == 0 {
		return 100
	}
	return s.EverySteps
}

// On measures a step.
func (s *Statistics) On(e train.Event) error {
	switch e := e.(type) {
	case *train.FitStart:
		if err := s.check(); err != nil {
			return err
		}
		s.prepare(e.Trainer.Model().Params(), e.Trainer.Position().Step)
	case *train.StepEnd:
		p := e.Trainer.Model().Params()
		if e.Step%s.every() == 0 {
			if err := s.measure(p, e.Step); err != nil {
				return err
			}
		}
		s.prepare(p, e.Step)
	}
	return nil
}

func (s *Statistics) check() error {
	switch {
	case s.EverySteps < 0:
		return mistake.Optionf("record: Statistics.EverySteps: got %d, want at least 0", s.EverySteps)
	case len(s.To) == 0:
		return mistake.Optionf("record: Statistics.To: got no Recorder, want one or more")
	}
	for i, r := range s.To {
		if r == nil {
			return mistake.Optionf("record: Statistics.To: recorder %d: got nil, want a value", i)
		}
	}
	return nil
}

// prepare copies the weights if the next step will be measured.
func (s *Statistics) prepare(p *graph.Params, steps int) {
	if (steps+1)%s.every() != 0 {
		return
	}
	s.of, s.before = s.of[:0], s.before[:0]
	moving(p,
		func(q *graph.Param, w, _ []float32) { s.of, s.before = append(s.of, q), appendWide(s.before, w) },
		func(q *graph.Param, w, _ []float64) { s.of, s.before = append(s.of, q), append(s.before, w...) })
}

func appendWide(to []float64, v []float32) []float64 {
	for _, x := range v {
		to = append(to, float64(x))
	}
	return to
}

// measure gives the numbers of a step to the Recorders.
func (s *Statistics) measure(p *graph.Params, step int) error {
	s.list = s.list[:0]
	n := &s.parts
	n.weight, n.gradient, n.old, n.update = n.weight[:0], n.gradient[:0], n.old[:0], n.update[:0]
	at := 0
	moving(p,
		func(q *graph.Param, w, g []float32) { at = parameter(s, q, w, g, at) },
		func(q *graph.Param, w, g []float64) { at = parameter(s, q, w, g, at) })
	s.of = s.of[:0]
	s.list = append(s.list,
		train.Value{Name: "weights/norm", Value: hypot(n.weight)},
		train.Value{Name: "gradients/norm", Value: hypot(n.gradient)},
		train.Value{Name: "updates", Value: hypot(n.update) / hypot(n.old)})
	for _, r := range s.To {
		if err := s.give(r, p, step); err != nil {
			return errors.Wrapf(err, "record: Statistics: %T", r)
		}
	}
	return nil
}

// parameter adds the numbers of a parameter, whose weights before the step begin at the
// given index of s.before. It returns the index of the next one's.
func parameter[T float32 | float64](s *Statistics, q *graph.Param, w, g []T, at int) int {
	a, b := momentsOf(w), momentsOf(g)
	for _, x := range []struct {
		under string
		m     moments
	}{{"weights/", a}, {"gradients/", b}} {
		name := x.under + q.Name
		s.list = append(s.list, train.Value{Name: name + "/norm", Value: x.m.norm}, train.Value{Name: name + "/mean", Value: x.m.mean},
			train.Value{Name: name + "/std", Value: x.m.std}, train.Value{Name: name + "/zero", Value: x.m.zero})
	}
	update := math.NaN()
	if i := len(s.parts.weight); i < len(s.of) && s.of[i] == q { // else it was frozen before the step
		change := s.before[at : at+len(w)] // in its place
		old := rootOfSquares(change, 0)
		for i, x := range w {
			change[i] = float64(x) - change[i]
		}
		norm := rootOfSquares(change, 0)
		s.parts.old, s.parts.update = append(s.parts.old, old), append(s.parts.update, norm)
		update = norm / old
	}
	s.list = append(s.list, train.Value{Name: "updates/" + q.Name, Value: update})
	s.parts.weight, s.parts.gradient = append(s.parts.weight, a.norm), append(s.parts.gradient, b.norm)
	return at + len(w)
}

// give gives the numbers to one Recorder.
func (s *Statistics) give(r Recorder, p *graph.Params, step int) error {
	if err := r.Values(step, s.list); err != nil || !s.Histograms {
		return err
	}
	to, ok := r.(distributor)
	if !ok {
		return nil
	}
	var err error
	histograms(p, true, true, func(name string, d distribution) {
		if err == nil {
			err = to.distribution(step, name, d)
		}
	})
	return err
}
