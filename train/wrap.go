package train

import (
	"github.com/symgrad/symgrad/internal/mistake"
)

// Wrapper is an Optimizer that works on top of another one. ClipNorm, ClipParam, ClipValue,
// EMA, SWA, Lookahead, MaxNorm and Maximize are Wrappers. They go into each other in any
// order; the outer one sees gradients first, and parameters last:
//
//	train.EMA{Optimizer: train.ClipNorm{Optimizer: train.AdamW{}, Norm: 1}}
//
// A Wrapper of yours appends its slots to those of the other Optimizer, and finds them by
// View.Slot.
type Wrapper interface {
	Optimizer
	// Unwrap returns the other Optimizer.
	Unwrap() Optimizer
}

// inner returns the Optimizer that a Wrapper works on top of: by default Adam{}.
func inner(o Optimizer) Optimizer {
	if o == nil {
		return Adam{}
	}
	return o
}

// validateInner returns what the other Optimizer of a Wrapper does not accept.
func validateInner(setting string, o Optimizer) error {
	o = inner(o)
	if mistake.IsNil(o) {
		return mistake.Optionf("%s: got a nil %T, want a value", setting, o)
	}
	if v, ok := o.(Validator); ok {
		return v.Validate()
	}
	return nil
}

// changer changes gradients before another Optimizer sees them, and the loss with them.
type changer interface {
	change(v *View, loss float64) (float64, error)
}

// updateChanged lets o make the step s with the gradients that c changes, those of
// Step.Again too.
func updateChanged[C changer](c C, o Optimizer, s Step, v *View) {
	if v == nil {
		return
	}
	var err error
	if s.Loss, err = c.change(v, s.Loss); err != nil {
		v.Fail(err)
		return
	}
	if s.Again == nil {
		o.Update(s, v)
		return
	}
	h := freeHook[C](v)
	h.c, h.again, h.used = c, s.Again, true
	defer func() { h.used = false }()
	s.Again = h.run
	o.Update(s, v)
}

// hook is Step.Again with changed gradients. It is kept to be used again.
type hook[C changer] struct {
	c     C
	again func() (float64, error)
	run   func() (float64, error)
	used  bool // by a Wrapper that has not returned
}

// freeHook returns a hook that v has, or a new one.
func freeHook[C changer](v *View) *hook[C] {
	for _, x := range v.hooks {
		if h, ok := x.(*hook[C]); ok && !h.used {
			return h
		}
	}
	h := &hook[C]{}
	h.run = func() (float64, error) {
		loss, err := h.again()
		if err != nil {
			return loss, err
		}
		return h.c.change(v, loss)
	}
	v.hooks = append(v.hooks, h)
	return h
}
