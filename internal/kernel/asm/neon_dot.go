package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.neon("gemm", "dot_neon_arm64", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				n := &neon{c: c, size: size}
				n.dotFunc(fmt.Sprintf("dot128x%d", 8*size))
			}
		})
	})
}

// dotFunc emits the dot kernel: for each row of b, groups of four vectors into
// four sums, then single vectors and a partial one into the first sum.
func (n *neon) dotFunc(name string) {
	n.open(name, "func(t *byte)", name+" is the dot kernel of this level.")
	n.c.Pragma("noescape")
	args := n.param(n.c.Param("t"))
	k, cols, a, b, ldb, to, bits := n.int(), n.int(), n.int(), n.int(), n.int(), n.int(), n.int()
	for _, f := range []struct {
		at int
		to xreg
	}{{tileK, k}, {tileCols, cols}, {tileA, a}, {tileB, b}, {tileLDB, ldb}, {tileC, to}, {tileBeta, bits}} {
		n.op("MOVD", mem(args, f.at), f.to)
	}
	n.op("LSL", "$1", bits) // drops the sign
	alpha, beta := n.vec(), n.vec()
	n.element(args, tileAlpha, alpha)
	n.element(args, tileBeta, beta)

	n.label("row")
	end := n.scope()
	s := n.dotSum(a, b, k)
	n.reduce(s)
	n.op("FMUL"+n.letter(), alpha, s, s)
	n.op("CBZ", bits, "store")
	old := n.vec()
	n.op("FMOV"+n.letter(), mem(to, 0), old)
	n.op("FMADD"+n.letter(), old, s, beta, s) // s += beta·old
	n.label("store")
	n.op("FMOV"+n.letter()+".P", s, mem(to, n.size))
	end()
	n.op("ADD", ldb, b)
	n.op("SUBS", "$1", cols)
	n.op("BNE", "row")
	n.op("RET")
}

// dotSum emits the sums of one row and returns their vector sum.
func (n *neon) dotSum(a, b, k xreg) vreg {
	x, y, left := n.int(), n.int(), n.int()
	n.op("MOVD", a, x)
	n.op("MOVD", b, y)
	n.op("MOVD", k, left)
	sums := n.vecsOf(dotSums)
	for _, r := range sums {
		n.op("VEOR", r.bytes(), r.bytes(), r.bytes())
	}
	loop := func(name string, sums []vreg) {
		each := fmt.Sprintf("$%d", len(sums)*n.width())
		n.op("CMP", each, left)
		n.op("BLT", name+"end")
		n.label(name)
		p, q := n.vecsOf(len(sums)), n.vecsOf(len(sums))
		n.loadNext(x, p)
		n.loadNext(y, q)
		for i, s := range sums {
			n.op("VFMLA", n.v(p[i]), n.v(q[i]), n.v(s))
		}
		n.free(append(p, q...)...)
		n.op("SUB", each, left)
		n.op("CMP", each, left)
		n.op("BGE", name)
		n.label(name + "end")
	}
	loop("group", sums)
	loop("single", sums[:1])
	n.op("CBZ", left, "sum")
	p, q := n.vec(), n.vec()
	n.loadPart(x, 0, left, p)
	n.loadPart(y, 0, left, q)
	n.op("VFMLA", n.v(p), n.v(q), n.v(sums[0]))
	n.label("sum")
	n.two(wordAdd, sums[0], sums[1], sums[0])
	n.two(wordAdd, sums[2], sums[3], sums[2])
	n.two(wordAdd, sums[0], sums[2], sums[0])
	return sums[0]
}

// reduce emits the sum of the elements of a vector into its first element.
func (n *neon) reduce(s vreg) {
	t := n.vec()
	for bytes := neonBytes / 2; bytes >= n.size; bytes /= 2 {
		n.op("VEXT", fmt.Sprintf("$%d", bytes), s.bytes(), s.bytes(), t.bytes())
		n.two(wordAdd, s, t, s)
	}
	n.free(t)
}

// loadNext loads vectors that lie side by side and moves behind them.
func (n *neon) loadNext(at xreg, to []vreg) {
	i := 0
	for ; i+2 <= len(to); i += 2 {
		n.op("FLDPQ.P", mem(at, 2*neonBytes), both(to[i], to[i+1]))
	}
	if i < len(to) {
		n.op("FMOVQ.P", mem(at, neonBytes), to[i])
	}
}

// storeNext stores vectors side by side and moves behind them.
func (n *neon) storeNext(from []vreg, at xreg) {
	i := 0
	for ; i+2 <= len(from); i += 2 {
		n.op("FSTPQ.P", both(from[i], from[i+1]), mem(at, 2*neonBytes))
	}
	if i < len(from) {
		n.op("FMOVQ.P", from[i], mem(at, neonBytes))
	}
}

// element loads a float64 as an element.
func (n *neon) element(at xreg, off int, to vreg) {
	n.op("FMOVD", mem(at, off), to)
	if !n.double() {
		n.op("FCVTDS", to, to)
	}
}
