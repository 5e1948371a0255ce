package conv

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// winograd is a convolution by tiles, or its derivative by x, which is one of d
// with weights that are turned half around and have channels swapped.
type winograd[T Float] struct {
	l       level
	n, c, o int // images, channels of the operand and of the result
	out     [2]int
	b       blocking
	from    side[T]
	turned  bool // weights are [c, o, 3, 3] and turned half around
	// Each worker transforms the weights for itself where they stay in its cache:
	// to wait for others and to fetch from theirs takes longer.
	alone       bool
	oPitch      int
	chunk       int    // channels of the operand whose weights are transformed at a time
	steps, last []step // of products by whole panels, and by the last one

	weightPart, blockPart func(worker, part int)

	// Of the present run.
	y, w, scratch []T
	post          Post
	clean         clean
}

// newWinograd prepares the convolution of g, or its derivative by x. fits says
// whether it may be called.
func newWinograd[T Float](g *geometry, l level, derivative bool) *winograd[T] {
	p := &winograd[T]{l: l, n: g.n, c: g.c, o: g.o, out: [2]int(g.out[1:])}
	in, pad := [2]int(g.in[1:]), [2]int(g.pad[1:])
	if derivative {
		p.turned = true
		p.c, p.o, in, p.out = p.o, p.c, p.out, in
		pad = [2]int{2 - pad[0], 2 - pad[1]}
	}
	p.oPitch = l.pitch(p.o)
	p.b = newBlocking[T](p.n, p.out, tileElems*(l.pitch(p.c)+p.oPitch), tileElems*p.weightPlane())
	p.from = sideX[T](l, &p.b, p.c, in, pad)
	size := sizeOf[T]()
	p.alone = tileElems*p.weightPlane()*size <= farBytes
	p.chunk = max(1, min(ceil(p.c, leastBlocks), chunkBytes/(9*p.oPitch*size)))
	for range min(p.c, blockTerms) {
		p.steps = append(p.steps, step{size, l.panel() * size})
		p.last = append(p.last, step{size, p.width((p.o-1)/l.panel()*l.panel()) * size})
	}
	p.weightPart, p.blockPart = p.weights, p.block
	return p
}

// width is the number of channels in the panel from o on, with those that fill
// the last vector.
func (p *winograd[T]) width(o int) int { return min(p.l.panel(), p.oPitch-o) }

// The parts of the scratch. Weights are [36, panel, c, width of panel]. A worker
// has besides the tiles of x those of y, [36, panel, tiles, width of panel]; and of
// a row of tiles and a panel, those transformed along their columns, and the rows
// of y, with channels last. For weights, it has a chunk of them with channels of
// the result last, and of one channel, those transformed along their columns.
func (p *winograd[T]) weightPlane() int { return plane[T](p.c * p.oPitch) }
func (p *winograd[T]) yPlane() int      { return plane[T](p.b.most() * p.oPitch) }
func (p *winograd[T]) halfSize() int {
	return lines[T](tileOut * tileIn * p.b.tiles[1] * p.l.panel())
}
func (p *winograd[T]) rowsSize() int {
	return lines[T]((tileOut*p.out[1] + tileOut) * p.l.panel())
}
func (p *winograd[T]) chunkSize() int { return lines[T](9 * p.chunk * p.oPitch) }

func (p *winograd[T]) perWorker() int {
	block := p.from.scratch() + tileElems*p.yPlane() + p.halfSize() + p.rowsSize()
	return max(block, p.chunkSize()+lines[T](3*tileIn*p.l.panel()))
}

// size is how many elements of scratch a run on so many workers needs.
func (p *winograd[T]) size(workers int) int {
	workers = max(1, workers)
	if p.alone {
		return workers * (tileElems*p.weightPlane() + p.perWorker())
	}
	return tileElems*p.weightPlane() + workers*p.perWorker()
}

// own are the weights that a worker reads, and its scratch.
func (p *winograd[T]) own(worker int) (weights, own []T) {
	n := tileElems * p.weightPlane()
	if p.alone {
		own = p.scratch[worker*(n+p.perWorker()):]
		return own[:n], own[n : n+p.perWorker()]
	}
	return p.scratch[:n], p.scratch[n+worker*p.perWorker():][:p.perWorker()]
}

// run computes y from x and the weights.
func (p *winograd[T]) run(w *pool.Pool, y, x, weight, scratch []T, post Post) {
	p.y, p.from.images, p.w, p.scratch, p.post = y, x, weight, scratch, post
	p.clean.reset(w.Workers())
	if !p.alone {
		w.Run(ceil(p.c, p.chunk), p.weightPart)
	}
	w.Run(p.b.blocks(), p.blockPart)
}

