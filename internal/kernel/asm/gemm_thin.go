package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("gemm", "thin_amd64", "amd64,!noasm", func(c *build.Context) {
			eachVec(c, func(v vec, suffix string) { thinFunc(v, "thin"+suffix) })
		})
	})
}

// thinRows is the most rows of a that a thin kernel takes.
const thinRows = 4

// thin is the part of a thin kernel for one number of rows of a.
type thin struct {
	vec
	args       operand.Mem
	name       string
	rows, cols int             // products of a group of rows of b
	past       []reg.GPVirtual // bytes from the first row of b of the group to the others
	full       reg.GPVirtual   // vectors before the last one, and that one too if it is full
	sums       [][]reg.VecVirtual
}

// thinFunc emits the kernel for up to thinRows rows of a: it takes as many rows of
// b at a time as registers allow.
func thinFunc(v vec, name string) {
	cols := 4
	if v.width()*v.elem() == 32 {
		cols = 3
	}
	c := v.ctx()
	args := openKernel(c, name, "thin kernel")
	full, rows := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileK), full)
	v.setMask(full)
	whole := c.GP64()
	c.MOVQ(full, whole)
	beforeLast(v, full)
	c.ANDQ(operand.U8(v.width()-1), whole)
	c.JNZ(operand.LabelRef("rows"))
	c.INCQ(full)
	c.Label("rows")
	c.MOVQ(args.Offset(tileRows), rows)
	for r := 1; r < thinRows; r++ {
		c.CMPQ(rows, operand.U8(r))
		c.JE(operand.LabelRef(fmt.Sprint("r", r)))
	}
	for r := thinRows; r >= 1; r-- {
		k := &thin{vec: v, args: args, name: fmt.Sprint("r", r), rows: r, cols: cols, full: full}
		c.Label(k.name)
		k.emit()
	}
}

// emit emits the loop over the rows of b.
func (k *thin) emit() {
	c := k.ctx()
	b, to, left := c.GP64(), c.GP64(), c.GP64()
	c.MOVQ(k.args.Offset(tileB), b)
	c.MOVQ(k.args.Offset(tileC), to)
	c.MOVQ(k.args.Offset(tileCols), left)
	for j := 1; j < k.cols; j++ {
		p := c.GP64()
		c.MOVQ(k.args.Offset(tileLDB), p)
		if j > 1 {
			c.ADDQ(k.past[j-2], p)
		}
		k.past = append(k.past, p)
	}
	group := k.name + "group"
	c.Label(group)
	k.clamp(left)
	k.sum(b)
	alpha := k.reg()
	k.scalar(k.args.Offset(tileAlpha), alpha)
	bits := c.GP64()
	c.MOVQ(k.args.Offset(tileAcross), bits)
	c.TESTQ(bits, bits)
	c.JNZ(operand.LabelRef(k.name + "across"))
	for j := range k.cols {
		k.store(j, to, alpha)
		if j < k.cols-1 {
			c.DECQ(left)
			c.JZ(operand.LabelRef(k.name + "end"))
			c.ADDQ(k.args.Offset(tileLDC), to)
			c.ADDQ(k.args.Offset(tileLDB), b)
		}
	}
	c.ADDQ(k.args.Offset(tileLDC), to)
	c.ADDQ(k.args.Offset(tileLDB), b)
	c.DECQ(left)
	c.JNZ(operand.LabelRef(group))
	c.JMP(operand.LabelRef(k.name + "end"))
	c.Label(k.name + "across")
	k.across(to, left, alpha)
	for range k.cols {
		c.ADDQ(k.args.Offset(tileLDB), b)
	}
	c.ADDQ(operand.U8(k.cols*k.elem()), to)
	c.SUBQ(operand.U8(k.cols), left)
	c.JA(operand.LabelRef(group))
	c.Label(k.name + "end")
	k.end()
	c.RET()
}

