package conv

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// winograd is a convolution by kernels of three by three places, without stride,
// computed as F(4×4, 3×3) of Lavin and Gray, "Fast Algorithms for Convolutional
// Neural Networks" (2015): tiles of four by four places of y are
//
//	Aᵀ [ Σ over c of (G w Gᵀ) ⊙ (Bᵀ x B) ] A
//
// with the six by six places of x that they reach over. That takes 36
// multiplications for a tile and a pair of channels instead of 144. Tiles of a
// block are taken together: for each of the 36 elements, the sum over c is a
// product of matrices, [tiles, c] by [c, o].
//
// Images are turned so that channels come last; then the transforms are sums of
// vectors of channels.
//
// Bits depend on the sizes and the level alone. The error of an element is at most
// about 1e-5 in float32 and 2e-14 in float64 of the largest Σ |w·x| of its tile,
// and with 16 channels or more a tenth of that. An x that is not finite makes all
// of y that it reaches not finite, as it does in the definition, and may make the
// rest of its tiles so: the transforms subtract what the definition does not.
// Their sums are up to 20 times as large as x and so overflow before y would.
type winograd[T Float] struct {
	l       level
	n, c, o int    // images, channels of x and of y
	in, out [2]int // rows and columns
	pad     [2]int
	turned  bool // weights are [c, o, 3, 3] and turned half around

	lanes          int    // elements of a vector
	panel          int    // channels of y at a time
	cPitch, oPitch int    // channels, rounded up to vectors
	tiles          [2]int // of an image
	rows, images   int    // of a block: rows of tiles of one image, or whole images
	chunk          int    // channels of x whose weights are transformed at a time
	steps, last    []step // of products by whole panels, and by the last one

	weightPart, blockPart func(worker, part int)

	// Of the present run.
	y, x, w, scratch []T
	post             Post
	clean            clean
}

// Sizes of a tile, and of what it reaches over.
const (
	tileOut   = 4
	tileIn    = 6
	tileElems = tileIn * tileIn
)

// Transformed tiles of a block should stay in the cache of the worker; but weights
// are read once for each block, and where they do not stay there either, tiles
// fill as much as a share of them. So should a chunk of weights before their
// transform. Products are cut after blockTerms channels. There are leastBlocks,
// where that leaves leastTiles in each.
const (
	blockBytes  = 512 << 10
	weightShare = 2
	chunkBytes  = 64 << 10
	blockTerms  = 256
	leastBlocks = 4
	leastTiles  = 16
)

// newWinograd prepares the convolution of g, or its derivative by x. fits says
// whether it may be called.
func newWinograd[T Float](g *geometry, l level, derivative bool) *winograd[T] {
	p := &winograd[T]{l: l, n: g.n, c: g.c, o: g.o, in: [2]int(g.in[1:]), out: [2]int(g.out[1:]), pad: [2]int(g.pad[1:])}
	if derivative {
		p.turned = true
		p.c, p.o, p.in, p.out = p.o, p.c, p.out, p.in
		p.pad = [2]int{2 - p.pad[0], 2 - p.pad[1]}
	}
	p.lanes, p.panel = max(1, l.width), l.nr
	if l.bits == 0 {
		p.panel = portablePanel
	}
	p.cPitch, p.oPitch = ceil(p.c, p.lanes)*p.lanes, ceil(p.o, p.lanes)*p.lanes
	p.tiles = [2]int{ceil(p.out[0], tileOut), ceil(p.out[1], tileOut)}
	p.cut()
	size := sizeOf[T]()
	p.chunk = max(1, min(ceil(p.c, leastBlocks), chunkBytes/(9*p.oPitch*size)))
	for range min(p.c, blockTerms) {
		p.steps = append(p.steps, step{size, p.panel * size})
		p.last = append(p.last, step{size, p.width((p.o-1)/p.panel*p.panel) * size})
	}
	p.weightPart, p.blockPart = p.weights, p.block
	return p
}

// portablePanel is the width of a panel where kernels have no vectors.
const portablePanel = 16

// cut decides what a block is.
func (p *winograd[T]) cut() {
	image := p.tiles[0] * p.tiles[1]
	elems := max(blockBytes/sizeOf[T](), tileElems*p.weightPlane()/weightShare)
	tiles := max(leastTiles, elems/(tileElems*(p.cPitch+p.oPitch)))
	tiles = max(min(leastTiles, tiles), min(tiles, p.n*image/leastBlocks))
	p.images, p.rows = max(1, tiles/image), p.tiles[0]
	if p.images == 1 {
		p.rows = max(1, min(p.rows, tiles/p.tiles[1]))
		p.rows = ceil(p.tiles[0], ceil(p.tiles[0], p.rows))
	}
	p.images = ceil(p.n, ceil(p.n, p.images))
}

// blocks is the number of blocks.
func (p *winograd[T]) blocks() int {
	return ceil(p.n, p.images) * ceil(p.tiles[0], p.rows)
}

