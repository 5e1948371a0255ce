package compile

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// recompute computes values a second time where they are needed late, instead of keeping
// them. For one more walk forward, a chain of n layers keeps about 2 √n results and not n
// (Chen, Xu, Zhang and Guestrin, Training Deep Nets with Sublinear Memory Cost, 2016).
//
//	h1 = matmul x w0                         h1 = matmul x w0
//	h2 = matmul h1 w1                        h2 = matmul h1 w1
//	h3 = matmul h2 w2                        h3 = matmul h2 w2
//	d2 = matmul h3 w2 {transB=true}    =>    d2 = matmul h3 w2 {transB=true}
//	g2 = matmul h2 d2 {transA=true}          g2 = matmul h2 d2 {transA=true}
//	g1 = matmul h1 g2 {transA=true}          h4 = matmul x w0
//	                                         g1 = matmul h4 g2 {transA=true}
//
// The pass finds the point at which most memory is needed: the peak. It cuts what stands
// before the peak into segments, at places that few bytes cross, and keeps what crosses.
// What stands behind the peak reads copies of the rest, a segment's at a time. Copies run
// the same kernels on the same operands, so they have the same bits.
func recompute(f *ir.Func, _ []Target) bool {
	whole, err := layOut(f, nil, make([]Target, len(f.Out)), NoRegions)
	if err != nil {
		return false // plan says what is wrong
	}
	least := whole.live() / 10 * 9 // saving less is not worth the time
	s := newSplit(f, whole.peak())
	root := int(math.Sqrt(float64(len(s.stored))))
	var best *ir.Func
	for _, segments := range []int{root / 2, root, 2 * root} {
		if segments < 2 {
			continue
		}
		g := s.rewrite(segments)
		order(g, nil)
		p, err := layOut(g, nil, make([]Target, len(g.Out)), NoRegions)
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

// peak returns the position of the value at which most floats are needed.
func (p *planner) peak() (at int) {
	most, now := 0, 0
	p.floats.walk(func(x *block) {
		if now += x.n; now > most {
			most, at = now, x.from
		}
	}, func(x *block) { now -= x.n })
	return at
}

// split is a function that is divided at the peak.
type split struct {
	f      *ir.Func
	peak   int // position
	of     ir.Table[use]
	stored []*ir.Value // bases before the peak that are read behind it
}

// use says where a value stands and is read.
type use struct {
	at    int  // position
	early int  // of a base: the last position up to the peak that reads it, or 0
	late  bool // of a base: read behind the peak
	bound bool // may not be copied
}

func newSplit(f *ir.Func, peak int) *split {
	s := &split{f: f, peak: peak, of: ir.NewTable[use](f)}
	for i, v := range f.Values {
		u := s.of.At(v)
		u.at, u.bound = i, v.Def == nil || v.Def.Once
		if isView(v) {
			continue
		}
		for _, x := range v.In {
			if b := s.of.At(base(x)); i <= peak {
				b.early = i
			} else {
				b.late = true
			}
		}
	}
	for _, v := range f.Out {
		s.of.At(base(v)).bound = true // has memory of its own
	}
	for _, v := range f.Values[:peak] {
		if u := s.of.At(v); u.late && !u.bound && !isView(v) {
			s.stored = append(s.stored, v)
		}
	}
	return s
}

// bytes returns the memory of v, 0 if v is kept anyway.
func (s *split) bytes(v *ir.Value) int {
	if s.of.At(v).bound {
		return 0
	}
	return roomOf(v)
}

// cuts returns the positions that end all segments but the last one. Cuts are about
// equally many stored bytes apart, each where the fewest bytes cross.
func (s *split) cuts(segments int) (cuts []int) {
	cross := make([]int, s.peak+2) // first the changes, then the sums
	for _, v := range s.f.Values[:s.peak+1] {
		if u := s.of.At(v); u.early > 0 {
			cross[u.at] += s.bytes(v)
			cross[u.early] -= s.bytes(v)
		}
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
		at := s.of.At(v).at
		if from < 0 {
			from, least = at, at
		}
		for i := from; i <= at; i++ {
			if cross[i] <= cross[least] {
				least = i
			}
		}
		if from = at + 1; share >= 3 {
			cuts = append(cuts, least)
			from, least = -1, -1
		}
	}
	return cuts
}

// rewrite returns the function in which what stands behind the peak reads copies of what
// is not kept.
func (s *split) rewrite(segments int) *ir.Func {
	cuts := s.cuts(segments)
	last := -1 // what stands behind the last cut is needed at once
	if len(cuts) > 0 {
		last = cuts[len(cuts)-1]
	}
	r := &rewriting{split: s, g: s.f.Clone(), now: ir.NewTable[*ir.Value](s.f)}
	r.own = r.g.Values
	for i, v := range s.f.Values {
		u := s.of.At(v)
		kept := slices.ContainsFunc(cuts, func(c int) bool { return i <= c && c < u.early })
		if i > last || kept || u.bound {
			*r.now.At(v) = r.own[i]
		}
	}
	r.g.Values = r.own[: s.peak+1 : s.peak+1]
	for i := s.peak + 1; i < len(r.own); i++ {
		for j, x := range s.f.Values[i].In {
			r.own[i].In[j] = r.copyOf(x)
		}
		r.g.Values = append(r.g.Values, r.own[i])
	}
	r.g.Sort()
	return r.g
}

// rewriting makes a function g of f.
type rewriting struct {
	*split
	g   *ir.Func
	own []*ir.Value         // g's values, as in f
	now ir.Table[*ir.Value] // what stands behind the peak reads for a value of f
}

// copyOf returns what a value behind the peak reads for v: v itself if it is kept, else
// a copy. Its depth is that of a segment.
func (r *rewriting) copyOf(v *ir.Value) *ir.Value {
	if w := *r.now.At(v); w != nil {
		return w
	}
	own := r.own[r.of.At(v).at]
	w := *own
	w.In = make([]*ir.Value, len(v.In))
	same := isView(v) // a view of what is kept is no copy
	for i, x := range v.In {
		w.In[i] = r.copyOf(x)
		same = same && w.In[i] == own.In[i]
	}
	if !same {
		own = r.g.Add(&w)
	}
	*r.now.At(v) = own
	return own
}
