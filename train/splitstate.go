package train

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
)

// This file lets each of several ranks make the step of a part of the parameters: Options.SplitState.

// split says which elements of the parameters each rank moves.
type split struct {
	passing
	at []int // rank q has the elements at[q] to at[q+1], which are whole parameters

	sums        []int // the spans of Sum of each rank, likewise
	flag, flags []byte
}

// newSplit cuts the parameters into parts that are as even as whole parameters allow.
func newSplit(r *ranks, p *graph.Params) *split {
	n := r.Size()
	s := &split{passing: newPassing(r), at: make([]int, n+1), sums: make([]int, n+1), flag: make([]byte, 1), flags: make([]byte, n)}
	list, at := p.List(), 0
	for q := 1; q < n; q++ {
		goal := int(int64(p.Len()) * int64(q) / int64(n))
		for len(list) > 0 && list[0].Offset()+list[0].Size()/2 < goal { // more than half of it is below
			at = list[0].Offset() + list[0].Size()
			list = list[1:]
		}
		s.at[q] = at
	}
	s.at[n] = p.Len()
	return s
}

// span returns the elements that this rank moves; all of n for a nil s.
func (s *split) span(n int) (lo, hi int) {
	if s == nil {
		return 0, n
	}
	me := s.r.Rank()
	return s.at[me], s.at[me+1]
}

// has reports whether rank moves q.
func (s *split) has(rank int, q *graph.Param) bool {
	return s == nil || s.at[rank] <= q.Offset() && q.Offset() < s.at[rank+1]
}

// own returns those of the parameters that this rank moves.
func (s *split) own(list []*graph.Param) (out []*graph.Param) {
	if s == nil {
		return list
	}
	for _, q := range list {
		if s.has(s.r.Rank(), q) {
			out = append(out, q)
		}
	}
	return out
}

// count takes in the spans of Sum, and returns those of this rank.
func (s *split) count(runs []piece) (lo, hi int) {
	if s == nil {
		return 0, len(runs)
	}
	i := 0
	for q := range s.r.Size() {
		s.sums[q] = i
		for i < len(runs) && s.has(q, runs[i].of) {
			i++
		}
	}
	s.sums[s.r.Size()] = i
	return s.sums[s.r.Rank()], s.sums[s.r.Rank()+1]
}

// and reports whether the answer is yes at all ranks.
func (s *split) and(yes bool) bool {
	if s == nil {
		return yes
	}
	s.flag[0] = 0
	if yes {
		s.flag[0] = 1
	}
	if s.r.broken != nil || s.r.lost(s.r.AllGather(s.flags, s.flag)) != nil {
		return false
	}
	for _, f := range s.flags {
		yes = yes && f == 1
	}
	return yes
}

// gatherSums completes the partial sums with those of the others.
func (s *split) gatherSums(partial []float64) {
	if s != nil {
		_ = gatherParts(&s.passing, partial, s.sums, -1) // the step asks for broken
	}
}

// shareParams gives the parameters that each rank has moved to all others.
func (v *View) shareParams() error {
	switch s := v.split; {
	case s == nil:
		return nil
	case v.f32 != nil:
		return gatherParts(&s.passing, v.f32.param, s.at, -1)
	default:
		return gatherParts(&s.passing, v.f64.param, s.at, -1)
	}
}

// gatherSlots gives the slots that each rank has to the first one, for a file.
func (t *Trainer) gatherSlots() error {
	v := t.view
	if v == nil || v.split == nil {
		return nil
	}
	for i, s := range v.slots {
		var err error
		switch {
		case s.Scalar:
		case v.f32 != nil:
			err = gatherParts(&v.split.passing, v.f32.slot[i], v.split.at, 0)
		default:
			err = gatherParts(&v.split.passing, v.f64.slot[i], v.split.at, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// split returns how the ranks share the steps; nil if they do not.
func (t *Trainer) split() *split {
	if t.ranks == nil || !t.o.SplitState {
		return nil
	}
	return newSplit(t.ranks, t.params)
}

// checkSplit returns an error if Options.SplitState does not go with the optimizer.
func (o *Options) checkSplit() error {
	if o.SplitState && averages(o.Optimizer.Slots()) {
		return mistake.Optionf("Options.SplitState: got an optimizer that averages parameters, as EMA and SWA do, which evaluations need whole; want one without, or no SplitState")
	}
	return nil
}
