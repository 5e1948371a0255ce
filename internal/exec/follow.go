package exec

import (
	"cmp"
	"slices"
)

// follower is told when parts of the gradients are final.
type follower struct {
	marks []mark // in the order in which they are passed
	next  int    // in marks, of the present run
	f     func(part int)
}

// mark is the point of a run at which a part of the gradients is final.
type mark struct {
	after int // the number of tasks that come before
	part  int
}

// Follow lets every Run call f for each part of the Grad arena, once the run writes to it no more.
// Part i has the elements from cuts[i] to cuts[i+1]. It returns the parts in the order of the calls. A
// nil f ends it.
func (r *Program[T]) Follow(cuts []int, f func(part int)) (order []int) {
	r.follower = follower{f: f}
	if f == nil {
		return nil
	}
	for part := range len(cuts) - 1 {
		r.marks = append(r.marks, mark{r.lastWrite(cuts[part], cuts[part+1]), part})
	}
	slices.SortFunc(r.marks, func(a, b mark) int { return cmp.Or(a.after-b.after, b.part-a.part) })
	for _, m := range r.marks {
		order = append(order, m.part)
	}
	return order
}

// lastWrite returns the number of tasks up to the last one that writes to the elements lo to hi-1 of
// the Grad arena.
func (r *Program[T]) lastWrite(lo, hi int) int {
	after := 0
	for i := 0; i < len(r.tasks); {
		n := 1
		if g := r.tasks[i].region; g != nil {
			n = len(g.parts[0])
		}
		for _, s := range r.plan.Steps[i : i+n] {
			if b := s.Out; b.Arena == Grad && b.Offset < hi && lo < b.Offset+b.Len {
				after = i + n
			}
		}
		i += n
	}
	return after
}

// runSteps runs the tasks from one to another, and tells the follower on the way.
func (r *Program[T]) runSteps(from, to int) {
	for ; r.next < len(r.marks) && r.marks[r.next].after <= to; r.next++ {
		m := r.marks[r.next]
		if m.after > from {
			runAll(r.tasks[from:m.after])
			from = m.after
		}
		r.f(m.part)
	}
	runAll(r.tasks[from:to])
}
