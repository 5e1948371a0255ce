package exec

import (
	"slices"
	"time"
	"unsafe"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/cpu"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// leastRows is the smallest number of rows of a region that one worker gets: the kernels of
// products take up to eight rows at a time.
const leastRows = 4

// stripRows is the smallest number of rows of a strip: products of fewer read their right operand too
// often.
const stripRows = 48

// region runs steps on parts of their rows. One worker runs all steps of a part, with calls
// and scratch of its own. There is one part for each worker, or several strips that it runs one after
// another, so that each step finds in the cache what the one before has written. Smaller parts gain
// little where another process takes a core: it keeps that worker in its part for milliseconds, however
// small the part is.
type region[T ir.Float] struct {
	parts  [][]task[T]
	rows   []rows // of each part
	strips int    // parts of one worker
	pool   *pool.Pool
	f      func(worker, share int)
}

// newRegion prepares g for the workers. It returns nil if the steps one by one can use twice as many
// workers as there are rows for.
func (r *Program[T]) newRegion(g Region) *region[T] {
	w := r.pool
	workers := min(w.Workers(), g.Rows/leastRows)
	if workers < 1 || 2*workers <= min(w.Workers(), g.Apart) {
		return nil
	}
	x := &region[T]{strips: r.strips(g, workers), pool: w}
	n := workers * x.strips
	if n < 2 {
		return nil
	}
	for i := range n {
		part := rows{i * g.Rows / n, (i + 1) * g.Rows / n, g.Rows}
		x.rows = append(x.rows, part)
		x.parts = append(x.parts, r.rowTasks(g, part, &r.own[i/x.strips]))
	}
	x.f = func(_, share int) {
		for _, tasks := range x.of(share) {
			for i := range tasks {
				t := &tasks[i]
				t.run(&t.call)
			}
		}
	}
	return x
}

// strips returns how many strips each worker makes of its rows: those of one write about a quarter of the
// second-level cache. It is one where half of that cache holds all that a worker writes, or less than
// all that the rows share, which each strip reads anew.
func (r *Program[T]) strips(g Region, workers int) int {
	written, shared, size := map[Buffer]bool{}, map[Buffer]bool{}, int(unsafe.Sizeof(T(0)))
	bytes := func(of map[Buffer]bool) (n int) {
		for b := range of {
			n += b.Len * size
		}
		return n
	}
	for _, s := range r.plan.Steps[g.First:g.End] {
		written[s.Out] = true
		if s.V.Def.ByRow == nil {
			continue
		}
		for i, byRow := range s.V.Def.ByRow(s.V) {
			if !byRow {
				shared[s.In[i]] = true
			}
		}
	}
	own := bytes(written) / workers
	if own <= cpu.L2/2 || bytes(shared) > cpu.L2/2 {
		return 1
	}
	return max(1, min(own/(cpu.L2/4), g.Rows/workers/stripRows))
}

// of returns the strips of a worker.
func (x *region[T]) of(share int) [][]task[T] {
	return x.parts[share*x.strips : (share+1)*x.strips]
}

func (x *region[T]) workers() int { return len(x.parts) / x.strips }

func (x *region[T]) run() { x.pool.Run(x.workers(), x.f) }

// profile runs the region and adds to took the times of the steps of the first worker. The
// last step has the time of waiting for the other workers as well.
func (x *region[T]) profile(took []time.Duration) {
	start := time.Now()
	x.pool.Run(x.workers(), func(worker, share int) {
		if share > 0 {
			x.f(worker, share)
			return
		}
		for _, tasks := range x.of(share) {
			for i := range tasks {
				t := &tasks[i]
				t.run(&t.call)
				now := time.Now()
				took[i] += now.Sub(start)
				start = now
			}
		}
	})
	took[len(took)-1] += time.Since(start)
}

// rowTasks returns the steps of g as tasks for some of the rows.
func (r *Program[T]) rowTasks(g Region, part rows, own *workspace[T]) []task[T] {
	tasks := make([]task[T], g.End-g.First)
	for i := range tasks {
		t, s := &tasks[i], &r.plan.Steps[g.First+i]
		if s.V.Body != nil && s.V.Def.Class == ir.Elementwise {
			t.call = r.callOf(s, nil)
			l := newLoop(s.V, &t.call, nil, s.Rows)
			own.loops = append(own.loops, l)
			t.call.State, t.run = &rowLoop[T]{l, part.of(l.n)}, runRowLoop[T]
			continue
		}
		t.call = r.callOf(s, nil)
		t.call.V = cutValue(s.V, part)
		if s.V.Body != nil {
			all := r.callOf(s, nil)
			t.post = &all
			l, post := newEpilogue(s.V, t.post, nil)
			own.loops = append(own.loops, l)
			shape := s.V.Type.Shape
			first := part.of(shape[:len(shape)-1].Size()).lo
			t.call.Post = func(worker, i0, i1, j0, j1 int) { post(worker, first+i0, first+i1, j0, j1) }
		}
		own.kernel(t, 1)
	}
	return tasks
}

// rows are the rows from lo to before hi, of all.
type rows struct{ lo, hi, all int }

// interval is the elements from lo to before hi.
type interval struct{ lo, hi int }

// of returns where the rows lie among n elements.
func (p rows) of(n int) interval { return interval{n / p.all * p.lo, n / p.all * p.hi} }

// cutValue returns v as if it had only some of its rows.
func cutValue(v *ir.Value, part rows) *ir.Value {
	w := *v
	w.In = slices.Clone(v.In)
	w.Attrs = v.Attrs.With(ir.RowsAttr, v.Type.Shape[0])
	w.Type.Shape = cutShape(v.Type.Shape, part)
	for i, byRow := range v.Def.ByRow(v) {
		if byRow {
			x := *v.In[i]
			x.Type.Shape = cutShape(x.Type.Shape, part)
			w.In[i] = &x
		}
	}
	return &w
}

// bindRows gives a task, which runs s for some of its rows, the buffers of the program.
func (r *Program[T]) bindRows(t *task[T], s *Step, part rows) {
	r.fill(&t.call, s)
	if s.V.Body != nil && s.V.Def.Class == ir.Elementwise {
		return // the loop takes its rows itself
	}
	if t.post != nil {
		r.fill(t.post, s)
	}
	t.call.Out, t.call.IntOut = cut(t.call.Out, part), cut(t.call.IntOut, part)
	for i, byRow := range s.V.Def.ByRow(s.V) {
		if byRow {
			t.call.In[i], t.call.IntIn[i] = cut(t.call.In[i], part), cut(t.call.IntIn[i], part)
		}
	}
}

func cutShape(s ir.Shape, part rows) ir.Shape {
	s = s.Clone()
	at := part.of(s[0])
	s[0] = at.hi - at.lo
	return s
}

func cut[E any](x []E, part rows) []E {
	if x == nil {
		return nil
	}
	at := part.of(len(x))
	return x[at.lo:at.hi:at.hi]
}

// rowLoop is a loop that computes only some of its elements.
type rowLoop[T ir.Float] struct {
	*loop[T]
	interval
}

func runRowLoop[T ir.Float](c *ir.Call[T]) {
	l := c.State.(*rowLoop[T])
	w := &l.work[0]
	l.splat(w)
	l.span(w, l.lo, l.hi)
}
