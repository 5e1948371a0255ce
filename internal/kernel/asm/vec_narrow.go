package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// narrowBlock is the number of elements that narrow256 rounds and checks at a time.
const narrowBlock = 16

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("vec", "narrow_amd64", "amd64,!noasm", narrow)
	})
}

// narrow emits the one loop that reads one type and writes another. It is bound by memory, so
// registers of 256 bits do for all levels.
func narrow(c *build.Context) {
	c.Function("narrow256")
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.SignatureExpr("func(dst []float32, v []float64) int")
	c.Doc("narrow256 rounds whole blocks of 16 elements to float32. It returns the number of elements that are done:",
		"it stops before a block with a result that is not finite.")
	to, from := c.Load(c.Param("dst").Base(), c.GP64()), c.Load(c.Param("v").Base(), c.GP64())
	size, done := c.Load(c.Param("v").Len(), c.GP64()), c.GP64()
	c.XORQ(done, done)
	c.SUBQ(operand.U8(narrowBlock), size)
	c.JL(operand.LabelRef("end"))
	c.Label("block")
	part := func(at int) reg.VecVirtual { // eight elements
		low, high := c.XMM(), c.XMM()
		c.VCVTPD2PSY(operand.Mem{Base: from, Index: done, Scale: 8, Disp: 8 * at}, low)
		c.VCVTPD2PSY(operand.Mem{Base: from, Index: done, Scale: 8, Disp: 8*at + 32}, high)
		x := c.YMM()
		c.VINSERTF128(operand.U8(1), high, low.AsY(), x)
		c.VMOVUPS(x, operand.Mem{Base: to, Index: done, Scale: 4, Disp: 4 * at})
		c.VSUBPS(x, x, x) // 0 if x is finite and NaN if not
		return x
	}
	x, y := part(0), part(8)
	c.VADDPS(x, y, x)
	c.VCMPPS(operand.U8(3), x, x, x) // not a number
	bad := c.GP32()
	c.VMOVMSKPS(x, bad)
	c.TESTL(bad, bad)
	c.JNE(operand.LabelRef("end"))
	c.ADDQ(operand.U8(narrowBlock), done)
	c.CMPQ(done, size)
	c.JLE(operand.LabelRef("block"))
	c.Label("end")
	c.VZEROUPPER()
	c.Store(done, c.ReturnIndex(0))
	c.RET()
}
