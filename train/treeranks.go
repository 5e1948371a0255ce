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
	shards int
	parts  [][]T // the sums of the nodes of this rank, which an exchange changes
	total  []T   // the sum over all shards
	rounds int   // the most nodes of a rank

	frontier []segment[T] // of all ranks' nodes, in their order
	left     []segment[T]
	at       []int // segment q has the elements at[q] to at[q+1]
}

// segment is the own part of the sum of a node.
type segment[T Float] struct {
	of          node
	rank, round int // node number round of that rank
	room        []T // for what comes from another rank
	x           []T
}

// newExchange returns what x needs for the ranks r, to exchange so many elements at once.
func newExchange[T Float](r *ranks, x *treeSums[T], most int) exchange[T] {
	n := r.Size()
	e := exchange[T]{passing: newPassing(r), shards: x.shards, parts: x.parts, total: x.vector(), at: make([]int, n+1)}
	each := x.shards / n
	for q := range n {
		list := node{0, x.shards}.within(each*q, each*(q+1))
		e.rounds = max(e.rounds, len(list))
		for i, of := range list {
			s := segment[T]{of: of, rank: q, round: i}
			if q != r.Rank() {
				s.room = memory.Zeros[T](most/n + unit)
			}
			e.frontier = append(e.frontier, s)
		}
	}
	return e
}

// unit is the number of elements that segments and buckets begin at a multiple of: a cache line of
// float32.
const unit = 16

// cut cuts the elements lo to hi-1 into a segment for each rank.
func (e *exchange[T]) cut(lo, hi int) {
	n := e.r.Size()
	for q := range n {
		e.at[q] = lo + int(int64(hi-lo)*int64(q)/int64(n))&^(unit-1)
	}
	e.at[n] = hi
}

// sum leaves in total the sum over all shards, of those of all ranks, of the elements lo to hi-1.
func (e *exchange[T]) sum(lo, hi int) error {
	e.cut(lo, hi)
	me := e.r.Rank()
	for i := range e.rounds {
		clear(e.send)
		clear(e.receive)
		for j := range e.frontier {
			switch s := &e.frontier[j]; {
			case s.round != i:
			case s.rank != me:
				s.x = s.room[:e.at[me+1]-e.at[me]]
				e.receive[s.rank] = asBytes(s.x)
			default:
				s.x = e.parts[i][e.at[me]:e.at[me+1]]
				for q := range e.send {
					if q != me {
						e.send[q] = asBytes(e.parts[i][e.at[q]:e.at[q+1]])
					}
				}
			}
		}
		if err := e.pass(); err != nil {
			return err
		}
	}
	e.left = e.frontier
	copy(e.total[e.at[me]:], e.combine(node{0, e.shards}))
	return gatherParts(&e.passing, e.total, e.at, -1)
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

func (s *passing) pass() error {
	if s.r.broken != nil {
		return s.r.broken
	}
	return s.r.lost(s.r.AllToAll(s.receive, s.send))
}

// gatherParts completes x at the rank to, or at all ranks if to is negative. Rank q has the elements at[q]
// to at[q+1].
func gatherParts[T Float](s *passing, x []T, at []int, to int) error {
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
	return s.pass()
}

// asBytes returns the memory of x.
func asBytes[T Float](x []T) []byte {
	if len(x) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), len(x)*int(unsafe.Sizeof(x[0])))
}
