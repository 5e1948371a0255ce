package graph

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/cpu"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/si"
)

// MemoryError reports that a Program, a parameter or a constant needs more memory than is
// allowed. It is returned before any of it is allocated, since a Go process cannot recover
// from running out of memory. Find it with errors.As. errors.Is finds ErrMemory.
type MemoryError struct {
	Needed  int64       // bytes
	Allowed int64       // bytes: Options.MemoryLimit, or what the process may still take
	Largest []MemoryUse // the three largest values, or fewer, the largest first
}

// MemoryUse is the memory of one value of a Program.
type MemoryUse struct {
	Op    string // the operator, or input, param or const
	Name  string // the name that the caller gave it, or ""
	Shape []int
	Bytes int64
	At    string // file:line of the call that made the value or that needs it, or ""
}

// Error returns one line with all fields.
func (e *MemoryError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "got a computation that needs %s of memory, want at most %s", si.Bytes(e.Needed), si.Bytes(e.Allowed))
	for i, u := range e.Largest {
		if i == 0 {
			b.WriteString("; the largest values: ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(u.Op)
		if u.Name != "" {
			fmt.Fprintf(&b, " %q", u.Name)
		}
		fmt.Fprintf(&b, " %v of %s", ir.Shape(u.Shape), si.Bytes(u.Bytes))
		if u.At != "" {
			b.WriteString(" at " + u.At)
		}
	}
	return b.String()
}

// Unwrap returns ErrMemory.
func (e *MemoryError) Unwrap() error { return ErrMemory }

// small is the number of new bytes that are allowed without asking the system.
const small = 16 << 20

// allowed returns how many bytes a program may have in all. It needs fresh new ones beside
// those that its parameters hold already. A limit of 0 stands for what the system allows.
func allowed(limit, fresh, held int64) int64 {
	switch {
	case limit > 0:
		return limit
	case fresh <= small:
		return fresh + held
	}
	return memory.Free(fresh) + held
}

// prepareProgram returns a Program that has no memory yet, if it may have what it needs.
func prepareProgram(params *Params, plan *exec.Plan, w *pool.Pool, limit int64) (*Program, error) {
	if err := cpu.Err(); err != nil {
		return nil, mistake.Optionf("%v", err)
	}
	if limit < 0 {
		return nil, mistake.Optionf("got a memory limit of %d bytes, want at least 0", limit)
	}
	grads := int64(params.trained.size) * int64(params.dtype.ir().Size())
	shared := 2*grads + int64(params.states.size)*int64(params.dtype.ir().Size())
	held := shared
	if !params.fixed && params.dtype == Float64 { // the gradients have no memory yet
		held -= grads
	}
	check := func(own int64) error {
		most := allowed(limit, own+shared-held, held)
		if own+shared <= most {
			return nil
		}
		return &MemoryError{Needed: own + shared, Allowed: most, Largest: largest(plan.Func)}
	}
	if err := check(exec.Bytes(plan)); err != nil { // before the kernels are prepared
		return nil, err
	}
	p := newProgram(params, plan, w)
	if err := check(p.bytes()); err != nil {
		return nil, err
	}
	b := &budget{limit: limit}
	b.taken.Store(shared)
	b.take(p)
	return p, nil
}

// bytes returns the size of p's own memory.
func (p *Program) bytes() int64 {
	if p.r32 != nil {
		return p.r32.Bytes()
	}
	return p.r64.Bytes()
}

// budget is the memory of a Program and all its Forks.
type budget struct {
	limit int64        // Options.MemoryLimit
	taken atomic.Int64 // bytes, with those that they share
}

// take counts the memory of p until p is collected.
func (b *budget) take(p *Program) {
	p.budget = b
	n := p.bytes()
	b.taken.Add(n)
	runtime.AddCleanup(p, func(n int64) { b.taken.Add(-n) }, n)
}

// lend counts the memory of a Fork. It returns an error if there is too little.
func (b *budget) lend(q *Program) error {
	own := q.bytes()
	short := func() *MemoryError {
		needed, most := own, allowed(0, own, 0)
		if b.limit > 0 {
			needed, most = b.taken.Load()+own, b.limit
		}
		if needed <= most {
			return nil
		}
		return &MemoryError{Needed: needed, Allowed: most, Largest: largest(q.plan.Func)}
	}
	if short() != nil {
		runtime.GC() // it frees the forks that nobody uses
	}
	if err := short(); err != nil {
		return err
	}
	b.take(q)
	return nil
}

// largest returns the largest values of f.
func largest(f *ir.Func) (out []MemoryUse) {
	for _, u := range compile.Largest(f, 3) {
		out = append(out, MemoryUse{Op: u.Op, Name: u.Name, Shape: u.Shape, Bytes: u.Bytes, At: u.At})
	}
	return out
}

// unplanned returns a MemoryError if err says that f is too large to be planned, else err.
func unplanned(err error) error {
	var e *compile.TooLarge
	if errors.As(err, &e) {
		return &MemoryError{Needed: e.Bytes, Allowed: 1 << 31, Largest: largest(e.Func)}
	}
	return err
}

// enough returns an error if there are not need bytes for a value that is made while the graph
// is built.
func enough(need int64, u MemoryUse) error {
	if most := allowed(0, need, 0); need > most {
		return &MemoryError{Needed: need, Allowed: most, Largest: []MemoryUse{u}}
	}
	return nil
}