// weights transforms those of one chunk of channels.
func (p *winograd[T]) weights(worker, part int) {
	to, own := p.own(worker)
	chunk, half, size := own[:p.chunkSize()], own[p.chunkSize():], sizeOf[T]()
	first, end := part*p.chunk, min(p.c, (part+1)*p.chunk)
	from, next := 0, p.oPitch // of the first place of a kernel, and from place to place
	if p.turned {
		from, next = 8*p.oPitch, -p.oPitch
		for c := first; c < end; c++ {
			turn(p.l, chunk[(c-first)*9*p.oPitch:], p.w[c*p.o*9:(c+1)*p.o*9], turning{p.o, 9, p.oPitch, 9})
		}
	} else {
		turn(p.l, chunk, p.w[first*9:], turning{p.o, 9 * (end - first), p.oPitch, 9 * p.c})
	}
	for c := first; c < end; c++ {
		for o := 0; o < p.o; o += p.l.panel() {
			n := p.width(o)
			columns := pass{matrix: matrixWeight, vecs: n / p.l.lanes(), items: 3,
				src: unsafe.Pointer(&chunk[(c-first)*9*p.oPitch+from+o]), srcNext: 3 * next * size, srcItem: next * size,
				dst: unsafe.Pointer(&half[0]), dstNext: 3 * n * size, dstItem: n * size}
			apply[T](p.l, &columns)
			rows := pass{matrix: matrixWeight, vecs: n / p.l.lanes(), items: tileIn,
				src: unsafe.Pointer(&half[0]), srcNext: n * size, srcItem: 3 * n * size,
				dst: unsafe.Pointer(&to[o*p.c+c*n]), dstNext: p.weightPlane() * size, dstItem: tileIn * p.weightPlane() * size}
			apply[T](p.l, &rows)
		}
	}
}

// block computes one block of y.
func (p *winograd[T]) block(worker, part int) {
	w, own := p.own(worker)
	clean := p.clean.next(worker, 1)
	for i := 0; p.alone && !clean && i < ceil(p.c, p.chunk); i++ {
		p.weights(worker, i)
	}
	x := p.from.divide(&own, clean)
	y, half, rows := carve(&own, tileElems*p.yPlane()), carve(&own, p.halfSize()), carve(&own, p.rowsSize())
	n, r := p.b.part(part)
	tiles := p.from.transform(&x, n, r)
	p.products(y, x.tiles, w, tiles)
	for o := 0; o < p.o; o += p.l.panel() {
		at := o * tiles
		for i := n[0]; i < n[1]; i++ {
			for row := r[0]; row < r[1]; row++ {
				p.columns(half, y[at:], o)
				p.rows(rows, half, [3]int{i, row, o})
				at += p.b.tiles[1] * p.width(o)
			}
		}
	}
	p.finish(worker, n, r[0]*tileOut, min(p.out[0], r[1]*tileOut))
}

// products multiplies the tiles by the weights, element by element, so that these
// are read once.
func (p *winograd[T]) products(y, x, w []T, tiles int) {
	size := sizeOf[T]()
	t := tile{rsa: p.from.pitch * size}
	for e := range tileElems {
		x, w, y := x[e*p.from.plane:], w[e*p.weightPlane():], y[e*p.yPlane():]
		for o := 0; o < p.o; o += p.l.panel() {
			n := p.width(o)
			t.ldc, t.steps = n*size, &p.steps[0]
			if n < p.l.panel() {
				t.steps = &p.last[0]
			}
			for c := 0; c < p.c; c += blockTerms {
				t.k, t.add = min(blockTerms, p.c-c), min(1, c)
				block(p.l, &t, tiles, n, x[c:], w[o*p.c+c*n:], y[o*tiles:])
			}
		}
	}
}

// columns transforms a row of tiles of the panel from channel o on along their
// columns.
func (p *winograd[T]) columns(half, y []T, o int) {
	size, row := sizeOf[T](), p.b.tiles[1]*p.width(o)
	t := pass{matrix: matrixOutput, vecs: row / p.l.lanes(), items: tileIn,
		src: unsafe.Pointer(&y[0]), srcNext: tileIn * p.yPlane() * size, srcItem: p.yPlane() * size,
		dst: unsafe.Pointer(&half[0]), dstNext: tileIn * row * size, dstItem: row * size}
	apply[T](p.l, &t)
}

// rows transforms them along their rows and turns these into y: at holds the
// image, the row of tiles and the first channel. What tiles have behind the end
// of a row, the next one overwrites.
func (p *winograd[T]) rows(rows, half []T, at [3]int) {
	n, r, o := at[0], at[1], at[2]
	size, width, across := sizeOf[T](), p.width(o), p.b.tiles[1]
	count := min(tileOut, p.out[0]-tileOut*r)
	for i := range count {
		t := pass{matrix: matrixOutput, vecs: width / p.l.lanes(), items: across,
			src: unsafe.Pointer(&half[i*tileIn*across*width]), srcNext: across * width * size, srcItem: width * size,
			dst: unsafe.Pointer(&rows[i*p.out[1]*width]), dstNext: width * size, dstItem: tileOut * width * size}
		apply[T](p.l, &t)
	}
	out := p.out[0] * p.out[1]
	y := p.y[(n*p.o+o)*out : (n+1)*p.o*out]
	turn(p.l, y[tileOut*r*p.out[1]:], rows, turning{count * p.out[1], min(width, p.o-o), out, width})
}

// finish calls post for rows y0 to y1 of images n.
func (p *winograd[T]) finish(worker int, n [2]int, y0, y1 int) {
	switch rows := p.o * p.out[0]; {
	case p.post == nil:
	case y1-y0 == p.out[0]:
		p.post(worker, n[0]*rows, n[1]*rows, 0, p.out[1])
	default:
		for i := n[0] * p.o; i < n[1]*p.o; i++ {
			p.post(worker, i*p.out[0]+y0, i*p.out[0]+y1, 0, p.out[1])
		}
	}
}
