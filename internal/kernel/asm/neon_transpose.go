package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.neon("gemm", "transpose_neon_arm64", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				n := &neon{c: c, size: size}
				n.transposeFunc(fmt.Sprintf("transpose%d", 8*size), false)
			}
		})
	})
}

// transposeFunc emits a function that turns a strip of as many rows as a vector
// has elements into columns, so many columns of the strip at a time, or so many
// columns into rows.
func (n *neon) transposeFunc(name string, down bool) {
	n.open(name, "func(dst, src *byte, dstStride, srcStride, blocks int)",
		transposeDoc(name, neonBytes, down)...)
	n.c.Pragma("noescape")
	param := func(name string) xreg { return n.param(n.c.Param(name)) }
	dst, src, dstStride, srcStride, blocks := param("dst"), param("src"), param("dstStride"), param("srcStride"), param("blocks")
	// The rows of the side where blocks lie side by side move on by themselves.
	along, stride := []xreg{src}, srcStride
	if down {
		along, stride = []xreg{dst}, dstStride
	}
	for i := 1; i < n.width(); i++ {
		along = append(along, n.int())
		n.op("ADD", stride, along[i-1], along[i])
	}
	n.label("block")
	in := n.vecsOf(n.width())
	for i, r := range in {
		if down {
			n.op("FMOVQ", mem(src, 0), r)
			n.op("ADD", srcStride, src)
		} else {
			n.op("FMOVQ.P", mem(along[i], neonBytes), r)
		}
	}
	for i, r := range n.turned(in) {
		if down {
			n.op("FMOVQ.P", r, mem(along[i], neonBytes))
		} else {
			n.op("FMOVQ", r, mem(dst, 0))
			n.op("ADD", dstStride, dst)
		}
	}
	n.op("SUBS", "$1", blocks)
	n.op("BNE", "block")
	n.op("RET")
}

// turned emits the transposition of as many vectors as one has elements.
func (n *neon) turned(in []vreg) []vreg {
	out := n.vecsOf(len(in))
	if n.double() {
		n.op("VTRN1", n.v(in[1]), n.v(in[0]), n.v(out[0]))
		n.op("VTRN2", n.v(in[1]), n.v(in[0]), n.v(out[1]))
		return out
	}
	mix := n.vecsOf(len(in))
	for i := 0; i < 4; i += 2 { // elements 0 and 2, then 1 and 3, of two rows
		n.op("VTRN1", n.v(in[i+1]), n.v(in[i]), n.v(mix[i]))
		n.op("VTRN2", n.v(in[i+1]), n.v(in[i]), n.v(mix[i+1]))
	}
	halves := func(r vreg) string { return fmt.Sprintf("V%d.D2", int(r)) }
	for i := range 2 {
		n.op("VTRN1", halves(mix[i+2]), halves(mix[i]), halves(out[i]))
		n.op("VTRN2", halves(mix[i+2]), halves(mix[i]), halves(out[i+2]))
	}
	return out
}
