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
// Loss and gradients are looked at before the optimizer changes anything, and a step
// that may overflow is made with a copy of the parameters and of the optimizer's state
// at hand, which are then those before the step (Kept is true). The step is not
// counted.
//
// Two kinds of optimizers can lose parameters. Steps of SGD{} are made within the run
// that computes the gradients, where a bad gradient or an overflow shows only
// afterwards; an optimizer of your own may overflow at any step. Of models of up to
// 4096 numbers, the optimizer's state among them, a copy is kept for these too. Of
// larger ones the parameters are lost: load them from a file, or draw them anew.
// Options.Diagnose makes the steps of SGD{} after the run, and so nothing is lost.
type NotFiniteError struct {
	Step  int     // steps made before it
	Rate  float64 // the learning rate
	Loss  float64 // of the batch, before the step
	What  string  // what is not finite: "loss", "gradient" or "step"
	Param string  // the first parameter whose gradient or value is not finite, "" for none
	State bool    // not the parameter's value but the optimizer's state is not finite after the step
	Large bool    // the gradient is finite, but its square, which Adam and AdamW take, is not
	Kept  bool    // parameters and optimizer state are those before the step

	// Node is the first node that was not finite, with Options.Diagnose; nil if it
	// was not looked for or not found.
	Node *BadNode

	blind bool // without Options.Diagnose
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
		of := ""
		if e.State {
			of = "optimizer's state of the "
		}
		fmt.Fprintf(&b, "the step makes the %sparameter %q not finite, the loss is %v", of, e.Param, e.Loss)
	}
	switch {
	case e.Node != nil:
		fmt.Fprintf(&b, "; the first node that is not finite is %v", e.Node)
	case e.blind:
		b.WriteString("; Options.Diagnose finds the node where that begins")
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
		e.Param = t.badGrad(finite)
		if e.Param == "" {
			e.Param, e.Large = t.badGrad(squaresFinite), true
		}
	default:
		if e.Param = t.badParam(); e.Param == "" {
			e.Param, e.State = t.badSlot(), true
		}
		e.Kept = t.vars.restore()
	}
	e.blind = !t.o.Diagnose
	if t.o.Diagnose && e.Kept {
		e.Node = t.diagnose(s, index, &e)
	}
	return &e
}

// badParam is the name of the first parameter that is not finite, "" if all are.
func (t *Trainer) badParam() string {
	p32, _ := t.params.Flat32()
	p64, _ := t.params.Flat64()
	return t.first(func(lo, hi, _ int) bool { return unlike(p32, p64, lo, hi, finite) })
}

// badGrad is that of the first whose gradient is not finite, or its square, and
// badSlot that of the first whose optimizer state is not.
func (t *Trainer) badGrad(q question) string {
	_, g32 := t.params.Flat32()
	_, g64 := t.params.Flat64()
	return t.first(func(lo, hi, i int) bool { return t.varsOf.moved[i] && unlike(g32, g64, lo, hi, q) })
}

func (t *Trainer) badSlot() string {
	return t.first(func(lo, hi, _ int) (bad bool) {
		if v := t.vars.F32; v != nil {
			for _, s := range v.Slot {
				bad = bad || unlike(s, nil, lo, hi, finite)
			}
			return bad
		}
		for _, s := range t.vars.F64.Slot {
			bad = bad || unlike(nil, s, lo, hi, finite)
		}
		return bad
	})
}

// unlike says whether the answer is no for elements of the one that is not nil.
func unlike(a []float32, b []float64, lo, hi int, q question) bool {
	return a != nil && !holds(a[lo:hi], q) || b != nil && !holds(b[lo:hi], q)
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

// question is what is asked of numbers.
type question uint8

const (
	finite        question = iota // is each finite?
	squaresFinite                 // is the square of each?
	calm                          // are they far from overflow: see calm32
)

// holds says whether the answer for v is yes.
func holds[T float32 | float64](v []T, q question) bool {
	v32, ok := float32s(v)
	switch {
	case ok && q == calm:
		return vec.SquaresWithinF32(v32, calm32)
	case ok && q == squaresFinite:
		return vec.SquaresFiniteF32(v32)
	case ok:
		return vec.AllFiniteF32(v32)
	case q == calm:
		return vec.SquaresWithinF64(float64s(v), calm64)
	case q == squaresFinite:
		return vec.SquaresFiniteF64(float64s(v))
	}
	return vec.AllFiniteF64(float64s(v))
}

// questionLoop asks it of a run of numbers that is as long as the parameters.
type questionLoop[T float32 | float64] struct {
	of  []T
	q   question
	bad atomic.Bool
}

func (l *questionLoop[T]) run(_ *Flat[T], s Span) {
	if !holds(l.of[s.Lo:s.Hi], l.q) {
		l.bad.Store(true)
	}
}

// all says whether the answer is yes for a, which is as long as the parameters, where
// they move.
func (f *Flat[T]) all(a []T, q question) bool {
	f.asks.of, f.asks.q = a, q
	f.asks.bad.Store(false)
	f.each(&f.asks)
	return !f.asks.bad.Load()
}

// finiteParams says whether all parameters are finite.
func (v Vars) finiteParams() bool {
	if v.F32 != nil {
		return v.F32.all(v.F32.Param, finite)
	}
	return v.F64.all(v.F64.Param, finite)
}

// keepMost is the number of elements up to which parameters and slots are copied
// before each step: so few that it takes some hundredths of it.
const keepMost = 4096

// keep copies parameters and slots, if they are few.
func (v Vars) keep() {
	if v.F32 != nil {
		v.F32.keep(false)
		return
	}
	v.F64.keep(false)
}

// restore undoes the step since keep, if that has a copy.
func (v Vars) restore() bool {
	if v.F32 != nil {
		return v.F32.restore()
	}
	return v.F64.restore()
}

// keep copies parameters and slots, if they are few or always.
func (f *Flat[T]) keep(always bool) {
	f.kept = f.kept[:0]
	if always || len(f.Param)*(1+len(f.Slot)) <= keepMost {
		f.kept = append(f.kept, f.Param...)
		for _, s := range f.Slot {
			f.kept = append(f.kept, s...)
		}
	}
}

func (f *Flat[T]) restore() bool {
	n := len(f.Param)
	if len(f.kept) != n*(1+len(f.Slot)) {
		return false
	}
	copy(f.Param, f.kept)
	for i, s := range f.Slot {
		copy(s, f.kept[(i+1)*n:])
	}
	return true
}
