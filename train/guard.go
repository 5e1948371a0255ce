package train

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// This file makes steps that can be undone.

// Bounded is an Optimizer that knows which of its steps cannot overflow.
//
// Before a step that may overflow, the Trainer copies parameters and slots; after it, it
// checks them, and undoes a step that ends in NaN or infinities. That takes about as
// long as the update, and the memory of the copies. For an Optimizer without this method
// every step may overflow.
type Bounded interface {
	// Bound returns what is known about steps with the learning rate.
	Bound(rate float64) Bound
}

// Bound says which steps of an Optimizer cannot overflow. A number counts as moderate if
// it is at most 1e15 in float32, or at most 1e100 in float64. The zero value promises
// nothing.
type Bound struct {
	// Squares: the step squares gradients. A gradient whose square overflows is refused
	// before the step, like one that is not finite.
	Squares bool
	// Safe: if all gradients are moderate, parameters and slots are finite after the
	// step.
	Safe bool
	// Params: Safe needs moderate parameters too.
	Params bool
	// Slots: Safe needs moderate slots too, and leaves them moderate.
	Slots bool
}

// moderate32 and moderate64 bound the sum of squares of a run of moderate numbers. A
// step may multiply such numbers by moderateFactor: the largest float32 is 3e38.
const (
	moderate32     = 1e30
	moderate64     = 1e200
	moderateFactor = 1e17
)

// Fail says that a step cannot be made, for the reason err: a loss that Step.Again could not
// compute, for example. Update calls it at most once and returns. Trainer.Step then fails
// with err, and undoes the step if it has made a copy before it (see Bounded).
func (v *View) Fail(err error) {
	if v != nil && v.failed == nil {
		v.failed = err
	}
}

// Err returns what the last Update has given to Fail, and forgets it; nil if all is well.
func (v *View) Err() error {
	if v == nil {
		return nil
	}
	err := v.failed
	v.failed = nil
	return err
}

// smallMove is what can be added to any finite number of either type without overflow: less
// than half the distance between the two largest ones, which is 1e31 in float32.
const smallMove = 1e30

// boundOf returns what is known about steps of o.
func boundOf(o Optimizer, rate float64) Bound {
	if b, ok := o.(Bounded); ok {
		return b.Bound(rate)
	}
	return Bound{}
}

// step lets o make the step s. It returns what is not finite, if anything is: after
// StageGradient nothing has changed, and restore undoes a step after StageUpdate or
// after an error, which is a panic of o or what o has given to Fail.
func (v *View) step(o Optimizer, s Step) (bad Stage, err error) {
	update := func() error { o.Update(s, v); return v.failed }
	v.copied, v.failed, v.measure = false, nil, math.NaN()
	b := v.groups.bound(o, s.Rate)
	if v.safe(b) {
		return 0, try("Update", update)
	}
	ask := finite
	if b.Squares {
		ask = squaresFinite
	}
	if !v.all(ofGrad, ask) {
		return StageGradient, nil
	}
	v.keep()
	if err := try("Update", update); err != nil {
		return 0, err
	}
	ok := v.all(ofParam, finite)
	v.wild = false
	for i := range v.slots {
		ok = ok && v.all(of(i), finite) && isFinite(v.scalars[i])
		v.wild = v.wild || b.Slots && !v.all(of(i), moderate)
	}
	if !ok {
		return StageUpdate, nil
	}
	return 0, nil
}

// safe reports whether a step with the bound b cannot overflow.
func (v *View) safe(b Bound) bool {
	return b.Safe && v.all(ofGrad, moderate) && (!b.Params || v.all(ofParam, moderate)) && !(b.Slots && v.wild)
}

// question is what is asked of numbers.
type question uint8

const (
	finite        question = iota // is each finite?
	squaresFinite                 // is the square of each finite?
	moderate                      // is each moderate?
)

// asked is a question about parameters, gradients or a slot.
type asked struct {
	v *View
	q question
	of
}

// of says which numbers of a span are meant: those of the slot of this number, the
// parameters or the gradients.
type of int

const (
	ofParam of = -1
	ofGrad  of = -2
)

// all reports whether the answer is yes for all the numbers; it is for a scalar slot.
func (v *View) all(which of, q question) bool {
	return v.split.and(v.allHere(which, q))
}

// allHere is all for the numbers that this rank has.
func (v *View) allHere(which of, q question) bool {
	switch {
	case v.few && v.f32 != nil:
		return allIn(v.f32, v.joined, which, q, holds32)
	case v.few:
		return allIn(v.f64, v.joined, which, q, holds64)
	}
	v.bad.Store(false)
	Each(v, asked{v, q, which}, ask32, ask64)
	return !v.bad.Load()
}

