package conv

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// laneWeight is the derivative of a convolution by its weights in lanes: the images
// of a group lie side by side at each place, so that the terms of one weight are the
// products of vectors of x and of d at all places, whatever the stride.
type laneWeight[T Float] struct {
	g      geometry
	l      level
	f      frame // of x
	tiles  []runTile
	place  []int // in dw, of each of the sums; -1 where none is
	groups int   // of images
	parts  int   // of these groups
	chunks int   // of the tiles in the present run
	part   func(worker, part int)

	x, d, scratch []T
}

// laneWeightPays says whether the derivative of g by its weights is faster in lanes than
// by runs, or by the walk over places where there are none.
func laneWeightPays(g *geometry, l level, size int, byChannel bool, r *runWeight) bool {
	if l.most == 0 || g.sizeX() == 0 || g.sizeY() == 0 {
		return false
	}
	as, f := laneWeightWork(g, l, byChannel, r).asImages(), g.windowFrame(1, l.width)
	return l.pays(as) && float64(ceil(g.n, l.width))*as <= laneGain*float64(g.n) && f.size()*size <= laneBytes
}

// laneWeightWork is what one image takes. Runs need frames of x and of d, which are
// cleared and filled; the walk over places needs one of x.
func laneWeightWork(g *geometry, l level, byChannel bool, r *runWeight) work {
	sums := g.groups * g.o * g.taps() * volume(g.out)
	x, d := g.groups*g.c*volume(g.in), g.groups*g.o*volume(g.out)
	share, rows := g.walkShare(l, byChannel), x/g.in[2]
	if r != nil {
		share, rows = r.share(g, l), 2*(rows+d/g.out[2])
	}
	tiles := g.groups * ceil(g.o, l.most) * g.c * g.kernel[0] * g.kernel[1] * ceil(g.kernel[2], l.most)
	return work{lanes: sums, walk: int(float64(sums/l.width) / share), elements: x + d, rows: rows, folds: tiles * g.out[0]}
}

// newLaneWeight prepares the derivative of g by its weights, at a level with a kernel
// of sums over runs.
func newLaneWeight[T Float](g *geometry, l level) *laneWeight[T] {
	p := &laneWeight[T]{g: *g, l: l, f: g.windowFrame(1, l.width), groups: ceil(g.n, l.width)}
	p.tiles, p.place = g.runTiles(l, &p.f, volume(g.out)*l.width)
	p.parts = max(1, min(p.groups, maxParts, partElements/g.sizeW()))
	p.part = p.sum
	return p
}

// sizeD is the size of d of a group of images in lanes.
func (p *laneWeight[T]) sizeD() int { return p.g.groups * p.g.o * volume(p.g.out) * p.f.lanes }

// perWorker is the scratch of one worker: x and d of a group of images.
func (p *laneWeight[T]) perWorker() int { return p.f.size() + p.sizeD() }

// size is how many elements of scratch a run on so many workers needs: the sums of all
// parts, and theirs.
func (p *laneWeight[T]) size(workers int) int {
	return p.parts*p.sizeSums() + max(1, workers)*p.perWorker()
}

func (p *laneWeight[T]) sizeSums() int { return lines[T](len(p.place)) }

// run computes dw from x and d.
func (p *laneWeight[T]) run(w *pool.Pool, dw, x, d, scratch []T) {
	p.x, p.d, p.scratch = x, d, scratch
	p.chunks = min(ceil(w.Workers(), p.parts), len(p.tiles))
	w.Run(p.parts*p.chunks, p.part)
	sums := p.sums(0)
	for part := 1; part < p.parts; part++ {
		for i, v := range p.sums(part) {
			sums[i] += v
		}
	}
	for i, at := range p.place {
		if at >= 0 {
			dw[at] = sums[i]
		}
	}
}

// sums are those of a part.
func (p *laneWeight[T]) sums(part int) []T { return p.scratch[part*p.sizeSums():][:len(p.place)] }

// sum adds up some of the groups of images for some of the tiles.
func (p *laneWeight[T]) sum(worker, i int) {
	g, lanes := &p.g, p.f.lanes
	part, chunk := i/p.chunks, i%p.chunks
	own := p.scratch[p.parts*p.sizeSums()+worker*p.perWorker():][:p.perWorker()]
	x, d := own[:p.f.size()], own[p.f.size():]
	tiles := p.tiles[chunk*len(p.tiles)/p.chunks : (chunk+1)*len(p.tiles)/p.chunks]
	first, end := part*p.groups/p.parts, (part+1)*p.groups/p.parts
	for i := first; i < end; i++ {
		n, sizeX, sizeD := i*lanes, p.f.channels*volume(g.in), p.sizeD()/lanes
		count := min(lanes, g.n-n)
		if count < lanes { // lanes without an image add nothing
			clear(own)
		}
		fillLanes(p.l, &p.f, x, p.x[n*sizeX:(n+count)*sizeX], count, i > first)
		turn(p.l, d, p.d[n*sizeD:(n+count)*sizeD], turning{count, sizeD, lanes, sizeD})
		p.add(tiles, p.sums(part), x, d, i == first)
	}
}

// add adds a group of images to the sums of some tiles; first says that there are none
// yet.
func (p *laneWeight[T]) add(tiles []runTile, sums, x, d []T, first bool) {
	g, f, size := &p.g, &p.f, sizeOf[T]()
	vector := f.lanes * size
	t := runs{ra: volume(g.out) * vector, rb: g.dil[2] * vector, stepB: g.stride[2] * vector, vecs: g.out[2], count: g.out[1],
		skipB: g.stride[1]*f.row*size - g.out[2]*g.stride[2]*vector}
	rows := max(1, mostVecs/max(1, g.out[2]))
	for _, tile := range tiles {
		t.rows, t.cols, t.c = tile.rows, tile.cols, unsafe.Pointer(&sums[tile.sum])
		t.add = 1
		if first {
			t.add = 0
		}
		for z := range g.out[0] {
			for y := 0; y < g.out[1]; y += rows {
				t.count = min(rows, g.out[1]-y)
				t.a = unsafe.Pointer(&d[tile.d+(z*g.out[1]+y)*g.out[2]*f.lanes])
				t.b = unsafe.Pointer(&x[tile.x+z*g.stride[0]*f.layer+y*g.stride[1]*f.row])
				runRuns[T](p.l, &t)
				t.add = 1
			}
		}
	}
}
