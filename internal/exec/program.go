package exec

import (
	"errors"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// Program is a plan with memory: what a run works on. One run at a time; any
// number of Programs of one Plan may run at once.
type Program[T ir.Float] struct {
	plan   *Plan
	floats [Arenas][]T
	ints   [Arenas][]int
	tasks  []task[T]
	fault  ir.Fault

	scratch int
}

// Reader is an operand that reads an input: where in the input it begins.
type Reader struct{ task, operand, from int }

type task[T ir.Float] struct {
	run  func(*ir.Call[T])
	call ir.Call[T]
}

// New gives the plan memory. params and grads are the arenas that programs
// share; a plan without gradients takes nil for grads. The plan's kernels run
// on the workers of w; nil is one worker.
func New[T ir.Float](p *Plan, w *pool.Pool, params, grads []T) *Program[T] {
	r := &Program[T]{plan: p}
	for a := range Arenas {
		switch a {
		case Param:
			r.floats[a] = params
		case Grad:
			r.floats[a] = grads
		default:
			r.floats[a] = make([]T, p.Floats[a])
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
	r.prepare(w)
	return r
}

// prepare makes one task of every step. All share one scratch and the blocks of
// their loops: they run one after another.
func (r *Program[T]) prepare(w *pool.Pool) {
	r.tasks = make([]task[T], len(r.plan.Steps))
	scratch := 0
	var loops []*loop[T]
	for i, s := range r.plan.Steps {
		t := &r.tasks[i]
		t.call = ir.Call[T]{V: s.V, In: make([][]T, len(s.In)), IntIn: make([][]int, len(s.In)), Pool: w, Fault: &r.fault}
		if s.V.Type.DType == ir.Int {
			t.call.IntOut = r.Ints(s.Out)
		} else {
			t.call.Out = r.Floats(s.Out)
		}
		for j, b := range s.In {
			if s.V.In[j].Type.DType == ir.Int {
				t.call.IntIn[j] = r.Ints(b)
			} else {
				t.call.In[j] = r.Floats(b)
			}
		}
		if s.V.Body != nil && s.V.Def.Class == ir.Elementwise {
			l := newLoop(s.V, &t.call, w, s.Rows)
			loops = append(loops, l)
			t.call.State, t.run = l, runLoop[T]
			continue
		}
		if s.V.Body != nil && s.V.Def.Class == ir.Contract {
			l, post := newEpilogue(s.V, &t.call, w)
			loops = append(loops, l)
			t.call.Post = post
		}
		k := ir.KernelOf[T](s.V.Def)
		t.run = k.Run
		if k.Prepare != nil {
			n := 0
			t.call.State, n = k.Prepare(s.V, w.Workers())
			scratch = max(scratch, n)
		}
	}
	r.share(Align(scratch), loops, w.Workers())
}

// share makes the scratch and the blocks of the loops.
func (r *Program[T]) share(scratch int, loops []*loop[T], workers int) {
	blocks := 0
	for _, l := range loops {
		blocks = max(blocks, Align(l.need()))
	}
	mem := make([]T, scratch+workers*blocks)
	r.scratch = len(mem)
	for i := range r.tasks {
		r.tasks[i].call.Scratch = mem[:scratch:scratch]
	}
	for _, l := range loops {
		l.attach(mem[scratch:])
	}
}

// Align rounds up to 16 elements: a cache line of float32, two of float64.
func Align(n int) int { return (n + 15) &^ 15 }

// Scratch is how many elements the kernels have for work of their own.
func (r *Program[T]) Scratch() int { return r.scratch }

// Readers lists the operands that read the float buffer b, for Bind.
func (r *Program[T]) Readers(b Buffer) (refs []Reader) {
	for i, s := range r.plan.Steps {
		for j, in := range s.In {
			if in.Arena == b.Arena && s.V.In[j].Type.DType != ir.Int && in.Offset >= b.Offset && in.Offset+in.Len <= b.Offset+b.Len {
				refs = append(refs, Reader{i, j, in.Offset - b.Offset})
			}
		}
	}
	return refs
}

// Bind lets the operands that refs lists, from Readers, read data instead of the
// buffer, until the next Bind.
func (r *Program[T]) Bind(refs []Reader, data []T) {
	for _, ref := range refs {
		n := r.plan.Steps[ref.task].In[ref.operand].Len
		r.tasks[ref.task].call.In[ref.operand] = data[ref.from : ref.from+n : ref.from+n]
	}
}

// ErrNotFinite says that the first output of a run was not finite, and so no
// parameter was changed.
var ErrNotFinite = errors.New("the first output is not finite")

// Run computes every step in order. Before the first one that changes
// parameters, it returns if something has failed by then.
func (r *Program[T]) Run() error {
	tasks := r.tasks
	if gate := r.plan.Gate; gate >= 0 {
		runAll(tasks[:gate])
		if err := r.check(); err != nil {
			return err
		}
		tasks = tasks[gate:]
	}
	runAll(tasks)
	return r.fault.Take()
}

func runAll[T ir.Float](tasks []task[T]) {
	for i := range tasks {
		t := &tasks[i]
		t.run(&t.call)
	}
}

// check is the failure that keeps parameters from being changed.
func (r *Program[T]) check() error {
	for _, x := range r.Floats(r.plan.Outputs[0].Where) {
		if x-x != 0 {
			_ = r.fault.Take()
			return ErrNotFinite
		}
	}
	return r.fault.Take()
}

// Floats is the memory of a buffer of floats.
func (r *Program[T]) Floats(b Buffer) []T {
	if b.Len == 0 { // a part of nothing may begin anywhere
		return []T{}
	}
	return r.floats[b.Arena][b.Offset : b.Offset+b.Len : b.Offset+b.Len]
}

// Ints is the memory of a buffer of Ints.
func (r *Program[T]) Ints(b Buffer) []int {
	if b.Len == 0 {
		return []int{}
	}
	return r.ints[b.Arena][b.Offset : b.Offset+b.Len : b.Offset+b.Len]
}

// Plan is what the program runs.
func (r *Program[T]) Plan() *Plan { return r.plan }
