package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.neon("conv", "winograd_neon_arm64", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				n := &neon{c: c, size: size}
				for _, t := range transforms {
					numberTable(c, fmt.Sprintf("%s%d", t.name, 8*size), size, t.numbers, neonBytes)
				}
				n.transformFunc(fmt.Sprintf("transform128x%d", 8*size))
			}
		})
	}, func(out files) error {
		return out.neon("conv", "transpose_neon_arm64", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				n := &neon{c: c, size: size}
				n.transposeFunc(fmt.Sprintf("transpose%d", 8*size), false)
				n.transposeFunc(fmt.Sprintf("transposeDown%d", 8*size), true)
			}
		})
	})
}

// transformFunc emits the kernel of passes: it branches to the code for the
// matrix.
func (n *neon) transformFunc(name string) {
	n.open(name, "func(t *byte)", name+" is the kernel of passes of this level.")
	n.c.Pragma("noescape")
	args, which := n.param(n.c.Param("t")), n.int()
	n.op("MOVD", mem(args, passMatrix), which)
	for i, t := range transforms[1:] {
		n.op("CMP", fmt.Sprintf("$%d", i+1), which)
		n.op("BEQ", t.name)
	}
	for _, t := range transforms {
		n.label(t.name)
		end := n.scope()
		n.transformLoop(args, t)
		end()
	}
}

// transformLoop emits the loops over items and their vectors.
func (n *neon) transformLoop(args xreg, t transform) {
	s := neonSums{neon: n, at: map[float64]int{}}
	table := n.int()
	n.op("MOVD", fmt.Sprintf("$%s%d<>(SB)", t.name, 8*n.size), table)
	for i, k := range t.numbers {
		if i%n.width() == 0 {
			s.numbers = append(s.numbers, n.vec())
			n.op("FMOVQ", mem(table, i*n.size), s.numbers[i/n.width()])
		}
		s.at[k] = i
	}
	field := func(off int) xreg {
		r := n.int()
		n.op("MOVD", mem(args, off), r)
		return r
	}
	src, dst, items := field(passSrc), field(passDst), field(passItems)
	srcNext, dstNext := field(passSrcNext), field(passDstNext)
	from, to, vecs := make([]xreg, t.ins), make([]xreg, t.outs), n.int()
	for _, p := range [][]xreg{from, to} {
		for i := range p {
			p[i] = n.int()
		}
	}
	start := func(p []xreg, base, next xreg) {
		n.op("MOVD", base, p[0])
		for i := range p[1:] {
			n.op("ADD", next, p[i], p[i+1])
		}
	}
	n.label(t.name + "item")
	start(from, src, srcNext)
	start(to, dst, dstNext)
	n.op("MOVD", mem(args, passVecs), vecs)
	n.label(t.name + "loop")
	x := n.vecsOf(t.ins)
	for i, r := range x {
		n.op("FMOVQ.P", mem(from[i], neonBytes), r)
	}
	for i, y := range apply(t, sums[vreg](s), x) {
		n.op("FMOVQ.P", y, mem(to[i], neonBytes))
	}
	n.op("SUBS", "$1", vecs)
	n.op("BNE", t.name+"loop")
	n.op("MOVD", mem(args, passSrcItem), srcNext)
	n.op("ADD", srcNext, src)
	n.op("MOVD", mem(args, passDstItem), dstNext)
	n.op("ADD", dstNext, dst)
	n.op("MOVD", mem(args, passSrcNext), srcNext)
	n.op("MOVD", mem(args, passDstNext), dstNext)
	n.op("SUBS", "$1", items)
	n.op("BNE", t.name+"item")
	n.op("RET")
}

// neonSums emits sums; factors are elements of registers.
type neonSums struct {
	*neon
	numbers []vreg
	at      map[float64]int
}

func (s neonSums) add(x, y vreg) vreg { return s.of(wordAdd, x, y) }
func (s neonSums) sub(x, y vreg) vreg { return s.of(wordSub, x, y) }

func (s neonSums) of(w word, x, y vreg) vreg {
	z := s.vec()
	s.two(w, x, y, z)
	return z
}

func (s neonSums) mul(k float64, x vreg) vreg {
	z, i := s.vec(), s.at[k]
	s.mulLane(x, s.numbers[i/s.width()], i%s.width(), z)
	return z
}

func (s neonSums) fma(k float64, x, y vreg) vreg {
	z, i := s.vec(), s.at[k]
	s.move(y, z)
	s.fmaLane(x, s.numbers[i/s.width()], i%s.width(), z)
	return z
}
