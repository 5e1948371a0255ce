package train

import (
	"math/bits"

	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// This file adds vectors in one fixed tree, so that the bits of the sum do not depend on which
// process has which of them.

// node is the sum of the shards lo to hi-1. It is the sum of two nodes, or a shard itself.
type node struct{ lo, hi int }

// halves returns the two nodes that n is the sum of.
func (n node) halves() (left, right node) {
	at := n.lo + (n.hi-n.lo)/2
	return node{n.lo, at}, node{at, n.hi}
}

// within returns the largest nodes under n that have no shard outside of lo to hi-1, in their order.
func (n node) within(lo, hi int) []node {
	switch {
	case n.hi <= lo || hi <= n.lo:
		return nil
	case lo <= n.lo && n.hi <= hi:
		return []node{n}
	}
	left, right := n.halves()
	return append(left.within(lo, hi), right.within(lo, hi)...)
}

// treeSums are the sums of gradients and of changes of states: vectors of the elements of all
// parameters, then those of all states.
type treeSums[T Float] struct {
	grads, states []T    // the memory of the parameters
	spans         []span // where the gradients lie in the vectors
	before        *[]T   // the states before the step

	nodes []node // that this process adds by itself
	parts [][]T  // their sums
	spare [][]T  // by depth, for right halves
	depth int    // of the last shard of this process, below the last of the nodes

	shards int
	others *overlap[T] // nil for one process

	workers *pool.Pool
	now     spanJob[T]
	part    func(worker, part int)
}

// span is a part of the gradients: n elements, of the memory of the parameters from one on, and of the
// sums from another.
type span struct{ from, at, n int }

// newTreeSums returns the sums for the shards lo to hi-1 of t.
func newTreeSums[T Float](t *Trainer, lo, hi int, grads, states []T, before *[]T) *treeSums[T] {
	x := &treeSums[T]{shards: t.o.Shards, grads: grads, states: states, before: before, workers: pool.Of(t.o.Workers)}
	x.nodes = node{0, t.o.Shards}.within(lo, hi)
	x.spans = []span{{n: len(grads)}}
	x.part = x.runPart
	most := 1
	for _, n := range x.nodes {
		x.parts = append(x.parts, x.vector())
		most = max(most, n.hi-n.lo)
	}
	for range bits.Len(uint(most - 1)) {
		x.spare = append(x.spare, x.vector())
	}
	if t.ranks != nil {
		x.others = newOverlap(t.ranks, x, t.params)
	}
	return x
}

// vector returns memory for a sum.
func (x *treeSums[T]) vector() []T { return memory.Zeros[T](len(x.grads) + len(x.states)) }

func (x *treeSums[T]) add(w *sharding) error {
	if x.others != nil {
		return x.others.add(w)
	}
	by, err := x.run(w)
	if err == nil {
		x.finish(by, 0, len(x.parts[0]))
	}
	return err
}

func (x *treeSums[T]) expect(s *session, by portion, known bool) error {
	if x.others == nil {
		return nil
	}
	return x.others.expect(s, by, known)
}

// run computes the shards of this process. It adds all but the last one, and returns the portion of that.
func (x *treeSums[T]) run(w *sharding) (by portion, err error) {
	for i, n := range x.nodes {
		if by, err = x.sum(w, n, 0, x.parts[i], i == len(x.nodes)-1); err != nil {
			return by, err
		}
	}
	return by, nil
}

// sum computes the shards of n and leaves their sum in to. If n has the last shard of this process,
// finish does what is left.
func (x *treeSums[T]) sum(w *sharding, n node, depth int, to []T, last bool) (by portion, err error) {
	if n.hi-n.lo == 1 {
		if last {
			x.depth = depth
		}
		if by, err = w.leaf(n.lo); err == nil && !last {
			x.take(to, by, 0, len(to))
		}
		return by, err
	}
	left, right := n.halves()
	if by, err = x.sum(w, left, depth+1, to, false); err != nil {
		return by, err
	}
	more := x.spare[depth]
	if by, err = x.sum(w, right, depth+1, more, last); err == nil && !last {
		x.do(spanJob[T]{to: to, a: to, b: more})
	}
	return by, err
}

// finish adds the elements lo to hi-1 of the last shard of this process, which lies in the right half
// of all nodes above it.
func (x *treeSums[T]) finish(by portion, lo, hi int) {
	x.take(x.right(x.depth), by, lo, hi)
	for d := x.depth; d > 0; d-- {
		to := x.right(d - 1)[lo:hi]
		x.do(spanJob[T]{to: to, a: to, b: x.right(d)[lo:hi]})
	}
}

// right returns the sum of the node at a depth that has the last shard.
func (x *treeSums[T]) right(depth int) []T {
	if depth == 0 {
		return x.parts[len(x.parts)-1]
	}
	return x.spare[depth-1]
}

// take leaves the elements lo to hi-1 of the gradients and the changes of states of the last run in
// to, each times its share.
func (x *treeSums[T]) take(to []T, by portion, lo, hi int) {
	n := len(x.grads)
	if by.grad == 0 && lo < n { // gradients that are not finite do not count either
		clear(to[lo:min(hi, n)])
	} else {
		for _, s := range x.spans {
			if from, end := max(lo, s.at), min(hi, s.at+s.n); from < end {
				x.do(spanJob[T]{to: to[from:end], a: x.grads[s.from+from-s.at : s.from+end-s.at], factor: T(by.grad)})
			}
		}
	}
	lo = max(lo, n)
	switch {
	case lo >= hi:
	case by.state == 0:
		clear(to[lo:hi])
	default:
		vec.Of[T]().Sub(to[lo:hi], x.states[lo-n:hi-n], (*x.before)[lo-n:hi-n])
		vec.Of[T]().MulS(to[lo:hi], to[lo:hi], T(by.state))
	}
}

func (x *treeSums[T]) spread(factor float64) {
	sum := x.parts[0]
	if x.others != nil {
		sum = x.others.total
	}
	n := len(x.grads)
	for _, s := range x.spans {
		x.do(spanJob[T]{to: x.grads[s.from : s.from+s.n], a: sum[s.at : s.at+s.n], factor: T(factor)})
	}
	if len(x.states) > 0 {
		vec.Of[T]().Add(x.states, *x.before, sum[n:])
	}
}

// spanJob sets to to a+b, or to a times the factor if there is no b.
type spanJob[T Float] struct {
	to, a, b []T
	factor   T
}

// do does the job, on the workers if that pays. No element depends on another.
func (x *treeSums[T]) do(j spanJob[T]) {
	x.now = j
	if n := len(j.to); n < 2*many {
		x.span(0, n)
	} else {
		x.workers.Run((n+many-1)/many, x.part)
	}
}

func (x *treeSums[T]) runPart(_, part int) {
	lo := part * many
	x.span(lo, min(lo+many, len(x.now.to)))
}

func (x *treeSums[T]) span(lo, hi int) {
	j := &x.now
	if j.b == nil {
		vec.Of[T]().MulS(j.to[lo:hi], j.a[lo:hi], j.factor)
	} else {
		vec.Of[T]().Add(j.to[lo:hi], j.a[lo:hi], j.b[lo:hi])
	}
}
