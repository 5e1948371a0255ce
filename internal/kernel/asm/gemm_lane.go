package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A lane kernel computes tiles of up to laneRows rows and laneVecs vectors.
const laneRows, laneVecs = 6, 2

// laneGap is the bytes between the lanes of a packed panel.
const laneGap = 64

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("gemm", "lane_amd64", "amd64,!noasm", func(c *build.Context) {
			eachVec(c, func(v vec, suffix string) { laneFunc(v, "lane"+suffix) })
			dealFunc(c, "deal256x32", 8, quad32)
			dealFunc(c, "deal256x64", 4, quad64)
		})
	})
}

// lane is the part of a lane kernel for one tile size.
type lane struct {
	kernel
	pair bool // two lanes at once, half of the lanes apart
	args operand.Mem
}

// laneFunc emits the kernel. A pass computes the sums of one lane of a thin kernel's
// vectors, of 64 bytes those of two lanes that are added first. What it has is then
// added as a thin kernel adds its lanes: pass 0 to 1, 2 to 3, these two sums, and so on.
func laneFunc(v vec, name string) {
	c := v.ctx()
	args := openKernel(c, name, "lane kernel")
	fetchNext(c, args)
	cols, rows := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileCols), cols)
	c.MOVQ(args.Offset(tileRows), rows)
	v.setMask(cols)
	c.CMPQ(cols, operand.U32(v.width()))
	c.JA(operand.LabelRef("two"))
	dispatch(c, rows, "v1", laneRows)
	c.Label("two")
	dispatch(c, rows, "v2", laneRows)
	for vecs := 1; vecs <= laneVecs; vecs++ {
		for r := laneRows; r >= 1; r-- {
			k := &lane{kernel: kernel{vec: v, rows: r, vecs: vecs}, pair: v.width()*v.elem() == 64, args: args}
			k.name = fmt.Sprintf("r%dv%d", r, vecs)
			c.Label(k.name)
			k.emit()
		}
	}
}

// emit emits the passes.
func (k *lane) emit() {
	c := k.ctx()
	first, ld, b, done := c.GP64(), c.GP64(), c.GP64(), c.GP64()
	open := c.GP64()
	c.MOVQ(k.args.Offset(tileOpen), open)
	c.TESTQ(open, open)
	c.JNZ(operand.LabelRef(k.name + "open"))
	k.kernel.prefetch(k.args)
	c.Label(k.name + "open")
	c.MOVQ(k.args.Offset(tileA), first)
	c.MOVQ(k.args.Offset(tileRSA), ld)
	c.MOVQ(k.args.Offset(tileB), b)
	c.MOVQ(k.args.Offset(tileBegun), done)
	c.Label(k.name + "pass")
	sums := k.sum(first, ld, b)
	// Passes that a sum waits for are the trailing ones of the number of passes before.
	pass, at := c.GP64(), c.GP64()
	c.MOVQ(done, pass)
	c.MOVQ(k.args.Offset(tileSums), at)
	c.JMP(operand.LabelRef(k.name + "waits"))
	c.Label(k.name + "wait")
	k.kept(sums, func(off int, s reg.VecVirtual) {
		if k.elem() == 8 {
			c.VADDPD(operand.Mem{Base: at, Disp: off}, s, s)
		} else {
			c.VADDPS(operand.Mem{Base: at, Disp: off}, s, s)
		}
	})
	c.ADDQ(operand.U32(laneRows*laneVecs*k.width()*k.elem()), at)
	c.Label(k.name + "waits")
	c.SHRQ(operand.U8(1), pass)
	c.JCS(operand.LabelRef(k.name + "wait"))
	c.INCQ(done)
	c.CMPQ(done, k.args.Offset(tilePasses))
	c.JE(operand.LabelRef(k.name + "all"))
	k.kept(sums, func(off int, s reg.VecVirtual) { k.store(s, operand.Mem{Base: at, Disp: off}) })
	c.MOVQ(k.args.Offset(tileOpen), open)
	c.TESTQ(open, open)
	c.JNZ(operand.LabelRef(k.name + "left"))
	c.ADDQ(k.args.Offset(tileLane), first)
	c.JMP(operand.LabelRef(k.name + "pass"))
	c.Label(k.name + "all")
	k.acc = sums
	k.finish(k.args)
	c.Label(k.name + "left")
	k.end()
	c.RET()
}

// kept calls f for each sum and where it lies among those that are kept.
func (k *lane) kept(sums [][]reg.VecVirtual, f func(off int, s reg.VecVirtual)) {
	for i, row := range sums {
		for v, s := range row {
			f((i*laneVecs+v)*k.width()*k.elem(), s)
		}
	}
}