// allIn is all for stretches of m.
func allIn[T Float](m *arena[T], list []stretch, which of, q question, holds func([]T, question) bool) bool {
	x := m.numbers(which)
	if x == nil { // a scalar
		return true
	}
	for _, s := range list {
		if !holds(x[s.lo:s.hi], q) {
			return false
		}
	}
	return true
}

// numbers returns those that are meant, of all parameters; nil for a scalar slot.
func (m *arena[T]) numbers(which of) []T {
	switch which {
	case ofParam:
		return m.param
	case ofGrad:
		return m.grad
	}
	return m.slot[which]
}

func ask32(a asked, x Span[float32]) {
	if !holds32(pick(x, a.of), a.q) {
		a.v.bad.Store(true)
	}
}

func ask64(a asked, x Span[float64]) {
	if !holds64(pick(x, a.of), a.q) {
		a.v.bad.Store(true)
	}
}

// pick returns the numbers of x that are meant.
func pick[T Float](x Span[T], which of) []T {
	switch which {
	case ofParam:
		return x.Param
	case ofGrad:
		return x.Grad
	}
	return x.Slot[which]
}

func holds32(x []float32, q question) bool {
	switch q {
	case moderate:
		return vec.F32.SquaresWithin(x, moderate32)
	case squaresFinite:
		return vec.F32.SquaresFinite(x)
	}
	return vec.F32.AllFinite(x)
}

func holds64(x []float64, q question) bool {
	switch q {
	case moderate:
		return vec.F64.SquaresWithin(x, moderate64)
	case squaresFinite:
		return vec.F64.SquaresFinite(x)
	}
	return vec.F64.AllFinite(x)
}

// keepMost is the number of elements up to which parameters and slots are copied
// before steps that a Program makes: so few that it takes some hundredths of them.
const keepMost = 4096

// keepFew is keep where there is little to copy.
func (v *View) keepFew() {
	v.copied = false
	n := 0
	if v.f32 != nil {
		n = len(v.f32.param) * (1 + len(v.slots))
	} else {
		n = len(v.f64.param) * (1 + len(v.slots))
	}
	if n <= keepMost {
		v.keep()
	}
}

// keep copies parameters and slots, for restore.
func (v *View) keep() {
	if v.f32 != nil {
		v.f32.room()
	} else {
		v.f64.room()
	}
	v.kept = append(v.kept[:0], v.scalars...)
	v.copyKept(false)
	v.copied = true
}

// restore undoes the step since keep. It returns false if nothing was copied.
func (v *View) restore() bool {
	if !v.copied {
		return false
	}
	copy(v.scalars, v.kept)
	v.copyKept(true)
	return true
}

// copyKept copies parameters and slots to the memory for copies, or back.
func (v *View) copyKept(back bool) {
	switch {
	case v.few && v.f32 != nil:
		v.f32.copyKept(v.joined, back)
	case v.few:
		v.f64.copyKept(v.joined, back)
	default:
		Each(v, keeping{v, back}, keep32, keep64)
	}
}

// copyKept is that of View for stretches of m.
func (m *arena[T]) copyKept(list []stretch, back bool) {
	for _, s := range list {
		copyEither(m.kept[0][s.lo:s.hi], m.param[s.lo:s.hi], back)
		for i, x := range m.slot {
			if x != nil {
				copyEither(m.kept[1+i][s.lo:s.hi], x[s.lo:s.hi], back)
			}
		}
	}
}

// room makes the memory for copies, once.
func (m *arena[T]) room() {
	if m.kept != nil {
		return
	}
	for _, s := range slices.Concat([][]T{m.param}, m.slot) {
		m.kept = append(m.kept, memory.Zeros[T](len(s)))
	}
}

// keeping copies spans to the memory for copies, or back.
type keeping struct {
	v    *View
	back bool
}

func keep32(a keeping, x Span[float32]) { keepSpan(a.v.f32.kept, x, a.back) }

func keep64(a keeping, x Span[float64]) { keepSpan(a.v.f64.kept, x, a.back) }

func keepSpan[T Float](kept [][]T, x Span[T], back bool) {
	at := x.Of.Offset() + x.Lo
	copyEither(kept[0][at:at+len(x.Param)], x.Param, back)
	for i, s := range x.Slot {
		if s != nil {
			copyEither(kept[1+i][at:at+len(s)], s, back)
		}
	}
}

func copyEither[T Float](copied, original []T, back bool) {
	if back {
		copy(original, copied)
	} else {
		copy(copied, original)
	}
}
