package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of gemm's tile.
const (
	tileA, tileB, tileC = 0, 8, 16
	tileRSA, tileCSA    = 24, 32
	tileLDB, tileLDC    = 40, 48
	tileK               = 56
	tileRows, tileCols  = 64, 72
	tileAlpha, tileBeta = 80, 88
	tileBPair           = tileLDB   // of walks: bytes to a second vector of B, and of C
	tileAdd             = tileAlpha // of walks: whether to add to C
	tileCPair           = 88
	tileLeft            = 96  // of walks: tiles to compute, and bytes to the next one's
	tileNextB           = 104 // B and C
	tileNextC           = 112
	tileNext            = 96 // of products: rows of memory to fetch meanwhile
	tileNextLD          = 104
	tileNextRows        = 112
	tileNextLines       = 120
	tilePack            = 128 // where to copy the panel of B meanwhile
	tileAhead           = 136 // bytes from each row of B to what to fetch meanwhile
	tileAcross          = 144 // of thin kernels: whether rows of C are those of A
)

// The wide tile: gemm's rule uses it for at most wideRows rows, of vectors of 64 bytes
// for at most wide512.
const wideRows, wide512, wideVecs = 2, 4, 4

// Two pairs of vectors: conv uses them for at most quad512 rows, of vectors of 32 bytes
// for at most wideRows.
const quad512 = 6

// The broad tile: gemm's rule uses it for one row of more vectors than the wide one's.
const broadVecs = 8

func init() {
	// avo registers flags of its own, one of them with the name that main uses.
	flag.CommandLine = flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	generators = append(generators, func(out files) error {
		return out.avo("gemm", "tile_avx512_amd64", "amd64,!noasm", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				tileFunc(&simd512{simd: simd{c: c, size: size, bytes: 64}}, fmt.Sprintf("tile512x%d", 8*size), 12, false)
			}
		})
	}, func(out files) error {
		return out.avo("gemm", "tile_avx2_amd64", "amd64,!noasm", func(c *build.Context) {
			mask := maskTable(c)
			for _, size := range []int{4, 8} {
				tileFunc(&simd256{simd: simd{c: c, size: size, bytes: 32}, table: mask}, fmt.Sprintf("tile256x%d", 8*size), 6, false)
			}
		})
	})
}

// kernel is the part of a function that one tile size needs.
type kernel struct {
	vec
	name       string
	rows, vecs int
	walk       bool // A and B move by a table of steps
	pair       bool // half of the vectors lies apart from the other
	packs      bool // copies B while it multiplies
	far        bool // fetches memory at a distance from B while it multiplies
	exact      bool // loads the columns of B alone
	deep       bool // takes several terms between two jumps
	acc        [][]reg.VecVirtual
}

