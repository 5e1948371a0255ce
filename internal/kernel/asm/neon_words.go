package main

import "fmt"

// Go's assembler has no names for most vector instructions on floats. They are
// emitted as words, encoded as in the "Arm Architecture Reference Manual for
// A-profile architecture", C7.2, with the name in a comment.

// word is the encoding of an instruction on vectors of four 32-bit floats whose
// registers are all 0. On two 64-bit floats, bit 22 is set.
type word struct {
	name string
	bits uint32
}

var (
	wordAdd  = word{"fadd", 0x4e20d400}
	wordSub  = word{"fsub", 0x4ea0d400}
	wordMul  = word{"fmul", 0x6e20dc00}
	wordDiv  = word{"fdiv", 0x6e20fc00}
	wordMax  = word{"fmax", 0x4e20f400} // NaN if either is
	wordMin  = word{"fmin", 0x4ea0f400}
	wordEq   = word{"fcmeq", 0x4e20e400}
	wordGe   = word{"fcmge", 0x6e20e400}
	wordGt   = word{"fcmgt", 0x6ea0e400}
	wordSqrt = word{"fsqrt", 0x6ea1f800}

	wordNegative = word{"cmlt", 0x4ea0a800} // as integers, with 0

	wordRoundEven = word{"frintn", 0x4e218800}
	wordRoundDown = word{"frintm", 0x4e219800}
	wordRoundUp   = word{"frintp", 0x4ea18800}
	wordRoundZero = word{"frintz", 0x4ea19800}
)

// arrangement is how the manual writes a vector of the elements.
func (n *neon) arrangement() string {
	if n.double() {
		return "2d"
	}
	return "4s"
}

func (n *neon) encoded(w word) uint32 {
	if n.double() {
		return w.bits | 1<<22
	}
	return w.bits
}

// word emits an encoded instruction.
func (n *neon) word(bits uint32, comment string) {
	n.op("WORD", fmt.Sprintf("$%#08x // %s", bits, comment))
}

// two is to = x w y.
func (n *neon) two(w word, x, y, to vreg) {
	a := n.arrangement()
	n.word(n.encoded(w)|uint32(y)<<16|uint32(x)<<5|uint32(to), fmt.Sprintf("%s v%d.%s, v%d.%s, v%d.%s", w.name, to, a, x, a, y, a))
}

// one is to = w x.
func (n *neon) one(w word, x, to vreg) {
	a, zero := n.arrangement(), ""
	if w == wordNegative {
		zero = ", #0"
	}
	n.word(n.encoded(w)|uint32(x)<<5|uint32(to), fmt.Sprintf("%s v%d.%s, v%d.%s%s", w.name, to, a, x, a, zero))
}

// not is to = ^x.
func (n *neon) not(x, to vreg) {
	n.word(0x6e205800|uint32(x)<<5|uint32(to), fmt.Sprintf("mvn v%d.16b, v%d.16b", to, x))
}

// byLane encodes an instruction of x and one element of y.
func (n *neon) byLane(w word, x, y vreg, i int, to vreg) {
	bits := n.encoded(w) | uint32(y)<<16 | uint32(x)<<5 | uint32(to)
	if n.double() {
		bits |= uint32(i) << 11
	} else {
		bits |= uint32(i&1)<<21 | uint32(i>>1)<<11
	}
	a := n.arrangement()
	n.word(bits, fmt.Sprintf("%s v%d.%s, v%d.%s, v%d.%s[%d]", w.name, to, a, x, a, y, a[1:], i))
}

// fmaLane is to += x·y[i].
func (n *neon) fmaLane(x, y vreg, i int, to vreg) {
	n.byLane(word{"fmla", 0x4f801000}, x, y, i, to)
}

// mulLane is to = x·y[i].
func (n *neon) mulLane(x, y vreg, i int, to vreg) {
	n.byLane(word{"fmul", 0x4f809000}, x, y, i, to)
}
