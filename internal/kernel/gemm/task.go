package gemm

import "unsafe"

// A part of the packing covers at least packWork elements and, since they lie
// side by side in a row of B, packSide panels.
const (
	packWork = 16 << 10
	packSide = 8
)

// prepare returns the number of parts that make the shared scratch ready.
func (j *job[T]) prepare() int {
	switch {
	case len(j.shared) == 0 || j.packed || j.local || j.lays:
		return 0
	case j.p.dots, j.p.thin, j.p.outer:
		return 1
	}
	return ceil(j.p.spec.N, j.packCols())
}

// packCols returns the columns that one part packs.
func (j *job[T]) packCols() int {
	return max(packSide*j.p.nr, roundUp(ceil(packWork, j.p.spec.K), j.p.nr))
}

// pack makes one part of the shared scratch: panels of B, or the gathered
// rows of op(A).
func (j *job[T]) pack(_, part int) {
	p := j.p
	switch {
	case p.outer:
		split(&p.choice, j.shared, j.b, p.spec.N, p.spec.K, p.spec.N, p.spec.LDB)
		return
	case p.dots, p.thin:
		split(&p.choice, j.shared, j.a, p.spec.K, p.spec.M, p.spec.K, p.spec.LDA)
		return
	}
	cols := j.packCols()
	p.packPanels(j.shared, j.b, part*cols, min((part+1)*cols, p.spec.N))
}

// enter is called between the packing and the tasks that read what is packed.
func (j *job[T]) enter() {
	if j.p.packB && !j.packed && !j.local {
		j.b, j.packed, j.lays = j.shared, true, false
	}
}

// task computes one tile of C.
func (j *job[T]) task(worker, part int) {
	p := j.p
	i, k := part/j.across, part%j.across
	if j.columns {
		i, k = part%j.down, part/j.down
	}
	i0, j0 := (j.first+i)*j.mc, k*j.nc
	i1, j1 := min(i0+j.mc, p.spec.M), min(j0+j.nc, p.spec.N)
	switch {
	case p.nothing:
		j.scale(i0, i1, j0, j1)
	case p.thin:
		j.thin(i0, i1, j0, j1)
	case p.slim:
		j.slim(i0, i1, j0, j1)
	case p.turned:
		j.turned(worker, j0, j1)
	case p.dots:
		j.dots(i0, i1, j0, j1)
	default:
		j.tiles(worker, i0, i1, j0, j1)
	}
	switch {
	case j.post == nil:
	case p.flip:
		j.post(worker, j0, j1, i0, i1)
	default:
		j.post(worker, i0, i1, j0, j1)
	}
}

// tiles computes the tile by the kernels for tiles.
func (j *job[T]) tiles(worker, i0, i1, j0, j1 int) {
	p := j.p
	if p.outer {
		j.outer(i0, i1, j0, j1)
		return
	}
	beta := p.spec.Beta
	for k0 := 0; k0 < p.spec.K; k0 += p.kc {
		j.block(worker, [6]int{i0, i1, j0, j1, k0, min(k0+p.kc, p.spec.K)}, beta)
		beta = 1
	}
}

// scale sets the tile to Beta times itself.
func (j *job[T]) scale(i0, i1, j0, j1 int) {
	beta := T(j.p.spec.Beta)
	for i := i0; i < i1; i++ {
		row := j.c[i*j.p.spec.LDC+j0 : i*j.p.spec.LDC+j1]
		if beta == 0 {
			clear(row)
			continue
		}
		for k := range row {
			row[k] *= beta
		}
	}
}

// dots computes the tile as dot products of the rows of op(A) and of stored B.
func (j *job[T]) dots(i0, i1, j0, j1 int) {
	s := &j.p.spec
	a, lda := j.rows()
	for i := i0; i < i1; i++ {
		t := tile{a: at(a, i*lda), b: at(j.b, j0*s.LDB), c: at(j.c, i*s.LDC+j0),
			ldb: s.LDB * j.p.size, k: s.K, cols: j1 - j0, alpha: j.alpha, beta: s.Beta}
		dotTile[T](j.p.level, &t)
	}
}

// block adds to the tile of C the product of a block of op(A) and one of
// op(B); r holds the bounds i0, i1, j0, j1, k0, k1.
func (j *job[T]) block(worker int, r [6]int, beta float64) {
	p, s := j.p, &j.p.spec
	i0, i1, j0, j1, k0, k1 := r[0], r[1], r[2], r[3], r[4], r[5]
	own := j.own[worker*p.perWorker() : (worker+1)*p.perWorker()]
	rs, cs := s.strideA()
	a, base := j.a, i0*rs+k0*cs
	next := p.mr * rs // from tile to tile
	if p.packA {
		rs, cs, next = p.packBlock(own, j.a, i0, i1, k0, k1)
		a, base = own, 0
	}
	t := tile{rsa: rs * p.size, csa: cs * p.size, ldc: j.ldc * p.size, k: k1 - k0, alpha: j.alpha, beta: beta}
	for c := j0; c < j1; c += t.cols {
		t.cols = min(p.nr-c%p.nr, j1-c)
		panel := j.panel(own, c, k0, t.cols)
		asks := false // the first tile, for the next panel
		switch {
		case panel == nil:
			t.cols = p.unpacked(j1 - c)
			t.b, t.ldb = at(j.b, k0*s.LDB+c), s.LDB*p.size
			asks = p.asks && (t.cols == p.nr || t.cols == wideVecs*p.width || t.cols == broadVecs*p.width)
		case j.packed:
			if p.broad {
				t.cols = p.unpacked(t.cols)
			}
			t.b, t.ldb = at(panel, 0), p.nr*p.size
			asks = p.asks && t.cols > p.width
		case p.copies(t.cols): // the first tile does
			t.b, t.ldb, t.pack = at(j.b, k0*s.LDB+c), s.LDB*p.size, at(panel, 0)
			asks = p.asks
		default:
			p.packPanel(panel, j.b, c, k0, k1)
			t.b, t.ldb = at(panel, 0), p.nr*p.size
			if p.broad {
				t.cols = p.unpacked(t.cols)
			}
		}
		var ahead ahead[T]
		if asks {
			t.ahead = j.distance(c, t.cols, r)
		} else {
			ahead = j.ahead(c, r)
		}
		tiles, tall := ceil(i1-i0, p.mr), p.tall && t.cols <= p.width
		for n := 0; n < tiles; n++ {
			place := n
			if j.apart && !tall {
				place = apart(n, tiles)
			}
			i := i0 + place*p.mr
			ahead.next(&t)
			t.rows = min(p.mr, i1-i)
			if tall && i1-i >= 2*p.mr {
				t.rows = 2 * p.mr
				n++
			}
			t.a, t.c = at(a, base+place*next), at(j.c, i*j.ldc+c-j.c0)
			runTile[T](p.level, &t)
			if t.pack != nil {
				t.b, t.ldb, t.pack = t.pack, p.nr*p.size, nil
			}
			t.ahead = 0
		}
	}
}

