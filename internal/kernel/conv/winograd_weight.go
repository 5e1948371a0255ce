package conv

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// winogradWeight is the derivative of a convolution by its weights, by tiles.
type winogradWeight[T Float] struct {
	l          level
	c, o       int // channels of x and of y
	b          blocking
	x, d       side[T]
	parts      int // of the blocks
	steps      []step
	ones       []T // of each part
	across     []step
	part, join func(worker, part int)

	// Of the present run.
	dw, scratch []T
	clean       clean
}

// newWinogradWeight prepares the derivative of g by w. fits says whether it may be
// called.
func newWinogradWeight[T Float](g *geometry, l level) *winogradWeight[T] {
	p := &winogradWeight[T]{l: l, c: g.c, o: g.o}
	out := [2]int(g.out[1:])
	xPitch, dPitch := l.pitch(p.c), l.pitch(p.o)
	p.b = newBlocking[T](g.n, out, tileElems*(xPitch+dPitch), tileElems*p.c*dPitch)
	p.x = sideX[T](l, &p.b, p.c, [2]int(g.in[1:]), [2]int(g.pad[1:]))
	p.d = sideY[T](l, &p.b, p.o, out)
	p.parts = max(1, min(p.b.blocks(), maxParts, partElements/p.sumSize()))
	size := sizeOf[T]()
	for range min(p.b.most(), blockTerms) {
		p.steps = append(p.steps, step{xPitch * size, dPitch * size})
	}
	for range p.parts {
		p.ones, p.across = append(p.ones, 1), append(p.across, step{size, p.sumSize() * size})
	}
	p.part, p.join = p.sum, p.add
	return p
}

// The parts of the scratch. A part of the blocks has its sums, [c, 9, o]. A worker
// has besides the tiles those of weights, [36, c, o], and of one channel, those
// transformed along their columns.
func (p *winogradWeight[T]) sumSize() int     { return lines[T](9 * p.c * p.d.pitch) }
func (p *winogradWeight[T]) weightPlane() int { return plane[T](p.c * p.d.pitch) }
func (p *winogradWeight[T]) perWorker() int {
	return p.x.scratch() + p.d.scratch() + tileElems*p.weightPlane() + lines[T](3*tileIn*p.d.pitch)
}

// size is how many elements of scratch a run on so many workers needs.
func (p *winogradWeight[T]) size(workers int) int {
	return (p.parts+1)*p.sumSize() + max(1, workers)*p.perWorker()
}

// run computes dw from x and d.
func (p *winogradWeight[T]) run(w *pool.Pool, dw, x, d, scratch []T) {
	p.dw, p.x.images, p.d.images, p.scratch = dw, x, d, scratch
	p.clean.reset(w.Workers())
	w.Run(p.parts, p.part)
	w.Run(ceil(9*p.c*p.d.pitch, joinElements), p.join)
	turn(p.l, dw, p.scratch, turning{9 * p.c, p.o, 9 * p.c, p.d.pitch})
}

// joinElements is how many sums are added up at a time.
const joinElements = 16 << 10

// sum adds up the blocks of one part.
func (p *winogradWeight[T]) sum(worker, part int) {
	own := p.scratch[(p.parts+1)*p.sumSize()+worker*p.perWorker():][:p.perWorker()]
	clean := p.clean.next(worker, 1)
	x, d := p.x.divide(&own, clean), p.d.divide(&own, clean)
	w, half := carve(&own, tileElems*p.weightPlane()), own
	first, end := part*p.b.blocks()/p.parts, (part+1)*p.b.blocks()/p.parts
	for i := first; i < end; i++ {
		n, r := p.b.part(i)
		p.d.transform(&d, n, r)
		p.products(w, x.tiles, d.tiles, p.x.transform(&x, n, r), i == first)
	}
	size := sizeOf[T]()
	pitch, vecs := p.d.pitch, p.d.pitch/p.l.lanes()
	for c := range p.c {
		columns := pass{matrix: matrixWeightTurned, vecs: vecs, items: tileIn,
			src: unsafe.Pointer(&w[c*pitch]), srcNext: tileIn * p.weightPlane() * size, srcItem: p.weightPlane() * size,
			dst: unsafe.Pointer(&half[0]), dstNext: tileIn * pitch * size, dstItem: pitch * size}
		apply[T](p.l, &columns)
		rows := pass{matrix: matrixWeightTurned, vecs: vecs, items: 3,
			src: unsafe.Pointer(&half[0]), srcNext: pitch * size, srcItem: tileIn * pitch * size,
			dst: unsafe.Pointer(&p.scratch[(part+1)*p.sumSize()+9*c*pitch]), dstNext: pitch * size, dstItem: 3 * pitch * size}
		apply[T](p.l, &rows)
	}
}

// products adds the products of so many tiles to the weights; first says that
// there is nothing yet.
func (p *winogradWeight[T]) products(w, x, d []T, tiles int, first bool) {
	size := sizeOf[T]()
	t := tile{rsa: size, ldc: p.d.pitch * size, steps: &p.steps[0]}
	for e := range tileElems {
		x, d, w := x[e*p.x.plane:], d[e*p.d.plane:], w[e*p.weightPlane():]
		for i := 0; i < tiles; i += blockTerms {
			t.k, t.add = min(blockTerms, tiles-i), 1
			if first && i == 0 {
				t.add = 0
			}
			block(p.l, &t, p.c, p.o, x[i*p.x.pitch:], d[i*p.d.pitch:], w)
		}
	}
}

// add adds up some of the sums of all parts, as the product of a row of ones by them.
func (p *winogradWeight[T]) add(_, part int) {
	first := part * joinElements
	n := min(joinElements, 9*p.c*p.d.pitch-first)
	t := tile{steps: &p.across[0], k: p.parts}
	block(p.l, &t, 1, n, p.ones, p.scratch[p.sumSize()+first:], p.scratch[first:])
}
