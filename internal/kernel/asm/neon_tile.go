package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
)

// The largest tile: 24 sums, three vectors of B, and room for A. The loop of a
// whole tile has 24 multiply-adds for 10 loads; where the columns of A have no
// gaps, for 3 loads of float32 and 4 of float64.
const neonRows, neonVecs = 8, 3

func init() {
	generators = append(generators, func(out files) error {
		return out.neon("gemm", "tile_neon_arm64", neonTiles("tile", false))
	}, func(out files) error {
		return out.neon("conv", "walk_neon_arm64", neonTiles("walk", true))
	})
}

// neonTiles emits the tile kernels of both element sizes.
func neonTiles(name string, walk bool) func(c *build.Context) {
	return func(c *build.Context) {
		for _, size := range []int{4, 8} {
			n := &neon{c: c, size: size}
			n.tileFunc(fmt.Sprintf("%s128x%d", name, 8*size), walk)
		}
	}
}

// neonTile is the part of a function that one tile size needs.
type neonTile struct {
	*neon
	name       string
	rows, vecs int
	walk       bool // A and B move by a table of steps
	pair       bool // two vectors of one row each, apart from each other
	packs      bool // copies B while it multiplies
	columns    bool // a column of A has no gaps: it is loaded as vectors
	args       xreg // the tile
	last       xreg // elements of the last vector
	acc        [][]vreg
}

// tileFunc emits the tile kernel: it branches to the code for the number of
// rows and vectors. A tile of one vector may also have twice the most rows.
func (n *neon) tileFunc(name string, walk bool) {
	n.open(name, "func(t *byte)", name+" is the tile kernel of this level.")
	n.c.Pragma("noescape")
	args, cols, rows, last := n.param(n.c.Param("t")), n.int(), n.int(), n.int()
	n.op("MOVD", mem(args, tileCols), cols)
	n.op("MOVD", mem(args, tileRows), rows)
	n.op("SUB", "$1", cols, last)
	n.op("AND", fmt.Sprintf("$%d", n.width()-1), last)
	n.op("ADD", "$1", last)
	if walk {
		pair := n.int()
		n.op("MOVD", mem(args, tileBPair), pair)
		n.op("CBNZ", pair, "pair")
	} else {
		n.fetchNext(args)
		to := n.int()
		n.op("MOVD", mem(args, tilePack), to)
		n.op("CBNZ", to, "packs")
	}
	more := func(vecs int, label string) {
		n.op("CMP", fmt.Sprintf("$%d", vecs*n.width()), cols)
		n.op("BHI", label)
	}
	more(3, "wide")
	more(2, "three")
	more(1, "two")
	n.op("CMP", fmt.Sprintf("$%d", 2*neonRows), rows)
	n.op("BEQ", fmt.Sprintf("r%dv1", 2*neonRows))
	n.dispatch(rows, "v1", neonRows)
	n.label("two")
	n.dispatch(rows, "v2", neonRows)
	n.label("three")
	n.dispatch(rows, "v3", neonRows)
	n.label("wide")
	n.dispatch(rows, fmt.Sprint("v", wideVecs), wideRows)
	if walk {
		n.label("pair")
		n.dispatch(rows, "p2", neonRows)
	} else {
		n.label("packs")
		n.dispatch(rows, fmt.Sprint("k", neonVecs), neonRows)
	}
	n.freeInt(cols, rows)
	n.tiles(neonTile{neon: n, args: args, last: last, walk: walk})
}

// tiles emits the code of all sizes. Tiles that copy B have all columns.
func (n *neon) tiles(k neonTile) {
	emit := func(rows, vecs int, kind string) {
		end := n.scope()
		k := k
		k.rows, k.vecs, k.name = rows, vecs, fmt.Sprintf("r%d%s%d", rows, kind, vecs)
		k.pair, k.packs = kind == "p", kind == "k"
		k.emit()
		end()
		if whole := rows == neonRows && vecs <= neonVecs && !k.walk; whole {
			k.columns, k.name = true, k.name+"columns"
			k.emit()
			end()
		}
	}
	emit(2*neonRows, 1, "v")
	for v, most := range []int{neonRows, neonRows, neonRows, wideRows} {
		for r := most; r >= 1; r-- {
			emit(r, v+1, "v")
		}
	}
	for r := neonRows; r >= 1; r-- {
		if k.walk {
			emit(r, 2, "p")
		} else {
			emit(r, neonVecs, "k")
		}
	}
}

