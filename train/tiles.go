package train

import (
	"cmp"
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
)

// This file makes steps within the run that computes the gradients: a tile of the gradient of a
// weight is taken while it is in the cache, and never stored.

// elementwise reports whether Update of o calls Each once and does nothing else, so that the step
// may be made piece by piece. Types that embed one of these have an Update of their own.
func elementwise(o Optimizer) bool {
	switch o.(type) {
	case SGD, Adam, AdamW, NAdam, RAdam, Adamax, Adagrad, Adadelta, RMSprop, Rprop, ASGD, Lion:
		return true
	}
	return false
}

// Run runs the program and makes the step s of o, with the bits of p.Run and o.Update. A program that
// was compiled with graph.Options.Tiled does not store the gradients of large weights: the step is made
// while they are computed. That needs an optimizer of this package that looks at each element by itself,
// such as Adam. p must be a Program of the Params of v, with Grads of all parameters that v has.
//
// As with Update, loss and gradients are not checked. The error is that of p.Run, or View.Err.
func (v *View) Run(p *graph.Program, o Optimizer, s Step) error {
	f, err := v.stepper(p, o)
	if err != nil {
		return errors.Wrap(err, "train: View.Run")
	}
	if f == nil {
		err := p.Run()
		if err == nil {
			o.Update(s, v)
		}
		return cmp.Or(errors.Wrap(err, "train: View.Run"), v.Err())
	}
	f.o, f.now, f.made, f.begin = o, s, false, f.always
	err = p.Run()
	f.begin = nil
	switch {
	case err != nil:
		return errors.Wrap(err, "train: View.Run")
	case f.made:
		f.rest()
	default:
		o.Update(s, v)
	}
	return v.Err()
}

// mostRuns is how many programs a View knows at the same time.
const mostRuns = 16

// stepper is a program whose runs make steps.
type stepper struct {
	v      *View
	prog   *graph.Program
	begin  func() bool // whether the present run is to make the step, which is then recorded
	made   bool        // it does
	o      Optimizer   // of View.Run, and its step
	now    Step
	always func() bool // begin of View.Run
	step   pieces      // the recorded one

	tiled    []*graph.Param // whose gradients are never stored
	few      bool           // too few others to share
	others   int            // spans of theirs
	own32    [][]Span[float32]
	own64    [][]Span[float64] // for each worker and each of tiled, to use again
	others32 []Span[float32]
	others64 []Span[float64]
	otherJob otherSpans
}

// pieces is a job that can be made for any span.
type pieces interface {
	on32(x Span[float32])
	on64(x Span[float64])
}

func (j *eachJob[A]) on32(x Span[float32]) { j.f32(j.a, x) }
func (j *eachJob[A]) on64(x Span[float64]) { j.f64(j.a, x) }

// stepper returns how runs of p make steps of o; nil if they do not.
func (v *View) stepper(p *graph.Program, o Optimizer) (*stepper, error) {
	if v == nil || v.split != nil || !elementwise(o) {
		return nil, nil
	}
	if f, ok := v.runs[p]; ok {
		return f, nil
	}
	f := &stepper{v: v, prog: p}
	f.always = func() bool { f.record(f.o, f.now); return true }
	var err error
	ready := func() bool { f.made = f.begin != nil && f.begin(); return f.made }
	if v.f32 != nil {
		f.tiled, err = graph.OnTiles(p, ready, func(worker, at int, g []float32) {
			defer v.catch()
			f.step.on32(pieceOf(f.own32[worker], v.f32, at, g))
		})
	} else {
		f.tiled, err = graph.OnTiles(p, ready, func(worker, at int, g []float64) {
			defer v.catch()
			f.step.on64(pieceOf(f.own64[worker], v.f64, at, g))
		})
	}
	if err != nil {
		return nil, err
	}
	if len(f.tiled) == 0 || slices.ContainsFunc(f.tiled, func(q *graph.Param) bool { return !slices.Contains(v.steps, q) }) {
		f = nil
	} else {
		f.settle()
	}
	if v.runs == nil || len(v.runs) == mostRuns {
		v.runs = map[*graph.Program]*stepper{}
	}
	v.runs[p] = f
	return f, nil
}

// settle makes the spans.
func (f *stepper) settle() {
	v := f.v
	others := slices.DeleteFunc(slices.Clone(v.steps), func(q *graph.Param) bool { return slices.Contains(f.tiled, q) })
	total := 0
	for _, q := range others {
		total += q.Size()
	}
	f.few = total < 2*enough
	list := shares(others, max(1, min(v.workers.Workers(), total/enough)))
	f.others = len(list)
	for range f.prog.Stats().Workers {
		if v.f32 != nil {
			f.own32 = append(f.own32, show(v, v.f32, wholes(f.tiled)))
		} else {
			f.own64 = append(f.own64, show(v, v.f64, wholes(f.tiled)))
		}
	}
	if v.f32 != nil {
		f.others32 = show(v, v.f32, list)
	} else {
		f.others64 = show(v, v.f64, list)
	}
	f.otherJob.f = f
}

