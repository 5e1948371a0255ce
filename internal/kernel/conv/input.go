package conv

import (
	"slices"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// Input is the derivative of a convolution by its input, for a given derivative
// d of y: dx[n, c, i] is the sum of d[n, o, p]·w[o, c, k] over all places with
// p·Stride + k·Dilation − Pad = i. It is also the transposed convolution of d.
// It may be run by one goroutine at a time; results do not depend on the number
// of workers.
type Input[T Float] struct {
	sweep[T]
	one   inputWalk // an image at a time
	lanes inputWalk // a vector of images; empty if it does not pay
}

// inputWalk is how d lies in scratch, and the sums that make dx of it.
type inputWalk struct {
	f       frame
	classes []class
}

// class are the places of dx that leave one remainder by the strides.
type class struct {
	first, count [3]int // places first, first + stride, ...
	rows         []int  // the number of the taps of each row
	taps         []taps
}

// taps are the terms of the sums of some rows of a class: those whose row is in d. Two
// rows that a kernel may compute together have the terms that either of them has.
type taps struct {
	kz, ky []int // places of the kernel on its first axes
	from   int   // of the first tap for the first row of the class, in the frame
	weight int   // of the first tap, in w
	steps  []step
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
	p := &Input[T]{sweep: newSweep[T](g, tiles, true)}
	if tiles {
		return p
	}
	size := sizeOf[T]()
	p.one = newInputWalk(&p.g, size, 1)
	if p.pays(p.work(), g.inputFrame(p.l.width)) {
		p.lanes = newInputWalk(&p.g, size, p.l.width)
	}
	p.start(&p.one.f, &p.lanes.f, g.c, g.in)
	p.image, p.inLanes = p.oneImage, p.laneImages
	if p.spread() {
		p.extra = g.c * g.in[2] // a row of each channel
	}
	return p
}

// work is what one image takes.
func (p *Input[T]) work() (w work) {
	g := &p.g
	for _, k := range p.one.classes {
		for _, i := range k.rows {
			sums := g.groups * g.c * len(k.taps[i].steps)
			w.lanes += sums * k.count[2]
			w.walk += sums * ceil(k.count[2], p.l.lanes())
		}
	}
	in, out := g.groups*g.c*volume(g.in), g.groups*g.o*volume(g.out)
	w.elements, w.rows = in+out, g.groups*g.o*g.out[0]*g.out[1]
	if p.spread() {
		w.spread = in
	}
	return w
}

// newInputWalk is the walk for elements of that size.
func newInputWalk(g *geometry, size, lanes int) (w inputWalk) {
	w.f = g.inputFrame(lanes)
	eachPlace(g.stride, func(z, y, x int) {
		first := [3]int{z, y, x}
		if z < g.in[0] && y < g.in[1] && x < g.in[2] {
			w.classes = append(w.classes, w.class(g, size, first))
		}
	})
	return w
}

// class lists the terms of the places that start at first.
func (w *inputWalk) class(g *geometry, size int, first [3]int) class {
	c := class{first: first}
	for i := range first {
		c.count[i] = ceil(g.in[i]-first[i], g.stride[i])
	}
	for z := range c.count[0] {
		kz := g.meet(0, first[0], z, z+1)
		for y := range c.count[1] {
			pair := y &^ 1
			ky := g.meet(1, first[1], pair, pair+2)
			i := slices.IndexFunc(c.taps, func(t taps) bool { return slices.Equal(t.kz, kz) && slices.Equal(t.ky, ky) })
			if i < 0 {
				i = len(c.taps)
				c.taps = append(c.taps, w.newTaps(g, size, first, kz, ky))
			}
			c.rows = append(c.rows, i)
		}
	}
	return c
}

// meet are the places of the kernel that meet d, on an axis, for any of the places
// [lo, hi) of the class that starts at first.
func (g *geometry) meet(axis, first, lo, hi int) (k []int) {
	for tap := range g.kernel[axis] {
		if p, fits := g.place(axis, first, tap); fits && p+hi > 0 && p+lo < g.out[axis] {
			k = append(k, tap)
		}
	}
	return k
}

// place is the place of y that meets place first of dx, on an axis, by a place of the
// kernel, if one does.
func (g *geometry) place(axis, first, tap int) (p int, fits bool) {
	u := first + g.pad[axis] - tap*g.dil[axis]
	p = floorDiv(u, g.stride[axis])
	return p, p*g.stride[axis] == u
}

// newTaps lists the terms for rows that meet these places of the kernel.
func (w *inputWalk) newTaps(g *geometry, size int, first [3]int, kz, ky []int) taps {
	t := taps{kz: kz, ky: ky}
	kx := g.meet(2, first[2], 0, max(1, g.in[2]))
	var from, weight []int
	for o := range g.o {
		for _, z := range kz {
			for _, y := range ky {
				for _, x := range kx {
					var at [3]int
					for i, tap := range [3]int{z, y, x} {
						p, _ := g.place(i, first[i], tap)
						at[i] = p - w.f.lo[i]
					}
					from = append(from, o*w.f.plane+w.f.at(at[0], at[1], at[2]))
					weight = append(weight, o*g.taps()+(z*g.kernel[1]+y)*g.kernel[2]+x)
				}
			}
		}
	}
	t.steps = stepsOf(weight, from, size)
	if len(from) > 0 {
		t.from, t.weight = from[0], weight[0]
	}
	return t
}

// spread says whether rows of a class lie with gaps in dx.
func (p *Input[T]) spread() bool { return p.g.stride[2] > 1 }

// Run computes dx from d and w. It calls post, if not nil, as rows are finished.
func (p *Input[T]) Run(w *pool.Pool, dx, d, weight, scratch []T, post Post) {
	p.run(w, dx[:p.g.sizeX()], d[:p.g.sizeY()], weight[:p.g.sizeW()], scratch, post)
}

// oneImage computes one image of dx from its frame.
func (p *Input[T]) oneImage(own, dx []T) {
	g, f, in := &p.g, &p.one.f, volume(p.g.in)
	padded, row := own[:f.size()], own[f.size():]
	for group := range g.groups {
		dx := dx[group*g.c*in : (group+1)*g.c*in]
		for i := range p.one.classes {
			p.rows(&p.one.classes[i], dx, padded[group*g.o*f.plane:], p.w[group*g.o*g.taps():], row)
		}
	}
}

// rows computes the places of one class in one group, along their rows.
func (p *Input[T]) rows(k *class, dx, d, w, row []T) {
	g, f, size := &p.g, &p.one.f, sizeOf[T]()
	t := p.tile(volume(g.in))
	if p.spread() {
		t.ldc = g.in[2] * size
	}
	for i := 0; i < len(k.rows); {
		z, y, n := i/k.count[1], i%k.count[1], 1 // rows with the same taps
		for n < k.count[1]-y && k.rows[i+n] == k.rows[i] {
			n++
		}
		taps := &k.taps[k.rows[i]]
		i += n
		t.over(taps.steps)
		to := g.at(k, z, y)
		from := taps.from + z*f.layer + y*f.row
		if t.k > 0 && !p.spread() {
			image(p.l, &t, g.c, k.count[2], n, w[taps.weight:], d[from:], dx[to:], f.row, g.stride[1]*g.in[2])
			continue
		}
		for range n {
			if t.k == 0 {
				p.put(dx[to:], nil, k.count[2])
			} else {
				block(p.l, &t, g.c, k.count[2], w[taps.weight:], d[from:], row)
				p.put(dx[to:], row, k.count[2])
			}
			to, from = to+g.stride[1]*g.in[2], from+f.row
		}
	}
}

// laneImages computes count images of dx from their frame.
func (p *Input[T]) laneImages(own, dx []T, count int) {
	g, f := &p.g, &p.lanes.f
	in := volume(g.in)
	padded, sums := own[:f.size()], own[f.size():][:p.laneSums()]
	t, most := p.tile(in*f.lanes), cut(g.c, p.l.mr)
	for group := range g.groups {
		for c := 0; c < g.c; c += most {
			rows := min(most, g.c-c)
			w, d := p.w[group*g.o*g.taps()+c*volume(g.kernel):], padded[group*g.o*f.plane:]
			for i := range p.lanes.classes {
				k := &p.lanes.classes[i]
				for j, n := range k.rows {
					z, y, taps := j/k.count[1], j%k.count[1], &k.taps[n]
					to := sums[g.at(k, z, y)*f.lanes:]
					if t.over(taps.steps); t.k > 0 {
						image(p.l, &t, rows, f.lanes, k.count[2], w[taps.weight:], d[taps.from+z*f.layer+y*f.row:], to, f.lanes, g.stride[2]*f.lanes)
						continue
					}
					for i := range rows * k.count[2] {
						at := i/k.count[2]*in + i%k.count[2]*g.stride[2]
						clear(to[at*f.lanes:][:f.lanes])
					}
				}
			}
			turn(p.l, dx[(group*g.c+c)*in:], sums, turning{rows * in, count, g.groups * g.c * in, f.lanes})
		}
	}
}

// tile is what all tiles have in common, for channels of dx that lie ldc elements
// apart.
func (p *Input[T]) tile(ldc int) tile {
	return tile{rsa: volume(p.g.kernel) * sizeOf[T](), ldc: ldc * sizeOf[T]()}
}

// at is the first place in dx of row (z, y) of a class.
func (g *geometry) at(k *class, z, y int) int {
	return ((k.first[0]+z*g.stride[0])*g.in[1]+k.first[1]+y*g.stride[1])*g.in[2] + k.first[2]
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
