package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fmaChains are the chains of multiply-adds that run side by side: more than
// latency times ports of any processor with these instructions.
const fmaChains = 12

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("limit", "fma_amd64", "amd64,!noasm", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				fmaFunc(c, fmt.Sprintf("fma256x%d", 8*size), size, c.YMM, c.VXORPS)
				fmaFunc(c, fmt.Sprintf("fma512x%d", 8*size), size, c.ZMM, c.VPXORQ)
			}
		})
	})
}

// fmaFunc emits n rounds of one multiply-add in each chain, in registers that alloc returns and zero
// clears.
func fmaFunc(c *build.Context, name string, size int, alloc func() reg.VecVirtual, zero func(ops ...operand.Op)) {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(n int)")
	c.Doc(fmt.Sprintf("%s makes n rounds of %d independent multiply-adds of whole registers of zeros.", name, fmaChains))
	n := c.Load(c.Param("n"), c.GP64())
	x, acc := alloc(), make([]reg.VecVirtual, fmaChains)
	zero(x, x, x)
	for i := range acc {
		acc[i] = alloc()
		zero(acc[i], acc[i], acc[i])
	}
	c.Label("loop")
	for _, a := range acc {
		if size == 4 {
			c.VFMADD231PS(x, x, a)
		} else {
			c.VFMADD231PD(x, x, a)
		}
	}
	c.DECQ(n)
	c.JNZ(operand.LabelRef("loop"))
	c.VZEROUPPER()
	c.RET()
}