// apart is the place of the n-th of so many tiles in an order without two equal
// distances one after another: 0, 2, 1, 3, 4, 6, 5, 7, ...
func apart(n, tiles int) int {
	switch {
	case n%4 == 1 && n+2 < tiles:
		return n + 1
	case n%4 == 2 && n+1 < tiles:
		return n - 1
	}
	return n
}

// panel is where rows from k0 on of the panel of B at column c are packed or are
// to be packed by this task; nil if B is read as it is.
func (j *job[T]) panel(own []T, c, k0, cols int) []T {
	p := j.p
	switch {
	case j.packed:
		in := c % p.nr // a panel that several tiles take
		return j.b[(c-in)*p.spec.K+k0*p.nr+in:]
	case j.lays:
		return j.shared[c*p.spec.K+k0*p.nr:]
	case j.local || p.padEdge && cols%p.width != 0:
		return own[p.blockA():]
	}
	return nil
}

// unpacked is how many of n columns the next tile takes, on B as it lies or of a broad panel.
func (c *choice) unpacked(n int) int {
	switch {
	case c.broad && n > (wideVecs-1)*c.width:
		return min(n, broadVecs*c.width)
	case c.wide && n >= wideVecs*c.width:
		return wideVecs * c.width
	case c.broad:
		return min(n, tileVecs*c.width)
	}
	return min(n, c.nr)
}

// copies says whether a tile kernel can pack a panel of so many columns.
func (c *choice) copies(cols int) bool {
	return c.level != portable && !c.transB && cols > c.width && (!c.padEdge || cols == c.nr)
}

// ahead is a panel of B that a task reads after the present one. The processor does
// not fetch it by itself: stored rows lie far apart, and packed panels are too short.
type ahead[T Float] struct {
	b          []T
	at, ld     int // elements
	lines      int // of each row
	rows, each int // rows left, and how many a tile asks for
}

// ahead is the panel after the one at column c of the block r, as B is stored or
// packed; no rows if the processor fetches it by itself.
func (j *job[T]) ahead(c int, r [6]int) (a ahead[T]) {
	s, p := &j.p.spec, j.p
	if !j.local && !j.lays && !j.packed || p.level == portable || (s.TransB || j.packed) && !p.far {
		return a
	}
	i0, i1, j0, j1, k0, k1 := r[0], r[1], r[2], r[3], r[4], r[5]
	c += p.nr
	if c >= j1 { // the first panel of the next block
		c, k0, k1 = j0, k1, min(k1+p.kc, s.K)
	}
	a = ahead[T]{b: j.b, at: k0*s.LDB + c, ld: s.LDB, rows: k1 - k0, lines: p.nr * p.size / line}
	switch {
	case j.packed:
		a.at, a.ld = c*s.K+k0*p.nr, p.nr
	case s.TransB:
		a.at, a.rows, a.lines = c*s.LDB+k0, min(p.nr, j1-c), ceil((k1-k0)*p.size, line)
	}
	if k0 == k1 { // there is none
		a.rows = 0
	}
	a.each = ceil(a.rows, ceil(i1-i0, p.mr))
	return a
}

// distance is how many bytes after each row of the panel of so many columns at c of
// the block r the task will read B next, and 0 if it is the last one.
func (j *job[T]) distance(c, cols int, r [6]int) int {
	p := j.p
	column, row := p.size, p.spec.LDB*p.size // to the next ones
	if j.packed {
		column, row = p.spec.K*p.size, p.nr*p.size
	}
	j0, j1, k0, k1 := r[2], r[3], r[4], r[5]
	switch {
	case c+cols < j1:
		return cols * column
	case k1 < p.spec.K:
		return (k1-k0)*row - (c-j0)*column
	}
	return 0
}

// next lets the tile ask for some rows.
func (a *ahead[T]) next(t *tile) {
	n := min(a.rows, a.each)
	if t.nextRows = n; n == 0 {
		return
	}
	t.next, t.nextLD, t.nextLines = at(a.b, a.at), a.ld*int(unsafe.Sizeof(a.b[0])), a.lines
	a.at, a.rows = a.at+n*a.ld, a.rows-n
}

// at returns the address of an element.
func at[T Float](s []T, i int) unsafe.Pointer { return unsafe.Pointer(&s[i]) }
