package train

import (
	"context"
	"slices"
	"sync"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
)

// runners are the programs of a Predictor: some batch sizes, and for each some forks that
// nobody uses at the moment.
type runners struct {
	turn      chan struct{} // has one element for each batch that is computed
	compiling sync.Mutex    // held by the one that compiles

	mu   sync.Mutex // guards what follows
	list []*ofSize  // the one that was used last is the last
}

// ofSize are the programs for one batch size.
type ofSize struct {
	n    int
	plan *session  // that the forks are made from
	used bool      // the program of plan is a runner itself
	idle []*runner // at most one for each turn
}

// runner is one program with the memory for its batches. One goroutine uses it at a time.
type runner struct {
	of     *ofSize
	prog   *graph.Program
	by     *outline
	feeds  []inputFeed // in the order of its inputs
	output graph.Output[float64]
	all    []float64 // of output, if not all are wanted
	reads  *version  // whose parameters it reads
	filled int       // as reads was filled then
}

// inputFeed is the memory of one input.
type inputFeed struct {
	size   int              // elements of one example
	ints   []int            // for integers
	labels graph.Input[int] // that they are for
	f32    []float32        // the program's own memory, one of both, for numbers
	f64    []float64        // the program's own memory, or what is rounded to f32
	at     []int            // the indices of a batch
}

// keep adds the programs for one more batch size. It drops one if there are more than most.
func (c *runners) keep(s *session, most int) *ofSize {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.list) >= most {
		c.list = slices.Delete(c.list, 0, len(c.list)-most+1)
	}
	o := &ofSize{n: s.n, plan: s}
	c.list = append(c.list, o)
	return o
}

// take returns the programs for batches of n, and one that nobody uses. Each may be nil.
func (c *runners) take(n int) (*ofSize, *runner) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.list, func(o *ofSize) bool { return o.n == n })
	if i < 0 {
		return nil, nil
	}
	o := c.list[i]
	copy(c.list[i:], c.list[i+1:])
	c.list[len(c.list)-1] = o
	last := len(o.idle) - 1
	if last < 0 {
		return o, nil
	}
	r := o.idle[last]
	o.idle[last] = nil
	o.idle = o.idle[:last]
	return o, r
}

// wait waits for a turn, which must be given back with leave.
func (c *runners) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil { // also if there is a turn
		return err
	}
	select {
	case c.turn <- struct{}{}: // at once, which is cheaper to ask alone
		return nil
	default:
	}
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *runners) leave() { <-c.turn }

// runner returns a runner for n examples that reads v. It must be given to put. It is for who
// has a turn.
func (p *Predictor) runner(v *version, n int) (*runner, error) {
	if i := slices.IndexFunc(p.batches, func(size int) bool { return size >= n }); i >= 0 {
		n = p.batches[i]
	}
	o, r := p.runners.take(n)
	var err error
	if o == nil {
		o, r, err = p.compiled(n)
	}
	if err == nil && (r == nil || r.by != v.by) {
		r, err = p.fork(o, v.by)
	}
	if err == nil && (r.reads != v || r.filled != v.filled) {
		err = p.runners.share(r, v)
	}
	return r, err
}

// share lets r read v. A program that others fork is changed while nobody does.
func (c *runners) share(r *runner, v *version) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.reads, r.filled = v, v.filled
	r.prog.Reread()
	return r.prog.SetParams(v.params)
}

// compiled returns the programs for batches of n, which are compiled by one goroutine only, and one
// that nobody uses, or nil.
func (p *Predictor) compiled(n int) (*ofSize, *runner, error) {
	c := &p.runners
	c.compiling.Lock()
	defer c.compiling.Unlock()
	if o, r := c.take(n); o != nil {
		return o, r, nil
	}
	s, err := p.t.compile(predicting, n)
	if err != nil {
		return nil, nil, err
	}
	return c.keep(s, p.o.Sizes), nil, nil
}

// put keeps a runner for the next call, unless its batch size was dropped.
func (c *runners) put(r *runner) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.list, r.of) {
		r.of.idle = append(r.of.idle, r)
	}
}

// another returns a program that nobody uses.
func (c *runners) another(o *ofSize) *graph.Program {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !o.used {
		o.used = true
		return o.plan.prog
	}
	return o.plan.prog.Fork()
}

// fork makes another runner for the inputs of an outline.
func (p *Predictor) fork(o *ofSize, by *outline) (*runner, error) {
	r := &runner{of: o, prog: p.runners.another(o), by: by}
	r.output = graph.OutputOf[float64](r.prog, 0)
	for _, in := range by.model {
		f := inputFeed{size: size(in.Shape), at: make([]int, o.n)}
		n := o.n * f.size
		var err error
		switch {
		case in.Integers:
			f.labels, f.ints = graph.InputOf[int](r.prog, in.Name), make([]int, n)
			err = f.labels.Set(f.ints) // which a Fork without memory refuses
		case p.t.params.DType() == graph.Float32:
			f.f32, err = graph.InputOf[float32](r.prog, in.Name).Memory()
			f.f64 = make([]float64, n)
		default:
			f.f64, err = graph.InputOf[float64](r.prog, in.Name).Memory()
		}
		if err == nil && !in.Integers && max(len(f.f32), len(f.f64)) != n {
			err = mistake.Shapef("input %q of the model for a batch of %d: got %d elements, want %d", in.Name, o.n, max(len(f.f32), len(f.f64)), n)
		}
		if err != nil {
			return nil, err
		}
		r.feeds = append(r.feeds, f)
	}
	if got := r.output.Len(); got != o.n*by.out {
		return nil, errors.WithMessage(mistake.Shapef("the output of the model for a batch of %d: got %d elements, want %d", o.n, got, o.n*by.out), "train: Predictor")
	}
	return r, nil
}

// index returns the n indices from lo on.
func (f *inputFeed) index(lo, n int) []int {
	at := f.at[:n]
	for i := range at {
		at[i] = lo + i
	}
	return at
}

// fill repeats the last of n examples up to the end of the batch.
func (f *inputFeed) fill(n int) {
	repeatLast(f.ints, n*f.size, f.size)
	repeatLast(f.f32, n*f.size, f.size)
	if f.f32 == nil {
		repeatLast(f.f64, n*f.size, f.size)
	}
}

// repeatLast repeats the last size ones of the first n elements up to the end of mem.
func repeatLast[T any](mem []T, n, size int) {
	for at := n; at < len(mem); at += size {
		copy(mem[at:], mem[n-size:n])
	}
}

// read copies the outputs from the one at from on to dst.
func (r *runner) read(dst []float64, from int) {
	if n := r.output.Len(); n != len(dst) {
		r.all = r.output.Read(r.all)
		copy(dst, r.all[from:])
		return
	}
	r.output.Read(dst)
}
