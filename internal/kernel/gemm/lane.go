package gemm

import (
	"math/bits"
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// A thin kernel adds the elements of a vector of sums at the end, for each element of C.
// Where sums are short that takes long, and where they are long its few rows meet each
// element of B too seldom. Lane kernels compute the same bits as tiles: all sums of one
// element of those vectors, a lane, after the other. For that, op(A) and B are packed
// lane by lane: of each strip or panel first the terms of lane 0, then those of lane 1.
// Lanes have equally many terms, the last ones zeros where K is no multiple.

// laneRows is the most rows of a lane kernel.
const laneRows = 6

// lanesPay says whether lane kernels are faster than thin ones.
func (c *choice) lanesPay(s Spec) bool {
	bytes := s.K * c.size
	return c.size == 4 && bytes <= laneShort && min(s.M, s.N) >= laneFew ||
		bytes >= laneDeep && s.M >= laneMany && s.N >= laneFew
}

// lanesOf changes the choice for a product by lane kernels.
func (c *choice) lanesOf(s Spec) {
	c.thin, c.lanes, c.packB = false, true, true
	c.mr, c.strip = laneRows, laneRows
	if c.size == 4 {
		c.strip = 8 // whole blocks of a transposition
	}
	c.kc = roundUp(s.K, c.width)
	c.passes = c.width
	if c.level == avx512 {
		c.passes /= 2
	}
	c.mc = max(laneRows, min(blockM, cpu.L2/2/(c.kc*c.size)/laneRows*laneRows))
	c.sweeps = s.K*c.size >= laneDeep
	c.packA = c.size == 8 || s.K%c.width != 0 || laneRows*s.K*c.size > cpu.L1/4
}

// terms is how many terms of a sum are of one lane.
func (c *choice) terms() int { return c.kc / c.width }

// laneStep is the distance between packed lanes of rows of nr elements: one cache line more
// than they fill, so that the same terms of all lanes meet different sets of the cache.
func (c *choice) laneStep(nr int) int { return c.terms()*nr + line/c.size }

// lanePanel and laneStrip return the elements of a packed panel and of a strip.
func (c *choice) lanePanel() int { return c.width * c.laneStep(c.nr) }
func (c *choice) laneStrip() int { return c.width * c.laneStep(c.strip) }

// laneSums returns the elements of the sums that lane kernels keep between passes.
func (p *Plan[T]) laneSums() int {
	switch {
	case !p.lanes:
		return 0
	case p.sweeps:
		return p.tileSums() * ceil(min(p.spec.M, p.mc), p.mr)
	}
	return p.tileSums()
}

// tileSums returns the elements of the sums of one tile.
func (c *choice) tileSums() int { return bits.Len(uint(c.passes-1)) * laneRows * c.nr }

// laneTiles computes a tile of C by lane kernels.
func (j *job[T]) laneTiles(worker, i0, i1, j0, j1 int) {
	p, s := j.p, &j.p.spec
	own := j.own[worker*p.perWorker() : (worker+1)*p.perWorker()]
	panel, sums := own[p.blockA():], own[p.blockA()+p.edgeB():]
	t := tile{rsa: s.LDA * p.size, csa: p.width * p.size, lane: p.size, ldc: j.ldc * p.size, k: p.terms(),
		alpha: j.alpha, beta: s.Beta, sums: at(sums, 0), passes: p.passes}
	a, next := at(j.a, i0*s.LDA), p.mr*s.LDA*p.size
	if p.packA {
		strip := p.laneStrip()
		for i := i0; i < i1; i += p.mr {
			p.deal(own[(i-i0)/p.mr*strip:], j.a[i*s.LDA:], turn{min(p.strip, s.M-i), s.K, p.strip, s.LDA})
		}
		a, next = at(own, 0), strip*p.size
		t.rsa, t.csa, t.lane = p.size, p.strip*p.size, p.laneStep(p.strip)*p.size
	}
	t.halfA, t.halfB = p.passes*t.lane, p.passes*p.laneStep(p.nr)*p.size
	tiles := ceil(i1-i0, p.mr)
	for c := j0; c < j1; c += p.nr {
		t.cols = min(p.nr, j1-c)
		b, ask := panel, 0 // elements of the next panel that each tile asks for
		if !j.packed {
			p.dealPanel(panel, j.b, c)
		} else {
			b = j.b[c/p.nr*p.lanePanel():]
			if c+p.nr < j1 {
				ask = roundUp(ceil(p.lanePanel(), tiles), line/p.size)
			}
		}
		t.b, t.nextRows, t.nextLines = at(b, 0), min(ask, 1), ask*p.size/line
		tile := func(n int) {
			t.a, t.c, t.rows = unsafe.Add(a, n*next+t.begun*t.lane), at(j.c, (i0+n*p.mr)*j.ldc+c), min(p.mr, i1-i0-n*p.mr)
			laneTile[T](p.level, &t)
		}
		for pass := 0; p.sweeps && pass < p.passes; pass++ {
			t.b, t.begun, t.open, t.nextRows = at(b, pass*p.laneStep(p.nr)), pass, p.passes-1-pass, 0
			for n := range tiles {
				t.sums = at(sums, n*p.tileSums())
				tile(n)
			}
		}
		for n := 0; n < tiles && !p.sweeps; n++ {
			if ask > 0 {
				t.next = at(b, p.lanePanel()+min(n*ask, p.lanePanel()-1))
			}
			tile(n)
		}
	}
}

// dealPanel packs the panel of B at column j.
func (p *Plan[T]) dealPanel(dst, b []T, j int) {
	n := min(p.nr, p.spec.N-j)
	p.deal(dst, b[j*p.spec.LDB:], turn{n, p.spec.K, p.nr, p.spec.LDB})
	if n < p.nr {
		for l := range p.width {
			for k := range p.terms() {
				clear(dst[l*p.laneStep(p.nr)+k*p.nr+n:][:p.nr-n])
			}
		}
	}
}

// deal transposes t.n rows of src lane by lane.
func (p *Plan[T]) deal(dst, src []T, t turn) {
	w := p.width
	done := 0 // elements of each row
	if dealBlocks(dst, src, t, w, p.laneStep(t.nr)) {
		done = t.depth / w * w
	}
	for i := range t.n {
		for k := done; k < p.kc; k++ {
			var v T
			if k < t.depth {
				v = src[i*t.ld+k]
			}
			dst[k%w*p.laneStep(t.nr)+k/w*t.nr+i] = v
		}
	}
}

// dealDeep is how many vectors of each row are transposed before those of other rows.
const dealDeep = 16

// dealRows lets a kernel for blocks of side rows and columns transpose the whole vectors
// of w elements. It does nothing, and says so, if they are less than a block.
func dealRows[T Float](dst, src []T, t turn, w, step, side int, kernel func(dst, src *byte, dstStride, srcStride, dstNext, srcNext, blocks int)) bool {
	if t.n < side || t.depth < w {
		return false
	}
	size, whole := int(unsafe.Sizeof(T(0))), t.depth/w
	for v, n := 0, 0; v < whole; v += n {
		n = min(dealDeep, whole-v)
		for lane := 0; lane < w; lane += side {
			for i := 0; i < t.n; i += side {
				i = min(i, t.n-side)
				to, from := lane*step+v*t.nr+i, i*t.ld+v*w+lane
				kernel((*byte)(at(dst, to)), (*byte)(at(src, from)), step*size, t.ld*size, t.nr*size, w*size, n)
			}
		}
	}
	return true
}
