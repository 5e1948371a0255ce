package exec

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// Cut says how several workers share the work of some steps.
type Cut struct {
	First, End int     // the steps: one, or those of a region
	Parts      int     // that workers can compute at the same time; 1: one worker does all
	Largest    float64 // the share of the largest part in the work
	Waits      int     // how often the workers wait for each other
}

// Cuts returns how so many workers share the steps of the plan, in order. The machine need not have
// so many cores: nothing of the plan is computed, but for what one worker does alone, on zeros. Steps
// for which skip is true are taken to be for one worker, and do not run.
//
// A kernel may cut its work several times, as a product does that packs an operand first. Parts is
// then the largest number of parts.
func Cuts[T ir.Float](p *Plan, workers int, skip func(*ir.Value) bool) []Cut {
	var cut *Cut // of the kernel that runs
	dry := pool.Dry(workers, func(parts int) {
		if parts > 1 {
			cut.Waits++
		}
		cut.Parts = max(cut.Parts, parts)
	})
	r := Prepare[T](p, dry)
	m := newNothing[T](r)
	out := make([]Cut, 0, len(r.tasks))
	for i := 0; i < len(r.tasks); i++ {
		t := &r.tasks[i]
		out = append(out, Cut{First: i, End: i + 1, Parts: 1})
		cut = &out[len(out)-1]
		if t.region != nil {
			t.region.cut(cut)
			i = cut.End - 1
			continue
		}
		if v := t.call.V; v.Type.Shape.Size() > 0 && !skip(v) {
			if l, ok := t.call.State.(*loop[T]); ok {
				dry.Run(l.parts, nil)
			} else {
				m.lend(&t.call, &p.Steps[i])
				t.run(&t.call)
			}
		}
		cut.Largest = 1 / float64(cut.Parts)
	}
	return out
}

// cut fills in how the region is shared.
func (x *region[T]) cut(c *Cut) {
	c.End, c.Parts, c.Waits = c.First+len(x.parts[0]), x.workers(), 1
	for i := 0; i < len(x.rows); i += x.strips {
		first, last := x.rows[i], x.rows[i+x.strips-1]
		c.Largest = max(c.Largest, float64(last.hi-first.lo)/float64(first.all))
	}
}

// nothing is memory for kernels that compute nothing of use: all of them read the same zeros.
type nothing[T ir.Float] struct {
	zeros, results, scratch []T
	ints, intResults        []int
}

func newNothing[T ir.Float](r *Program[T]) *nothing[T] {
	floats, ints := 0, 0
	need := func(t ir.Type, b Buffer) {
		if t.DType == ir.Int {
			ints = max(ints, b.Len)
		} else {
			floats = max(floats, b.Len)
		}
	}
	for _, s := range r.plan.Steps {
		need(s.V.Type, s.Out)
		for j, b := range s.In {
			need(s.V.In[j].Type, b)
		}
	}
	return &nothing[T]{make([]T, floats), make([]T, floats), make([]T, r.all.scratch), make([]int, ints), make([]int, ints)}
}

// lend gives the call of s the memory.
func (m *nothing[T]) lend(c *ir.Call[T], s *Step) {
	c.Post, c.Scratch = nil, m.scratch
	if s.V.Type.DType == ir.Int {
		c.IntOut = m.intResults[:s.Out.Len:s.Out.Len]
	} else {
		c.Out = m.results[:s.Out.Len:s.Out.Len]
	}
	for j, b := range s.In {
		if s.V.In[j].Type.DType == ir.Int {
			c.IntIn[j] = m.ints[:b.Len:b.Len]
		} else {
			c.In[j] = m.zeros[:b.Len:b.Len]
		}
	}
}
