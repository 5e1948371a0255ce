package graph

import (
	"math"
	"slices"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Program is a compiled graph with memory of its own. It shares the parameters with all
// programs of one Params. Set or bind its inputs (InputOf), call Run, and read its outputs
// (OutputOf). A run does not allocate.
//
// A Program is for one goroutine at a time. Fork returns another one, which may run at the
// same time.
type Program struct {
	params  *Params
	plan    *exec.Plan
	pool    *pool.Pool
	r64     *exec.Program[float64]
	r32     *exec.Program[float32]
	inputs  map[string]*input
	missing int        // number of inputs without elements
	step    int        // number of runs, which random operators draw by
	counter *exec.Slot // where they read the step; nil without random operators
	rate    *exec.Slot // the learning rate; nil without Descend
	budget  *budget    // of p and its forks
	failed  error      // why Fork could not make p
	mistake error      // the first mistake of InputOf and OutputOf
}

// newProgram returns a Program that has no memory yet.
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

// made returns an error if p cannot run: it is nil, the zero Program or a failed Fork.
func (p *Program) made() error {
	switch {
	case p != nil && p.failed != nil:
		return errors.WithMessage(p.failed, "got a Fork that has no memory")
	case p == nil || p.plan == nil:
		return mistake.Optionf("got an empty Program, want one from Builder.Compile")
	}
	return nil
}

// allocate makes the memory of p. The parameters must have theirs.
func (p *Program) allocate() {
	if p.r32 != nil {
		p.r32.Allocate(exec.Shared[float32]{Param: p.params.trained.v32, Grad: p.params.g32, State: p.params.states.v32})
	} else {
		p.r64.Allocate(exec.Shared[float64]{Param: p.params.trained.v64, Grad: p.params.g64, State: p.params.states.v64})
	}
}

// Fork returns another Program of the same plan and parameters, with memory of its own, for
// another goroutine. Its inputs are not set, and its step and rate are 0: call SetStep if the
// two are to draw different random numbers.
//
// A program with Grads, Descend or Update writes to Params. While it runs, no other program with the
// same Params may run.
//
// If there is too little memory (see Options.MemoryLimit), Fork returns a Program whose
// methods fail with a *MemoryError. The garbage collector frees the memory of a Fork that is
// no longer used. The Fork of a nil Program is nil.
func (p *Program) Fork() *Program {
	if p == nil || p.plan == nil {
		return p.failedFork()
	}
	q, err := p.fork(p.params)
	if err != nil {
		return &Program{failed: err}
	}
	return q
}

// fork returns another Program of the plan with these parameters.
func (p *Program) fork(params *Params) (*Program, error) {
	q := newProgram(params, p.plan, p.pool)
	for name, in := range p.inputs {
		q.inputs[name].domain = in.domain
	}
	if err := p.budget.lend(q); err != nil {
		return nil, err
	}
	q.allocate()
	return q, nil
}

// failedFork returns the Fork of a Program without a plan: one with the same error if p is a
// failed Fork, else nil.
func (p *Program) failedFork() *Program {
	if p == nil || p.failed == nil {
		return nil
	}
	return &Program{failed: p.failed}
}

// Run computes the outputs and the gradients from the inputs and the parameters. Every input
// must have been set or bound before. It keeps its elements for the following runs.
//
// Errors: those of InputOf and OutputOf. ErrOption for an input without elements. The
// *MemoryError of a failed Fork. The error of an operator that fails, such as Cholesky of a
// matrix that is not positive definite. It names the operator and the line that called it.
func (p *Program) Run() error { return p.run(nil) }

// run is Run. If took is not nil, the time of each kernel is added to it.
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
	p.step++ // a run that fails draws the same numbers again
	return nil
}

// Reread says that parameters or states have changed, to a Program with Options.Fixed: the next Run
// computes anew what depends on them alone. Other Programs read them in each run. A Fork has to be
// told by itself.
func (p *Program) Reread() {
	switch {
	case p == nil:
	case p.r32 != nil:
		p.r32.Reread()
	case p.r64 != nil:
		p.r64.Reread()
	}
}

// unfed returns the error about the inputs without elements.
func (p *Program) unfed() error {
	var names []string
	for name, in := range p.inputs {
		if !in.fed {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return mistake.Optionf("graph: Run: got no elements for the inputs %s, want all inputs set or bound before the first Run", mistake.Names(names))
}

// SetRate sets the learning rate of a Program that was compiled with Descend. The rate must
// be finite and at least 0. It is 0 until it is set.
// Errors: ErrOption without Descend or for another rate, ErrNotFinite for a rate beyond the
// range of float32.
func (p *Program) SetRate(rate float64) error {
	if err := p.made(); err != nil {
		return errors.Wrap(err, "graph: SetRate")
	}
	switch {
	case p.rate == nil:
		return mistake.Optionf("graph: SetRate: got a Program without Descend, want one that was compiled with it")
	case !(rate >= 0) || math.IsInf(rate, 0):
		return mistake.Optionf("graph: SetRate: got the rate %v, want a finite number of at least 0", rate)
	case p.r32 != nil && vec.Beyond32(rate):
		return mistake.Newf(ErrNotFinite, "graph: SetRate: got the rate %v, want a number in the range of float32", rate)
	case p.r32 != nil:
		p.r32.Floats(p.rate.Where)[0] = float32(rate)
	default:
		p.r64.Floats(p.rate.Where)[0] = rate
	}
	return nil
}
