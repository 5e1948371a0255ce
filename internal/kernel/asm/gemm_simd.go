package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vec emits the vector instructions of one level and element size.
type vec interface {
	ctx() *build.Context
	elem() int      // bytes of an element
	width() int     // elements of a vector
	registers() int // of vectors, that the level has
	reg() reg.VecVirtual
	// setMask makes the mask of the last vector from the number of columns,
	// and keeps whether that vector is full.
	setMask(cols reg.GPVirtual)
	// branchFull jumps to the label if the last vector is full.
	branchFull(label string)
	// partial is emitted before code that loads or stores partial vectors of C.
	partial()
	zero(x reg.VecVirtual)
	loadB(m operand.Mem, x reg.VecVirtual, part bool)
	loadC(m operand.Mem, x reg.VecVirtual, part bool)
	storeC(m operand.Mem, x reg.VecVirtual, part bool)
	store(x reg.VecVirtual, m operand.Mem)
	broadcast(m operand.Mem, x reg.VecVirtual)
	// scalar broadcasts a float64 in memory as an element.
	scalar(m operand.Mem, x reg.VecVirtual)
	fma(x, y, sum reg.VecVirtual)
	mul(x, y, to reg.VecVirtual)
	add(x, to reg.VecVirtual)
	// scale writes alpha·sum + beta·to for single elements.
	scale(bits, to operand.Mem, sum, alpha, beta reg.VecVirtual)
	// end is emitted before a return.
	end()
}

// openKernel starts a kernel, of which the comment says what it is, and returns where
// the table lies that is its argument.
func openKernel(c *build.Context, name, what string) operand.Mem {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(t *byte)")
	c.Doc(name + " is the " + what + " of this level.")
	c.Pragma("noescape")
	return operand.Mem{Base: c.Load(c.Param("t"), c.GP64())}
}

// eachVec calls f for the levels of AVX and both sizes of elements, with what the
// names of their functions end in.
func eachVec(c *build.Context, f func(v vec, suffix string)) {
	mask := maskTable(c)
	for _, size := range []int{4, 8} {
		f(&simd512{simd: simd{c: c, size: size, bytes: 64}}, fmt.Sprintf("512x%d", 8*size))
		f(&simd256{simd: simd{c: c, size: size, bytes: 32}, table: mask}, fmt.Sprintf("256x%d", 8*size))
	}
}

// zeroSums emits the start of n sums.
func zeroSums(v vec, n int) []reg.VecVirtual {
	sums := make([]reg.VecVirtual, n)
	for i := range sums {
		sums[i] = v.reg()
		v.zero(sums[i])
	}
	return sums
}

// beforeLast makes of a number of elements, at least 1, that of the vectors before the
// last one.
func beforeLast(v vec, n reg.GPVirtual) {
	c := v.ctx()
	c.DECQ(n)
	for w := v.width(); w > 1; w /= 2 {
		c.SHRQ(operand.U8(1), n)
	}
}

// ifZero jumps to the label if the float64 in memory is 0; bits is overwritten.
func ifZero(c *build.Context, m operand.Mem, bits reg.GPVirtual, label string) {
	c.MOVQ(m, bits)
	c.ADDQ(bits, bits) // drops the sign
	c.JZ(operand.LabelRef(label))
}

// simd is what the levels share.
type simd struct {
	c           *build.Context
	size, bytes int
	last        reg.GPVirtual // elements of the last vector
}

func (s *simd) ctx() *build.Context { return s.c }
func (s *simd) elem() int           { return s.size }
func (s *simd) width() int          { return s.bytes / s.size }
func (s *simd) double() bool        { return s.size == 8 }
func (s *simd) end()                { s.c.VZEROUPPER() }

func (s *simd) broadcast(m operand.Mem, x reg.VecVirtual) {
	if s.double() {
		s.c.VBROADCASTSD(m, x)
	} else {
		s.c.VBROADCASTSS(m, x)
	}
}

func (s *simd) scalar(m operand.Mem, x reg.VecVirtual) {
	if s.double() {
		s.c.VBROADCASTSD(m, x)
		return
	}
	low := s.c.XMM()
	s.c.VMOVSD(m, low)
	s.c.VCVTSD2SS(low, low, low)
	s.c.VBROADCASTSS(low, x)
}

func (s *simd) fma(x, y, sum reg.VecVirtual) {
	if s.double() {
		s.c.VFMADD231PD(x, y, sum)
	} else {
		s.c.VFMADD231PS(x, y, sum)
	}
}

