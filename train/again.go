package train

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// This file computes loss and gradients anew within a step: Step.Again.

// present is the step that is being made.
type present struct {
	s     *session // nil outside of Optimizer.Update
	index []int
	after stateCopy               // what the step has made of the states
	err   error                   // the first one of again that is not about numbers
	again func() (float64, error) // computeAgain, to be given to each step
}

// begin lets the Optimizer compute the step on the examples of index anew.
func (p *present) begin(s *session, index []int) {
	p.s, p.index, p.err = s, append(p.index[:0], index...), nil // the caller's stays on its stack
}

// end returns the error that ends the step, if there is one.
func (p *present) end() error {
	p.s = nil
	return p.err
}

// computeAgain is Step.Again. The run begins with the states from before the step, as the
// first one did.
func (t *Trainer) computeAgain() (float64, error) {
	p := &t.now
	if p.s == nil {
		return 0, mistake.Optionf("Step.Again: got a call outside of Optimizer.Update, want it within")
	}
	if err := t.view.shareParams(); err != nil {
		p.err = err
		return 0, err
	}
	p.after.keep(t.params)
	t.states.restore(t.params)
	loss, err := t.compute(p.s, p.index)
	p.after.restore(t.params)
	switch {
	case err == nil && !isFinite(loss):
		return loss, mistake.Newf(ErrNotFinite, "got the loss %v, want a finite number", loss)
	case err != nil && !errors.Is(err, ErrNotFinite) && p.err == nil:
		p.err = err
	}
	return loss, err
}