// pieceOf returns the elements of m from the one at on with the gradients g, in the memory of one
// of the spans.
func pieceOf[T Float](spans []Span[T], m *arena[T], at int, g []T) Span[T] {
	i := len(spans) - 1
	for spans[i].Of.Offset() > at || at >= spans[i].Of.Offset()+spans[i].Of.Size() {
		i--
	}
	x, end := &spans[i], at+len(g)
	x.Lo, x.Param, x.Grad = at-x.Of.Offset(), m.param[at:end:end], g
	for k, s := range m.slot {
		if s != nil {
			x.Slot[k] = s[at:end:end]
		}
	}
	return *x
}

// record lets o say what the step s does, without doing it.
func (f *stepper) record(o Optimizer, s Step) {
	f.v.record = &f.step
	defer func() { f.v.record = nil }()
	o.Update(s, f.v)
}

// rest makes the step for the parameters whose gradients were stored. A panic of a tile goes on here.
func (f *stepper) rest() {
	v := f.v
	if p := v.fault.Swap(nil); p != nil {
		panic(p)
	}
	if f.few {
		f.otherJob.run(v, 0, f.others)
		return
	}
	v.run(&f.otherJob, 0, f.others)
}

// otherSpans is the recorded step for what is not tiled.
type otherSpans struct{ f *stepper }

func (j *otherSpans) run(_ *View, lo, hi int) {
	f := j.f
	for i := lo; i < hi; i++ {
		switch {
		case f.others32 == nil && len(f.others64[i].Param) > 0:
			f.step.on64(f.others64[i])
		case f.others32 != nil && len(f.others32[i].Param) > 0:
			f.step.on32(f.others32[i])
		}
	}
}

// catch keeps a panic of a worker.
func (v *View) catch() {
	if r := recover(); r != nil {
		v.fault.CompareAndSwap(nil, newPanicError(r))
	}
}

// safeWithin is safe for the step of a run that has not computed the gradients of tiled yet. They are
// bounded by what they are computed of.
func (f *stepper) safeWithin(b Bound) bool {
	v, most := f.v, 1e15
	if v.f64 != nil {
		most = 1e100
	}
	return b.Safe && f.prog.TileBound() <= most/2 && f.othersModerate() && (!b.Params || v.all(ofParam, moderate)) && !(b.Slots && v.wild)
}

// othersModerate reports whether the gradients that are stored are moderate.
func (f *stepper) othersModerate() bool {
	for _, x := range f.others32 {
		if !holds32(x.Grad, moderate) {
			return false
		}
	}
	for _, x := range f.others64 {
		if !holds64(x.Grad, moderate) {
			return false
		}
	}
	return true
}

// presentRun is the run that may make the step of a Trainer.
type presentRun struct {
	f     *stepper // nil: it does not
	s     *session
	step  Step
	begin func() bool // begin of the Trainer, to be given to each
	last  bool        // the last step was made within its run: its gradients were not stored
}

// stepWithin lets the next run of the session make the step, if nothing can go wrong once that has begun.
func (t *Trainer) stepWithin(s *session, step Step) error {
	r := &t.within
	r.f, r.last = nil, false
	if !t.tiled {
		return nil
	}
	var err error
	if r.f, err = t.view.stepper(s.prog, t.o.Optimizer); r.f == nil {
		return err
	}
	if r.begin == nil {
		r.begin = t.beginWithin
	}
	r.s, r.step, r.f.made, r.f.begin = s, step, false, r.begin
	return nil
}

// beginWithin decides whether the present run makes the step: what it has computed so far says that
// the step cannot overflow, and the loss is finite.
func (t *Trainer) beginWithin() bool {
	r, v := &t.within, t.view
	r.step.Loss = r.s.loss.Scalar()
	if !isFinite(r.step.Loss) || !r.f.safeWithin(v.groups.bound(t.o.Optimizer, r.step.Rate)) {
		return false
	}
	v.copied, v.failed, v.measure = false, nil, math.NaN()
	r.f.record(t.o.Optimizer, r.step)
	return true
}

// endWithin ends the step if the run has made it.
func (t *Trainer) endWithin() (made bool, err error) {
	r := &t.within
	if r.f == nil {
		return false, nil
	}
	r.f.begin = nil
	if !r.f.made {
		return false, nil
	}
	r.last = true
	return true, try("Update", func() error { r.f.rest(); return nil })
}