// tileFunc emits the tile kernel: it branches to the code for the number of
// rows and vectors. A tile of one vector may also have twice the most rows.
func tileFunc(v vec, name string, maxRows int, walk bool) {
	c := v.ctx()
	args := openKernel(c, name, "tile kernel")
	cols, rows := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileCols), cols)
	c.MOVQ(args.Offset(tileRows), rows)
	v.setMask(cols)
	width, wide := v.width(), wideRows
	switch {
	case walk && width*v.elem() == 64:
		wide = quad512
	case width*v.elem() == 64:
		wide = wide512
	}
	if !walk {
		fetchNext(c, args)
		to := c.GP64()
		c.MOVQ(args.Offset(tilePack), to)
		c.TESTQ(to, to)
		c.JNZ(operand.LabelRef("packs"))
		ahead := c.GP64()
		c.MOVQ(args.Offset(tileAhead), ahead)
		c.TESTQ(ahead, ahead)
		c.JNZ(operand.LabelRef("far"))
	}
	if walk {
		pair := c.GP64()
		c.MOVQ(args.Offset(tileBPair), pair)
		c.TESTQ(pair, pair)
		c.JNZ(operand.LabelRef("pair"))
	}
	if !walk {
		c.CMPQ(cols, operand.U32(2*width))
		c.JA(operand.LabelRef("wide"))
	}
	c.CMPQ(cols, operand.U32(width))
	c.JA(operand.LabelRef("two"))
	c.CMPQ(rows, operand.U8(2*maxRows))
	c.JE(operand.LabelRef(fmt.Sprintf("r%dv1", 2*maxRows)))
	dispatch(c, rows, "v1", maxRows)
	c.Label("two")
	dispatch(c, rows, "v2", maxRows)
	if walk {
		c.Label("pair")
		c.CMPQ(cols, operand.U32(width))
		c.JA(operand.LabelRef("quad"))
		dispatch(c, rows, "p2", maxRows)
		c.Label("quad")
		dispatch(c, rows, "p4", wide)
	} else {
		c.Label("wide")
		for vecs := broadVecs; vecs > wideVecs; vecs-- {
			c.CMPQ(cols, operand.U32((vecs-1)*width))
			c.JA(operand.LabelRef(fmt.Sprint("r1v", vecs)))
		}
		dispatch(c, rows, fmt.Sprint("v", wideVecs), wide)
		c.Label("packs")
		dispatch(c, rows, "k2", maxRows)
		c.Label("far")
		c.CMPQ(cols, operand.U32(2*width))
		c.JA(operand.LabelRef("farwide"))
		dispatch(c, rows, "f2", maxRows)
		c.Label("farwide")
		c.CMPQ(cols, operand.U32(wideVecs*width))
		c.JA(operand.LabelRef(fmt.Sprint("r1f", broadVecs)))
		dispatch(c, rows, fmt.Sprint("f", wideVecs), wide)
	}
	emit := func(k *kernel, kind string) {
		k.vec, k.walk = v, walk
		k.deep = !walk && k.rows >= maxRows
		k.name = fmt.Sprintf("r%d%s%d", k.rows, kind, k.vecs)
		c.Label(k.name)
		k.prefetch(args)
		k.loop(args)
		k.finish(args)
	}
	emit(&kernel{rows: 2 * maxRows, vecs: 1}, "v")
	for r := maxRows; r >= 1; r-- {
		if walk {
			emit(&kernel{rows: r, vecs: 2, pair: true}, "p")
		} else {
			emit(&kernel{rows: r, vecs: 2, packs: true, far: true}, "k")
			emit(&kernel{rows: r, vecs: 2, far: true}, "f")
		}
	}
	for r := wide; r >= 1; r-- {
		if walk {
			emit(&kernel{rows: r, vecs: 4, pair: true}, "p")
		} else {
			emit(&kernel{rows: r, vecs: wideVecs, far: true}, "f")
			emit(&kernel{rows: r, vecs: wideVecs}, "v")
		}
	}
	for vecs := 1; vecs <= 2; vecs++ {
		for r := maxRows; r >= 1; r-- {
			emit(&kernel{rows: r, vecs: vecs}, "v")
		}
	}
	for vecs := wideVecs + 1; vecs <= broadVecs && !walk; vecs++ {
		emit(&kernel{rows: 1, vecs: vecs}, "v")
	}
	if !walk {
		emit(&kernel{rows: 1, vecs: broadVecs, far: true}, "f")
	}
}

// fetchNext asks for some lines of each of some rows of memory.
func fetchNext(c *build.Context, args operand.Mem) {
	row, ld, n, lines := c.GP64(), c.GP64(), c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileNextRows), n)
	c.TESTQ(n, n)
	c.JZ(operand.LabelRef("fetched"))
	c.MOVQ(args.Offset(tileNext), row)
	c.MOVQ(args.Offset(tileNextLD), ld)
	c.MOVQ(args.Offset(tileNextLines), lines)
	c.Label("fetch")
	at, left := c.GP64(), c.GP64()
	c.MOVQ(row, at)
	c.MOVQ(lines, left)
	c.Label("fetchline")
	c.PREFETCHT1(operand.Mem{Base: at})
	c.ADDQ(operand.U8(64), at)
	c.DECQ(left)
	c.JNZ(operand.LabelRef("fetchline"))
	c.ADDQ(ld, row)
	c.DECQ(n)
	c.JNZ(operand.LabelRef("fetch"))
	c.Label("fetched")
}

