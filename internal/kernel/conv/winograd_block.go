package conv

import "unsafe"

// blockScratch are the parts of a worker's scratch.
type blockScratch[T Float] struct{ frame, bands, x, y, half, rows []T }

func (p *winograd[T]) divide(own []T) (s blockScratch[T]) {
	for _, f := range []struct {
		part *[]T
		n    int
	}{{&s.frame, p.frameSize()}, {&s.bands, tileIn * p.band()}, {&s.x, tileElems * p.xPlane()},
		{&s.y, tileElems * p.yPlane()}, {&s.half, p.halfSize()}, {&s.rows, p.rowsSize()}} {
		*f.part, own = own[:f.n], own[f.n:]
	}
	return s
}

// block computes one block of y.
func (p *winograd[T]) block(worker, part int) {
	s := p.divide(p.own(worker))
	if !p.clean.next(worker) {
		clear(s.bands)
	}
	across := ceil(p.tiles[0], p.rows)
	n0, r0 := part/across*p.images, part%across*p.rows
	n1, r1 := min(p.n, n0+p.images), min(p.tiles[0], r0+p.rows)
	tiles := 0
	for n := n0; n < n1; n++ {
		p.fillFrame(s.frame, n, r0, r1)
		for r := range r1 - r0 {
			p.input(&s, r, tiles)
			tiles += p.tiles[1]
		}
	}
	p.products(&s, tiles)
	for o := 0; o < p.o; o += p.panel {
		at := o * tiles
		for n := n0; n < n1; n++ {
			for r := r0; r < r1; r++ {
				p.output(&s, n, r, o, at)
				at += p.tiles[1] * p.width(o)
			}
		}
	}
	p.finish(worker, [2]int{n0, n1}, r0*tileOut, min(p.out[0], r1*tileOut))
}

// fillFrame turns the rows of image n that tiles of rows r0 to r1 reach over.
func (p *winograd[T]) fillFrame(frame []T, n, r0, r1 int) {
	row, first := p.in[1]*p.cPitch, tileOut*r0-p.pad[0]
	rows := tileOut*(r1-r0) + 2
	y0 := min(rows, max(0, -first)) // of the frame, those that the image has
	y1 := max(y0, min(rows, p.in[0]-first))
	clear(frame[:y0*row])
	clear(frame[y1*row : rows*row])
	if y0 < y1 {
		in := p.in[0] * p.in[1]
		at := (first + y0) * p.in[1]
		turn(p.l, frame[y0*row:], p.x[n*p.c*in+at:(n+1)*p.c*in], turning{p.c, (y1 - y0) * p.in[1], p.cPitch, in})
	}
}

// input transforms row r of the frame's tiles; at is its first tile.
func (p *winograd[T]) input(s *blockScratch[T], r, at int) {
	size := sizeOf[T]()
	x0 := max(0, -p.pad[1])
	b0 := x0 + p.pad[1] // where the bands have x0
	if n := min(p.in[1]-x0, tileOut*p.tiles[1]+2-b0); n > 0 {
		columns := pass{matrix: matrixInput, vecs: n * p.cPitch / p.lanes, items: 1,
			src: unsafe.Pointer(&s.frame[(tileOut*r*p.in[1]+x0)*p.cPitch]), srcNext: p.in[1] * p.cPitch * size,
			dst: unsafe.Pointer(&s.bands[b0*p.cPitch]), dstNext: p.band() * size}
		apply[T](p.l, &columns)
	}
	for i := range tileIn {
		rows := pass{matrix: matrixInput, vecs: p.cPitch / p.lanes, items: p.tiles[1],
			src: unsafe.Pointer(&s.bands[i*p.band()]), srcNext: p.cPitch * size, srcItem: tileOut * p.cPitch * size,
			dst: unsafe.Pointer(&s.x[i*tileIn*p.xPlane()+at*p.cPitch]), dstNext: p.xPlane() * size, dstItem: p.cPitch * size}
		apply[T](p.l, &rows)
	}
}

// products multiplies the tiles by the weights, element by element, so that these
// are read once.
func (p *winograd[T]) products(s *blockScratch[T], tiles int) {
	size := sizeOf[T]()
	t := tile{rsa: p.cPitch * size, alpha: 1}
	for e := range tileElems {
		x, w, y := s.x[e*p.xPlane():], p.scratch[e*p.weightPlane():], s.y[e*p.yPlane():]
		for o := 0; o < p.o; o += p.panel {
			n := p.width(o)
			t.ldc, t.steps = n*size, &p.steps[0]
			if n < p.panel {
				t.steps = &p.last[0]
			}
			for c := 0; c < p.c; c += blockTerms {
				t.k, t.beta = min(blockTerms, p.c-c), float64(min(1, c))
				block(p.l, &t, tiles, n, x[c:], w[o*p.c+c*n:], y[o*tiles:])
			}
		}
	}
}

// output transforms row r of tiles of image n of the panel from channel o on,
// whose first tile is at at, and turns it into y. What tiles have behind the
// end of a row, the next one overwrites.
func (p *winograd[T]) output(s *blockScratch[T], n, r, o, at int) {
	size, width, across := sizeOf[T](), p.width(o), p.tiles[1]
	columns := pass{matrix: matrixOutput, vecs: across * width / p.lanes, items: tileIn,
		src: unsafe.Pointer(&s.y[at]), srcNext: tileIn * p.yPlane() * size, srcItem: p.yPlane() * size,
		dst: unsafe.Pointer(&s.half[0]), dstNext: tileIn * across * width * size, dstItem: across * width * size}
	apply[T](p.l, &columns)
	count := min(tileOut, p.out[0]-tileOut*r)
	for i := range count {
		rows := pass{matrix: matrixOutput, vecs: width / p.lanes, items: across,
			src: unsafe.Pointer(&s.half[i*tileIn*across*width]), srcNext: across * width * size, srcItem: width * size,
			dst: unsafe.Pointer(&s.rows[i*p.out[1]*width]), dstNext: width * size, dstItem: tileOut * width * size}
		apply[T](p.l, &rows)
	}
	out := p.out[0] * p.out[1]
	y := p.y[(n*p.o+o)*out : (n+1)*p.o*out]
	turn(p.l, y[tileOut*r*p.out[1]:], s.rows, turning{count * p.out[1], min(width, p.o-o), out, width})
}

// finish calls post for rows y0 to y1 of some images.
func (p *winograd[T]) finish(worker int, images [2]int, y0, y1 int) {
	switch rows := p.o * p.out[0]; {
	case p.post == nil:
	case y1-y0 == p.out[0]:
		p.post(worker, images[0]*rows, images[1]*rows, 0, p.out[1])
	default:
		for i := images[0] * p.o; i < images[1]*p.o; i++ {
			p.post(worker, i*p.out[0]+y0, i*p.out[0]+y1, 0, p.out[1])
		}
	}
}
