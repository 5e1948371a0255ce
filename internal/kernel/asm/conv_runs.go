package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of conv's runs.
const (
	runsA, runsB, runsC = 0, 8, 16
	runsRA, runsRB      = 24, 32
	runsSkipA           = 40
	runsSkipB           = 48
	runsVecs, runsCount = 56, 64
	runsRows, runsCols  = 72, 80
	runsAdd             = 88
	runsStepB           = 96
)

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("conv", "runs_amd64", "amd64,!noasm", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				runsFunc(&simd512{simd: simd{c: c, size: size, bytes: 64}}, fmt.Sprintf("runs512x%d", 8*size), 5)
				runsFunc(&simd256{simd: simd{c: c, size: size, bytes: 32}}, fmt.Sprintf("runs256x%d", 8*size), 3)
			}
		})
	})
}

// runsFunc emits the kernel of sums over runs: it branches to the code for the
// numbers of rows and columns, each up to most.
func runsFunc(v vec, name string, most int) {
	c := v.ctx()
	args := openKernel(c, name, "kernel of sums over runs")
	rows, cols := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(runsRows), rows)
	c.MOVQ(args.Offset(runsCols), cols)
	for r := 1; r <= most; r++ {
		c.CMPQ(rows, operand.U8(r))
		c.JE(operand.LabelRef(fmt.Sprint("r", r)))
	}
	c.RET()
	for r := 1; r <= most; r++ {
		c.Label(fmt.Sprint("r", r))
		for n := most; n > 1; n-- {
			c.CMPQ(cols, operand.U8(n))
			c.JE(operand.LabelRef(fmt.Sprintf("r%dc%d", r, n)))
		}
		for n := 1; n <= most; n++ {
			runsTile(v, args, r, n)
		}
	}
}

// runsTile emits the sums of so many rows and columns.
func runsTile(v vec, args operand.Mem, rows, cols int) {
	c, name := v.ctx(), fmt.Sprintf("r%dc%d", rows, cols)
	c.Label(name)
	a := newRows(c, args.Offset(runsA), args.Offset(runsRA), rows)
	b := newRows(c, args.Offset(runsB), args.Offset(runsRB), cols)
	acc := make([]reg.VecVirtual, rows*cols)
	for i := range acc {
		acc[i] = v.reg()
		v.zero(acc[i])
	}
	runs, vecs := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(runsCount), runs)
	c.Label(name + "run")
	c.MOVQ(args.Offset(runsVecs), vecs)
	c.Label(name + "loop")
	y := make([]reg.VecVirtual, cols)
	for j := range y {
		y[j] = v.reg()
		v.loadC(b.at(j, 0), y[j], false)
	}
	for i := range rows {
		x := v.reg()
		v.loadC(a.at(i, 0), x, false)
		for j := range y {
			v.fma(x, y[j], acc[i*cols+j])
		}
	}
	for _, p := range a.ptr {
		c.ADDQ(operand.U8(v.width()*v.elem()), p)
	}
	for _, p := range b.ptr {
		c.ADDQ(args.Offset(runsStepB), p)
	}
	c.DECQ(vecs)
	c.JNZ(operand.LabelRef(name + "loop"))
	for _, p := range a.ptr {
		c.ADDQ(args.Offset(runsSkipA), p)
	}
	for _, p := range b.ptr {
		c.ADDQ(args.Offset(runsSkipB), p)
	}
	c.DECQ(runs)
	c.JNZ(operand.LabelRef(name + "run"))
	runsStore(v, args, name, acc)
}

// runsStore emits the sums over the elements of the vectors, four at a time, and
// the return. Behind the last one, copies of it fill the four up.
func runsStore(v vec, args operand.Mem, name string, acc []reg.VecVirtual) {
	c := v.ctx()
	to, add := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(runsC), to)
	for _, x := range acc {
		foldHalf(v, x)
	}
	n := len(acc)
	var sums []reg.VecVirtual // two or four results each
	for i := 0; i < n; i += 4 {
		at := func(k int) reg.VecVirtual { return acc[min(i+k, n-1)] }
		sums = append(sums, sumFour(v, at(0), at(1), at(2), at(3))...)
	}
	each := 4 * v.elem() * ((n + 3) / 4) / len(sums) // bytes
	c.MOVQ(args.Offset(runsAdd), add)
	c.TESTQ(add, add)
	c.JZ(operand.LabelRef(name + "store"))
	for i, s := range sums {
		m, x := operand.Mem{Base: to, Disp: i * each}, s.AsX()
		if v.elem() == 8 {
			c.VADDPD(m, x, x)
		} else {
			c.VADDPS(m, x, x)
		}
	}
	c.Label(name + "store")
	for i, s := range sums {
		c.VMOVUPS(s.AsX(), operand.Mem{Base: to, Disp: i * each})
	}
	v.end()
	c.RET()
}

// foldHalf emits the addition of the upper half of a vector of 64 bytes to the
// lower one.
func foldHalf(v vec, x reg.VecVirtual) {
	if v.width()*v.elem() < 64 {
		return
	}
	c, half := v.ctx(), v.ctx().YMM()
	c.VEXTRACTF64X4(operand.U8(1), x.AsZ(), half)
	if v.elem() == 8 {
		c.VADDPD(half, x.AsY(), x.AsY())
	} else {
		c.VADDPS(half, x.AsY(), x.AsY())
	}
}

// sumFour emits the sums of the elements of each of four vectors of 32 bytes, as
// one vector of four, or two of two.
func sumFour(v vec, p, q, r, s reg.VecVirtual) []reg.VecVirtual {
	c := v.ctx()
	// pairs interleaves two vectors and adds what was apart.
	pairs := func(lo, hi func(ops ...operand.Op), x, y reg.VecVirtual) reg.VecVirtual {
		a, b := c.YMM(), c.YMM()
		lo(y.AsY(), x.AsY(), a)
		hi(y.AsY(), x.AsY(), b)
		if v.elem() == 8 {
			c.VADDPD(b, a, a)
		} else {
			c.VADDPS(b, a, a)
		}
		return a
	}
	fold := func(x reg.VecVirtual) reg.VecVirtual { // upper half onto lower
		half := c.XMM()
		if v.width()*v.elem() == 64 {
			c.VEXTRACTF32X4(operand.U8(1), x.AsY(), half)
		} else {
			c.VEXTRACTF128(operand.U8(1), x.AsY(), half)
		}
		if v.elem() == 8 {
			c.VADDPD(half, x.AsX(), x.AsX())
		} else {
			c.VADDPS(half, x.AsX(), x.AsX())
		}
		return x
	}
	if v.elem() == 8 {
		return []reg.VecVirtual{fold(pairs(c.VUNPCKLPD, c.VUNPCKHPD, p, q)), fold(pairs(c.VUNPCKLPD, c.VUNPCKHPD, r, s))}
	}
	pq, rs := pairs(c.VUNPCKLPS, c.VUNPCKHPS, p, q), pairs(c.VUNPCKLPS, c.VUNPCKHPS, r, s)
	a, b := c.YMM(), c.YMM()
	c.VUNPCKLPD(rs.AsY(), pq.AsY(), a)
	c.VUNPCKHPD(rs.AsY(), pq.AsY(), b)
	c.VADDPS(b, a, a)
	return []reg.VecVirtual{fold(a)}
}
