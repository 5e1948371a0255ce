package train

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// This file completes the sums of several processes. Each gets the others' sums of its own segment of
// the elements, adds them up the tree, and gives the result to all.

// exchange is what a process needs to add the sums of others to its own.
type exchange[T Float] struct {
	passing
	at       []int        // segment q is the elements at[q] to at[q+1]
	rounds   int          // the most nodes of a rank
	got      [][][]T      // got[q][i] is the own segment of node i of rank q
	total    []T          // the sum over all shards
	frontier []segment[T] // of all ranks' nodes, in their order
	left     []segment[T]
}

// segment is a part of the sum of a node.
type segment[T Float] struct {
	of node
	x  []T
}

// newExchange returns what x needs for the ranks r.
func newExchange[T Float](r *ranks, shards int, x *treeSums[T]) *exchange[T] {
	n, size := r.Size(), len(x.grads)+len(x.states)
	e := &exchange[T]{passing: newPassing(r), total: x.vector()}
	for q := range n {
		e.at = append(e.at, int(int64(size)*int64(q)/int64(n))&^15)
	}
	e.at = append(e.at, size)
	me := r.Rank()
	for q := range n {
		list := node{0, shards}.within(shards/n*q, shards/n*(q+1))
		e.rounds = max(e.rounds, len(list))
		var got [][]T
		for i, of := range list {
			seg := e.segment(x.parts[0], me)
			if q == me {
				seg = e.segment(x.parts[i], me)
			} else {
				seg = memory.Zeros[T](len(seg))
			}
			got = append(got, seg)
			e.frontier = append(e.frontier, segment[T]{of, seg})
		}
		e.got = append(e.got, got)
	}
	return e
}

// segment returns segment q of a vector.
func (e *exchange[T]) segment(x []T, q int) []T { return x[e.at[q]:e.at[q+1]] }

// sum returns the sum over all shards, of those of all ranks. parts are the sums of this one's nodes,
// which it changes.
func (e *exchange[T]) sum(shards int, parts [][]T) ([]T, error) {
	me := e.r.Rank()
	for i := range e.rounds {
		for q := range e.send {
			e.send[q], e.receive[q] = nil, nil
			if q != me && i < len(parts) {
				e.send[q] = asBytes(e.segment(parts[i], q))
			}
			if q != me && i < len(e.got[q]) {
				e.receive[q] = asBytes(e.got[q][i])
			}
		}
		if err := e.r.lost(e.r.AllToAll(e.receive, e.send)); err != nil {
			return nil, err
		}
	}
	e.left = e.frontier
	mine := e.combine(node{0, shards})
	copy(e.segment(e.total, me), mine)
	return e.total, gatherParts(&e.passing, e.total, e.at, -1)
}

// combine returns the own segment of the sum of a node, in the memory of one of its parts.
func (e *exchange[T]) combine(n node) []T {
	if s := e.left[0]; s.of == n {
		e.left = e.left[1:]
		return s.x
	}
	left, right := n.halves()
	to := e.combine(left)
	vec.Of[T]().Add(to, to, e.combine(right))
	return to
}

// passing is what an exchange of parts of vectors between ranks needs.
type passing struct {
	r             *ranks
	send, receive [][]byte
}

func newPassing(r *ranks) passing {
	return passing{r, make([][]byte, r.Size()), make([][]byte, r.Size())}
}

// gatherParts completes x, of which rank q has the elements at[q] to at[q+1], at the rank to; at all
// ranks if that is negative.
func gatherParts[T Float](s *passing, x []T, at []int, to int) error {
	if s.r.broken != nil {
		return s.r.broken
	}
	me := s.r.Rank()
	for q := range s.send {
		s.send[q], s.receive[q] = nil, nil
		if q != me && (to < 0 || to == q) {
			s.send[q] = asBytes(x[at[me]:at[me+1]])
		}
		if q != me && (to < 0 || to == me) {
			s.receive[q] = asBytes(x[at[q]:at[q+1]])
		}
	}
	return s.r.lost(s.r.AllToAll(s.receive, s.send))
}

// asBytes returns the memory of x.
func asBytes[T Float](x []T) []byte {
	if len(x) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), len(x)*int(unsafe.Sizeof(x[0])))
}