// sum emits the sums of a pass. It moves b to the next one's.
func (k *lane) sum(first, ld, b reg.GPVirtual) [][]reg.VecVirtual {
	c := k.ctx()
	csa, n, half := c.GP64(), c.GP64(), c.GP64()
	c.MOVQ(k.args.Offset(tileCSA), csa)
	c.MOVQ(k.args.Offset(tileK), n)
	rows := func(past int) *rowsOf {
		at := c.GP64()
		c.MOVQ(first, at)
		if past > 0 {
			c.ADDQ(k.args.Offset(past), at)
		}
		return rowsFrom(c, at, ld, k.rows)
	}
	a, lanes := []*rowsOf{rows(0)}, 1
	if k.pair {
		lanes = 2
		a = append(a, rows(tileHalfA))
		a[1].more = a[0].more
		c.MOVQ(k.args.Offset(tileHalfB), half)
	}
	sums := make([][][]reg.VecVirtual, lanes)
	for l := range sums {
		for i := range k.rows {
			sums[l] = append(sums[l], nil)
			for range k.vecs {
				x := k.reg()
				k.zero(x)
				sums[l][i] = append(sums[l][i], x)
			}
		}
	}
	bytes := laneVecs * k.width() * k.elem()
	term := func(u int) {
		for l := range sums {
			bv := make([]reg.VecVirtual, k.vecs)
			for v := range bv {
				bv[v] = k.reg()
				m := operand.Mem{Base: b, Disp: u*bytes + v*k.width()*k.elem()}
				if l > 0 {
					m.Index, m.Scale = half, 1
				}
				k.loadC(m, bv[v], false)
			}
			for i := range k.rows {
				x := k.reg()
				k.broadcast(a[l].at(i, u*k.stride()), x)
				for v := range bv {
					k.fma(x, bv[v], sums[l][i][v])
				}
			}
		}
	}
	next := func(terms int) {
		for _, rows := range a {
			for _, p := range rows.ptr {
				if k.pair {
					c.ADDQ(csa, p)
				} else {
					c.ADDQ(operand.U8(terms*k.stride()), p)
				}
			}
		}
		c.ADDQ(operand.U32(terms*bytes), b)
	}
	if !k.pair { // an odd term, and then two at a time
		c.SHRQ(operand.U8(1), n)
		c.JCC(operand.LabelRef(k.name + "even"))
		term(0)
		next(1)
		c.TESTQ(n, n)
		c.JZ(operand.LabelRef(k.name + "summed"))
		c.Label(k.name + "even")
	}
	c.Label(k.name + "loop")
	term(0)
	if k.pair {
		next(1)
	} else {
		term(1)
		next(2)
	}
	c.DECQ(n)
	c.JNZ(operand.LabelRef(k.name + "loop"))
	c.Label(k.name + "summed")
	c.ADDQ(operand.U8(laneGap), b)
	for l := 1; l < lanes; l++ {
		for i, row := range sums[l] {
			for v, x := range row {
				k.add(x, sums[0][i][v])
			}
		}
	}
	return sums[0]
}

// stride is the bytes between the terms of a row of a, where it is always the same.
func (k *lane) stride() int {
	if k.elem() == 8 {
		return laneRows * k.elem()
	}
	return 8 * k.elem()
}

// dealFunc emits a function that transposes blocks of n rows and columns as transposeFunc
// does, but the blocks lie at any distances.
func dealFunc(c *build.Context, name string, n int, half func(c *build.Context, in []reg.VecVirtual) []reg.VecVirtual) {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(dst, src *byte, dstStride, srcStride, dstNext, srcNext, blocks int)")
	c.Doc(fmt.Sprintf("%s transposes blocks of %d rows and columns.", name, n),
		"From one block to the next it is dstNext and srcNext bytes, and from row to row dstStride and srcStride.")
	c.Pragma("noescape")
	param := func(p string) reg.GPVirtual { return c.Load(c.Param(p), c.GP64()).(reg.GPVirtual) }
	src := rowsFrom(c, param("src"), param("srcStride"), n)
	dst := rowsFrom(c, param("dst"), param("dstStride"), n)
	nextDst, nextSrc, blocks := param("dstNext"), param("srcNext"), param("blocks")
	c.Label("block")
	turnBlock(c, dst, src, n, half)
	for _, p := range src.ptr {
		c.ADDQ(nextSrc, p)
	}
	for _, p := range dst.ptr {
		c.ADDQ(nextDst, p)
	}
	c.DECQ(blocks)
	c.JNZ(operand.LabelRef("block"))
	c.VZEROUPPER()
	c.RET()
}
