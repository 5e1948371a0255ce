package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("memory", "fetch_amd64", "amd64,!noasm", fetch)
	})
}

// fetch emits the loop that asks for cache lines. All processors of this kind have the instruction.
func fetch(c *build.Context) {
	c.Function("fetchLines")
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.SignatureExpr("func(at *byte, lines int)")
	c.Doc("fetchLines asks for cache lines, at least one, from that of the byte at on. It waits for none of them.")
	at, lines := c.Load(c.Param("at"), c.GP64()), c.Load(c.Param("lines"), c.GP64())
	c.Label("line")
	c.PREFETCHT0(operand.Mem{Base: at})
	c.ADDQ(operand.U8(lineBytes), at)
	c.DECQ(lines)
	c.JNZ(operand.LabelRef("line"))
	c.RET()
}
