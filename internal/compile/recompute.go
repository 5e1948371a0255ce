package compile

import (
	"math"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/ir"
)

// recompute computes values a second time where they are needed late, instead of
// keeping them from the first: for one more walk forward, what a chain of n layers
// keeps falls to about 2 √n of them (Chen, Xu, Zhang and Guestrin, Training Deep
// Nets with Sublinear Memory Cost, 2016).
//
//	h1 = matmul x w0                         h1 = matmul x w0
//	h2 = matmul h1 w1                        h2 = matmul h1 w1
//	h3 = matmul h2 w2                        h3 = matmul h2 w2
//	d2 = matmul h3 w2 {transB=true}    =>    d2 = matmul h3 w2 {transB=true}
//	g2 = matmul h2 d2 {transA=true}          g2 = matmul h2 d2 {transA=true}
//	g1 = matmul h1 g2 {transA=true}          h4 = matmul x w0
//	                                         g1 = matmul h4 g2 {transA=true}
//
// Before is what stands before the point at which most memory is needed. It is cut
// into segments where little crosses the cut; what does is kept. What stands after
// the point reads copies of the rest, a segment's at a time. Copies are the same
// kernels on the same operands, so they have the same bits, and this pass comes
// after those that would merge or fuse them.
func recompute(f *ir.Func) bool {
	whole, err := layOut(f, make([]Target, len(f.Out)), NoRegions)
	if err != nil {
		return false // plan says what is wrong
	}
	least := whole.live() / 10 * 9 // saving less is not worth the time
	s := &split{f: f, peak: whole.peak()}
	s.find()
	root := int(math.Sqrt(float64(len(s.stored))))
	var best *ir.Func
	for _, segments := range []int{root / 2, root, 2 * root} {
		if segments < 2 {
			continue
		}
		g := s.rewrite(segments)
		order(g)
		p, err := layOut(g, make([]Target, len(g.Out)), NoRegions)
		if err == nil && p.live() < least {
			best, least = g, p.live()
		}
	}
	if best == nil {
		return false
	}
	*f = *best
	return true
}

// peak is the value at which most floats are needed.
func (p *planner) peak() (at int) {
	most, now := 0, 0
	p.floats.walk(func(x *block) {
		if now += x.n; now > most {
			most, at = now, x.from
		}
	}, func(x *block) { now -= x.n })
	return at
}

// split is a function and the point where most memory is needed.
type split struct {
	f      *ir.Func
	peak   int               // position of the value
	at     map[*ir.Value]int // positions
	early  map[*ir.Value]int // the last position up to the peak that reads a base
	stored []*ir.Value       // bases before the peak that are read after it
	bound  map[*ir.Value]bool
}

// find fills in all but f and peak.
func (s *split) find() {
	s.at, s.early, s.bound = map[*ir.Value]int{}, map[*ir.Value]int{}, map[*ir.Value]bool{}
	late := map[*ir.Value]bool{}
	for i, v := range s.f.Values {
		s.at[v] = i
		if v.Def == nil || v.Def.Name == foreign.OpaqueName { // gorgonia's own operators may have state
			s.bound[v] = true
		}
		if v.Def != nil && v.Def.Class == ir.Move {
			continue
		}
		for _, x := range v.In {
			if i <= s.peak {
				s.early[base(x)] = i
			} else {
				late[base(x)] = true
			}
		}
	}
	for _, v := range s.f.Out {
		s.bound[base(v)] = true // has memory of its own
	}
	for i, v := range s.f.Values[:s.peak+1] {
		if late[v] && !s.bound[v] && v.Def.Class != ir.Move && i < s.peak {
			s.stored = append(s.stored, v)
		}
	}
}

// bytes of a value that is not kept anyway.
func (s *split) bytes(v *ir.Value) int {
	if s.bound[v] {
		return 0
	}
	return exec.Align(v.Type.Shape.Size()) * v.Type.DType.Size()
}

// cuts are the positions that end all segments but the last one: about equally
// many stored bytes apart, where the fewest bytes cross.
func (s *split) cuts(segments int) (cuts []int) {
	cross := make([]int, s.peak+2) // first the changes, then the sums
	for v, last := range s.early {
		cross[s.at[v]] += s.bytes(v)
		cross[last] -= s.bytes(v)
	}
	for i := 1; i < len(cross); i++ {
		cross[i] += cross[i-1]
	}
	total := 0
	for _, v := range s.stored {
		total += s.bytes(v)
	}
	sum, from, least := 0, -1, -1 // from is where the window for the next cut begins
	for _, v := range s.stored {
		sum += s.bytes(v)
		share := 2*sum*segments/max(total, 1) - 2*len(cuts) // in halves of a segment
		if share < 1 {
			continue
		}
		if from < 0 {
			from, least = s.at[v], s.at[v]
		}
		for i := from; i <= s.at[v]; i++ {
			if cross[i] <= cross[least] {
				least = i
			}
		}
		if from = s.at[v] + 1; share >= 3 {
			cuts = append(cuts, least)
			from, least = -1, -1
		}
	}
	return cuts
}

// rewrite is the function in which what stands behind the peak reads copies of
// what is not kept.
func (s *split) rewrite(segments int) *ir.Func {
	cuts := s.cuts(segments)
	r := &rewriting{split: s, g: s.f.Clone(), kept: map[*ir.Value]bool{}, again: map[*ir.Value]*ir.Value{}}
	for v, last := range s.early {
		for _, c := range cuts {
			if s.at[v] <= c && c < last {
				r.kept[v] = true
			}
		}
	}
	last := -1 // of what may be copied: the last segment is needed at once
	if len(cuts) > 0 {
		last = cuts[len(cuts)-1]
	}
	values := r.g.Values
	for i, v := range s.f.Values {
		if i > last || r.kept[v] || s.bound[v] {
			r.again[v] = values[i]
		}
	}
	r.first = values
	r.g.Values = values[: s.peak+1 : s.peak+1]
	for i := s.peak + 1; i < len(values); i++ {
		for j, x := range s.f.Values[i].In {
			values[i].In[j] = r.copyOf(x)
		}
		r.g.Values = append(r.g.Values, values[i])
	}
	r.g.Sort()
	return r.g
}

type rewriting struct {
	*split
	g     *ir.Func
	first []*ir.Value // g's own values, as in f
	kept  map[*ir.Value]bool
	again map[*ir.Value]*ir.Value // of f's values, what stands behind the peak reads
}

// copyOf is what a value behind the peak reads for v: v itself if it is kept, else
// a copy. Its depth is that of a segment.
func (r *rewriting) copyOf(v *ir.Value) *ir.Value {
	if w := r.again[v]; w != nil {
		return w
	}
	own := r.first[r.at[v]]
	w := *own
	w.In = make([]*ir.Value, len(v.In))
	same := v.Def.Class == ir.Move // a view of what is kept is no copy
	for i, x := range v.In {
		w.In[i] = r.copyOf(x)
		same = same && w.In[i] == own.In[i]
	}
	r.again[v] = own
	if !same {
		r.again[v] = r.g.Add(&w)
	}
	return r.again[v]
}
