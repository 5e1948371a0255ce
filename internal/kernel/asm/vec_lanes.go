package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes emits arithmetic on vectors of one level and element size, as the
// formulas of package vec are written in: every method returns a new register.
// Comments give the Go expression for one element.
type lanes struct {
	c    *build.Context
	size int  // bytes of an element
	wide bool // AVX-512, else AVX2 and FMA
	k    *constants
	turn int // the next of masks
	// translated says that the code is recorded for another processor, which has no translation of loads by an index.
	translated bool
}

// cond is the result of a comparison: a mask register, or a vector of ones and zeros.
type cond struct {
	k reg.Register
	v reg.VecVirtual
}

// masks take the conditions in turn: one is read soon after it was made. The
// register that is missing holds the mask of partial vectors.
var masks = []reg.Register{reg.K1, reg.K2, reg.K3, reg.K4, reg.K5, reg.K6}

// Predicates of compare.
const (
	isLt    = operand.U8(0x11)
	isLe    = operand.U8(0x12)
	isGe    = operand.U8(0x1d)
	isGt    = operand.U8(0x1e)
	isEq    = operand.U8(0x00)
	isNe    = operand.U8(0x04)
	isUnord = operand.U8(0x03)
)

// Modes of round.
const (
	toEven  = operand.U8(8)
	down    = operand.U8(9)
	up      = operand.U8(10)
	towards = operand.U8(11)
)

func (m *lanes) double() bool { return m.size == 8 }

func (m *lanes) bytes() int {
	if m.wide {
		return 64
	}
	return 32
}

func (m *lanes) reg() reg.VecVirtual {
	if m.wide {
		return m.c.ZMM()
	}
	return m.c.YMM()
}

// pick is the instruction for the element size.
func pick[F any](m *lanes, single, double F) F {
	if m.double() {
		return double
	}
	return single
}

func (m *lanes) two(f func(...operand.Op), x, y reg.VecVirtual) reg.VecVirtual {
	d := m.reg()
	f(y, x, d) // operands stand in reverse order
	return d
}

func (m *lanes) add(x, y reg.VecVirtual) reg.VecVirtual { // x + y
	return m.two(pick(m, m.c.VADDPS, m.c.VADDPD), x, y)
}

func (m *lanes) sub(x, y reg.VecVirtual) reg.VecVirtual { // x - y
	return m.two(pick(m, m.c.VSUBPS, m.c.VSUBPD), x, y)
}

func (m *lanes) mul(x, y reg.VecVirtual) reg.VecVirtual { // x * y
	return m.two(pick(m, m.c.VMULPS, m.c.VMULPD), x, y)
}

func (m *lanes) div(x, y reg.VecVirtual) reg.VecVirtual { // x / y
	return m.two(pick(m, m.c.VDIVPS, m.c.VDIVPD), x, y)
}

func (m *lanes) lower(x, y reg.VecVirtual) reg.VecVirtual { // if x < y { x } else { y }
	return m.two(pick(m, m.c.VMINPS, m.c.VMINPD), x, y)
}

func (m *lanes) upper(x, y reg.VecVirtual) reg.VecVirtual { // if x > y { x } else { y }
	return m.two(pick(m, m.c.VMAXPS, m.c.VMAXPD), x, y)
}

func (m *lanes) and(x, y reg.VecVirtual) reg.VecVirtual {
	return m.two(pick(m, m.c.VANDPS, m.c.VANDPD), x, y)
}

func (m *lanes) or(x, y reg.VecVirtual) reg.VecVirtual {
	return m.two(pick(m, m.c.VORPS, m.c.VORPD), x, y)
}

func (m *lanes) xor(x, y reg.VecVirtual) reg.VecVirtual {
	return m.two(pick(m, m.c.VXORPS, m.c.VXORPD), x, y)
}

// move copies whole registers, or between a register and memory.
func (m *lanes) move(from, to operand.Op) { pick(m, m.c.VMOVUPS, m.c.VMOVUPD)(from, to) }

func (m *lanes) copy(x reg.VecVirtual) reg.VecVirtual {
	d := m.reg()
	m.move(x, d)
	return d
}

// fma is x*y + z, rounded once.
func (m *lanes) fma(x, y, z reg.VecVirtual) reg.VecVirtual {
	d := m.copy(z)
	pick(m, m.c.VFMADD231PS, m.c.VFMADD231PD)(y, x, d)
	return d
}

// fnma is z - x*y, rounded once.
func (m *lanes) fnma(x, y, z reg.VecVirtual) reg.VecVirtual {
	d := m.copy(z)
	pick(m, m.c.VFNMADD231PS, m.c.VFNMADD231PD)(y, x, d)
	return d
}

// poly is c[0]*x^(n-1) + ... + c[n-1] by Horner's rule.
func (m *lanes) poly(x reg.VecVirtual, c ...float64) reg.VecVirtual {
	p := m.copy(m.num(c[0]))
	for _, k := range c[1:] {
		if at, ok := m.k.unkept(m, m.numBits(k)); ok && m.wide {
			pick(m, m.c.VFMADD213PS_BCST, m.c.VFMADD213PD_BCST)(at, x, p)
		} else {
			pick(m, m.c.VFMADD213PS, m.c.VFMADD213PD)(m.num(k), x, p)
		}
	}
	return p
}

