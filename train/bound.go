package train

// This file says which steps cannot overflow, so that all others can be undone: before
// such a step parameters and slots are copied, and after it looked at.

// calm32 and calm64 are the sums of squares up to which a run of gradients or
// parameters counts as calm: none of them is larger than the root, 1e15 and 1e100.
const (
	calm32 = 1e30
	calm64 = 1e200
)

// rule is what a step of an optimizer with some rate needs of its operands.
type rule struct {
	known   bool // the optimizer is one of this package
	squares bool // it takes the squares of gradients, which must be finite
	bounded bool // its step cannot overflow where all that it reads is calm:
	params  bool // the gradients, with params the parameters too,
	slots   bool // and with slots the slots
}

// ruleOf derives the rule from the formulas of the optimizers, with calm numbers of at
// most L = 1e15 in float32, whose largest number is 3e38:
//
//	SGD    |v| ≤ L·(1+Decay)/(1−Momentum), which calm gradients and parameters keep so,
//	       and |p| grows by at most rate·(L·(1+Decay) + |v|)
//	Adam   (L·(1+Decay))² is finite, and |p| grows by at most rate·|m|/Eps
//	AdamW  and |1 − rate·Decay| ≤ 1
func ruleOf(o Optimizer, lr float64) rule {
	const most = 1e17
	switch o := o.(type) {
	case SGD:
		grown := (1 + o.Decay) / (1 - o.Momentum)
		return rule{known: true, bounded: grown <= most && 2*grown*lr <= most, params: true, slots: o.Slots() > 0}
	case Adam:
		return rule{known: true, squares: true, bounded: lr <= most*or(o.Eps, 1e-8) && o.Decay <= 1e3, params: o.Decay > 0}
	case AdamW:
		return rule{known: true, squares: true, bounded: lr <= most*or(o.Eps, 1e-8) && lr*or(o.Decay, 0.01) <= 2}
	}
	return rule{}
}

// calm says whether a step with the rule r cannot overflow.
func (f *Flat[T]) calm(r rule) bool {
	return r.bounded && f.all(f.Grad, calm) && (!r.params || f.all(f.Param, calm)) && (!r.slots || !f.wild)
}

// move is a step to be made.
type move struct {
	o    Optimizer
	step int // from 1
	rate float64
}

// update makes a step. It answers what is not finite, "gradient" or "step", if
// anything is; the former has changed nothing, and restore undoes the latter.
func (v Vars) update(m move) (bad string) {
	if v.F32 != nil {
		return update(v.F32, v, m)
	}
	return update(v.F64, v, m)
}

func update[T float32 | float64](f *Flat[T], v Vars, m move) (bad string) {
	r := ruleOf(m.o, m.rate)
	if f.calm(r) {
		m.o.Update(m.step, m.rate, v)
		return ""
	}
	ask := finite
	if r.squares {
		ask = squaresFinite
	}
	if !f.all(f.Grad, ask) {
		return "gradient"
	}
	f.keep(r.known)
	m.o.Update(m.step, m.rate, v)
	ok := f.all(f.Param, finite)
	f.wild = false
	for _, s := range f.Slot {
		ok = ok && (!r.known || f.all(s, finite))
		f.wild = f.wild || r.slots && !f.all(s, calm)
	}
	if !ok {
		return "step"
	}
	return ""
}
