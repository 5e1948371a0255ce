package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("gemm", "slim_amd64", "amd64,!noasm", func(c *build.Context) {
			eachVec(c, func(v vec, suffix string) { slimFunc(v, "slim"+suffix) })
		})
	})
}

// slimFunc emits the slim kernel: vectors go along a row of b, and sum i has the terms that a
// thin kernel adds in element i of its vector. Where registers allow, there are two vectors.
func slimFunc(v vec, name string) {
	c := v.ctx()
	args := openKernel(c, name, "slim kernel")
	cols := c.GP64()
	c.MOVQ(args.Offset(tileCols), cols)
	v.setMask(cols)
	v.partial()
	if 2*v.width() < v.registers()-highVector/2 {
		c.CMPQ(cols, operand.U8(v.width()))
		c.JA(operand.LabelRef("two"))
	}
	slimPart(v, args, "one", 1)
	if 2*v.width() < v.registers()-highVector/2 {
		slimPart(v, args, "two", 2)
	}
}

// slimPart emits the kernel for so many vectors; labels begin with name.
func slimPart(v vec, args operand.Mem, name string, vecs int) {
	c := v.ctx()
	full, rest := c.GP64(), c.GP64()
	c.Label(name)
	c.MOVQ(args.Offset(tileK), full)
	c.LEAQ(operand.Mem{Base: full, Disp: -1}, rest) // terms of the last round
	c.ANDQ(operand.U8(v.width()-1), rest)
	c.INCQ(rest)
	beforeLast(v, full)
	x, y, ldb := c.GP64(), c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileA), x)
	c.MOVQ(args.Offset(tileB), y)
	c.MOVQ(args.Offset(tileLDB), ldb)
	sums := make([][]reg.VecVirtual, vecs)
	at := func(p reg.GPVirtual, k int) (operand.Mem, bool) { // vector k, and whether it is a part of one
		return operand.Mem{Base: p, Disp: k * v.width() * v.elem()}, k == vecs-1
	}
	for k := range sums {
		sums[k] = zeroSums(v, v.width())
	}
	term := func(i int) {
		p := v.reg()
		v.broadcast(operand.Mem{Base: x, Disp: i * v.elem()}, p)
		for k := range sums {
			q := v.reg()
			m, part := at(y, k)
			v.loadC(m, q, part)
			v.fma(p, q, sums[k][i])
		}
		c.ADDQ(ldb, y)
	}
	c.TESTQ(full, full)
	c.JZ(operand.LabelRef(name + "last"))
	c.Label(name + "loop")
	for i := range v.width() {
		term(i)
	}
	c.ADDQ(operand.U8(v.width()*v.elem()), x)
	c.DECQ(full)
	c.JNZ(operand.LabelRef(name + "loop"))

	c.Label(name + "last")
	for i := range v.width() {
		if i > 0 {
			c.CMPQ(rest, operand.U8(i))
			c.JE(operand.LabelRef(fmt.Sprint(name, "past", i)))
		}
		term(i)
	}
	c.JMP(operand.LabelRef(name + "fold"))
	zero := v.reg()
	for i := 1; i < v.width(); i++ { // a thin kernel adds zeros there, which turn -0 into 0
		c.Label(fmt.Sprint(name, "past", i))
		v.zero(zero)
		for k := range sums {
			v.add(zero, sums[k][i])
		}
	}
	c.Label(name + "fold")
	alpha, beta, old, to := v.reg(), v.reg(), v.reg(), c.GP64()
	v.scalar(args.Offset(tileAlpha), alpha)
	for k := range sums {
		slimFold(v, sums[k])
		v.mul(alpha, sums[k][0], sums[k][0])
	}
	c.MOVQ(args.Offset(tileC), to)
	ifZero(c, args.Offset(tileBeta), c.GP64(), name+"store")
	v.scalar(args.Offset(tileBeta), beta)
	for k := range sums {
		m, part := at(to, k)
		v.loadC(m, old, part)
		v.fma(beta, old, sums[k][0])
	}
	c.Label(name + "store")
	for k := range sums {
		m, part := at(to, k)
		v.storeC(m, sums[k][0], part)
	}
	v.end()
	c.RET()
}

// slimFold emits the sum of all sums into the first, in the order in which a thin kernel
// adds the elements of its vectors.
func slimFold(v vec, s []reg.VecVirtual) {
	if v.width()*v.elem() == 64 { // halves
		n := len(s) / 2
		for i := range n {
			v.add(s[n+i], s[i])
		}
		s = s[:n]
	}
	for step := 1; step < len(s); step *= 2 { // neighbours, and at last halves
		for i := 0; i < len(s); i += 2 * step {
			v.add(s[i+step], s[i])
		}
	}
}