// dispatch jumps to the code for the number of rows.
func dispatch(c *build.Context, rows reg.GPVirtual, vecs string, max int) {
	for r := max; r > 1; r-- {
		c.CMPQ(rows, operand.U8(r))
		c.JE(operand.LabelRef(fmt.Sprintf("r%d%s", r, vecs)))
	}
	c.JMP(operand.LabelRef("r1" + vecs))
}

// rowsOf returns the address of each row: pointers at rows 0, 4 and 8, and
// from them one, two or three distances on.
type rowsOf struct {
	ptr          []reg.GPVirtual
	stride, more reg.GPVirtual
}

// newRows loads the pointer and the distance and derives the others.
func newRows(c *build.Context, ptr, stride operand.Mem, rows int) *rowsOf {
	p, s := c.GP64(), c.GP64()
	c.MOVQ(ptr, p)
	c.MOVQ(stride, s)
	return rowsFrom(c, p, s, rows)
}

// rowsFrom derives the others from the pointer and the distance.
func rowsFrom(c *build.Context, ptr, stride reg.GPVirtual, rows int) *rowsOf {
	r := &rowsOf{ptr: []reg.GPVirtual{ptr}, stride: stride}
	if rows > 3 {
		r.more = c.GP64()
		c.LEAQ(operand.Mem{Base: r.stride, Index: r.stride, Scale: 2}, r.more)
	}
	for i := 4; i < rows; i += 4 {
		next := c.GP64()
		c.LEAQ(operand.Mem{Base: r.ptr[len(r.ptr)-1], Index: r.stride, Scale: 4}, next)
		r.ptr = append(r.ptr, next)
	}
	return r
}

// at returns the address off bytes into the row.
func (r *rowsOf) at(row, off int) operand.Mem {
	m := operand.Mem{Base: r.ptr[row/4], Disp: off}
	switch row % 4 {
	case 1:
		m.Index, m.Scale = r.stride, 1
	case 2:
		m.Index, m.Scale = r.stride, 2
	case 3:
		m.Index, m.Scale = r.more, 1
	}
	return m
}

// prefetch asks for the lines of C early: the sum hides their way.
func (k *kernel) prefetch(args operand.Mem) {
	to := newRows(k.ctx(), args.Offset(tileC), args.Offset(tileLDC), k.rows)
	if k.pair {
		second := k.second(args)
		for i := range k.rows {
			for off := 0; off < k.vecs/2*k.width()*k.elem(); off += 64 {
				k.ctx().PREFETCHT0(to.at(i, off))
				k.ctx().PREFETCHT0(second.at(i, off))
			}
		}
		return
	}
	for i := range k.rows {
		for off := 0; off < k.vecs*k.width()*k.elem(); off += 64 {
			k.ctx().PREFETCHT0(to.at(i, off))
		}
	}
}

// second are the rows of C of the second half of a pair.
func (k *kernel) second(args operand.Mem) *rowsOf {
	c := k.ctx()
	p, s := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileC), p)
	c.ADDQ(args.Offset(tileCPair), p)
	c.MOVQ(args.Offset(tileLDC), s)
	return rowsFrom(c, p, s, k.rows)
}

