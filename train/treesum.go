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
	grads, states []T  // the memory of the parameters
	before        *[]T // the states before the step

	nodes []node // that this process adds by itself
	parts [][]T  // their sums
	spare [][]T  // by depth, for right halves
	leaf  func(k int) (portion, error)

	shards int
	others *exchange[T] // nil for one process

	workers *pool.Pool
	now     spanJob[T]
	part    func(worker, part int)
}

// newTreeSums returns the sums for the shards lo to hi-1 of t.
func newTreeSums[T Float](t *Trainer, lo, hi int, grads, states []T, before *[]T) *treeSums[T] {
	x := &treeSums[T]{shards: t.o.Shards, grads: grads, states: states, before: before, workers: pool.Of(t.o.Workers)}
	x.nodes = node{0, t.o.Shards}.within(lo, hi)
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
		x.others = newExchange(t.ranks, x.shards, x)
	}
	return x
}

// vector returns memory for a sum.
func (x *treeSums[T]) vector() []T { return memory.Zeros[T](len(x.grads) + len(x.states)) }

func (x *treeSums[T]) add(leaf func(k int) (portion, error)) error {
	x.leaf = leaf
	for i, n := range x.nodes {
		if err := x.sum(n, 0, x.parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// sum computes the shards of n and leaves their sum in to.
func (x *treeSums[T]) sum(n node, depth int, to []T) error {
	if n.hi-n.lo == 1 {
		by, err := x.leaf(n.lo)
		if err == nil {
			x.take(to, by)
		}
		return err
	}
	left, right := n.halves()
	if err := x.sum(left, depth+1, to); err != nil {
		return err
	}
	more := x.spare[depth]
	if err := x.sum(right, depth+1, more); err != nil {
		return err
	}
	x.do(spanJob[T]{to: to, a: to, b: more})
	return nil
}

// take leaves the gradients and the changes of states of the last run in to, each times its share.
func (x *treeSums[T]) take(to []T, by portion) {
	n := len(x.grads)
	if by.grad == 0 { // gradients that are not finite do not count either
		clear(to[:n])
	} else {
		x.do(spanJob[T]{to: to[:n], a: x.grads, factor: T(by.grad)})
	}
	if by.state == 0 {
		clear(to[n:])
		return
	}
	vec.Of[T]().Sub(to[n:], x.states, *x.before)
	vec.Of[T]().MulS(to[n:], to[n:], T(by.state))
}

func (x *treeSums[T]) spread(factor float64) error {
	sum := x.parts[0]
	if x.others != nil {
		var err error
		if sum, err = x.others.sum(x.shards, x.parts); err != nil {
			return err
		}
	}
	x.give(sum, factor)
	return nil
}

// give puts a sum into the memory of the parameters.
func (x *treeSums[T]) give(sum []T, factor float64) {
	n := len(x.grads)
	x.do(spanJob[T]{to: x.grads, a: sum[:n], factor: T(factor)})
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
