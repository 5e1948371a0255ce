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
// large that it overflows (those of Adam and AdamW do not), and a bad gradient of SGD{}, whose steps are made within
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
	Large bool    // the gradient is finite, but its square, which Adam and AdamW take, is not
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
		what := "is not finite"
		if e.Large {
			what = "is so large that its square is not finite"
		}
		fmt.Fprintf(&b, "the gradient of the parameter %q %s, the loss is %v", e.Param, what, e.Loss)
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
		e.Param = t.badParam()
	case "gradient":
		e.Param = t.badGrad(false)
		if e.Param == "" {
			e.Param, e.Large = t.badGrad(true), true
		}
	default:
		e.Param = t.badParam()
		e.Kept = t.vars.restore()
	}
	if t.o.Diagnose && e.Kept {
		e.Node = t.diagnose(s, index, &e)
	}
	return &e
}

// badParam is the name of the first parameter that is not finite, badGrad that of
// the first whose gradient, or the square of it, is not; "" if all are.
func (t *Trainer) badParam() string {
	p32, _ := t.params.Flat32()
	p64, _ := t.params.Flat64()
	return t.first(func(lo, hi, _ int) bool {
		return p32 != nil && !finite(p32[lo:hi], false) || p64 != nil && !finite(p64[lo:hi], false)
	})
}

func (t *Trainer) badGrad(squares bool) string {
	_, g32 := t.params.Flat32()
	_, g64 := t.params.Flat64()
	return t.first(func(lo, hi, i int) bool {
		return t.varsOf.moved[i] && (g32 != nil && !finite(g32[lo:hi], squares) || g64 != nil && !finite(g64[lo:hi], squares))
	})
}

// first is the name of the first parameter for whose place and number bad holds.
func (t *Trainer) first(bad func(lo, hi, i int) bool) string {
	for i, q := range t.params.List() {
		if bad(q.Offset(), q.Offset()+q.Size(), i) {
			return q.Name
		}
	}
	return ""
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// finiteGrads says whether all gradients are finite, or their squares are.
func (v Vars) finiteGrads(squares bool) bool {
	if v.F32 != nil {
		return v.F32.allFinite(v.F32.Grad, squares)
	}
	return v.F64.allFinite(v.F64.Grad, squares)
}

// finiteParams says whether all parameters are finite.
func (v Vars) finiteParams() bool {
	if v.F32 != nil {
		return v.F32.allFinite(v.F32.Param, false)
	}
	return v.F64.allFinite(v.F64.Param, false)
}

// finiteLoop looks for elements that are not finite.
type finiteLoop[T float32 | float64] struct {
	of      []T
	squares bool // whose squares are not finite
	bad     atomic.Bool
}

func (l *finiteLoop[T]) run(_ *Flat[T], s Span) {
	if !finite(l.of[s.Lo:s.Hi], l.squares) {
		l.bad.Store(true)
	}
}

// finite says whether all elements, or their squares, are finite.
func finite[T float32 | float64](v []T, squares bool) bool {
	v32, ok := float32s(v)
	switch {
	case ok && squares:
		return vec.SquaresFiniteF32(v32)
	case ok:
		return vec.AllFiniteF32(v32)
	case squares:
		return vec.SquaresFiniteF64(float64s(v))
	}
	return vec.AllFiniteF64(float64s(v))
}

// allFinite says whether a, which is as long as the parameters, is finite where
// they move, or its squares are.
func (f *Flat[T]) allFinite(a []T, squares bool) bool {
	f.finite.of, f.finite.squares = a, squares
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

// boundedBy says whether a step with the rate lr is bounded by a small multiple of
// lr, whatever the gradients, if their squares are finite. Such steps cannot make a
// parameter infinite, and need not be looked at.
func boundedBy(o Optimizer, lr float64) bool {
	eps := 0.0
	switch a := o.(type) {
	case Adam:
		eps = or(a.Eps, 1e-8)
	case AdamW:
		eps = or(a.Eps, 1e-8)
	}
	return eps >= 1e-30 && lr <= 1e20 // eps is above 0 in float32 too
}
