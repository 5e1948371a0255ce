package exec

import (
	"math"
	"unsafe"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Program is a plan with memory. One goroutine may run it at a time. Programs of one Plan
// may run at the same time.
type Program[T ir.Float] struct {
	plan    *Plan
	floats  [Arenas][]T
	ints    [Arenas][]int
	tasks   []task[T] // one for each step; the first task of a region runs all of it
	fault   ir.Fault
	pool    *pool.Pool
	all     workspace[T]   // of the tasks outside of regions
	own     []workspace[T] // of the parts of regions
	scratch int            // elements of all workspaces
	once    *Program[T]    // of plan.Once; nil: there is none
	kept    bool           // the results of once are those of the parameters and states of now
	readers [2][]Reader    // the operands in the Param and State arenas, once Share was called

	follower
}

// Reader is an operand that reads an input: n elements from the one at from on.
type Reader struct {
	task, part, step int // part and step are those of a region; part is -1 outside of one
	operand          int
	from, n          int
}

type task[T ir.Float] struct {
	run    func(*ir.Call[T])
	call   ir.Call[T]
	post   *ir.Call[T] // what the epilogue reads; nil: call
	region *region[T]  // if not nil, runs this task and those that follow
}

// New returns a program of the plan with memory: see Prepare and Allocate.
func New[T ir.Float](p *Plan, w *pool.Pool, s Shared[T]) *Program[T] {
	r := Prepare[T](p, w)
	r.Allocate(s)
	return r
}

// Prepare returns a program of the plan that runs on the workers of w; nil is one worker.
// It chooses how the kernels run. The program has no memory yet: Bytes says how much it
// needs.
func Prepare[T ir.Float](p *Plan, w *pool.Pool) *Program[T] {
	r := &Program[T]{plan: p, pool: w}
	if p.Once != nil {
		r.once = Prepare[T](p.Once, w)
	}
	r.prepare()
	r.scratch = r.all.size(w.Workers())
	for i := range r.own {
		r.scratch += r.own[i].size(1)
	}
	return r
}

// Bytes returns how many bytes Allocate makes.
func (r *Program[T]) Bytes() int64 {
	return Bytes(r.plan) + int64(r.scratch)*int64(unsafe.Sizeof(T(0))) + r.OnceBytes()
}

// OnceBytes returns how many bytes of these are for Plan.Once.
func (r *Program[T]) OnceBytes() int64 {
	if r.once == nil {
		return 0
	}
	return r.once.Bytes()
}

// Bytes returns how many bytes the arenas of a program of the plan have, without those that
// programs share and those of Once.
func Bytes(p *Plan) int64 {
	floats, ints := int64(0), int64(0)
	for a := range Arenas {
		if !a.shared() {
			floats += int64(p.Floats[a])
		}
		ints += int64(p.Ints[a])
	}
	return floats*int64(p.DType.Size()) + ints*int64(unsafe.Sizeof(int(0)))
}

// Shared is the memory that the programs of one model share. An arena may be nil if the
// plan does not use it.
type Shared[T ir.Float] struct{ Param, Grad, State []T }

// Allocate gives the program its memory.
func (r *Program[T]) Allocate(s Shared[T]) {
	p := r.plan
	if r.once != nil {
		r.once.Allocate(s)
	}
	for a := range Arenas {
		switch a {
		case Param:
			r.floats[a] = s.Param
		case Grad:
			r.floats[a] = s.Grad
		case State:
			r.floats[a] = s.State
		case Kept:
			if r.once != nil {
				r.floats[a], r.ints[a] = r.once.floats[Output], r.once.ints[Output]
			}
			continue
		default:
			r.floats[a] = memory.Zeros[T](p.Floats[a])
		}
		r.ints[a] = make([]int, p.Ints[a])
	}
	for i, s := range p.Consts {
		switch d := p.Data[i].(type) {
		case []float64:
			dst := r.Floats(s.Where)
			for j, x := range d {
				dst[j] = T(x)
			}
		case []int:
			copy(r.Ints(s.Where), d)
		}
	}
	r.bind()
	r.all.share(r.pool.Workers())
	for i := range r.own {
		r.own[i].share(1)
	}
}

// Share lets the program read other parameters and states. It must write neither. Only the
// first call allocates.
func (r *Program[T]) Share(s Shared[T]) {
	if r.once != nil {
		r.once.Share(s)
	}
	r.Reread()
	arenas := [2]Arena{Param, State}
	if r.readers[0] == nil {
		for i, a := range arenas {
			r.readers[i] = append([]Reader{}, r.Readers(Buffer{Arena: a, Len: math.MaxInt})...)
		}
	}
	r.floats[Param], r.floats[Grad], r.floats[State] = s.Param, s.Grad, s.State
	for i, a := range arenas {
		r.Bind(r.readers[i], r.floats[a])
	}
}

// SumBy lets operators that sum over the shards of a batch do so by f: see ir.Call.Sum.
func (r *Program[T]) SumBy(f func(number int, x []T) error) {
	for i := range r.tasks {
		r.tasks[i].call.Sum = f
	}
}

// Reread says that parameters or states have changed: the next run computes anew what depends on
// them alone.
func (r *Program[T]) Reread() { r.kept = false }

// keep computes what depends on parameters and states alone, if they have changed.
func (r *Program[T]) keep() error {
	if r.once == nil || r.kept {
		return nil
	}
	if err := r.once.Run(); err != nil {
		return err
	}
	r.kept = true
	return nil
}

// prepare makes a task of every step. They share one workspace, since they run one after
// another. Each part of a region has a workspace of its own.
func (r *Program[T]) prepare() {
	w := r.pool
	r.tasks = make([]task[T], len(r.plan.Steps))
	r.own = make([]workspace[T], w.Workers())
	regions := r.plan.Regions
	for i := 0; i < len(r.tasks); i++ {
		t, s := &r.tasks[i], &r.plan.Steps[i]
		if len(regions) > 0 && regions[0].First == i {
			g := regions[0]
			regions = regions[1:]
			if t.region = r.newRegion(g); t.region != nil {
				i = g.End - 1
				continue
			}
		}
		t.call = r.callOf(s, w)
		if s.V.Type.Shape.Size() == 0 { // a kernel may still walk along its other axes
			t.run = func(*ir.Call[T]) {}
			continue
		}
		if s.V.Body != nil && s.V.Def.Class == ir.Elementwise {
			l := newLoop(s.V, &t.call, w, s.Rows)
			l.readAhead()
			r.all.loops = append(r.all.loops, l)
			t.call.State, t.run = l, runLoop[T]
			continue
		}
		if s.V.Body != nil && s.V.Def.Class == ir.Contract {
			l, post := newEpilogue(s.V, &t.call, w)
			r.all.loops = append(r.all.loops, l)
			t.call.Post = post
		}
		r.all.kernel(t, w.Workers())
	}
}

// bind gives every call the buffers of the program.
func (r *Program[T]) bind() {
	for i := 0; i < len(r.tasks); i++ {
		t := &r.tasks[i]
		if t.region == nil {
			r.fill(&t.call, &r.plan.Steps[i])
			continue
		}
		for part, tasks := range t.region.parts {
			for k := range tasks {
				r.bindRows(&tasks[k], &r.plan.Steps[i+k], t.region.rows[part])
			}
		}
		i += len(t.region.parts[0]) - 1
	}
}

// callOf returns the call of s without its buffers.
func (r *Program[T]) callOf(s *Step, w *pool.Pool) ir.Call[T] {
	return ir.Call[T]{V: s.V, In: make([][]T, len(s.In)), IntIn: make([][]int, len(s.In)), Pool: w, Fault: &r.fault}
}

// fill gives the call of s the buffers of the program.
func (r *Program[T]) fill(c *ir.Call[T], s *Step) {
	if s.V.Type.DType == ir.Int {
		c.IntOut = r.Ints(s.Out)
	} else {
		c.Out = r.Floats(s.Out)
	}
	for j, b := range s.In {
		if s.V.In[j].Type.DType == ir.Int {
			c.IntIn[j] = r.Ints(b)
		} else {
			c.In[j] = r.Floats(b)
		}
	}
}

// workspace is the memory that tasks share which run one after another: scratch for
// kernels, and blocks for loops.
type workspace[T ir.Float] struct {
	scratch int
	calls   []*ir.Call[T] // the calls that may use the scratch
	loops   []*loop[T]
}

// kernel lets the operator's own kernel run t on that many workers.
func (m *workspace[T]) kernel(t *task[T], workers int) {
	k := ir.KernelOf[T](t.call.V.Def)
	t.run = k.Run
	if k.Prepare != nil {
		n := 0
		t.call.State, n = k.Prepare(t.call.V, workers)
		m.scratch = max(m.scratch, Align(n))
		m.calls = append(m.calls, &t.call)
	}
}

// blocks returns how many elements the loops need for one worker.
func (m *workspace[T]) blocks() (n int) {
	for _, l := range m.loops {
		n = max(n, Align(l.need()))
	}
	return n
}

// size returns how many elements the workspace has for that many workers.
func (m *workspace[T]) size(workers int) int { return m.scratch + workers*m.blocks() }

// share allocates the memory and gives it to calls and loops.
func (m *workspace[T]) share(workers int) {
	mem := memory.Zeros[T](m.size(workers))
	for _, c := range m.calls {
		c.Scratch = mem[:m.scratch:m.scratch]
	}
	for _, l := range m.loops {
		l.attach(mem[m.scratch:])
	}
}

// Align rounds n up to a multiple of 16 elements: a cache line of float32, two of float64.
func Align(n int) int { return (n + 15) &^ 15 }

// Scratch returns how many elements kernels and loops have beside the arenas.
func (r *Program[T]) Scratch() int { return r.scratch }

// Readers returns the operands that read the float buffer b, for Bind.
func (r *Program[T]) Readers(b Buffer) (refs []Reader) {
	head, steps := 0, 0 // of the region
	for i, s := range r.plan.Steps {
		if i >= head+steps {
			head, steps = i, 1
			if g := r.tasks[i].region; g != nil {
				steps = len(g.parts[0])
			}
		}
		for j, in := range s.In {
			if in.Arena != b.Arena || s.V.In[j].Type.DType == ir.Int || in.Offset < b.Offset || in.Offset+in.Len > b.Offset+b.Len {
				continue
			}
			ref := Reader{task: head, part: -1, step: i - head, operand: j, from: in.Offset - b.Offset, n: in.Len}
			g := r.tasks[head].region
			if g == nil {
				refs = append(refs, ref)
				continue
			}
			for ref.part = range g.parts {
				part := ref
				if part.n = len(r.reads(ref).In[j]); part.n < in.Len {
					part.from += g.rows[ref.part].of(in.Len).lo
				}
				refs = append(refs, part)
			}
		}
	}
	return refs
}

// reads returns the call that has the operand ref.
func (r *Program[T]) reads(ref Reader) *ir.Call[T] {
	t := &r.tasks[ref.task]
	if ref.part >= 0 {
		t = &t.region.parts[ref.part][ref.step]
	}
	if t.post != nil && ref.operand >= t.call.V.Def.Arity {
		return t.post
	}
	return &t.call
}

// Bind lets the operands in refs, which come from Readers, read data and not the buffer,
// until the next Bind.
func (r *Program[T]) Bind(refs []Reader, data []T) {
	for _, ref := range refs {
		r.reads(ref).In[ref.operand] = data[ref.from : ref.from+ref.n : ref.from+ref.n]
	}
}

// errFirst is the error of a run whose first output is not finite. The run has changed no
// parameter.
var errFirst = mistake.Newf(mistake.ErrNotFinite, "the first output: got NaN or infinity, want a finite loss; no parameter was changed")

// Run computes every step in order and then writes new states back. If something has
// failed before the first step that changes parameters, it stops there; states change only
// if nothing has failed. Errors: mistake.ErrNotFinite for the first output,
// and what kernels report.
func (r *Program[T]) Run() error {
	if err := r.keep(); err != nil {
		return err
	}
	r.next = 0
	first := 0
	if gate := r.plan.Gate; gate >= 0 {
		r.runSteps(0, gate)
		if err := r.check(); err != nil {
			return err
		}
		first = gate
	}
	r.runSteps(first, len(r.tasks))
	err := r.fault.Take()
	if err == nil {
		r.update()
	}
	return err
}

// update writes new states back.
func (r *Program[T]) update() {
	for _, u := range r.plan.Updates {
		copy(r.Floats(u.To), r.Floats(u.From))
	}
}

func runAll[T ir.Float](tasks []task[T]) {
	for i := 0; i < len(tasks); i++ {
		t := &tasks[i]
		if t.region != nil {
			t.region.run()
			i += len(t.region.parts[0]) - 1
			continue
		}
		t.run(&t.call)
	}
}

// check returns why no parameter may change, or nil.
func (r *Program[T]) check() error {
	for _, x := range r.Floats(r.plan.Outputs[0].Where) {
		if x-x != 0 {
			_ = r.fault.Take()
			return errFirst
		}
	}
	return r.fault.Take()
}

// Floats returns the memory of a buffer of floats.
func (r *Program[T]) Floats(b Buffer) []T {
	if b.Len == 0 { // an empty part may begin behind the end
		return []T{}
	}
	return r.floats[b.Arena][b.Offset : b.Offset+b.Len : b.Offset+b.Len]
}

// Ints returns the memory of a buffer of Ints.
func (r *Program[T]) Ints(b Buffer) []int {
	if b.Len == 0 {
		return []int{}
	}
	return r.ints[b.Arena][b.Offset : b.Offset+b.Len : b.Offset+b.Len]
}

// Plan returns what the program runs.
func (r *Program[T]) Plan() *Plan { return r.plan }
