package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("conv", "rows_amd64", "amd64,!noasm", func(c *build.Context) {
			mask := maskTable(c)
			rowsFunc(&simd512{simd: simd{c: c, size: 4, bytes: 64}}, "rows512")
			rowsFunc(&simd256{simd: simd{c: c, size: 4, bytes: 32}, table: mask}, "rows256")
		})
	})
}

// rowsFunc emits the copy of rows of memory, in words of four bytes: whole
// vectors, then a partial one.
func rowsFunc(v vec, name string) {
	c := v.ctx()
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(dst, src *byte, dstRow, srcRow, words, rows int)")
	c.Doc(name + " copies rows of words (at least one of each), which lie dstRow and srcRow bytes apart.")
	c.Pragma("noescape")
	dst, src := c.Load(c.Param("dst"), c.GP64()), c.Load(c.Param("src"), c.GP64())
	dstRow, srcRow := c.Load(c.Param("dstRow"), c.GP64()), c.Load(c.Param("srcRow"), c.GP64())
	vecs, rows := c.GP64(), c.GP64()
	c.Load(c.Param("words"), vecs)
	c.Load(c.Param("rows"), rows)
	v.setMask(vecs)
	v.partial()
	c.DECQ(vecs)
	for w := v.width(); w > 1; w /= 2 {
		c.SHRQ(operand.U8(1), vecs)
	}
	c.Label("row")
	off, left := c.GP64(), c.GP64()
	c.XORQ(off, off)
	c.MOVQ(vecs, left)
	c.TESTQ(left, left)
	c.JZ(operand.LabelRef("tail"))
	x := v.reg()
	c.Label("vector")
	v.loadC(operand.Mem{Base: src, Index: off, Scale: 1}, x, false)
	v.storeC(operand.Mem{Base: dst, Index: off, Scale: 1}, x, false)
	c.ADDQ(operand.U8(v.width()*v.elem()), off)
	c.DECQ(left)
	c.JNZ(operand.LabelRef("vector"))
	c.Label("tail")
	v.loadC(operand.Mem{Base: src, Index: off, Scale: 1}, x, true)
	v.storeC(operand.Mem{Base: dst, Index: off, Scale: 1}, x, true)
	c.ADDQ(dstRow, dst)
	c.ADDQ(srcRow, src)
	c.DECQ(rows)
	c.JNZ(operand.LabelRef("row"))
	v.end()
	c.RET()
}