// across emits the write of the products of a group, those of one row of a side by
// side.
func (k *thin) across(to, left reg.GPVirtual, alpha reg.VecVirtual) {
	c := k.ctx()
	ldc, bits, beta := c.GP64(), c.GP64(), k.reg()
	c.MOVQ(k.args.Offset(tileLDC), ldc)
	at := rowsFrom(c, to, ldc, k.rows)
	var sums [][]reg.VecVirtual
	for i := range k.rows {
		var row []reg.VecVirtual
		for j := range k.cols {
			row = append(row, k.sums[j][i])
		}
		sums = append(sums, k.scaled(row, alpha))
	}
	k.scalar(k.args.Offset(tileBeta), beta)
	c.MOVQ(k.args.Offset(tileBeta), bits)
	c.ADDQ(bits, bits) // drops the sign
	// some writes n columns.
	some := func(n int) {
		name := fmt.Sprint(k.name, "n", n)
		c.TESTQ(bits, bits)
		c.JZ(operand.LabelRef(name))
		for i, row := range sums {
			k.addOld(row, at.at(i, 0), n, beta)
		}
		c.Label(name)
		for i, row := range sums {
			k.write(row, at.at(i, 0), n)
		}
	}
	for n := 1; n < k.cols; n++ {
		next := fmt.Sprint(k.name, "past", n)
		c.CMPQ(left, operand.U8(n))
		c.JNE(operand.LabelRef(next))
		some(n)
		c.JMP(operand.LabelRef(k.name + "end"))
		c.Label(next)
	}
	some(k.cols)
}

// clamp makes rows of b that are not there copies of the last one.
func (k *thin) clamp(left reg.GPVirtual) {
	c := k.ctx()
	whole := operand.LabelRef(k.name + "whole")
	c.CMPQ(left, operand.U8(k.cols))
	c.JAE(whole)
	for n := k.cols - 1; n >= 1; n-- { // n rows are there
		for j := n; j < k.cols; j++ {
			if n == 1 {
				c.XORQ(k.past[j-1], k.past[j-1])
			} else {
				c.MOVQ(k.past[n-2], k.past[j-1])
			}
		}
		if n > 1 {
			c.CMPQ(left, operand.U8(n))
			c.JE(whole)
		}
	}
	c.Label(k.name + "whole")
}

// sum emits the sums over the vectors of a group.
func (k *thin) sum(b reg.GPVirtual) {
	c := k.ctx()
	x, y, n := newRows(c, k.args.Offset(tileA), k.args.Offset(tileRSA), k.rows), c.GP64(), c.GP64()
	c.MOVQ(b, y)
	c.MOVQ(k.full, n)
	for range k.cols {
		k.sums = append(k.sums, zeroSums(k.vec, k.rows))
	}
	row := func(j int) operand.Mem {
		if j == 0 {
			return operand.Mem{Base: y}
		}
		return operand.Mem{Base: y, Index: k.past[j-1], Scale: 1}
	}
	bytes := k.width() * k.elem()
	c.TESTQ(n, n)
	c.JZ(operand.LabelRef(k.name + "last"))
	c.Label(k.name + "loop")
	bv := make([]reg.VecVirtual, k.cols)
	for j := range bv {
		bv[j] = k.reg()
		k.loadC(row(j), bv[j], false)
	}
	for i := range k.rows {
		p := k.reg()
		k.loadC(x.at(i, 0), p, false)
		for j, q := range bv {
			k.fma(p, q, k.sums[j][i])
		}
	}
	c.ADDQ(operand.U8(bytes), x.ptr[0])
	c.ADDQ(operand.U8(bytes), y)
	c.DECQ(n)
	c.JNZ(operand.LabelRef(k.name + "loop"))
	k.branchFull(k.name + "summed")
	c.Label(k.name + "last")
	k.partial()
	for j := range k.cols {
		q := k.reg()
		k.loadC(row(j), q, true)
		for i := range k.rows {
			p := k.reg()
			k.loadC(x.at(i, 0), p, true)
			k.fma(p, q, k.sums[j][i])
		}
	}
	c.Label(k.name + "summed")
}

// store emits the write of the products of one row of b, two of them in a register
// or, if these are of four bytes, all.
func (k *thin) store(j int, to reg.GPVirtual, alpha reg.VecVirtual) {
	name, beta := fmt.Sprint(k.name, "c", j), k.reg()
	sums := k.scaled(k.sums[j], alpha)
	ifZero(k.ctx(), k.args.Offset(tileBeta), k.ctx().GP64(), name)
	k.scalar(k.args.Offset(tileBeta), beta)
	k.addOld(sums, operand.Mem{Base: to}, k.rows, beta)
	k.ctx().Label(name)
	k.write(sums, operand.Mem{Base: to}, k.rows)
}

// scaled emits alpha times the sums of the elements of each vector, side by side.
func (k *thin) scaled(s []reg.VecVirtual, alpha reg.VecVirtual) []reg.VecVirtual {
	sums := k.fold(s)
	for _, x := range sums {
		k.mulX(alpha.AsX(), x)
	}
	return sums
}

