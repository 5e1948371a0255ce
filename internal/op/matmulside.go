package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/gemm"
)

// How many multiply-adds are worth a part, some microseconds, and how many of those are worth a wait.
const (
	sideWork = 1 << 18
	waitWork = 4
)

// sideBySide runs the products of a batch side by side, each on one worker. Products that are too small
// to be cut are shared in this way, and the workers wait for each other once, not for each product. The
// bits are those of the products one after another: those of a product do not depend on the workers.
type sideBySide[T ir.Float] struct {
	s       *matmulState[T]
	parts   int
	scratch int // elements of each worker
	part    func(worker, part int)
	posts   []*sidePost[T] // of each worker
}

// sidePost passes on what a product finishes, as rows of the whole result.
type sidePost[T ir.Float] struct {
	s               *matmulState[T]
	worker, product int
	post            gemm.Post
}

// newSideBySide returns nil if more workers can compute each product than products side by side.
func newSideBySide[T ir.Float](s *matmulState[T], workers int) *sideBySide[T] {
	one := float64(s.M) * float64(s.N) * float64(s.K) / sideWork // parts of a product
	parts := int(min(float64(s.batch), float64(4*workers), float64(s.batch)*one))
	if workers == 1 || parts < 2 {
		return nil
	}
	rounds := (parts + workers - 1) / workers
	if side, each := float64(parts)/float64(rounds), min(one/waitWork, float64(workers)); side < each {
		return nil
	}
	x := &sideBySide[T]{s: s, parts: parts, scratch: s.plan.Scratch(1)}
	x.part = x.run
	for w := range workers {
		p := &sidePost[T]{s: s, worker: w}
		p.post = p.finished
		x.posts = append(x.posts, p)
	}
	return x
}

// run computes one part of the products.
func (x *sideBySide[T]) run(worker, part int) {
	s, c, p := x.s, x.s.call, x.posts[worker]
	var post gemm.Post
	if c.Post != nil {
		post = p.post
	}
	scratch := c.Scratch[worker*x.scratch : (worker+1)*x.scratch]
	for b := part * s.batch / x.parts; b < (part+1)*s.batch/x.parts; b++ {
		p.product = b
		s.run(nil, b, scratch, post)
	}
}

func (p *sidePost[T]) finished(_, i0, i1, j0, j1 int) {
	p.s.finished(p.s.call.Post, p.product, p.worker, i0, i1, j0, j1)
}
