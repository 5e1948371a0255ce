package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
)

// neonChains are the chains of multiply-adds that run side by side: more than
// latency times ports of any processor of this kind.
const neonChains = 24

func init() {
	generators = append(generators, func(out files) error {
		return out.neon("limit", "fma_neon_arm64", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				n := &neon{c: c, size: size}
				n.fmaFunc(fmt.Sprintf("fma128x%d", 8*size))
			}
		})
	})
}

// fmaFunc emits rounds of one multiply-add in each chain.
func (n *neon) fmaFunc(name string) {
	n.open(name, "func(n int)", fmt.Sprintf("%s makes n rounds of %d independent multiply-adds of whole registers of zeros.", name, neonChains))
	left := n.param(n.c.Param("n"))
	x, acc := n.vec(), n.vecsOf(neonChains)
	for _, r := range append(acc, x) {
		n.op("VEOR", r.bytes(), r.bytes(), r.bytes())
	}
	n.label("loop")
	for _, r := range acc {
		n.op("VFMLA", n.v(x), n.v(x), n.v(r))
	}
	n.op("SUBS", "$1", left)
	n.op("BNE", "loop")
	n.op("RET")
}
