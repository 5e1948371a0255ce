package conv

import "unsafe"

// side is an operand of the products that images become: its tiles are
// transformed to [36, tiles, channels].
type side[T Float] struct {
	l        level
	b        *blocking
	channels int
	pitch    int
	size     [2]int // rows and columns of an image
	pad      [2]int
	reach    int // places of a tile along an axis
	matrix   matrix
	plane    int // from element to element

	images []T // of the present run
}

// sideX are the tiles of x, and sideY those of the derivative of y.
func sideX[T Float](l level, b *blocking, channels int, size, pad [2]int) side[T] {
	s := side[T]{l: l, b: b, channels: channels, pitch: l.pitch(channels), size: size, pad: pad, reach: tileIn, matrix: matrixInput}
	s.plane = plane[T](b.most() * s.pitch)
	return s
}

func sideY[T Float](l level, b *blocking, channels int, size [2]int) side[T] {
	s := sideX[T](l, b, channels, size, [2]int{})
	s.reach, s.matrix = tileOut, matrixOutputTurned
	return s
}

// A worker has the rows of an image that a block reaches over, with channels last;
// bands, which are a row of tiles transformed along their columns; and the tiles.
func (s *side[T]) overlap() int { return s.reach - tileOut }
func (s *side[T]) frameSize() int {
	return lines[T]((tileOut*s.b.rows + s.overlap()) * s.size[1] * s.pitch)
}
func (s *side[T]) band() int { return plane[T]((tileOut*s.b.tiles[1] + s.overlap()) * s.pitch) }

// scratch is how many elements that are.
func (s *side[T]) scratch() int { return s.frameSize() + tileIn*s.band() + tileElems*s.plane }

// sideScratch are its parts.
type sideScratch[T Float] struct{ frame, bands, tiles []T }

// divide cuts off the parts. Where the bands have no columns of the image, they
// are zero from the start of a run.
func (s *side[T]) divide(scratch *[]T, clean bool) sideScratch[T] {
	p := sideScratch[T]{carve(scratch, s.frameSize()), carve(scratch, tileIn*s.band()), carve(scratch, tileElems*s.plane)}
	if !clean {
		clear(p.bands)
	}
	return p
}

// transform transforms the tiles of some rows of some images, and returns their number.
func (s *side[T]) transform(p *sideScratch[T], n, r [2]int) int {
	tiles := 0
	for i := n[0]; i < n[1]; i++ {
		s.fill(p.frame, i, r)
		for row := range r[1] - r[0] {
			s.row(p, row, tiles)
			tiles += s.b.tiles[1]
		}
	}
	return tiles
}

// fill turns the rows of image n that rows r of tiles reach over.
func (s *side[T]) fill(frame []T, n int, r [2]int) {
	row, first := s.size[1]*s.pitch, tileOut*r[0]-s.pad[0]
	rows := tileOut*(r[1]-r[0]) + s.overlap()
	y0 := min(rows, max(0, -first)) // of the frame, those that the image has
	y1 := max(y0, min(rows, s.size[0]-first))
	clear(frame[:y0*row])
	clear(frame[y1*row : rows*row])
	if y0 < y1 {
		in := s.size[0] * s.size[1]
		at := (first + y0) * s.size[1]
		turn(s.l, frame[y0*row:], s.images[n*s.channels*in+at:(n+1)*s.channels*in], turning{s.channels, (y1 - y0) * s.size[1], s.pitch, in})
	}
}

// row transforms row r of the frame's tiles; at is its first tile.
func (s *side[T]) row(p *sideScratch[T], r, at int) {
	size := sizeOf[T]()
	x0 := max(0, -s.pad[1])
	b0 := x0 + s.pad[1] // where the bands have x0
	if n := min(s.size[1]-x0, tileOut*s.b.tiles[1]+s.overlap()-b0); n > 0 {
		columns := pass{matrix: s.matrix, vecs: n * s.pitch / s.l.lanes(), items: 1,
			src: unsafe.Pointer(&p.frame[(tileOut*r*s.size[1]+x0)*s.pitch]), srcNext: s.size[1] * s.pitch * size,
			dst: unsafe.Pointer(&p.bands[b0*s.pitch]), dstNext: s.band() * size}
		apply[T](s.l, &columns)
	}
	for i := range tileIn {
		rows := pass{matrix: s.matrix, vecs: s.pitch / s.l.lanes(), items: s.b.tiles[1],
			src: unsafe.Pointer(&p.bands[i*s.band()]), srcNext: s.pitch * size, srcItem: tileOut * s.pitch * size,
			dst: unsafe.Pointer(&p.tiles[i*tileIn*s.plane+at*s.pitch]), dstNext: s.plane * size, dstItem: s.pitch * size}
		apply[T](s.l, &rows)
	}
}