// loop emits the sum over q.
func (k *kernel) loop(args operand.Mem) {
	c := k.ctx()
	if k.deep {
		k.clear()
		k.unrolled(args)
		return
	}
	a := newRows(c, args.Offset(tileA), args.Offset(tileRSA), k.rows)
	b, ldb, csa, n := c.GP64(), c.GP64(), c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileB), b)
	c.MOVQ(args.Offset(tileLDB), ldb)
	c.MOVQ(args.Offset(tileCSA), csa)
	c.MOVQ(args.Offset(tileK), n)
	k.clear()
	var to reg.GPVirtual
	if k.packs {
		to = c.GP64()
		c.MOVQ(args.Offset(tilePack), to)
	}
	var ahead reg.GPVirtual
	if k.far {
		ahead = c.GP64()
		c.MOVQ(args.Offset(tileAhead), ahead)
	}
	sum := func(label string) {
		c.Label(label)
		if k.far {
			k.ask(operand.Mem{Base: b, Index: ahead, Scale: 1})
		}
		if k.rows == 1 && !k.packs && 2*k.vecs+1 > k.registers() {
			k.termsOfRow(a, b)
		} else {
			k.terms(a, b, ldb, to)
		}
		k.advance(a, b, csa, ldb)
		c.DECQ(n)
		c.JNZ(operand.LabelRef(label))
	}
	if k.rows > 1 || k.walk || k.far || k.width()*k.elem() > 32 {
		sum(k.name + "loop")
		return
	}
	k.branchFull(k.name + "whole")
	k.partial()
	k.exact = true
	sum(k.name + "part")
	k.exact = false
	c.JMP(operand.LabelRef(k.name + "summed"))
	c.Label(k.name + "whole")
	sum(k.name + "loop")
	c.Label(k.name + "summed")
}

// clear starts the sums.
func (k *kernel) clear() {
	for range k.rows {
		k.acc = append(k.acc, zeroSums(k, k.vecs))
	}
}

// ask fetches the vectors of a row of memory.
func (k *kernel) ask(m operand.Mem) {
	for off := 0; off < k.vecs*k.width()*k.elem(); off += 64 {
		k.ctx().PREFETCHT1(m.Offset(off))
	}
}

// load emits the load of a vector of B. One row reads no more of it than its columns: it
// would not pay to pad B for that.
func (k *kernel) load(m operand.Mem, x reg.VecVirtual, last bool) {
	if k.exact {
		k.loadC(m, x, last)
	} else {
		k.loadB(m, x, last)
	}
}

// terms emits the products of one q.
func (k *kernel) terms(a *rowsOf, b, ldb, to reg.GPVirtual) {
	k.products(func(row int) operand.Mem { return a.at(row, 0) }, func(half, off int) operand.Mem {
		m := operand.Mem{Base: b, Disp: off}
		if half == 1 {
			m.Index, m.Scale = ldb, 1
		}
		return m
	}, operand.Mem{Base: to})
	if k.packs {
		k.ctx().ADDQ(operand.U32(k.vecs*k.width()*k.elem()), to)
	}
}

// products emits them with the places of the elements of A, of the vectors of B and of the
// packed ones: all vectors of B, then each element of A.
func (k *kernel) products(a func(row int) operand.Mem, b func(half, off int) operand.Mem, to operand.Mem) {
	bv := make([]reg.VecVirtual, k.vecs)
	for v := range bv {
		bv[v] = k.reg()
		half, off, last := k.place(v)
		k.load(b(half, off), bv[v], last)
	}
	for v, x := range bv {
		if k.packs {
			k.store(x, to.Offset(v*k.width()*k.elem()))
		}
	}
	for i := range k.rows {
		x := k.reg()
		k.broadcast(a(i), x)
		for v := range bv {
			k.fma(x, bv[v], k.acc[i][v])
		}
	}
}

// termsOfRow emits the same for one row of A of so many vectors that the registers
// do not hold those of B beside the sums: each is loaded where it is multiplied.
func (k *kernel) termsOfRow(a *rowsOf, b reg.GPVirtual) {
	x := k.reg()
	k.broadcast(a.at(0, 0), x)
	for v, sum := range k.acc[0] {
		y := k.reg()
		_, off, last := k.place(v)
		k.load(operand.Mem{Base: b, Disp: off}, y, last)
		k.fma(x, y, sum)
	}
}