func (m *lanes) sqrt(x reg.VecVirtual) reg.VecVirtual {
	d := m.reg()
	pick(m, m.c.VSQRTPS, m.c.VSQRTPD)(x, d)
	return d
}

func (m *lanes) round(mode operand.U8, x reg.VecVirtual) reg.VecVirtual {
	d := m.reg()
	if m.wide {
		pick(m, m.c.VRNDSCALEPS, m.c.VRNDSCALEPD)(mode, x, d)
	} else {
		pick(m, m.c.VROUNDPS, m.c.VROUNDPD)(mode, x, d)
	}
	return d
}

// compare is whether x and y stand in the relation p.
func (m *lanes) compare(p operand.U8, x, y reg.VecVirtual) cond {
	if m.wide {
		f := m.nextMask()
		pick(m, m.c.VCMPPS, m.c.VCMPPD)(p, y, x, f.k)
		return f
	}
	f := cond{v: m.reg()}
	pick(m, m.c.VCMPPS, m.c.VCMPPD)(p, y, x, f.v)
	return f
}

// choose is yes where f holds, else no.
func (m *lanes) choose(f cond, yes, no reg.VecVirtual) reg.VecVirtual {
	if m.wide {
		d := m.copy(no)
		pick(m, m.c.VMOVAPS, m.c.VMOVAPD)(yes, f.k, d)
		return d
	}
	d := m.reg()
	pick(m, m.c.VBLENDVPS, m.c.VBLENDVPD)(f.v, yes, no, d)
	return d
}

// where is x where f holds, else 0.
func (m *lanes) where(f cond, x reg.VecVirtual) reg.VecVirtual {
	if !m.wide {
		return m.and(f.v, x)
	}
	d := m.reg()
	pick(m, m.c.VMOVAPS_Z, m.c.VMOVAPD_Z)(x, f.k, d)
	return d
}

// bit is whether bit n of x is set.
func (m *lanes) bit(n int, x reg.VecVirtual) cond {
	if !m.wide {
		return cond{v: m.left(8*m.size-1-n, x)}
	}
	f := m.nextMask()
	pick(m, m.c.VPTESTMD, m.c.VPTESTMQ)(m.bits(1<<n), x, f.k)
	return f
}

// nextMask is a condition in the next mask register.
func (m *lanes) nextMask() cond {
	f := cond{k: masks[m.turn%len(masks)]}
	m.turn++
	return f
}

func (m *lanes) zero() reg.VecVirtual { return m.num(0) }

func (m *lanes) abs(x reg.VecVirtual) reg.VecVirtual { return m.and(x, m.bits(m.signless())) }

// sign is the sign bit of x.
func (m *lanes) sign(x reg.VecVirtual) reg.VecVirtual { return m.and(x, m.bits(m.signBit())) }

func (m *lanes) negate(x reg.VecVirtual) reg.VecVirtual { return m.xor(x, m.bits(m.signBit())) }

func (m *lanes) signBit() uint64 { return 1 << (8*m.size - 1) }

func (m *lanes) signless() uint64 { return m.signBit() - 1 }

// fraction is the number of fraction bits of the element type.
func (m *lanes) fraction() int {
	if m.double() {
		return 52
	}
	return 23
}

// bias is what is added to the exponent in the bits of a number.
func (m *lanes) bias() float64 {
	if m.double() {
		return 1023
	}
	return 127
}

// left shifts the bits of x to the left.
func (m *lanes) left(n int, x reg.VecVirtual) reg.VecVirtual {
	d := m.reg()
	pick(m, m.c.VPSLLD, m.c.VPSLLQ)(operand.U8(n), x, d)
	return d
}

// right shifts the bits of x to the right.
func (m *lanes) right(n int, x reg.VecVirtual) reg.VecVirtual {
	d := m.reg()
	pick(m, m.c.VPSRLD, m.c.VPSRLQ)(operand.U8(n), x, d)
	return d
}

// lessBits is the difference of two numbers' bits, as integers.
func (m *lanes) lessBits(x, y reg.VecVirtual) reg.VecVirtual {
	return m.two(pick(m, m.c.VPSUBD, m.c.VPSUBQ), x, y)
}

// sumBits is the sum of two numbers' bits, as integers.
func (m *lanes) sumBits(x, y reg.VecVirtual) reg.VecVirtual {
	return m.two(pick(m, m.c.VPADDD, m.c.VPADDQ), x, y)
}

// num is a constant.
func (m *lanes) num(x float64) reg.VecVirtual { return m.bits(m.numBits(x)) }

// numBits are the bits of a number of the element type.
func (m *lanes) numBits(x float64) uint64 {
	if m.double() {
		return math.Float64bits(x)
	}
	return uint64(math.Float32bits(float32(x)))
}

// bits is a constant by its bits.
func (m *lanes) bits(b uint64) reg.VecVirtual { return m.k.load(m, b) }

// broadcast fills a register with the element at p.
func (m *lanes) broadcast(p operand.Mem) reg.VecVirtual {
	d := m.reg()
	pick(m, m.c.VBROADCASTSS, m.c.VBROADCASTSD)(p, d)
	return d
}
