package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("maxpool", "pairs_amd64", "amd64,!noasm", func(c *build.Context) {
			mask := pairTable(c, "mask", []int32{-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0})
			odd4 := pairTable(c, "odd32", []int32{0, -1, 0, -1, 0, -1, 0, -1})
			odd8 := pairTable(c, "odd64", []int32{0, 0, -1, -1, 0, 0, -1, -1})
			twice := pairTable(c, "twice", []int32{0, 0, 1, 1, 2, 2, 3, 3})
			even := pairTable(c, "even", []int32{0, 2, 4, 6, 0, 2, 4, 6})
			pairs{c, 4, mask, odd4, twice, even}.emit()
			pairs{c, 8, mask, odd8, twice, even}.emit()
		})
	})
}

func pairTable(c *build.Context, name string, words []int32) operand.Mem {
	m := c.StaticGlobal(name)
	c.DataAttributes(attr.NOPTR | attr.RODATA)
	for _, w := range words {
		c.AppendDatum(operand.I32(w))
	}
	return m
}

// pairs emits the kernels of windows of two by two places. A register holds both
// rows' places of some windows: those of a window stand side by side, so that
// the neighbour of a place is one permutation away.
type pairs struct {
	c                       *build.Context
	size                    int
	mask, odd, twice, evens operand.Mem
}

func (p pairs) double() bool { return p.size == 8 }

func (p pairs) name(s string) string { return fmt.Sprintf("%s256x%d", s, 8*p.size) }

func (p pairs) load(m operand.Mem, x reg.VecVirtual) {
	if p.double() {
		p.c.VMOVUPD(m, x)
	} else {
		p.c.VMOVUPS(m, x)
	}
}

func (p pairs) store(x reg.VecVirtual, m operand.Mem) {
	if p.double() {
		p.c.VMOVUPD(x, m)
	} else {
		p.c.VMOVUPS(x, m)
	}
}

// loadPart and storePart move the places that k has ones for.
func (p pairs) loadPart(m operand.Mem, k, x reg.VecVirtual) {
	if p.double() {
		p.c.VMASKMOVPD(m, k, x)
	} else {
		p.c.VMASKMOVPS(m, k, x)
	}
}

func (p pairs) storePart(x, k reg.VecVirtual, m operand.Mem) {
	if p.double() {
		p.c.VMASKMOVPD(x, k, m)
	} else {
		p.c.VMASKMOVPS(x, k, m)
	}
}

// swapped has the places of each pair exchanged.
func (p pairs) swapped(x reg.VecVirtual) reg.VecVirtual {
	y := p.c.YMM()
	if p.double() {
		p.c.VPERMILPD(operand.U8(0x5), x, y)
	} else {
		p.c.VPERMILPS(operand.U8(0xb1), x, y)
	}
	return y
}

func (p pairs) larger(x, y reg.VecVirtual) reg.VecVirtual {
	z := p.c.YMM()
	if p.double() {
		p.c.VMAXPD(x, y, z)
	} else {
		p.c.VMAXPS(x, y, z)
	}
	return z
}

func (p pairs) compare(how operand.U8, x, y reg.VecVirtual) reg.VecVirtual {
	z := p.c.YMM()
	if p.double() {
		p.c.VCMPPD(how, x, y, z)
	} else {
		p.c.VCMPPS(how, x, y, z)
	}
	return z
}

// first drops from the equal places e of a row the second of a pair.
func (p pairs) first(e, swapped, odd reg.VecVirtual) reg.VecVirtual {
	lost := p.c.YMM()
	p.c.VANDPS(swapped, odd, lost)
	p.c.VANDNPS(e, lost, lost)
	return lost
}

func (p pairs) emit() {
	p.function("max", "func(y, x *T, n, rows, ld int) (nan int)",
		"the largest of each two by two places, n of them in each of\n// some rows, on rows of x that lie ld elements apart, and whether a NaN is among all\n// (then y is not to be used).", false)
	p.function("grad", "func(o, x, d *T, n, rows, ld int) (nan int)",
		"d at the first largest of each two by two places, n of them in\n// each of some rows, and 0 at the others, on rows of x and o that lie ld elements\n// apart, and whether a NaN is among all places.", true)
}

