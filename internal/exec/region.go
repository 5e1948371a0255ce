package exec

import (
	"slices"
	"time"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// leastRows is the fewest rows of a region that one worker gets: the kernels of
// products take up to eight at a time.
const leastRows = 4

// region runs steps part by part of their rows, each part on one worker with
// calls and scratch of its own.
type region[T ir.Float] struct {
	parts [][]task[T]
	rows  []rows // of each part
	pool  *pool.Pool
	f     func(worker, part int)
}

// newRegion prepares g for the workers of w; nil if it is of no use to them: the
// steps one by one can use more workers than there are rows for.
func (r *Program[T]) newRegion(g Region, w *pool.Pool, own []workspace[T]) *region[T] {
	n := min(w.Workers(), g.Rows/leastRows)
	if n < 2 || 2*n <= w.Workers() {
		return nil
	}
	x := &region[T]{pool: w}
	for i := range n {
		part := rows{i * g.Rows / n, (i + 1) * g.Rows / n, g.Rows}
		x.rows = append(x.rows, part)
		x.parts = append(x.parts, r.rowTasks(g, part, &own[i]))
	}
	x.f = func(_, part int) {
		for i := range x.parts[part] {
			t := &x.parts[part][i]
			t.run(&t.call)
		}
	}
	return x
}

func (x *region[T]) run() { x.pool.Run(len(x.parts), x.f) }

// profile is run, adding the time of the steps of the first part to took; the last
// one waits for the other parts.
func (x *region[T]) profile(took []time.Duration) {
	start := time.Now()
	x.pool.Run(len(x.parts), func(worker, part int) {
		if part > 0 {
			x.f(worker, part)
			return
		}
		for i := range x.parts[0] {
			t := &x.parts[0][i]
			t.run(&t.call)
			now := time.Now()
			took[i] += now.Sub(start)
			start = now
		}
	})
	took[len(took)-1] += time.Since(start)
}

// rowTasks are the steps of g for some of the rows.
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
		all := r.callOf(s, nil)
		t.call = cutCall(all, part)
		if s.V.Body != nil {
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

// rows are those from lo to hi, of so many.
type rows struct{ lo, hi, all int }

// interval is the elements from lo to hi.
type interval struct{ lo, hi int }

// of is where the rows lie among n elements.
func (p rows) of(n int) interval { return interval{n / p.all * p.lo, n / p.all * p.hi} }

// cutCall is c for some of its rows.
func cutCall[T ir.Float](c ir.Call[T], part rows) ir.Call[T] {
	v := *c.V
	v.In, c.In, c.IntIn = slices.Clone(v.In), slices.Clone(c.In), slices.Clone(c.IntIn)
	v.Attrs = v.Attrs.With(ir.RowsAttr, v.Type.Shape[0])
	v.Type.Shape = cutShape(v.Type.Shape, part)
	c.Out, c.IntOut = cut(c.Out, part), cut(c.IntOut, part)
	for i, byRow := range v.Def.ByRow(c.V) {
		if byRow {
			y := *v.In[i]
			y.Type.Shape = cutShape(y.Type.Shape, part)
			v.In[i] = &y
			c.In[i], c.IntIn[i] = cut(c.In[i], part), cut(c.IntIn[i], part)
		}
	}
	c.V = &v
	return c
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

// rowLoop is a loop over some of its elements.
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