func (s *simd) mul(x, y, to reg.VecVirtual) {
	if s.double() {
		s.c.VMULPD(x, y, to)
	} else {
		s.c.VMULPS(x, y, to)
	}
}

// move is an unaligned load or store of a whole vector.
func (s *simd) move(from, to operand.Op) {
	if s.double() {
		s.c.VMOVUPD(from, to)
	} else {
		s.c.VMOVUPS(from, to)
	}
}

func (s *simd) store(x reg.VecVirtual, m operand.Mem) { s.move(x, m) }

// lastCols sets s.last to the columns of the last vector, 1 to the width.
func (s *simd) lastCols(cols reg.GPVirtual) {
	s.last = s.c.GP64()
	s.c.LEAQ(operand.Mem{Base: cols, Disp: -1}, s.last)
	s.c.ANDQ(operand.U8(s.width()-1), s.last)
	s.c.INCQ(s.last)
}

func (s *simd) branchFull(label string) {
	s.c.CMPQ(s.last, operand.U8(s.width()))
	s.c.JE(operand.LabelRef(label))
}

// simd512 emits AVX-512, with a mask register for partial vectors.
type simd512 struct {
	simd
	mask reg.OpmaskVirtual
}

func (s *simd512) reg() reg.VecVirtual { return s.c.ZMM() }

func (s *simd512) registers() int { return 2 * highVector }

func (s *simd512) setMask(cols reg.GPVirtual) {
	s.lastCols(cols)
	ones := s.c.GP32()
	s.c.MOVL(operand.U32(1<<32-1), ones)
	s.c.BZHIL(s.last.As32(), ones, ones)
	s.mask = s.c.K()
	s.c.KMOVW(ones, s.mask)
}

func (s *simd512) partial() {}

func (s *simd512) zero(x reg.VecVirtual) { s.c.VPXORD(x, x, x) }

func (s *simd512) loadB(m operand.Mem, x reg.VecVirtual, part bool) { s.loadC(m, x, part) }

func (s *simd512) loadC(m operand.Mem, x reg.VecVirtual, part bool) {
	switch {
	case !part:
		s.move(m, x)
	case s.double():
		s.c.VMOVUPD_Z(m, s.mask, x)
	default:
		s.c.VMOVUPS_Z(m, s.mask, x)
	}
}

func (s *simd512) storeC(m operand.Mem, x reg.VecVirtual, part bool) {
	switch {
	case !part:
		s.move(x, m)
	case s.double():
		s.c.VMOVUPD(x, s.mask, m)
	default:
		s.c.VMOVUPS(x, s.mask, m)
	}
}

// simd256 emits AVX2 and FMA. B is always readable as whole vectors there.
type simd256 struct {
	simd
	table operand.Mem
	mask  reg.VecVirtual
}

// maskTable emits eight words of ones before eight of zeros.
func maskTable(c *build.Context) operand.Mem {
	m := c.StaticGlobal("gemmMask")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		word := operand.U32(0)
		if i < 8 {
			word = 1<<32 - 1
		}
		c.AddDatum(4*i, word)
	}
	return m
}

func (s *simd256) reg() reg.VecVirtual { return s.c.YMM() }

func (s *simd256) registers() int { return highVector }

func (s *simd256) setMask(cols reg.GPVirtual) { s.lastCols(cols) }

// partial reads the mask from the table, as many bytes before its middle as
// the last vector holds.
func (s *simd256) partial() {
	at, off := s.c.GP64(), s.c.GP64()
	s.c.LEAQ(s.table.Offset(32), at)
	s.c.MOVQ(s.last, off)
	s.c.NEGQ(off)
	s.mask = s.reg()
	s.c.VMOVDQU(operand.Mem{Base: at, Index: off, Scale: uint8(s.size)}, s.mask)
}

func (s *simd256) zero(x reg.VecVirtual) { s.c.VXORPS(x, x, x) }

func (s *simd256) loadB(m operand.Mem, x reg.VecVirtual, _ bool) { s.move(m, x) }

func (s *simd256) loadC(m operand.Mem, x reg.VecVirtual, part bool) {
	switch {
	case !part:
		s.move(m, x)
	case s.double():
		s.c.VMASKMOVPD(m, s.mask, x)
	default:
		s.c.VMASKMOVPS(m, s.mask, x)
	}
}

func (s *simd256) storeC(m operand.Mem, x reg.VecVirtual, part bool) {
	switch {
	case !part:
		s.move(x, m)
	case s.double():
		s.c.VMASKMOVPD(x, s.mask, m)
	default:
		s.c.VMASKMOVPS(x, s.mask, m)
	}
}