// width is the number of channels in the panel from o on, with those that fill
// the last vector.
func (p *winograd[T]) width(o int) int { return min(p.panel, p.oPitch-o) }

// lines rounds elements up to whole cache lines.
func lines[T Float](n int) int {
	line := 64 / sizeOf[T]()
	return ceil(n, line) * line
}

// plane is the distance between matrices of n elements: a line more than they
// fill, so that elements of one tile do not all meet one set of the cache.
func plane[T Float](n int) int { return lines[T](n) + lines[T](1) }

// The parts of the scratch. Weights are [36, panel, c, width of panel].
func (p *winograd[T]) weightPlane() int { return plane[T](p.c * p.oPitch) }
func (p *winograd[T]) blockTiles() int  { return p.images * p.rows * p.tiles[1] }

// A worker has the rows of x of a block, with channels last; bands, which are six
// rows as the tiles reach over them, transformed along their columns; the tiles of
// x and of y; and of a row of tiles of y, those transformed along their columns,
// and its rows, with channels last.
func (p *winograd[T]) frameSize() int { return lines[T]((tileOut*p.rows + 2) * p.in[1] * p.cPitch) }
func (p *winograd[T]) band() int      { return plane[T]((tileOut*p.tiles[1] + 2) * p.cPitch) }
func (p *winograd[T]) xPlane() int    { return plane[T](p.blockTiles() * p.cPitch) }
func (p *winograd[T]) yPlane() int    { return plane[T](p.blockTiles() * p.oPitch) }
func (p *winograd[T]) halfSize() int {
	return lines[T](tileOut * tileIn * p.tiles[1] * p.panel)
}
func (p *winograd[T]) rowsSize() int {
	return lines[T]((tileOut*p.out[1] + tileOut) * p.panel)
}

// perWorker is the scratch of one worker: that of a block, or weights with
// channels last, and of one channel, those transformed along their columns.
func (p *winograd[T]) perWorker() int {
	block := p.frameSize() + tileIn*p.band() + tileElems*(p.xPlane()+p.yPlane()) + p.halfSize() + p.rowsSize()
	return max(block, lines[T](9*p.chunk*p.oPitch)+lines[T](3*tileIn*p.panel))
}

// size is how many elements of scratch a run on so many workers needs.
func (p *winograd[T]) size(workers int) int {
	return tileElems*p.weightPlane() + max(1, workers)*p.perWorker()
}

// own is the scratch of a worker.
func (p *winograd[T]) own(worker int) []T {
	at := tileElems*p.weightPlane() + worker*p.perWorker()
	return p.scratch[at : at+p.perWorker()]
}

// run computes y from x and the weights.
func (p *winograd[T]) run(w *pool.Pool, y, x, weight, scratch []T, post Post) {
	p.y, p.x, p.w, p.scratch, p.post = y, x, weight, scratch, post
	p.clean.reset(w.Workers())
	w.Run(ceil(p.c, p.chunk), p.weightPart)
	w.Run(p.blocks(), p.blockPart)
}

// weights transforms those of one chunk of channels.
func (p *winograd[T]) weights(worker, part int) {
	own, size := p.own(worker), sizeOf[T]()
	turned, half := own[:9*p.chunk*p.oPitch], own[lines[T](9*p.chunk*p.oPitch):]
	first, end := part*p.chunk, min(p.c, (part+1)*p.chunk)
	if p.turned {
		for c := first; c < end; c++ {
			turn(p.l, turned[(c-first)*9*p.oPitch:], p.w[c*p.o*9:(c+1)*p.o*9], turning{p.o, 9, p.oPitch, 9})
		}
	} else {
		turn(p.l, turned, p.w[first*9:], turning{p.o, 9 * (end - first), p.oPitch, 9 * p.c})
	}
	from, next := 0, p.oPitch // of the first place of a kernel, and from place to place
	if p.turned {
		from, next = 8*p.oPitch, -p.oPitch
	}
	for c := first; c < end; c++ {
		for o := 0; o < p.o; o += p.panel {
			n := p.width(o)
			columns := pass{matrix: matrixWeight, vecs: n / p.lanes, items: 3,
				src: unsafe.Pointer(&turned[(c-first)*9*p.oPitch+from+o]), srcNext: 3 * next * size, srcItem: next * size,
				dst: unsafe.Pointer(&half[0]), dstNext: 3 * n * size, dstItem: n * size}
			apply[T](p.l, &columns)
			rows := pass{matrix: matrixWeight, vecs: n / p.lanes, items: tileIn,
				src: unsafe.Pointer(&half[0]), srcNext: n * size, srcItem: 3 * n * size,
				dst: unsafe.Pointer(&p.scratch[o*p.c+c*n]), dstNext: p.weightPlane() * size, dstItem: tileIn * p.weightPlane() * size}
			apply[T](p.l, &rows)
		}
	}
}
