package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/build"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.neon("maxpool", "pairs_neon_arm64", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				n := &neon{c: c, size: size}
				n.maxPairs()
				n.gradPairs()
			}
		})
	})
}

// openPairs starts a kernel of windows of two by two places: as many windows at
// a time as a vector has elements. Loads and stores part the places of a row
// into first and second ones of each window.
func (n *neon) openPairs(name, signature, doc string) (param func(name string) xreg) {
	name = fmt.Sprintf("%sx%d", name, 8*n.size)
	n.open(name, strings.ReplaceAll(signature, "T", n.like().elem()), strings.Split(name+" writes "+doc, "\n")...)
	n.c.Pragma("noescape")
	return func(name string) xreg { return n.param(n.c.Param(name)) }
}

// split loads the first and second places of each window, and moves on.
func (n *neon) split(row xreg, a, b vreg) {
	n.op("VLD2.P", mem(row, 2*neonBytes), fmt.Sprintf("[%s, %s]", n.v(a), n.v(b)))
}

// maxPairs emits the largest of each window.
func (n *neon) maxPairs() {
	param := n.openPairs("max", "func(y, r0, r1 *T, vectors int)", "the largest of each two by two places, NaN if one is.")
	y, r0, r1, left := param("y"), param("r0"), param("r1"), param("vectors")
	x := n.vecsOf(4)
	n.label("loop")
	n.split(r0, x[0], x[1])
	n.split(r1, x[2], x[3])
	n.largestOf(x, x[0])
	n.op("FMOVQ.P", x[0], mem(y, neonBytes))
	n.op("SUBS", "$1", left)
	n.op("BNE", "loop")
	n.op("RET")
}

// largestOf is the largest of four; to may be the first.
func (n *neon) largestOf(x []vreg, to vreg) {
	high := n.vec()
	n.two(wordMax, x[2], x[3], high)
	n.two(wordMax, x[0], x[1], to)
	n.two(wordMax, to, high, to)
	n.free(high)
}

// gradPairs emits the derivative.
func (n *neon) gradPairs() {
	param := n.openPairs("grad", "func(o0, o1, r0, r1, d *T, vectors int) (nan int)",
		"d at the first largest of each two by two places and 0 at\nthe others, and whether a NaN is among all places.")
	o0, o1, r0, r1, d, left := param("o0"), param("o1"), param("r0"), param("r1"), param("d"), param("vectors")
	x, rest, here, largest, ordered := n.vecsOf(4), n.vec(), n.vec(), n.vec(), n.vec()
	n.op("VEOR", ordered.bytes(), ordered.bytes(), ordered.bytes())
	n.two(wordEq, ordered, ordered, ordered) // all ones
	n.label("loop")
	n.split(r0, x[0], x[1])
	n.split(r1, x[2], x[3])
	n.op("FMOVQ.P", mem(d, neonBytes), rest)
	n.largestOf(x, largest)
	n.two(wordEq, largest, largest, here)
	n.op("VAND", here.bytes(), ordered.bytes(), ordered.bytes())
	for _, r := range x { // a place takes what none before it has taken
		n.two(wordEq, r, largest, here)
		n.op("VAND", rest.bytes(), here.bytes(), r.bytes())
		n.op("VEOR", r.bytes(), rest.bytes(), rest.bytes())
	}
	n.op("VST2.P", fmt.Sprintf("[%s, %s]", n.v(x[0]), n.v(x[1])), mem(o0, 2*neonBytes))
	n.op("VST2.P", fmt.Sprintf("[%s, %s]", n.v(x[2]), n.v(x[3])), mem(o1, 2*neonBytes))
	n.op("SUBS", "$1", left)
	n.op("BNE", "loop")
	low, high := n.int(), n.int()
	n.op("VMOV", fmt.Sprintf("V%d.D[0]", int(ordered)), low)
	n.op("VMOV", fmt.Sprintf("V%d.D[1]", int(ordered)), high)
	n.op("AND", high, low)
	n.op("MVN", low, low)
	n.op("MOVD", low, n.address(n.c.ReturnIndex(0)))
	n.op("RET")
}
