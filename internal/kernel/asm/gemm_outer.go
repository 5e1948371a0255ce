package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("gemm", "outer_amd64", "amd64,!noasm", func(c *build.Context) {
			eachVec(c, func(v vec, suffix string) { outerFunc(v, "outer"+suffix) })
		})
	})
}

// outerDepth is the most terms of an outer kernel, outerTwo with AVX2 the most for two
// rows at a time.
const outerDepth, outerTwo = 11, 5

// outer is the part of an outer kernel for sums of k terms.
type outer struct {
	vec
	args        operand.Mem
	name        string
	a           [][]reg.VecVirtual // rows of a, each element in a vector of its own
	b           *rowsOf
	c           []reg.GPVirtual
	alpha, beta reg.VecVirtual
}

// outerFunc emits the kernel. It takes two rows where registers allow, and then
// computes a single one twice, and else one.
func outerFunc(v vec, name string) {
	two := outerDepth
	if v.width()*v.elem() == 32 {
		two = outerTwo
	}
	c := v.ctx()
	args := openKernel(c, name, "outer kernel")
	full, k := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileCols), full)
	v.setMask(full)
	v.partial()
	beforeLast(v, full)
	c.MOVQ(args.Offset(tileK), k)
	for n := 1; n < outerDepth; n++ {
		c.CMPQ(k, operand.U8(n))
		c.JE(operand.LabelRef(fmt.Sprint("k", n)))
	}
	for n := outerDepth; n >= 1; n-- {
		o := &outer{vec: v, args: args, name: fmt.Sprint("k", n)}
		c.Label(o.name)
		if n <= two {
			o.emit(2, n, full)
		} else {
			o.emit(1, n, full)
		}
	}
}

// emit emits the loop over whole vectors of columns, and the last one.
func (o *outer) emit(rows, depth int, full reg.GPVirtual) {
	c := o.ctx()
	o.alpha, o.beta = o.reg(), o.reg()
	o.scalar(o.args.Offset(tileAlpha), o.alpha)
	o.scalar(o.args.Offset(tileBeta), o.beta)
	a, rsa, csa, ldc := c.GP64(), c.GP64(), c.GP64(), c.GP64()
	c.MOVQ(o.args.Offset(tileA), a)
	c.MOVQ(o.args.Offset(tileCSA), csa)
	c.MOVQ(o.args.Offset(tileRSA), rsa)
	c.MOVQ(o.args.Offset(tileLDC), ldc)
	c.CMPQ(o.args.Offset(tileRows), operand.U8(1))
	c.JNE(operand.LabelRef(o.name + "rows"))
	c.XORQ(rsa, rsa)
	c.XORQ(ldc, ldc)
	c.Label(o.name + "rows")
	o.a = make([][]reg.VecVirtual, rows)
	for q := range depth {
		for i := range o.a {
			x := o.reg()
			o.broadcast([]operand.Mem{{Base: a}, {Base: a, Index: rsa, Scale: 1}}[i], x)
			o.a[i] = append(o.a[i], x)
		}
		if q < depth-1 {
			c.ADDQ(csa, a)
		}
	}
	o.b = newRows(c, o.args.Offset(tileB), o.args.Offset(tileLDB), depth)
	for i := range rows {
		to := c.GP64()
		c.MOVQ(o.args.Offset(tileC), to)
		if i > 0 {
			c.ADDQ(ldc, to)
		}
		o.c = append(o.c, to)
	}
	c.TESTQ(full, full)
	c.JZ(operand.LabelRef(o.name + "last"))
	c.Label(o.name + "loop")
	o.step(false)
	for _, p := range append(o.b.ptr, o.c...) {
		c.ADDQ(operand.U8(o.width()*o.elem()), p)
	}
	c.DECQ(full)
	c.JNZ(operand.LabelRef(o.name + "loop"))
	c.Label(o.name + "last")
	o.step(true)
	o.end()
	c.RET()
}

// step emits one vector of columns. Old elements of both rows are read before new
// ones are written.
func (o *outer) step(part bool) {
	c := o.ctx()
	sums := zeroSums(o, len(o.a))
	b := o.reg()
	for q := range o.a[0] {
		o.loadC(o.b.at(q, 0), b, part)
		for i, s := range sums {
			o.fma(o.a[i][q], b, s)
		}
	}
	for _, s := range sums {
		o.mul(o.alpha, s, s)
	}
	store := fmt.Sprint(o.name, "store", part)
	ifZero(c, o.args.Offset(tileBeta), c.GP64(), store)
	for i, s := range sums {
		o.loadC(operand.Mem{Base: o.c[i]}, b, part)
		o.fma(o.beta, b, s)
	}
	c.Label(store)
	for i, s := range sums {
		o.storeC(operand.Mem{Base: o.c[i]}, s, part)
	}
}