// pieces calls f for each register of the first n elements of sums that lie at m, with
// where its own lie and how many they are.
func (k *thin) pieces(sums []reg.VecVirtual, m operand.Mem, n int, f func(x reg.VecVirtual, m operand.Mem, n int)) {
	each := 16 / k.elem()
	for i := 0; i*each < n; i++ {
		f(sums[i], m.Offset(16*i), min(n-i*each, each))
	}
}

// addOld emits the addition of beta times the n elements at m.
func (k *thin) addOld(sums []reg.VecVirtual, m operand.Mem, n int, beta reg.VecVirtual) {
	k.pieces(sums, m, n, func(x reg.VecVirtual, m operand.Mem, n int) {
		old := k.ctx().XMM()
		k.loadFew(m, old, n)
		k.fmaX(beta.AsX(), old, x)
	})
}

// write emits the store of n elements to m.
func (k *thin) write(sums []reg.VecVirtual, m operand.Mem, n int) { k.pieces(sums, m, n, k.storeFew) }

// fold emits the sums of the elements of each vector, side by side.
func (k *thin) fold(s []reg.VecVirtual) []reg.VecVirtual {
	c := k.ctx()
	double := k.elem() == 8
	y := make([]reg.VecVirtual, len(s))
	for i, x := range s {
		y[i] = x.AsY().(reg.VecVirtual)
		if k.width()*k.elem() == 64 {
			half := c.YMM()
			c.VEXTRACTF64X4(operand.U8(1), x.AsZ(), half)
			if double {
				c.VADDPD(half, y[i], y[i])
			} else {
				c.VADDPS(half, y[i], y[i])
			}
		}
	}
	for n := 16 / k.elem(); n > 1; n /= 2 { // neighbours, not by VHADD, which some processors have as microcode
		var to []reg.VecVirtual
		for i := 0; i < len(y); i += 2 {
			other := y[min(i+1, len(y)-1)]
			odd := c.YMM()
			if double {
				c.VUNPCKHPD(other, y[i], odd)
				c.VUNPCKLPD(other, y[i], y[i])
				c.VADDPD(odd, y[i], y[i])
			} else {
				c.VSHUFPS(operand.U8(0xdd), other, y[i], odd)
				c.VSHUFPS(operand.U8(0x88), other, y[i], y[i])
				c.VADDPS(odd, y[i], y[i])
			}
			to = append(to, y[i])
		}
		y = to
	}
	for i, v := range y { // halves
		half := c.XMM()
		if k.width()*k.elem() == 64 {
			c.VEXTRACTF32X4(operand.U8(1), v, half) // half may be a register of this level alone
		} else {
			c.VEXTRACTF128(operand.U8(1), v, half)
		}
		y[i] = v.AsX().(reg.VecVirtual)
		if double {
			c.VADDPD(half, y[i], y[i])
		} else {
			c.VADDPS(half, y[i], y[i])
		}
	}
	return y
}

// mulX emits x *= alpha for 16 bytes.
func (k *thin) mulX(alpha reg.Register, x reg.VecVirtual) {
	if k.elem() == 8 {
		k.ctx().VMULPD(alpha, x, x)
	} else {
		k.ctx().VMULPS(alpha, x, x)
	}
}

// fmaX emits sum += x·y for 16 bytes.
func (k *thin) fmaX(x reg.Register, y, sum reg.VecVirtual) {
	if k.elem() == 8 {
		k.ctx().VFMADD231PD(x, y, sum)
	} else {
		k.ctx().VFMADD231PS(x, y, sum)
	}
}

// loadFew emits the load of n elements of 16 bytes.
func (k *thin) loadFew(m operand.Mem, x reg.VecVirtual, n int) {
	c := k.ctx()
	switch n * k.elem() {
	case 16:
		c.VMOVUPS(m, x)
	case 12:
		c.VMOVSD(m, x)
		c.VINSERTPS(operand.U8(0x20), m.Offset(8), x, x)
	case 8:
		c.VMOVSD(m, x)
	case 4:
		c.VMOVSS(m, x)
	}
}

// storeFew emits the store of n elements of 16 bytes.
func (k *thin) storeFew(x reg.VecVirtual, m operand.Mem, n int) {
	c := k.ctx()
	switch n * k.elem() {
	case 16:
		c.VMOVUPS(x, m)
	case 12:
		c.VMOVSD(x, m)
		c.VEXTRACTPS(operand.U8(2), x, m.Offset(8))
	case 8:
		c.VMOVSD(x, m)
	case 4:
		c.VMOVSS(x, m)
	}
}
