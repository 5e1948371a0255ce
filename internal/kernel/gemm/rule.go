package gemm

import "github.com/symgrad/symgrad/internal/kernel/cpu"

// level is the instruction set of the kernels.
type level int

const (
	portable level = iota
	avx2
	avx512
	neon
)

// avx says whether there are thin and outer kernels, and tile kernels that ask for
// memory ahead.
func (l level) avx() bool { return l == avx2 || l == avx512 }

// best returns the highest level of this process.
func best() level {
	switch {
	case !assembly:
		return portable
	case cpu.AVX512:
		return avx512
	case cpu.AVX2:
		return avx2
	case cpu.NEON:
		return neon
	}
	return portable
}

// The size rule: all that decides how a product is computed stands in this
// file. Sizes of blocks are in elements.
const (
	line = 64 // bytes of a cache line

	// The sum over K is cut where a panel of B and a strip of A of blockStrip rows would
	// fill more bytes than blockBytes, or after blockK elements. That decides the order of
	// the sum, so it is the same for all first-level caches. A task is at most blockM x
	// blockN of C, and of fewer rows where its block of A would fill more than half of the
	// second-level cache.
	blockBytes = 40 << 10
	blockStrip = 8
	blockK     = 256
	blockM     = 256
	blockN     = 4096

	// B is packed when it is transposed. If it is kept it is packed too, but for the rows of
	// the wide tile. So is one that at least this many rows use again, where a stored column of
	// a block is spread over more bytes than two first-level caches or crowds some sets of
	// one. The lines of rows that lie a multiple of crowdLeast bytes apart find room for
	// crowdWays in each crowdBytes. From two tiles on it is packed if it is far.
	packRows   = 48
	crowdLeast = 2 << 10
	crowdBytes = 4 << 10
	crowdWays  = 12

	// B and C are far if they fill more than farBytes and than two second-level caches.
	// Rows of a transposed B are fetched ahead when it is far; those of another one
	// always, since they lie far apart.
	//
	// Processors fetch by themselves what follows at equal distances, before a store
	// too. A C that is far gains by that. But they go on for some ten tiles after the
	// last one and take lines that another worker is writing: a product of two workers
	// took twice as long. So the tiles of a smaller C, and all of several workers, are
	// not taken at equal distances.
	farBytes = 2 << 20

	// A is packed when at least packPanels panels of B meet it, transposed turnPanels, and one
	// of two things holds. A block of it spans more than packSpan bytes and than an eighth of
	// the second-level cache. Or it is transposed and its stored rows lie a multiple of
	// packStride bytes apart: a column of it then meets few sets of the cache.
	packPanels = 32
	turnPanels = 8
	packSpan   = 128 << 10
	packStride = 512

	// Few rows of A with a transposed B are not worth the packing, if the product is free. Thin
	// kernels take them: the vectors go along the rows of A and of stored B, of at
	// least thinDepth bytes. Those of at most thinShort bytes gain up to fewRows, longer ones
	// up to someRows. What they do not take is computed as dot products, up to dotRows.
	thinDepth = 256
	thinShort = 1 << 10
	fewRows   = 12
	someRows  = 32
	dotRows   = 3

	// A product of at most narrowCols columns is computed as its transpose: by a thin
	// kernel where A is not transposed, or for at most slimRows rows, in Go slimRowsGo, by
	// the slim kernel, which has the same bits and needs no transposed B. Otherwise the vectors go along the
	// rows of C, at least turnedLeast of them, of which a task takes turnedRows.
	narrowCols  = 15
	slimRows    = 3
	slimRowsGo  = 16
	turnedLeast = 32
	turnedRows  = 512

	// Sums of at most outerDepth terms are computed for two rows of at least outerVecs
	// vectors of C at a time, or what meets three quarters of a first-level cache of B.
	// With AVX2, it is one row from more than outerTwo terms on.
	outerDepth = 11
	outerTwo   = 5
	outerVecs  = 8

	// At most this many rows, with AVX-512 wide512, use the wide tile of four vectors.
	// One row uses the broad tile where assembly has it: it reads more of a row of B
	// at once, and panels of that width if B is kept. Others have two vectors.
	wideRows  = 2
	wide512   = 4
	tileVecs  = 2
	wideVecs  = 4
	broadVecs = 8

	// Work is cut until each worker has tasksPerWorker tasks, but not into
	// tasks of fewer multiplications than this. Fetching B takes as long as multiplying
	// fetchRows rows with it.
	tasksPerWorker = 2
	taskWork       = 256 << 10
	fetchRows      = 3
)

