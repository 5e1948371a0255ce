package train

import (
	"fmt"
	"math"
	"strings"
	"sync/atomic"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// NotFiniteError is the error of a step whose loss, gradient or result is NaN or
// infinite. It wraps ErrNotFinite; find it with errors.As.
//
// Loss and gradients are looked at before the optimizer changes anything: the
// parameters and the optimizer's state are then those before the step, and the
// step is not counted. Two things can only be seen when the step is made: one so
// large that it overflows, and a bad gradient of SGD{}, whose steps are made within
// the run that computes the gradients. Of models of up to 4096 numbers, the
// optimizer's state among them, a copy is kept, and they too are as before the step
// (Kept is true). Of larger ones the parameters are lost: load them from a file, or
// draw them anew. Options.Diagnose makes the steps of SGD{} after the run, and so
// a bad gradient leaves the parameters as they were.
type NotFiniteError struct {
	Step  int     // steps made before it
	Rate  float64 // the learning rate
	Loss  float64 // of the batch, before the step
	What  string  // what is not finite: "loss", "gradient" or "step"
	Param string  // the first parameter whose gradient or value is not finite, "" for none
	Kept  bool    // parameters and optimizer state are those before the step

	// Node is the first node that was not finite, with Options.Diagnose; nil if it
	// was not looked for or not found.
	Node *BadNode
}

// Error says all of it in one line.
func (e *NotFiniteError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "train: step %d, learning rate %v: ", e.Step, e.Rate)
	switch e.What {
	case "loss":
		fmt.Fprintf(&b, "got the loss %v", e.Loss)
		if e.Param != "" {
			fmt.Fprintf(&b, "; the parameter %q is not finite", e.Param)
		}
	case "gradient":
		fmt.Fprintf(&b, "the gradient of the parameter %q is not finite, the loss is %v", e.Param, e.Loss)
	default:
		fmt.Fprintf(&b, "the step makes the parameter %q not finite, the loss is %v", e.Param, e.Loss)
	}
	if e.Node != nil {
		fmt.Fprintf(&b, "; the first node that is not finite is %v", e.Node)
	}
	if e.Kept {
		b.WriteString("; parameters and optimizer state are those before the step")
	} else {
		b.WriteString("; the parameters are lost")
	}
	return b.String()
}

// Unwrap is ErrNotFinite.
func (e *NotFiniteError) Unwrap() error { return ErrNotFinite }

// notFinite completes the error e of a step on the examples of index.
func (t *Trainer) notFinite(s *session, index []int, e NotFiniteError) error {
	e.Step = t.step
	switch e.What {
	case "loss":
		e.Param = t.badParam(false)
	case "gradient":
		e.Param = t.badParam(true)
	default:
		e.Param = t.badParam(false)
		e.Kept = t.vars.restore()
	}
	if t.o.Diagnose && e.Kept {
		e.Node = t.diagnose(s, index, &e)
	}
	return &e
}

// badParam is the name of the first parameter that is not finite, or whose gradient
// is not; "" if all are.
func (t *Trainer) badParam(grad bool) string {
	for i, q := range t.params.List() {
		if grad && t.varsOf != nil && !t.varsOf.moved[i] {
			continue
		}
		lo, hi := q.Offset(), q.Offset()+q.Size()
		p32, g32 := t.params.Flat32()
		p64, g64 := t.params.Flat64()
		if grad {
			p32, p64 = g32, g64
		}
		if p32 != nil && !vec.AllFiniteF32(p32[lo:hi]) || p64 != nil && !vec.AllFiniteF64(p64[lo:hi]) {
			return q.Name
		}
	}
	return ""
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// finiteGrads says whether all gradients are finite.
func (v Vars) finiteGrads() bool {
	if v.F32 != nil {
		return v.F32.allFinite(v.F32.Grad)
	}
	return v.F64.allFinite(v.F64.Grad)
}

// finiteParams says whether all parameters are finite.
func (v Vars) finiteParams() bool {
	if v.F32 != nil {
		return v.F32.allFinite(v.F32.Param)
	}
	return v.F64.allFinite(v.F64.Param)
}

// finiteLoop looks for elements that are not finite.
type finiteLoop[T float32 | float64] struct {
	of  []T
	bad atomic.Bool
}

func (l *finiteLoop[T]) run(_ *Flat[T], s Span) {
	part := l.of[s.Lo:s.Hi]
	if p32, ok := float32s(part); ok {
		if !vec.AllFiniteF32(p32) {
			l.bad.Store(true)
		}
		return
	}
	if !vec.AllFiniteF64(float64s(part)) {
		l.bad.Store(true)
	}
}

// allFinite says whether a, which is as long as the parameters, is finite where
// they move.
func (f *Flat[T]) allFinite(a []T) bool {
	f.finite.of = a
	f.finite.bad.Store(false)
	f.each(&f.finite)
	return !f.finite.bad.Load()
}

// keepMost is the number of elements up to which parameters and slots are copied
// before a step: so few that it takes some hundredths of it.
const keepMost = 4096

// keep copies parameters and slots, if they are few.
func (v Vars) keep() {
	if v.F32 != nil {
		v.F32.keep()
		return
	}
	v.F64.keep()
}

// restore undoes the step since keep, if that has a copy.
func (v Vars) restore() bool {
	if v.F32 != nil {
		return v.F32.restore()
	}
	return v.F64.restore()
}

func (f *Flat[T]) keep() {
	n := len(f.Param)
	if n*(1+len(f.Slot)) > keepMost {
		return
	}
	if f.kept == nil {
		f.kept = make([]T, n*(1+len(f.Slot)))
	}
	copy(f.kept, f.Param)
	for i, s := range f.Slot {
		copy(f.kept[(i+1)*n:], s)
	}
}

func (f *Flat[T]) restore() bool {
	if f.kept == nil {
		return false
	}
	n := len(f.Param)
	copy(f.Param, f.kept)
	for i, s := range f.Slot {
		copy(s, f.kept[(i+1)*n:])
	}
	return true
}
