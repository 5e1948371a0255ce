package conv

import "github.com/symgrad/symgrad/internal/kernel/pool"

// Input is the derivative of a convolution by its input, for a given derivative
// d of y: dx[n, c, i] is the sum of d[n, o, p]·w[o, c, k] over all places with
// p·Stride + k·Dilation − Pad = i. It is also the transposed convolution of d.
// It may be run by one goroutine at a time; results do not depend on the number
// of workers.
type Input[T Float] struct {
	g       geometry
	l       level
	f       frame // of d
	classes []class
	part    func(worker, part int)
	clean   clean
	tiled   *winograd[T] // nil: by walking over the places

	dx, d, w, scratch []T
	post              Post
}

// class are the places of dx that leave one remainder by the strides: their
// sums have the same terms.
type class struct {
	first, count [3]int // places first, first + stride, ...
	from         int    // of the first tap, in the frame
	weight       int    // of the first tap, in w
	steps        []step
}

// NewInput prepares the derivative of s by x.
func NewInput[T Float](s Spec) (*Input[T], error) {
	g, err := s.geometry()
	if err != nil {
		return nil, err
	}
	return newInput[T](g, tilesPay[T](&g, best(sizeOf[T]()), true)), nil
}

// newInput prepares the derivative of g, by tiles or by walking over the places.
func newInput[T Float](g geometry, tiles bool) *Input[T] {
	p := &Input[T]{g: g, l: best(sizeOf[T]())}
	if tiles {
		p.tiled = newWinograd[T](&p.g, p.l, true)
		return p
	}
	var lo, extent [3]int
	for i := range lo {
		lo[i] = floorDiv(g.pad[i]-(g.kernel[i]-1)*g.dil[i], g.stride[i])
		extent[i] = max(1, floorDiv(max(0, g.in[i]-1)+g.pad[i], g.stride[i])-lo[i]+1)
	}
	p.f = newFrame(g.groups*g.o, g.out, lo, extent, 1)
	eachPlace(g.stride, func(z, y, x int) {
		first := [3]int{z, y, x}
		if z < g.in[0] && y < g.in[1] && x < g.in[2] {
			p.classes = append(p.classes, p.class(first))
		}
	})
	p.part = p.image
	return p
}

// class lists the terms of the places that start at first.
func (p *Input[T]) class(first [3]int) class {
	g, size := &p.g, sizeOf[T]()
	c := class{first: first}
	for i := range first {
		c.count[i] = ceil(g.in[i]-first[i], g.stride[i])
	}
	var from, weight []int
	for o := range g.o {
		k := 0
		eachPlace(g.kernel, func(z, y, x int) {
			var at [3]int
			fits := true
			for i, tap := range [3]int{z, y, x} {
				u := first[i] + g.pad[i] - tap*g.dil[i]
				at[i] = floorDiv(u, g.stride[i])
				fits = fits && at[i]*g.stride[i] == u
				at[i] -= p.f.lo[i]
			}
			if fits {
				from = append(from, o*p.f.plane+p.f.at(at[0], at[1], at[2]))
				weight = append(weight, o*g.taps()+k)
			}
			k++
		})
	}
	for q := range from {
		var s step
		if q+1 < len(from) {
			s = step{(weight[q+1] - weight[q]) * size, (from[q+1] - from[q]) * size}
		}
		c.steps = append(c.steps, s)
	}
	if len(from) > 0 {
		c.from, c.weight = from[0], weight[0]
	}
	return c
}

// spread says whether rows of a class lie with gaps in dx.
func (p *Input[T]) spread() bool { return p.g.stride[2] > 1 }

// perWorker is the scratch of one worker: the frame, and a row of each channel.
func (p *Input[T]) perWorker() int {
	n := p.f.size()
	if p.spread() {
		n += p.g.c * p.g.in[2]
	}
	return n
}

// Scratch is how many elements of scratch a Run on so many workers needs.
func (p *Input[T]) Scratch(workers int) int {
	if p.tiled != nil {
		return p.tiled.size(workers)
	}
	return max(1, workers) * p.perWorker()
}

// Run computes dx from d and w. It calls post, if not nil, as rows are finished.
func (p *Input[T]) Run(w *pool.Pool, dx, d, weight, scratch []T, post Post) {
	p.dx, p.d, p.w, p.scratch, p.post = dx[:p.g.sizeX()], d[:p.g.sizeY()], weight[:p.g.sizeW()], scratch, post
	if p.tiled != nil {
		p.tiled.run(w, p.dx, p.d, p.w, scratch, post)
		return
	}
	p.clean.reset(w.Workers())
	w.Run(p.g.n, p.part)
}

// image computes one image of dx.
func (p *Input[T]) image(worker, n int) {
	g := &p.g
	out, in := volume(g.out), volume(g.in)
	own := p.scratch[worker*p.perWorker() : (worker+1)*p.perWorker()]
	padded, row := own[:p.f.size()], own[p.f.size():]
	fill(&p.f, padded, p.d[n*p.f.channels*out:(n+1)*p.f.channels*out], p.clean.next(worker))
	for group := range g.groups {
		dx := p.dx[(n*g.groups+group)*g.c*in : (n*g.groups+group+1)*g.c*in]
		for i := range p.classes {
			p.places(&p.classes[i], dx, padded[group*g.o*p.f.plane:], p.w[group*g.o*g.taps():], row)
		}
	}
	if p.post != nil {
		rows := g.groups * g.c * g.in[0] * g.in[1]
		p.post(worker, n*rows, (n+1)*rows, 0, g.in[2])
	}
}

// places computes the places of one class in one group.
func (p *Input[T]) places(k *class, dx, d, w, row []T) {
	g, in, size := &p.g, volume(p.g.in), sizeOf[T]()
	t := tile{rsa: volume(g.kernel) * size, ldc: in * size, k: len(k.steps), alpha: 1}
	if p.spread() {
		t.ldc = g.in[2] * size
	}
	if len(k.steps) > 0 {
		t.steps = &k.steps[0]
	}
	for z := range k.count[0] {
		if len(k.steps) > 0 && !p.spread() {
			to := ((k.first[0]+z*g.stride[0])*g.in[1]+k.first[1])*g.in[2] + k.first[2]
			image(p.l, &t, g.c, k.count[2], k.count[1], w[k.weight:], d[k.from+z*p.f.layer:], dx[to:], p.f.row, g.stride[1]*g.in[2])
			continue
		}
		for y := range k.count[1] {
			to := ((k.first[0]+z*g.stride[0])*g.in[1]+k.first[1]+y*g.stride[1])*g.in[2] + k.first[2]
			from := k.from + z*p.f.layer + y*p.f.row
			switch {
			case len(k.steps) == 0:
				p.put(dx[to:], nil, k.count[2])
			default:
				block(p.l, &t, g.c, k.count[2], w[k.weight:], d[from:], row)
				p.put(dx[to:], row, k.count[2])
			}
		}
	}
}

// put spreads n elements of a row of each channel over their places; nil means zeros.
func (p *Input[T]) put(dx, row []T, n int) {
	in, stride := volume(p.g.in), p.g.stride[2]
	for c := range p.g.c {
		for j := range n {
			var v T
			if row != nil {
				v = row[c*p.g.in[2]+j]
			}
			dx[c*in+j*stride] = v
		}
	}
}