// place is where the vector v lies: in which half of a pair, how many bytes on, and
// whether it is the last one there.
func (k *kernel) place(v int) (half, off int, last bool) {
	n := k.vecs
	if k.pair {
		n /= 2
	}
	return v / n, v % n * k.width() * k.elem(), v%n == n-1
}

// advance emits the move to the next term of the sums.
func (k *kernel) advance(a *rowsOf, b, csa, ldb reg.GPVirtual) {
	c := k.ctx()
	for _, p := range a.ptr {
		if k.walk {
			c.ADDQ(operand.Mem{Base: csa}, p)
		} else {
			c.ADDQ(csa, p)
		}
	}
	if k.walk {
		c.ADDQ(operand.Mem{Base: csa, Disp: 8}, b)
		c.ADDQ(operand.U8(16), csa)
	} else {
		c.ADDQ(ldb, b)
	}
}

// finish emits the write of C.
func (k *kernel) finish(args operand.Mem) {
	c := k.ctx()
	if !k.walk {
		alpha := k.reg()
		k.scalar(args.Offset(tileAlpha), alpha)
		for _, row := range k.acc {
			for _, s := range row {
				k.mul(alpha, s, s)
			}
		}
	}
	to := []*rowsOf{newRows(c, args.Offset(tileC), args.Offset(tileLDC), k.rows)}
	if k.pair {
		to = append(to, k.second(args))
	}
	bits, beta := c.GP64(), k.reg()
	if k.walk {
		c.MOVQ(args.Offset(tileAdd), bits)
		c.TESTQ(bits, bits)
		c.JZ(operand.LabelRef(k.name + "store"))
	} else {
		ifZero(c, args.Offset(tileBeta), bits, k.name+"store")
		k.scalar(args.Offset(tileBeta), beta)
	}
	k.each(to, k.name+"old", func(m operand.Mem, s reg.VecVirtual, part bool) {
		old := k.reg()
		k.loadC(m, old, part)
		if k.walk {
			k.add(old, s)
		} else {
			k.fma(beta, old, s)
		}
	})
	c.Label(k.name + "store")
	k.each(to, k.name+"new", func(m operand.Mem, s reg.VecVirtual, part bool) { k.storeC(m, s, part) })
	if k.walk {
		k.again(args)
	}
	k.end()
	c.RET()
}

// again emits the jump back for the next tile, if one is left.
func (k *kernel) again(args operand.Mem) {
	c, n := k.ctx(), k.ctx().GP64()
	c.MOVQ(args.Offset(tileLeft), n)
	c.DECQ(n)
	c.JLE(operand.LabelRef(k.name + "done"))
	c.MOVQ(n, args.Offset(tileLeft))
	for _, f := range []struct{ to, by int }{{tileB, tileNextB}, {tileC, tileNextC}} {
		by := c.GP64()
		c.MOVQ(args.Offset(f.by), by)
		c.ADDQ(by, args.Offset(f.to))
	}
	c.JMP(operand.LabelRef(k.name))
	c.Label(k.name + "done")
}

// each calls f for every sum and its place, last vectors as partial ones. At
// levels where partial access is slow, it branches to code without it.
func (k *kernel) each(to []*rowsOf, label string, f func(m operand.Mem, s reg.VecVirtual, part bool)) {
	emit := func(part bool) {
		for i, row := range k.acc {
			for v, s := range row {
				half, off, last := k.place(v)
				f(to[half].at(i, off), s, part && last)
			}
		}
	}
	k.branchFull(label + "full")
	k.partial()
	emit(true)
	k.ctx().JMP(operand.LabelRef(label + "end"))
	k.ctx().Label(label + "full")
	emit(false)
	k.ctx().Label(label + "end")
}
