package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// lineBytes is the size of a cache line.
const lineBytes = 64

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("memory", "stream_amd64", "amd64,!noasm", func(c *build.Context) {
			stream(c)
			streamed(c)
		})
	})
}

// stream emits the copy of cache lines that the caches do not keep. It is bound by memory, so registers of
// 256 bits do for all levels.
func stream(c *build.Context) {
	c.Function("stream256")
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.SignatureExpr("func(dst, src *byte, lines int)")
	c.Doc("stream256 copies cache lines, at least one, to dst, which begins with a line. The processor writes them past",
		"its caches, at a time of its own: see streamEnd.")
	to, from, lines := c.Load(c.Param("dst"), c.GP64()), c.Load(c.Param("src"), c.GP64()), c.Load(c.Param("lines"), c.GP64())
	c.Label("line")
	low, high := c.YMM(), c.YMM()
	c.VMOVDQU(operand.Mem{Base: from}, low)
	c.VMOVDQU(operand.Mem{Base: from, Disp: lineBytes / 2}, high)
	c.VMOVNTDQ(low, operand.Mem{Base: to})
	c.VMOVNTDQ(high, operand.Mem{Base: to, Disp: lineBytes / 2})
	c.ADDQ(operand.U8(lineBytes), from)
	c.ADDQ(operand.U8(lineBytes), to)
	c.DECQ(lines)
	c.JNZ(operand.LabelRef("line"))
	c.VZEROUPPER()
	c.RET()
}

// streamed emits the fence after streams.
func streamed(c *build.Context) {
	c.Function("streamEnd")
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func()")
	c.Doc("streamEnd returns when other cores can see what stream256 has written.")
	c.SFENCE()
	c.RET()
}
