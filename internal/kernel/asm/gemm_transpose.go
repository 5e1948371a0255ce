package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("gemm", "transpose_amd64", "amd64,!noasm", func(c *build.Context) {
			transposeFunc(c, "transpose256x32", 8, quad32, false)
			transposeFunc(c, "transpose256x64", 4, quad64, false)
		})
	})
}

// transposeDoc is the comment of a transposition by vectors of so many bytes.
func transposeDoc(name string, bytes int, down bool) []string {
	lie := "side by side in src and one below the other in dst"
	if down {
		lie = "one below the other in src and side by side in dst"
	}
	return []string{fmt.Sprintf("%s transposes blocks of as many rows and columns as a %d-byte vector has elements.", name, bytes),
		"The blocks lie " + lie + "; strides are in bytes."}
}

// transposeFunc emits a function that turns a strip of n rows into n columns,
// n columns of the strip at a time, or n columns into n rows. half makes n/2
// output rows of pairs of 128-bit lanes.
func transposeFunc(c *build.Context, name string, n int, half func(c *build.Context, in []reg.VecVirtual) []reg.VecVirtual, down bool) {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(dst, src *byte, dstStride, srcStride, blocks int)")
	c.Doc(transposeDoc(name, 32, down)...)
	c.Pragma("noescape")
	param := func(p string) reg.GPVirtual { return c.Load(c.Param(p), c.GP64()).(reg.GPVirtual) }
	src := rowsFrom(c, param("src"), param("srcStride"), n)
	dst := rowsFrom(c, param("dst"), param("dstStride"), n)
	blocks, far := param("blocks"), c.GP64()
	along, across := src, dst // blocks lie side by side, and one below the other
	if down {
		along, across = dst, src
	}

	c.IMUL3Q(operand.U8(n), across.stride, far)
	c.Label("block")
	turnBlock(c, dst, src, n, half)
	for _, p := range along.ptr {
		c.ADDQ(operand.U8(32), p)
	}
	for _, p := range across.ptr {
		c.ADDQ(far, p)
	}
	c.DECQ(blocks)
	c.JNZ(operand.LabelRef("block"))
	c.VZEROUPPER()
	c.RET()
}

// turnBlock emits the transposition of a block.
func turnBlock(c *build.Context, dst, src *rowsOf, n int, half func(c *build.Context, in []reg.VecVirtual) []reg.VecVirtual) {
	for h := range 2 {
		in := make([]reg.VecVirtual, n/2)
		for i := range in {
			in[i] = c.YMM()
			c.VMOVUPS(src.at(i, 16*h), in[i].AsX())
			c.VINSERTF128(operand.U8(1), src.at(i+n/2, 16*h), in[i], in[i])
		}
		for i, x := range half(c, in) {
			c.VMOVUPS(x, dst.at(h*n/2+i, 0))
		}
	}
}

// quad32 transposes, in each 128-bit lane, 4 rows of 4 elements of 32 bits.
func quad32(c *build.Context, in []reg.VecVirtual) []reg.VecVirtual {
	var mix [4]reg.VecVirtual
	for i := range mix {
		mix[i] = c.YMM()
	}
	c.VUNPCKLPS(in[1], in[0], mix[0])
	c.VUNPCKLPS(in[3], in[2], mix[1])
	c.VUNPCKHPS(in[1], in[0], mix[2])
	c.VUNPCKHPS(in[3], in[2], mix[3])
	out := make([]reg.VecVirtual, 4)
	for i := range out {
		out[i] = c.YMM()
		pick := operand.U8(0x44) // the low halves
		if i%2 == 1 {
			pick = 0xee // the high halves
		}
		c.VSHUFPS(pick, mix[i/2*2+1], mix[i/2*2], out[i])
	}
	return out
}

// quad64 transposes, in each 128-bit lane, 2 rows of 2 elements of 64 bits.
func quad64(c *build.Context, in []reg.VecVirtual) []reg.VecVirtual {
	out := []reg.VecVirtual{c.YMM(), c.YMM()}
	c.VUNPCKLPD(in[1], in[0], out[0])
	c.VUNPCKHPD(in[1], in[0], out[1])
	return out
}
