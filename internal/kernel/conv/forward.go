package conv

import "github.com/symgrad/symgrad/internal/kernel/pool"

// Post is called with the number of the worker and the rows of y, [N·O·..., last
// axis], that are finished.
type Post func(worker, i0, i1, j0, j1 int)

// Forward is a convolution of fixed sizes, made ready once. It may be run by one
// goroutine at a time. Results do not depend on the number of workers.
type Forward[T Float] struct {
	g     geometry
	l     level
	f     frame
	steps []step
	part  func(worker, part int)
	clean clean
	tiled *winograd[T] // nil: by walking over the places

	// Of the present run.
	y, x, w, scratch []T
	post             Post
}

// NewForward prepares s. It fails on settings that do not fit.
func NewForward[T Float](s Spec) (*Forward[T], error) {
	g, err := s.geometry()
	if err != nil {
		return nil, err
	}
	return newForward[T](g, tilesPay[T](&g, best(sizeOf[T]()), false)), nil
}

// newForward prepares g, by tiles or by walking over the places.
func newForward[T Float](g geometry, tiles bool) *Forward[T] {
	p := &Forward[T]{g: g, l: best(sizeOf[T]())}
	if tiles {
		p.tiled = newWinograd[T](&p.g, p.l, false)
		return p
	}
	p.f = g.windowFrame(g.stride[2])
	at := make([]int, 0, g.taps())
	for c := range g.c {
		eachPlace(g.kernel, func(z, y, x int) {
			at = append(at, c*p.f.plane+p.f.at(z*g.dil[0], y*g.dil[1], x*g.dil[2]))
		})
	}
	size := sizeOf[T]()
	for q := range at {
		s := step{a: size}
		if q+1 < len(at) {
			s.b = (at[q+1] - at[q]) * size
		}
		p.steps = append(p.steps, s)
	}
	p.part = p.image
	return p
}

// eachPlace calls f for every place of a box, in row-major order.
func eachPlace(e [3]int, f func(z, y, x int)) {
	for z := range e[0] {
		for y := range e[1] {
			for x := range e[2] {
				f(z, y, x)
			}
		}
	}
}

// Scratch is how many elements of scratch a Run on so many workers needs.
func (p *Forward[T]) Scratch(workers int) int {
	if p.tiled != nil {
		return p.tiled.size(workers)
	}
	return max(1, workers) * p.f.size()
}

// Run computes y from x and w. It calls post, if not nil, as rows are finished.
func (p *Forward[T]) Run(w *pool.Pool, y, x, weight, scratch []T, post Post) {
	p.y, p.x, p.w, p.scratch, p.post = y[:p.g.sizeY()], x[:p.g.sizeX()], weight[:p.g.sizeW()], scratch, post
	if p.tiled != nil {
		p.tiled.run(w, p.y, p.x, p.w, scratch, post)
		return
	}
	if p.g.taps() == 0 {
		clear(p.y)
	}
	p.clean.reset(w.Workers())
	w.Run(p.g.n, p.part)
}

// image computes one image of y.
func (p *Forward[T]) image(worker, n int) {
	g := &p.g
	in, out, size := volume(g.in), volume(g.out), sizeOf[T]()
	padded := p.scratch[worker*p.f.size() : (worker+1)*p.f.size()]
	fill(&p.f, padded, p.x[n*p.f.channels*in:(n+1)*p.f.channels*in], p.clean.next(worker))
	t := tile{rsa: g.taps() * size, ldc: out * size, k: g.taps(), alpha: 1}
	if len(p.steps) > 0 {
		t.steps = &p.steps[0]
	}
	for group := range g.groups {
		a := p.w[group*g.o*g.taps() : (group+1)*g.o*g.taps()]
		b := padded[group*g.c*p.f.plane:]
		c := p.y[(n*g.groups+group)*g.o*out : (n*g.groups+group+1)*g.o*out]
		for z := range g.out[0] {
			if g.o*out > 0 {
				image(p.l, &t, g.o, g.out[2], g.out[1], a, b[z*g.stride[0]*p.f.layer:], c[z*g.out[1]*g.out[2]:], g.stride[1]*p.f.row, g.out[2])
			}
		}
	}
	if p.post != nil {
		rows := g.groups * g.o * g.out[0] * g.out[1]
		p.post(worker, n*rows, (n+1)*rows, 0, g.out[2])
	}
}
