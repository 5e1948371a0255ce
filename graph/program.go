package graph

import (
	"math"
	"slices"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Program is a compiled graph with memory of its own beside the parameters that
// it shares. Feed (or Bind) it, Run it, read Output. A run allocates nothing.
//
// One goroutine may use a Program at a time; Fork makes another that runs at
// the same time.
type Program struct {
	params  *Params
	plan    *exec.Plan
	pool    *pool.Pool
	r64     *exec.Program[float64]
	r32     *exec.Program[float32]
	inputs  map[string]*input
	missing int        // inputs that have not been fed
	step    int        // of the random operators
	counter *exec.Slot // where they read it, nil if there are none
	rate    *exec.Slot // of gradient descent, nil if a run makes no step
	budget  *budget    // of p and its forks
	failed  error      // why Fork could not make p
	mistake error      // the first of InputOf and OutputOf
}

// newProgram is a Program without memory.
func newProgram(params *Params, plan *exec.Plan, w *pool.Pool) *Program {
	p := &Program{params: params, plan: plan, pool: w, inputs: map[string]*input{}}
	if params.dtype == Float32 {
		p.r32 = exec.Prepare[float32](plan, w)
	} else {
		p.r64 = exec.Prepare[float64](plan, w)
	}
	for i := range plan.Inputs {
		s := &plan.Inputs[i]
		switch s.Name {
		case stepInput:
			p.counter = s
			continue
		case compile.RateInput:
			p.rate = s
			continue
		}
		p.inputs[s.Name] = &input{slot: s}
	}
	p.missing = len(p.inputs)
	return p
}

// made is an error if p does not come from Compile: a nil or zero Program does nothing.
func (p *Program) made() error {
	switch {
	case p != nil && p.failed != nil:
		return errors.WithMessage(p.failed, "got a Fork that has no memory")
	case p == nil || p.plan == nil:
		return mistake.Optionf("got an empty Program, want one from Builder.Compile")
	}
	return nil
}

// allocate gives p its memory, after the parameters have theirs.
func (p *Program) allocate() {
	if p.r32 != nil {
		p.r32.Allocate(p.params.p32, p.params.g32)
	} else {
		p.r64.Allocate(p.params.p64, p.params.g64)
	}
}

// Fork is another Program of the same plan and parameters with memory of its
// own, for another goroutine. Its inputs are not fed, and its step and rate are 0.
// A Program with Grads leaves these in the memory of Params, or changes the
// parameters with Descend: of those that share a Params, no other may run then.
// The Fork of nil is nil.
//
// Where there is too little memory for another (see Options.MemoryLimit), Fork
// allocates nothing, and the Program that it returns does nothing: its Run, and all
// that feeds it, fail with the *MemoryError. Forks that are no longer used give their
// memory back with the garbage collector's next run.
func (p *Program) Fork() *Program {
	if p == nil || p.plan == nil {
		return p.failedFork()
	}
	q := newProgram(p.params, p.plan, p.pool)
	for name, in := range p.inputs {
		q.inputs[name].domain = in.domain
	}
	if err := p.budget.lend(q); err != nil {
		return &Program{failed: err}
	}
	q.allocate()
	return q
}

// failedFork is the Fork of what has no plan: nil, but with the error of a failed Fork
// one that has it too.
func (p *Program) failedFork() *Program {
	if p == nil || p.failed == nil {
		return nil
	}
	return &Program{failed: p.failed}
}

// Run computes the outputs, and the gradients if it was compiled with them,
// from the inputs and the parameters as they are. Every input must have been
// fed; it keeps what it was fed until it is fed again.
func (p *Program) Run() error { return p.run(nil) }

// run is Run; took, if not nil, gets the time of each step added.
func (p *Program) run(took []time.Duration) error {
	if err := p.made(); err != nil {
		return errors.Wrap(err, "graph: Run")
	}
	if p.mistake != nil {
		return p.mistake
	}
	if p.missing > 0 {
		return p.unfed()
	}
	if p.counter != nil {
		p.ints(p.counter.Where)[0] = p.step
		p.step++
	}
	var err error
	switch {
	case took != nil && p.r32 != nil:
		err = p.r32.Profile(took)
	case took != nil:
		err = p.r64.Profile(took)
	case p.r32 != nil:
		err = p.r32.Run()
	default:
		err = p.r64.Run()
	}
	if err != nil {
		return errors.Wrap(err, "graph: Run")
	}
	return nil
}

func (p *Program) unfed() error {
	var names []string
	for name, in := range p.inputs {
		if !in.fed {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return mistake.Optionf("graph: Run: got no elements for the inputs %s, want all inputs set or bound before the first Run", listed(names))
}

// SetRate sets the learning rate, a finite number of at least 0, of a Program that
// was compiled with Descend. It is 0 before.
func (p *Program) SetRate(rate float64) error {
	if err := p.made(); err != nil {
		return errors.Wrap(err, "graph: SetRate")
	}
	switch {
	case p.rate == nil:
		return mistake.Optionf("graph: SetRate: got a Program without Descend, want one that was compiled with it")
	case !(rate >= 0) || math.IsInf(rate, 0):
		return mistake.Optionf("graph: SetRate: got the rate %v, want a finite number of at least 0", rate)
	case p.r32 != nil && isBeyond32(rate):
		return mistake.Newf(ErrNotFinite, "graph: SetRate: got the rate %v, want a number in the range of float32", rate)
	case p.r32 != nil:
		p.r32.Floats(p.rate.Where)[0] = float32(rate)
	default:
		p.r64.Floats(p.rate.Where)[0] = rate
	}
	return nil
}
