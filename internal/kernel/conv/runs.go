package conv

import "unsafe"

// runs holds what a kernel of sums over runs needs. Assembly reads it by these
// offsets: eight bytes for each field, in this order.
//
// A kernel computes, for i < rows and j < cols, the sum over count runs of vecs
// vectors each of the elements of row i of a times those of row j of b, and
// writes them to c as [rows, cols], which has room for a multiple of four, or
// adds them to it. Rows of a lie ra and rows of b rb bytes apart; from the end
// of a run it is skipA and skipB bytes to the next.
type runs struct {
	a, b, c      unsafe.Pointer
	ra, rb       int
	skipA, skipB int
	vecs, count  int
	rows, cols   int
	add          int // 1: add to c
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
// assembly, or where less of the vectors would be of use.
func newRunWeight(g *geometry, l level, x *frame, byChannel bool) *runWeight {
	if l.most == 0 || g.stride != [3]int{1, 1, 1} || g.sizeY() == 0 || g.taps() == 0 {
		return nil
	}
	r := &runWeight{d: newFrame(g.groups*g.o, g.out, [3]int{}, [3]int{g.out[0], x.extent[1], x.row}, 1)}
	end := x.at(g.out[0]-1, g.out[1]-1, 0)
	r.vecs = ceil(end+g.out[2], l.width)
	r.d.plane = max(r.vecs*l.width, ceil(end+x.row, l.width)*l.width)
	if float64(volume(g.out))/float64(r.vecs*l.width) < g.walkShare(l, byChannel) {
		return nil
	}
	for group := range g.groups {
		for c := range g.c {
			eachPlace([3]int{g.kernel[0], g.kernel[1], 1}, func(z, y, _ int) {
				r.addTiles(g, l, x, [4]int{group, c, z, y})
			})
		}
	}
	return r
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

// addTiles appends the tiles of one row of the kernel: at holds group, channel,
// and the place on the kernel's first axes.
func (r *runWeight) addTiles(g *geometry, l level, x *frame, at [4]int) {
	group, c, z, y := at[0], at[1], at[2], at[3]
	cols, rows := cut(g.kernel[2], l.most), cut(g.o, l.most)
	for k := 0; k < g.kernel[2]; k += cols {
		for o := 0; o < g.o; o += rows {
			t := runTile{rows: min(rows, g.o-o), cols: min(cols, g.kernel[2]-k), sum: len(r.place)}
			t.d = (group*g.o + o) * r.d.plane
			t.x = (group*g.c+c)*x.plane + x.at(z*g.dil[0], y*g.dil[1], k*g.dil[2])
			for i := range t.rows {
				for j := range t.cols {
					tap := (z*g.kernel[1]+y)*g.kernel[2] + k + j
					r.place = append(r.place, ((group*g.o+o+i)*g.c+c)*volume(g.kernel)+tap)
				}
			}
			for len(r.place)%4 != 0 {
				r.place = append(r.place, -1)
			}
			r.tiles = append(r.tiles, t)
		}
	}
}

// cut is the size of the fewest equal pieces of at most most that n falls into.
func cut(n, most int) int { return ceil(n, ceil(n, most)) }

// addRuns adds up count images to the sums; first says that there are none yet.
func (p *Weight[T]) addRuns(sums, x, d []T, count int, first bool) {
	r, size := p.runs, sizeOf[T]()
	t := runs{ra: r.d.plane * size, rb: p.g.dil[2] * size, vecs: r.vecs, count: count}
	bytes := r.vecs * p.l.width * size
	t.skipA, t.skipB = r.d.channels*r.d.plane*size-bytes, p.f.channels*p.f.plane*size-bytes
	if !first {
		t.add = 1
	}
	for _, tile := range r.tiles {
		t.a, t.b, t.c = unsafe.Pointer(&d[tile.d]), unsafe.Pointer(&x[tile.x]), unsafe.Pointer(&sums[tile.sum])
		t.rows, t.cols = tile.rows, tile.cols
		runRuns[T](p.l, &t)
	}
}

// runsGo is the kernel in Go.
func runsGo[T Float](l level, t *runs) {
	size := sizeOf[T]()
	n := t.vecs * l.width
	for i := range t.rows {
		for j := range t.cols {
			var sum T
			for k := range t.count {
				run := n*size + t.skipA
				a := unsafe.Slice((*T)(unsafe.Add(t.a, i*t.ra+k*run)), n)
				run = n*size + t.skipB
				b := unsafe.Slice((*T)(unsafe.Add(t.b, j*t.rb+k*run)), n)
				for q, x := range a {
					sum += x * b[q]
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