// choice is the outcome of the rule.
type choice struct {
	level    level
	size     int // bytes of an element
	mr, nr   int // tile of a kernel; nr is also the width of a panel
	strip    int // distance between columns of packed A, at least mr
	width    int // elements of a vector
	kc       int // rows of a block of B, at least 1
	thinCols int // rows of B that a thin kernel takes at a time
	mc       int // most rows of a task
	transB, nothing,
	dots, // dot products of stored rows
	outer, // rows of C at a time
	thin, // those of several rows with several at once
	slim, // sums of rows of B, in the order of thin
	turned, // tiles are transposed when they are done
	wide, // tiles of four vectors where they fit
	broad, // tiles of up to eight vectors
	tall, // tiles of one vector and 2·mr rows where they fit
	packA,
	packB,
	kept bool // packed B has panels of the broad tile
	far     bool // B is not in a cache of the processor's own
	farC    bool // nor is C
	asks    bool // as B is not near, the first tile of a panel asks for the next one, row by row
	padEdge bool // a tile narrower than whole vectors needs padded B
}

// choose applies the rule.
func choose(s Spec, l level, size int) choice {
	c := choice{level: l, size: size}
	switch l {
	case avx512:
		c.mr, c.width, c.nr, c.thinCols = 12, 64/size, 128/size, 4
	case avx2:
		c.mr, c.width, c.nr, c.thinCols = 6, 32/size, 64/size, 3
	case neon:
		c.mr, c.width, c.nr, c.thinCols = 8, 16/size, 48/size, 1
	default:
		c.mr, c.width, c.nr, c.thinCols = 2, 4, 4, 1
	}
	c.strip = c.mr
	if l == avx2 && size == 4 {
		c.strip = 8 // whole vectors
	}
	c.transB = s.TransB
	far := max(farBytes, 2*cpu.L2)
	c.far, c.farC = s.lenB()*size > far, s.lenC()*size > far
	c.nothing = s.K == 0 || s.Alpha == 0
	blocks := max(1, ceil(s.K, min(blockK, blockBytes/(c.nr+blockStrip)/size)))
	c.kc = max(1, ceil(s.K, blocks))
	c.mc = max(c.mr, min(blockM, roundUp(cpu.L2/2/(c.kc*size), c.mr)))
	if s.TransB && s.Free && !s.Kept {
		few := fewRows
		if s.K*size > thinShort {
			few = someRows
		}
		c.thin = l.avx() && s.K*size >= thinDepth && s.rows() <= few
		c.dots = !c.thin && s.rows() <= dotRows
	}
	c.wide = l != portable && (s.M <= wideRows || l == avx512 && s.M <= wide512) && (!s.TransB || s.Kept)
	c.broad = c.wide && s.M == 1 && l != neon
	c.padEdge = l != avx512 && !c.broad
	if c.nothing || c.dots || c.thin {
		return c
	}
	if s.N >= outerVecs*c.width && l.avx() && s.K <= outerDepth {
		c.outer = true
		return c
	}
	c.packB = s.TransB || s.Kept && !c.wide || c.far && s.M > c.mr && l != portable ||
		s.M >= packRows && (c.kc*s.LDB*size > 2*cpu.L1 || crowds(c.kc, s.LDB*size))
	c.asks = s.lenB()*size > cpu.L2/2 && l.avx()
	if cols := broadVecs * c.width; c.broad && s.Kept && s.N > cols { // what a tile reads lies side by side
		c.nr, c.kept, c.asks = cols, true, false
	}
	rows, cols := min(s.M, c.mc), c.kc
	if s.TransA {
		rows, cols = cols, rows
	}
	panels := packPanels
	if s.TransA {
		panels = turnPanels
	}
	c.packA = s.N >= panels*c.nr && (rows*max(cols, s.LDA)*size > max(packSpan, cpu.L2/8) || s.TransA && s.LDA*size%packStride == 0)
	c.tall = l != portable && !c.packA
	return c
}