func (p pairs) function(name, signature, doc string, grad bool) {
	c := p.c
	elem := fmt.Sprintf("float%d", 8*p.size)
	c.Function(p.name(name))
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr(strings.ReplaceAll(signature, "T", elem))
	c.Doc(p.name(name) + " writes " + doc)
	c.Pragma("noescape")
	ptr := func(s string) reg.GPVirtual { return c.Load(c.Param(s), c.GP64()).(reg.GPVirtual) }
	ld, all, rows := ptr("ld"), ptr("n"), ptr("rows")
	c.SHLQ(operand.U8(p.size/4+1), ld) // bytes
	second := func(row reg.GPVirtual) reg.GPVirtual {
		next := c.GP64()
		c.LEAQ(operand.Mem{Base: row, Index: ld, Scale: 1}, next)
		return next
	}
	r0 := ptr("x")
	r1 := second(r0)
	lines := []reg.GPVirtual{r0, r1}
	var y, o0, o1, d reg.GPVirtual
	var few reg.GPVirtual // has one element for each window
	if grad {
		o0, d = ptr("o"), ptr("d")
		o1 = second(o0)
		lines, few = append(lines, o0, o1), d
	} else {
		y = ptr("y")
		few = y
	}
	n := c.GP64()
	nan := c.YMM()
	c.VXORPS(nan, nan, nan)
	odd, perm := c.YMM(), c.YMM()
	c.VMOVDQU(p.odd, odd)
	if grad {
		c.VMOVDQU(p.twice, perm)
	} else {
		c.VMOVDQU(p.evens, perm)
	}
	at, half := c.GP64(), c.GP64() // bytes of one row, and of the windows
	c.Label("row")
	c.XORQ(at, at)
	c.XORQ(half, half)
	c.MOVQ(all, n)
	each := 16 / p.size // windows in a register

	row := func(r reg.GPVirtual) operand.Mem { return operand.Mem{Base: r, Index: at, Scale: 1} }
	win := func(r reg.GPVirtual) operand.Mem { return operand.Mem{Base: r, Index: half, Scale: 1} }
	body := func(part bool, km, kw reg.VecVirtual) {
		a, b := c.YMM(), c.YMM()
		if part {
			p.loadPart(row(r0), km, a)
			p.loadPart(row(r1), km, b)
		} else {
			p.load(row(r0), a)
			p.load(row(r1), b)
		}
		c.VORPS(nan, p.compare(isUnord, a, b), nan)
		m := p.larger(p.larger(a, p.swapped(a)), p.larger(b, p.swapped(b)))
		if !grad {
			out := c.YMM()
			if p.double() {
				c.VPERMPD(operand.U8(0x08), m, out)
			} else {
				c.VPERMPS(m, perm, out)
			}
			low := out.AsX().(reg.VecVirtual)
			if part {
				p.storePart(low, kw, win(y))
			} else {
				p.store(low, win(y))
			}
			return
		}
		e0, e1 := p.compare(isEq, a, m), p.compare(isEq, b, m)
		s0 := p.swapped(e0)
		w0 := p.first(e0, s0, odd)
		c.VORPS(e0, s0, s0) // the row has one
		c.VANDNPS(e1, s0, e1)
		w1 := p.first(e1, p.swapped(e1), odd)
		each, dd := c.XMM(), c.YMM()
		if part {
			p.loadPart(win(d), kw, each)
		} else {
			p.load(win(d), each)
		}
		if p.double() {
			c.VPERMPD(operand.U8(0x50), each.AsY(), dd)
		} else {
			c.VPERMPS(each.AsY(), perm, dd)
		}
		c.VANDPS(w0, dd, w0)
		c.VANDPS(w1, dd, w1)
		if part {
			p.storePart(w0, km, row(o0))
			p.storePart(w1, km, row(o1))
		} else {
			p.store(w0, row(o0))
			p.store(w1, row(o1))
		}
	}
	c.Label("loop")
	c.CMPQ(n, operand.U8(each))
	c.JL(operand.LabelRef("tail"))
	body(false, nil, nil)
	c.ADDQ(operand.U8(32), at)
	c.ADDQ(operand.U8(16), half)
	c.SUBQ(operand.U8(each), n)
	c.JMP(operand.LabelRef("loop"))
	c.Label("tail")
	c.TESTQ(n, n)
	c.JZ(operand.LabelRef("done"))
	c.CMPQ(all, operand.U8(each))
	c.JL(operand.LabelRef("few"))
	c.SUBQ(operand.U8(each), n) // the last windows once more, with those before them
	c.IMUL3Q(operand.U8(p.size), n, n)
	c.ADDQ(n, half)
	c.LEAQ(operand.Mem{Base: at, Index: n, Scale: 2}, at)
	body(false, nil, nil)
	c.JMP(operand.LabelRef("done"))
	c.Label("few")
	table, off := c.GP64(), c.GP64()
	c.LEAQ(p.mask.Offset(32), table)
	c.MOVQ(n, off)
	c.SHLQ(operand.U8(p.size/4+1), off)
	c.NEGQ(off)
	km, kw := c.YMM(), c.XMM()
	c.VMOVDQU(operand.Mem{Base: table, Index: off, Scale: 2}, km)
	c.VMOVDQU(operand.Mem{Base: table, Index: off, Scale: 1}, kw)
	body(true, km, kw)
	c.Label("done")
	for _, line := range lines {
		c.LEAQ(operand.Mem{Base: line, Index: ld, Scale: 2}, line)
	}
	c.LEAQ(operand.Mem{Base: few, Index: all, Scale: uint8(p.size)}, few)
	c.DECQ(rows)
	c.JNZ(operand.LabelRef("row"))
	flags := c.GP32()
	c.VMOVMSKPS(nan, flags)
	out := c.GP64()
	c.MOVL(flags, out.As32())
	c.VZEROUPPER()
	c.Store(out, c.ReturnIndex(0))
	c.RET()
}
