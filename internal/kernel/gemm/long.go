package gemm

import (
	"github.com/symgrad/symgrad/internal/kernel/exact"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// A kernel adds the terms of a sum one after the other, or blocks of them: longBlocks
// times exact.Block terms to a sum, or exact.Block blocks to C. Where the sums are
// longer, the product is computed in chunks of K whose results are added exactly: so
// the error of a sum does not grow with its length.
const longBlocks = 2

// long is a product whose sums are cut into chunks.
type long[T Float] struct {
	chunk, last *Plan[T] // the last one may be shorter
	chunks      int
}

// longest is how many terms a sum may have.
func (c *choice) longest() int {
	sums := c.width
	switch {
	case c.dots:
		sums = 4 * c.width
		if c.level == portable {
			sums = 4
		}
	case c.thin, c.slim:
	default:
		return c.kc * exact.Block
	}
	return sums * longBlocks * exact.Block
}

// newLong is how p is computed in chunks, nil if it is not.
func newLong[T Float](p *Plan[T], l level) (*long[T], error) {
	s, most := p.asked, p.longest()
	if p.nothing || s.M == 0 || s.N == 0 || s.K <= most {
		return nil, nil
	}
	x, part := &long[T]{}, s
	part.LDC, part.Beta = 0, 0
	var err error
	for {
		part.K = ceil(s.K, ceil(s.K, most/2))
		if x.chunk, err = newPlan[T](part, l); err != nil {
			return nil, err
		}
		if x.chunk.long == nil {
			break
		}
		most = x.chunk.longest() // a chunk, whose C is dense, has another kernel
	}
	x.chunks = ceil(s.K, part.K)
	part.K = s.K - (x.chunks-1)*part.K
	x.last, err = newPlan[T](part, l)
	return x, err
}

// scratch is what a run on so many workers needs: the sum, what rounding took from it,
// the result of a chunk, and what that needs.
func (x *long[T]) scratch(s *Spec, workers int) int {
	return 3*s.M*s.N + max(x.chunk.Scratch(workers), x.last.Scratch(workers))
}

// run computes j.
func (x *long[T]) run(w *pool.Pool, s *Spec, j *job[T], scratch []T) {
	if need := x.scratch(s, w.Workers()); len(scratch) < need {
		scratch = make([]T, need)
	}
	n := s.M * s.N
	sum, lost, part, scratch := scratch[:n], scratch[n:2*n], scratch[2*n:3*n], scratch[3*n:]
	clear(sum)
	clear(lost)
	stepA, stepB := 1, s.LDB // from one term to the next
	if s.TransA {
		stepA = s.LDA
	}
	if s.TransB {
		stepB = 1
	}
	for i := range x.chunks {
		p, k := x.chunk, i*x.chunk.asked.K
		if i == x.chunks-1 {
			p = x.last
		}
		p.whole(w, &job[T]{alpha: j.alpha, c: part, a: j.a[k*stepA:], b: j.b[k*stepB:]}, scratch)
		exact.Add(sum, lost, part)
	}
	beta := T(s.Beta)
	for i := range s.M {
		c := j.c[i*s.LDC:][:s.N]
		for k := range c {
			v := sum[i*s.N+k] + lost[i*s.N+k]
			if beta != 0 {
				v += beta * c[k]
			}
			c[k] = v
		}
	}
	if j.post != nil {
		j.post(0, 0, s.M, 0, s.N)
	}
}
