package conv

import "unsafe"

// runs holds what a kernel of sums over runs needs. Assembly reads it by these
// offsets: eight bytes for each field, in this order.
//
// A kernel computes, for i < rows and j < cols, the sum over count runs of vecs
// vectors each of the elements of row i of a times those of row j of b, and
// writes them to c as [rows, cols], which has room for a multiple of four, or
// adds them to it. Rows of a lie ra and rows of b rb bytes apart, vectors of a side by
// side and those of b stepB bytes apart; from the end of a run it is skipA and skipB
// bytes to the next.
type runs struct {
	a, b, c      unsafe.Pointer
	ra, rb       int
	skipA, skipB int
	vecs, count  int
	rows, cols   int
	add          int // 1: add to c
	stepB        int
}

// runTile is a block of the weights' derivative: offsets of the first run of d,
// of x and of the sums.
type runTile struct{ d, x, sum, rows, cols int }

// runWeight is how the derivative by the weights is computed where windows stand
// side by side (no stride): d is laid out as the frame of x is, with zeros
// between its rows, so that the terms of one weight are the products of two runs
// of memory as long as an image. The vectors go along the images, whatever the
// number of channels.
type runWeight struct {
	d     frame
	vecs  int // of a run
	tiles []runTile
	place []int // in dw, of each of the sums; -1 where none is
}

// newRunWeight is nil where the other way is better: with strides, without
// assembly, or where less of the vectors would be of use. It has no tiles yet.
func newRunWeight(g *geometry, l level, x *frame, byChannel bool) *runWeight {
	if l.most == 0 || g.stride != [3]int{1, 1, 1} || g.sizeY() == 0 || g.taps() == 0 {
		return nil
	}
	r := &runWeight{d: newFrame(g.groups*g.o, g.out, [3]int{}, [3]int{g.out[0], x.extent[1], x.row}, 1, 1)}
	end := x.at(g.out[0]-1, g.out[1]-1, 0)
	r.vecs = ceil(end+g.out[2], l.width)
	r.d.plane = max(r.vecs*l.width, ceil(end+x.row, l.width)*l.width)
	if r.share(g, l) < g.walkShare(l, byChannel) {
		return nil
	}
	return r
}

// share is how much of the vectors is of use.
func (r *runWeight) share(g *geometry, l level) float64 {
	return float64(volume(g.out)) / float64(r.vecs*l.width)
}

// walkShare estimates how much of the peak the walk over places reaches: the
// lanes that channels fill, and enough sums and few enough loads for a tile.
func (g *geometry) walkShare(l level, byChannel bool) float64 {
	rows := g.kernel[2]
	if byChannel {
		rows = g.c
	}
	rows, vecs := min(rows, l.mr), min(2, ceil(g.o, l.width))
	sums := float64(rows * vecs)
	return float64(g.o) / float64(ceil(g.o, l.width)*l.width) * min(1, sums/8, sums/float64(rows+vecs+2))
}

// runTiles lists the tiles of all weights, those of one block of channels of d after
// the other, and the places of their sums. Channels of d lie plane elements apart.
func (g *geometry) runTiles(l level, x *frame, plane int) (tiles []runTile, place []int) {
	cols, rows := cut(g.kernel[2], l.most), cut(g.o, l.most)
	for i := range g.groups * ceil(g.o, rows) * g.c {
		group, o, c := i/g.c/ceil(g.o, rows), i/g.c%ceil(g.o, rows)*rows, i%g.c
		eachPlace([3]int{g.kernel[0], g.kernel[1], ceil(g.kernel[2], cols)}, func(kz, ky, kx int) {
			kx *= cols
			t := runTile{rows: min(rows, g.o-o), cols: min(cols, g.kernel[2]-kx), sum: len(place)}
			t.d = (group*g.o + o) * plane
			t.x = (group*g.c+c)*x.plane + x.at(kz*g.dil[0], ky*g.dil[1], kx*g.dil[2])
			for i := range t.rows {
				for j := range t.cols {
					tap := (kz*g.kernel[1]+ky)*g.kernel[2] + kx + j
					place = append(place, ((group*g.o+o+i)*g.c+c)*volume(g.kernel)+tap)
				}
			}
			for len(place)%4 != 0 {
				place = append(place, -1)
			}
			tiles = append(tiles, t)
		})
	}
	return tiles, place
}

// cut is the size of the fewest equal pieces of at most most that n falls into.
func cut(n, most int) int { return ceil(n, ceil(n, most)) }

// addRuns adds up count images to the sums; first says that there are none yet.
func (p *Weight[T]) addRuns(sums, x, d []T, count int, first bool) {
	r, size := p.runs, sizeOf[T]()
	t := runs{ra: r.d.plane * size, rb: p.g.dil[2] * size, stepB: p.l.width * size, vecs: r.vecs, count: count}
	bytes := r.vecs * p.l.width * size
	t.skipA, t.skipB = r.d.channels*r.d.plane*size-bytes, p.f.channels*p.f.plane*size-bytes
	if !first {
		t.add = 1
	}
	vecs := r.vecs
	if count == 1 {
		vecs = mostVecs / 2 // of a large image; those of several are short
	}
	for first := 0; first < r.vecs; first += vecs {
		t.vecs = min(vecs, r.vecs-first)
		at := first * p.l.width
		for _, tile := range r.tiles {
			t.a, t.b, t.c = unsafe.Pointer(&d[tile.d+at]), unsafe.Pointer(&x[tile.x+at]), unsafe.Pointer(&sums[tile.sum])
			t.rows, t.cols = tile.rows, tile.cols
			runRuns[T](p.l, &t)
		}
		t.add = 1
	}
}

// runsGo is the kernel in Go.
func runsGo[T Float](l level, t *runs) {
	size := sizeOf[T]()
	for i := range t.rows {
		for j := range t.cols {
			var sum T
			a, b := unsafe.Add(t.a, i*t.ra), unsafe.Add(t.b, j*t.rb)
			for k := range t.count {
				run := k * t.vecs
				for v := run; v < run+t.vecs; v++ {
					x := unsafe.Slice((*T)(unsafe.Add(a, v*l.width*size+k*t.skipA)), l.width)
					y := unsafe.Slice((*T)(unsafe.Add(b, v*t.stepB+k*t.skipB)), l.width)
					for q := range x {
						sum += x[q] * y[q]
					}
				}
			}
			c := (*T)(unsafe.Add(t.c, (i*t.cols+j)*size))
			if t.add == 0 {
				*c = 0
			}
			*c += sum
		}
	}
}