// fetchNext asks for some lines of each of some rows of memory.
func (n *neon) fetchNext(args xreg) {
	row, ld, rows, lines, at, left := n.int(), n.int(), n.int(), n.int(), n.int(), n.int()
	n.op("MOVD", mem(args, tileNextRows), rows)
	n.op("CBZ", rows, "fetched")
	n.op("MOVD", mem(args, tileNext), row)
	n.op("MOVD", mem(args, tileNextLD), ld)
	n.op("MOVD", mem(args, tileNextLines), lines)
	n.label("fetch")
	n.op("MOVD", row, at)
	n.op("MOVD", lines, left)
	n.label("fetchline")
	n.op("PRFM", mem(at, 0), "PLDL2KEEP")
	n.op("ADD", "$64", at)
	n.op("SUBS", "$1", left)
	n.op("BGT", "fetchline")
	n.op("ADD", ld, row)
	n.op("SUBS", "$1", rows)
	n.op("BNE", "fetch")
	n.label("fetched")
	n.freeInt(row, ld, rows, lines, at, left)
}

// dispatch jumps to the code for the number of rows.
func (n *neon) dispatch(rows xreg, vecs string, most int) {
	for r := most; r > 1; r-- {
		n.op("CMP", fmt.Sprintf("$%d", r), rows)
		n.op("BEQ", fmt.Sprintf("r%d%s", r, vecs))
	}
	n.op("B", "r1"+vecs)
}

func (k *neonTile) emit() {
	k.acc = nil
	k.label(k.name)
	rsa := k.int()
	k.op("MOVD", mem(k.args, tileRSA), rsa)
	if k.rows == neonRows && !k.walk && !k.columns {
		k.op("CMP", fmt.Sprintf("$%d", k.size), rsa)
		k.op("BEQ", k.name+"columns")
	}
	for range k.rows {
		row := k.vecsOf(k.vecs)
		for _, r := range row {
			k.op("VEOR", r.bytes(), r.bytes(), r.bytes())
		}
		k.acc = append(k.acc, row)
	}
	end := k.scope()
	k.loop(rsa)
	end()
	k.finish()
}

// neonRowsOf returns the addresses of rows: pointers at rows 0, 4, 8 and 12,
// and from them one, two or three distances on.
type neonRowsOf struct{ ptr, on []xreg }

func (k *neonTile) rowsOf(at int, stride xreg) neonRowsOf {
	p := k.int()
	k.op("MOVD", mem(k.args, at), p)
	r := neonRowsOf{ptr: []xreg{p}, on: []xreg{stride}}
	for i := 2; i < min(4, k.rows); i++ {
		next := k.int()
		k.op("ADD", stride, r.on[i-2], next)
		r.on = append(r.on, next)
	}
	for i := 4; i < k.rows; i += 4 {
		next := k.int()
		k.op("ADD", fmt.Sprintf("%v<<2", stride), r.ptr[i/4-1], next)
		r.ptr = append(r.ptr, next)
	}
	return r
}

func (r neonRowsOf) at(row int) string {
	p := mem(r.ptr[row/4], 0)
	if row%4 > 0 {
		p += mem(r.on[row%4-1], 0)
	}
	return p
}

// loop emits the sum over q.
func (k *neonTile) loop(rsa xreg) {
	a := k.rowsOf(tileA, rsa)
	if k.columns {
		a.ptr = a.ptr[:1]
	}
	b, ldb, csa, left := k.int(), k.int(), k.int(), k.int()
	k.op("MOVD", mem(k.args, tileB), b)
	k.op("MOVD", mem(k.args, tileLDB), ldb) // of a pair, from vector to vector
	k.op("MOVD", mem(k.args, tileCSA), csa)
	k.op("MOVD", mem(k.args, tileK), left)
	var to xreg
	if k.packs {
		to = k.int()
		k.op("MOVD", mem(k.args, tilePack), to)
	}
	k.label(k.name + "loop")
	bv := k.vecsOf(k.vecs)
	if k.pair {
		second := k.int()
		k.op("ADD", ldb, b, second)
		k.op("FMOVQ", mem(b, 0), bv[0])
		k.op("FMOVQ", mem(second, 0), bv[1])
	} else {
		k.loadAll(b, bv)
	}
	if k.packs {
		k.storeNext(bv, to)
	}
	if k.columns {
		k.column(a.ptr[0], bv)
	} else {
		k.singles(a, bv)
	}
	k.advance(a, b, csa, ldb)
	k.op("SUBS", "$1", left)
	k.op("BNE", k.name+"loop")
}

// loadAll loads vectors that lie side by side, two at a time.
func (n *neon) loadAll(at xreg, to []vreg) {
	i := 0
	for ; i+2 <= len(to); i += 2 {
		n.op("FLDPQ", mem(at, neonBytes*i), both(to[i], to[i+1]))
	}
	if i < len(to) {
		n.op("FMOVQ", mem(at, neonBytes*i), to[i])
	}
}

