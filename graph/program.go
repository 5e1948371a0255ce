package graph

import (
	"math"
	"slices"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Options says what to compile. The zero value computes nothing.
type Options struct {
	// Outputs are the nodes whose values a run leaves for Output, in order.
	Outputs []*gorgonia.Node

	// Grads are the gradients of the parameters, from autograd.Gradients: one
	// for each node that the Builder's ParamNodes lists, in that order. A run
	// leaves them in the gradient memory of Params. Nil: forward only.
	Grads []*gorgonia.Node

	// Descend lets a run make a step of gradient descent with the rate of
	// Program.SetRate,
	//
	//	p ← p − rate·g
	//
	// for each parameter p and its gradient g in Grads, instead of leaving the
	// gradients in memory: those of weights are added to them tile by tile as
	// they are computed. The first of Outputs is the loss: a run for which it is
	// NaN or infinite fails with ErrNotFinite and changes no parameter.
	Descend bool

	// Workers is the number of threads that a run uses. 0 leaves it to the program:
	// GOMAXPROCS, or one where the kernels are so small that threads would spend more
	// time on handing over work, as fast as that is here, than they save.
	Workers int

	// MemoryLimit is how many bytes the Program and its Forks may need together, with
	// the parameters and gradients that they share: Compile and Fork fail with a
	// *MemoryError before they allocate more. 0 is what this process may still take, as far as the system says: what
	// the machine has free, its container (control group), ulimit -v and GOMEMLIMIT
	// leave.
	MemoryLimit int64

	// Recompute makes gradients with less memory and more time: most of what the
	// walk forward computes is not kept for the walk back but computed again when
	// that comes to it, a segment at a time. A chain of n layers so keeps some 2 √n
	// of its results, for one more walk forward at most. Results have the same bits.
	// What the gradient of a weight needs of all the steps that share it stays, so a
	// recurrence gains little. Where less than a tenth of the memory would be saved,
	// nothing changes; Stats says what is needed.
	Recompute bool

	// Trace, if not nil, is called with each phase of the compilation, in order: what the
	// compiler read, what each pass made of it, and the plan.
	Trace func(Phase)
}

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

// ParamNodes are the nodes of the parameters that b has built, in order. After a
// mistake one follows that stands for those that are missing.
func (b *Builder) ParamNodes() []*gorgonia.Node { return b.withMissing(b.paramsIn) }

// InputNodes are the inputs that b has built, in order. After a mistake one follows
// that stands for those that are missing.
func (b *Builder) InputNodes() []*gorgonia.Node { return b.withMissing(b.inputs) }

func (b *Builder) withMissing(nodes []*gorgonia.Node) []*gorgonia.Node {
	nodes = slices.Clone(nodes)
	if b.c.Err != nil {
		nodes = append(nodes, b.c.Missing())
	}
	return nodes
}

// Compile makes a Program. It fails with the Builder's first mistake, a node of
// another graph, an operator that cannot be compiled, or a *MemoryError.
// It binds the parameters' nodes to tensors that show the flat memory.
func (b *Builder) Compile(o Options) (p *Program, err error) {
	if b == nil {
		return nil, errors.Wrap(ErrOption, "graph: Compile: got no Builder")
	}
	if b.c.Err != nil {
		return nil, b.c.Err
	}
	defer compile.Recover("graph: Compile", &err)
	targets, nodes, err := b.targets(o)
	if err != nil {
		return nil, err
	}
	f, err := compile.Lower(compile.Source{Name: "main", Out: nodes, Leaf: b.lookup})
	if err != nil {
		return nil, errors.Wrap(err, "graph: Compile")
	}
	if p, err = compileFunc(f, b.params, targets, o); err != nil {
		return nil, errors.Wrap(err, "graph: Compile")
	}
	b.params.fix()
	for _, n := range b.paramsIn {
		if err := op.Let(n, b.params.tensorOf(b.paramOf[n])); err != nil {
			return nil, errors.Wrapf(err, "graph: Compile: parameter %q", n.Name())
		}
	}
	for _, n := range b.inputs {
		l := b.c.LeafOf(n)
		for _, d := range l.Domains {
			if in := p.inputs[l.Name]; in != nil {
				in.domain |= d.(Domain)
			}
		}
	}
	p.allocate()
	return p, nil
}

func init() {
	build.Compile = func(f *ir.Func, d ir.DType, names []string) (any, error) { return compilePlain(f, d, names) }
}

// compilePlain makes a Program of a function without parameters, whose floats are of
// the type d and whose results have the names.
func compilePlain(f *ir.Func, d ir.DType, names []string) (*Program, error) {
	targets := make([]compile.Target, len(names))
	for i, name := range names {
		targets[i].Name = name
	}
	params := NewParams(Float64, 0)
	if d == ir.F32 {
		params.dtype = Float32
	}
	p, err := compileFunc(f, params, targets, Options{})
	if err != nil {
		return nil, err
	}
	params.fix()
	p.allocate()
	return p, nil
}

// compileFunc makes a Program of f, without memory.
func compileFunc(f *ir.Func, params *Params, targets []compile.Target, o Options) (*Program, error) {
	if o.Workers < 0 || o.Workers > mostWorkers {
		return nil, errors.Wrapf(ErrOption, "got %d workers, want 0 to %d", o.Workers, mostWorkers)
	}
	w := pool.Of(o.Workers)
	plan, err := compile.Compile(f, targets, compile.Options{Recompute: o.Recompute, Regions: compile.RegionsFor(w, o.Recompute), Trace: traceTo(o.Trace)})
	if err != nil {
		return nil, unplanned(err)
	}
	return prepareProgram(params, plan, compile.WorkersFor(plan, w, o.Workers), o.MemoryLimit)
}

// mostWorkers is the largest number of threads that may be asked for.
const mostWorkers = 1 << 10

func (b *Builder) targets(o Options) ([]compile.Target, []*gorgonia.Node, error) {
	var targets []compile.Target
	var nodes []*gorgonia.Node
	for i, n := range o.Outputs {
		if n == nil || n.Graph() != b.c.Graph {
			return nil, nil, errors.Wrapf(ErrOption, "graph: Compile: output %d is not a node of this graph", i)
		}
		targets = append(targets, compile.Target{Name: op.NameOf(n)})
		nodes = append(nodes, n)
	}
	if o.Grads != nil && len(o.Grads) != len(b.paramsIn) {
		return nil, nil, errors.Wrapf(ErrOption, "graph: Compile: got %d gradients, want one for each of the %d parameters", len(o.Grads), len(b.paramsIn))
	}
	for i, n := range o.Grads {
		q := b.paramOf[b.paramsIn[i]]
		if n == nil {
			return nil, nil, errors.Wrapf(ErrOption, "graph: Compile: the gradient of %q is nil", q.Name)
		}
		t, err := op.TypeOf(n)
		if err != nil {
			return nil, nil, errors.Wrap(err, "graph: Compile")
		}
		if !t.Shape.Equal(q.Shape) {
			return nil, nil, errors.Wrapf(ErrShape, "graph: Compile: gradient of %q: got %v, want %v", q.Name, t.Shape, q.Shape)
		}
		targets = append(targets, compile.Target{Name: q.Name, Grad: !o.Descend, Descend: o.Descend, Offset: q.offset})
		nodes = append(nodes, n)
	}
	if o.Descend && (len(o.Outputs) == 0 || len(o.Grads) == 0) {
		return nil, nil, errors.Wrap(ErrOption, "graph: Compile: got Descend without a loss as the first output, or without gradients")
	}
	if len(nodes) == 0 {
		return nil, nil, errors.Wrap(ErrOption, "graph: Compile: got no outputs and no gradients, want at least one")
	}
	return targets, nodes, nil
}

// lookup tells the compiler what a leaf is.
func (b *Builder) lookup(n *gorgonia.Node) (compile.Leaf, error) {
	l := b.c.LeafOf(n)
	if l == nil {
		return foreignLeaf(n)
	}
	out := compile.Leaf{Kind: l.Kind, Name: l.Name, Data: l.Data, PC: l.At}
	if q := b.paramOf[n]; q != nil {
		out.Index = q.offset
	}
	return out, nil
}

// foreignLeaf reads a leaf that gorgonia made: one with a value is a constant
// as it is now, one without is an input under its name.
func foreignLeaf(n *gorgonia.Node) (compile.Leaf, error) {
	if n.Value() == nil {
		return compile.Leaf{Kind: ir.Input, Name: n.Name()}, nil
	}
	data, err := op.ValueData(n.Value())
	if err != nil {
		return compile.Leaf{}, errors.Wrapf(err, "node %q", n.Name())
	}
	return compile.Leaf{Kind: ir.Const, Name: n.Name(), Data: data}, nil
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
		return errors.Wrap(p.failed, "the program is a Fork that has no memory")
	case p == nil || p.plan == nil:
		return errors.Wrap(ErrOption, "got a Program that is not from Compile")
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

// Workers is the number of threads that a run uses. See Options.Workers.
func (p *Program) Workers() int {
	if p == nil {
		return 0
	}
	return p.pool.Workers()
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
	return errors.Errorf("graph: Run: the inputs %q have not been fed", names)
}

// SetRate sets the learning rate, a finite number of at least 0, of a Program that
// was compiled with Descend. It is 0 before.
func (p *Program) SetRate(rate float64) error {
	if err := p.made(); err != nil {
		return errors.Wrap(err, "graph: SetRate")
	}
	switch {
	case p.rate == nil:
		return errors.Wrap(ErrOption, "graph: SetRate: the program makes no steps, it was compiled without Descend")
	case !(rate >= 0) || math.IsInf(rate, 0):
		return errors.Wrapf(ErrOption, "graph: SetRate: got the rate %v, want a finite number of at least 0", rate)
	case p.r32 != nil && isBeyond32(rate):
		return errors.Wrapf(ErrNotFinite, "graph: SetRate: got the rate %v, beyond the range of float32", rate)
	case p.r32 != nil:
		p.r32.Floats(p.rate.Where)[0] = float32(rate)
	default:
		p.r64.Floats(p.rate.Where)[0] = rate
	}
	return nil
}
