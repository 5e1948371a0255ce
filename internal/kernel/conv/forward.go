package conv

import "github.com/symgrad/symgrad/internal/kernel/pool"

// Post is called with the number of the worker and the rows of y, [N·O·..., last
// axis], that are finished.
type Post func(worker, i0, i1, j0, j1 int)

// Forward is a convolution of fixed sizes, made ready once. It may be run by one
// goroutine at a time. Results do not depend on the number of workers.
type Forward[T Float] struct {
	sweep[T]
	one   walk // an image at a time
	lanes walk // a vector of images; empty if it does not pay
}

// walk is how images lie in scratch, and the steps from one term of a sum to the
// next.
type walk struct {
	f     frame
	steps []step
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
	p := &Forward[T]{sweep: newSweep[T](g, tiles, false)}
	if tiles {
		return p
	}
	p.one = windowWalk[T](&p.g, g.stride[2], 1)
	if p.pays(p.work(), g.windowFrame(1, p.l.width)) {
		p.lanes = windowWalk[T](&p.g, 1, p.l.width)
	}
	p.start(&p.one.f, &p.lanes.f, g.o, g.out)
	p.image, p.inLanes = p.oneImage, p.laneImages
	return p
}

// work is what one image takes.
func (p *Forward[T]) work() work {
	g := &p.g
	sums, moved := g.groups*g.o*g.taps()*g.out[0]*g.out[1], g.groups*g.c*volume(g.in)
	w := work{lanes: sums * g.out[2], walk: sums * ceil(g.out[2], p.l.lanes()),
		elements: moved + g.groups*g.o*volume(g.out), rows: g.groups * g.c * g.in[0] * g.in[1]}
	if g.stride[2] > 1 {
		w.spread = moved
	}
	return w
}

// windowWalk is the walk over the windows of y.
func windowWalk[T Float](g *geometry, phases, lanes int) walk {
	w := walk{f: g.windowFrame(phases, lanes)}
	var x, weight []int
	for c := range g.c {
		eachPlace(g.kernel, func(kz, ky, kx int) {
			x = append(x, c*w.f.plane+w.f.at(kz*g.dil[0], ky*g.dil[1], kx*g.dil[2]))
			weight = append(weight, len(weight))
		})
	}
	w.steps = stepsOf(weight, x, sizeOf[T]())
	return w
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

// Run computes y from x and w. It calls post, if not nil, as rows are finished.
func (p *Forward[T]) Run(w *pool.Pool, y, x, weight, scratch []T, post Post) {
	y, x, weight = y[:p.g.sizeY()], x[:p.g.sizeX()], weight[:p.g.sizeW()]
	if p.g.taps() == 0 {
		clear(y)
	}
	p.run(w, y, x, weight, scratch, post)
}

// oneImage computes one image of y from its frame.
func (p *Forward[T]) oneImage(padded, y []T) {
	g, f := &p.g, &p.one.f
	out := volume(g.out)
	t := p.tile(&p.one, out)
	for group := range g.groups {
		a, b, c := p.w[group*g.o*g.taps():], padded[group*g.c*f.plane:], y[group*g.o*out:(group+1)*g.o*out]
		for z := range g.out[0] {
			if len(c) > 0 {
				image(p.l, &t, g.o, g.out[2], g.out[1], a, b[z*g.stride[0]*f.layer:], c[z*g.out[1]*g.out[2]:], g.stride[1]*f.row, g.out[2])
			}
		}
	}
}

// laneImages computes count images of y from their frame.
func (p *Forward[T]) laneImages(own, y []T, count int) {
	g, f := &p.g, &p.lanes.f
	out := volume(g.out)
	padded, sums := own[:f.size()], own[f.size():][:p.laneSums()]
	t, most := p.tile(&p.lanes, out*f.lanes), cut(g.o, p.l.mr)
	for group := range g.groups {
		for o := 0; o < g.o; o += most {
			rows := min(most, g.o-o)
			a, b := p.w[(group*g.o+o)*g.taps():], padded[group*g.c*f.plane:]
			for i := range g.out[0] * g.out[1] {
				z, y := i/g.out[1]*g.stride[0], i%g.out[1]*g.stride[1]
				image(p.l, &t, rows, f.lanes, g.out[2], a, b[z*f.layer+y*f.row:], sums[i*g.out[2]*f.lanes:], g.stride[2]*f.lanes, f.lanes)
			}
			turn(p.l, y[(group*g.o+o)*out:], sums, turning{rows * out, count, g.groups * g.o * out, f.lanes})
		}
	}
}

// tile is what all tiles of a walk have in common, for channels of y that lie ldc
// elements apart.
func (p *Forward[T]) tile(w *walk, ldc int) tile {
	t := tile{rsa: p.g.taps() * sizeOf[T](), ldc: ldc * sizeOf[T]()}
	t.over(w.steps)
	return t
}