// crowds says whether a column of so many rows, so many bytes apart, does not stay in
// the first-level cache.
func crowds(rows, apart int) bool {
	power := min(apart&-apart, crowdBytes)
	return power >= crowdLeast && rows*power > crowdWays*crowdBytes
}

// narrow says whether to compute C as its transpose because it has few columns. Where
// that decides the order of a sum, it does not depend on the rows.
func narrow(s Spec, l level, size int) bool {
	cols := narrowCols
	if !l.avx() && !s.TransA {
		cols = dotRows // there is no thin kernel
	}
	switch {
	case s.N < 2 || s.N > cols || s.K == 0 || s.Alpha == 0:
		return false
	case s.TransA:
		return s.rows() >= turnedLeast
	}
	return s.K*size >= thinDepth
}

// slim says whether the slim kernel computes C, which is narrow.
func slim(s Spec, l level) bool {
	rows := slimRows
	switch l {
	case neon:
		rows = 0 // there is no slim kernel
	case portable:
		rows = slimRowsGo
	}
	return s.M <= rows && !s.TransA && !s.TransB
}

// slims changes the choice for a product by the slim kernel.
func (c *choice) slims() {
	c.slim = true
	c.dots, c.thin, c.outer, c.packA, c.packB = false, false, false, false, false
}

// transpose changes the choice for a product that is computed as its transpose.
func (c *choice) transpose() {
	c.thin, c.turned = c.transB, !c.transB
	if c.thin {
		c.dots, c.packA, c.packB = false, false, false
	}
}

// grid cuts C into tasks of at most mc x nc for so many workers. With columns,
// neighbouring tasks, which a worker gets, share columns.
func (c *choice) grid(s *Spec, workers int) (mc, nc int, columns bool) {
	mc = roundUp(ceil(s.M, ceil(s.M, c.mc)), c.mr)
	nc = roundUp(ceil(s.N, ceil(s.N, blockN)), c.nr)
	if c.turned {
		nc = min(roundUp(ceil(s.N, ceil(s.N, turnedRows)), c.nr), turnedRows)
	}
	if workers == 1 {
		return mc, nc, false
	}
	// Columns are cut if they are enough: each worker packs what it needs of B and
	// waits for none, and finds the weights that it has computed in its cache.
	columns = ceil(s.N, c.nr) >= workers
	tasks := min(workers*tasksPerWorker, max(1, max(s.M, fetchRows)*s.N*max(s.K, 1)/taskWork))
	if tasks > workers {
		tasks -= tasks % workers // else some work while others wait
	}
	if columns {
		nc = min(nc, roundUp(ceil(s.N, tasks), c.nr))
		if !c.packB && !c.thin && !c.turned { // else each panel stays with one task
			mc = min(mc, roundUp(ceil(s.M, ceil(tasks, ceil(s.N, nc))), c.mr))
		}
		return mc, nc, true
	}
	if !c.thin && !c.turned {
		mc = min(mc, roundUp(ceil(s.M, tasks), c.mr))
	}
	nc = min(nc, roundUp(ceil(s.N, ceil(tasks, ceil(s.M, mc))), c.nr))
	return mc, nc, false
}

func ceil(n, d int) int    { return (n + d - 1) / d }
func roundUp(n, d int) int { return ceil(n, d) * d }