// column emits the products of a column of A, loaded as vectors.
func (k *neonTile) column(a xreg, bv []vreg) {
	av := k.vecsOf(k.rows / k.width())
	k.loadAll(a, av)
	for i, row := range k.acc {
		for v, sum := range row {
			k.fmaLane(bv[v], av[i/k.width()], i%k.width(), sum)
		}
	}
	k.free(av...)
}

// singles emits the products of single elements of A, four loads at a time
// before what waits for them.
func (k *neonTile) singles(a neonRowsOf, bv []vreg) {
	const ahead = 4
	for i := 0; i < k.rows; i += ahead {
		x := k.vecsOf(min(ahead, k.rows-i))
		for j, r := range x {
			k.op("FMOV"+k.letter(), a.at(i+j), r)
		}
		for j, r := range x {
			for v, sum := range k.acc[i+j] {
				k.fmaLane(bv[v], r, 0, sum)
			}
		}
		k.free(x...)
	}
}

// advance emits the move to the next term of the sums.
func (k *neonTile) advance(a neonRowsOf, b, csa, ldb xreg) {
	if k.walk {
		stepA, stepB := k.int(), k.int()
		k.op("LDP.P", mem(csa, 16), fmt.Sprintf("(%v, %v)", stepA, stepB))
		csa, ldb = stepA, stepB
	}
	for _, p := range a.ptr {
		k.op("ADD", csa, p)
	}
	k.op("ADD", ldb, b)
}

// finish emits the write of C.
func (k *neonTile) finish() {
	ldc, bits := k.int(), k.int()
	k.op("MOVD", mem(k.args, tileLDC), ldc)
	beta := k.vec()
	if k.walk {
		k.op("MOVD", mem(k.args, tileAdd), bits)
	} else {
		alpha := k.vec()
		k.element(k.args, tileAlpha, alpha)
		for _, row := range k.acc {
			for _, s := range row {
				k.mulLane(s, alpha, 0, s)
			}
		}
		k.element(k.args, tileBeta, beta)
		k.op("MOVD", mem(k.args, tileBeta), bits)
		k.op("LSL", "$1", bits) // drops the sign
	}
	k.op("CBZ", bits, k.name+"store")
	k.each(k.name+"old", ldc, func(p xreg, off int, s vreg, part bool) {
		old := k.vec()
		if part {
			k.loadPart(p, off, k.last, old)
		} else {
			k.op("FMOVQ", mem(p, off), old)
		}
		if k.walk {
			k.two(wordAdd, old, s, s)
		} else {
			k.fmaLane(old, beta, 0, s)
		}
		k.free(old)
	})
	k.label(k.name + "store")
	k.each(k.name+"new", ldc, func(p xreg, off int, s vreg, part bool) {
		if part {
			k.storePart(s, p, off, k.last)
		} else {
			k.op("FMOVQ", s, mem(p, off))
		}
	})
	if k.walk {
		k.again()
	}
	k.op("RET")
}

// again emits the jump back for the next tile, if one is left.
func (k *neonTile) again() {
	left, to, by := k.int(), k.int(), k.int()
	k.op("MOVD", mem(k.args, tileLeft), left)
	k.op("SUBS", "$1", left)
	k.op("BLE", k.name+"done")
	k.op("MOVD", left, mem(k.args, tileLeft))
	for _, f := range []struct{ to, by int }{{tileB, tileNextB}, {tileC, tileNextC}} {
		k.op("MOVD", mem(k.args, f.to), to)
		k.op("MOVD", mem(k.args, f.by), by)
		k.op("ADD", by, to)
		k.op("MOVD", to, mem(k.args, f.to))
	}
	k.op("B", k.name)
	k.label(k.name + "done")
}

// each calls f for every sum and its place, last vectors as partial ones, and
// once more without partial ones.
func (k *neonTile) each(label string, ldc xreg, f func(p xreg, off int, s vreg, part bool)) {
	end := k.scope()
	to := []xreg{k.int()}
	k.op("MOVD", mem(k.args, tileC), to[0])
	if k.pair {
		to = append(to, k.int())
		k.op("MOVD", mem(k.args, tileCPair), to[1])
		k.op("ADD", to[0], to[1])
	}
	emit := func(part bool) {
		for _, row := range k.acc {
			for v, s := range row {
				if k.pair {
					f(to[v], 0, s, part)
				} else {
					f(to[0], neonBytes*v, s, part && v == k.vecs-1)
				}
			}
			for _, p := range to {
				k.op("ADD", ldc, p)
			}
		}
	}
	k.op("CMP", fmt.Sprintf("$%d", k.width()), k.last)
	k.op("BEQ", label+"full")
	emit(true)
	k.op("B", label+"end")
	k.label(label + "full")
	emit(false)
	k.label(label + "end")
	end()
}
