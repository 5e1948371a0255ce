package main

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
)

// neon emits assembly for arm64 with its 128-bit vectors, Advanced SIMD. avo
// knows no instruction of that processor: it keeps them as text, and lays out
// parameters, files and declarations. Registers are given out here.
type neon struct {
	c      *build.Context
	size   int    // bytes of an element
	ints   []xreg // free registers: the one that has been free longest is first
	vecs   []vreg
	held   []vreg // registers that do not become free
	short  bool   // a register was missing: what was emitted is of no use
	labels int
}

// xreg is a general register.
type xreg int

func (r xreg) String() string { return fmt.Sprintf("R%d", int(r)) }

// vreg is a vector register, written by the name of its first elements.
type vreg int

func (r vreg) String() string { return fmt.Sprintf("F%d", int(r)) }

// bytes is the register as sixteen bytes.
func (r vreg) bytes() string { return fmt.Sprintf("V%d.B16", int(r)) }

// text is an operand as it is printed.
type text string

func (t text) Asm() string { return string(t) }

// neonBytes are the bytes of a vector.
const neonBytes = 16

// neon adds pkg/name.s and pkg/name.go (declarations) for arm64.
func (out files) neon(pkg, name string, body func(c *build.Context)) error {
	c := build.NewContext()
	c.ConstraintExpr("arm64,!noasm")
	body(c)
	f, err := c.Result()
	if err == nil {
		err = pass.IncludeTextFlagHeader(f)
	}
	if err != nil {
		return fmt.Errorf("asm: %s/%s: %w", pkg, name, err)
	}
	return out.print(pkg, name, f)
}

// open starts a function, with all registers free: 18 and those from 27 on
// belong to the system and to Go.
func (n *neon) open(name, signature string, doc ...string) {
	n.c.Function(name)
	n.c.Attributes(attr.NOSPLIT)
	n.c.SignatureExpr(signature)
	n.c.Doc(doc...)
	n.ints, n.vecs, n.held, n.labels = nil, nil, nil, 0
	for r := range xreg(27) {
		if r != 18 {
			n.ints = append(n.ints, r)
		}
	}
	for r := range vreg(32) {
		n.vecs = append(n.vecs, r)
	}
}

// op emits an instruction. Operands stand as Go's assembler has them, the
// result last.
func (n *neon) op(opcode string, operands ...any) {
	i := &ir.Instruction{Opcode: opcode}
	for _, o := range operands {
		i.Operands = append(i.Operands, text(fmt.Sprint(o)))
	}
	n.c.Instruction(i)
}

func (n *neon) label(name string) { n.c.Label(name) }

// fresh is a label that the function has nowhere else.
func (n *neon) fresh(name string) string {
	n.labels++
	return fmt.Sprintf("%s%d", name, n.labels)
}

// vain is a copy whose output nobody sees.
func (n *neon) vain() *neon {
	c := *n
	c.ints, c.vecs = slices.Clone(n.ints), slices.Clone(n.vecs)
	c.c = build.NewContext()
	c.c.Function("vain")
	return &c
}

// int takes a general register.
func (n *neon) int() xreg {
	if len(n.ints) == 0 {
		panic("asm: no general register is free")
	}
	r := n.ints[0]
	n.ints = n.ints[1:]
	return r
}

// vec takes a vector register.
func (n *neon) vec() vreg {
	if len(n.vecs) == 0 {
		n.short = true
		return 0
	}
	r := n.vecs[0]
	n.vecs = n.vecs[1:]
	return r
}

func (n *neon) vecsOf(count int) []vreg {
	r := make([]vreg, count)
	for i := range r {
		r[i] = n.vec()
	}
	return r
}

// free gives registers back, but for those that are held.
func (n *neon) free(list ...vreg) {
	for _, r := range list {
		if !slices.Contains(n.held, r) {
			n.vecs = append(n.vecs, r)
		}
	}
}

func (n *neon) freeInt(r ...xreg) { n.ints = append(n.ints, r...) }

// scope gives back, when the function that it returns is called, all registers
// that were taken since.
func (n *neon) scope() func() {
	ints, vecs := slices.Clone(n.ints), slices.Clone(n.vecs)
	return func() { n.ints, n.vecs = ints, vecs }
}

// width is the number of elements of a vector.
func (n *neon) width() int { return neonBytes / n.size }

func (n *neon) double() bool { return n.size == 8 }

// shift is the binary logarithm of the element size.
func (n *neon) shift() int { return n.size/4 + 1 }

// letter ends the names of instructions on single elements.
func (n *neon) letter() string {
	if n.double() {
		return "D"
	}
	return "S"
}

// v is the register as a vector of elements.
func (n *neon) v(r vreg) string {
	if n.double() {
		return fmt.Sprintf("V%d.D2", int(r))
	}
	return fmt.Sprintf("V%d.S4", int(r))
}

// lane is one element of the register.
func (n *neon) lane(r vreg, i int) string { return fmt.Sprintf("V%d.%s[%d]", int(r), n.letter(), i) }

// mem is the memory off bytes after base.
func mem(base xreg, off int) string {
	if off == 0 {
		return fmt.Sprintf("(%v)", base)
	}
	return fmt.Sprintf("%d(%v)", off, base)
}

// both are two registers of an instruction that loads or stores both.
func both(a, b vreg) string { return fmt.Sprintf("(%v, %v)", a, b) }

// address is where a parameter or a result lies.
func (n *neon) address(p gotypes.Component) string {
	b, err := p.Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr.Asm()
}

// param loads a parameter.
func (n *neon) param(p gotypes.Component) xreg {
	r := n.int()
	n.op("MOVD", n.address(p), r)
	return r
}

// number loads a float parameter into all elements of a register.
func (n *neon) number(name string) vreg {
	r := n.vec()
	n.op("FMOV"+n.letter(), n.address(n.c.Param(name)), r)
	n.op("VDUP", n.lane(r, 0), n.v(r))
	return r
}

// loadPart loads the first elements of a vector, left of them, fewer than the
// vector has and at least one. The others become zero.
func (n *neon) loadPart(at xreg, off int, left xreg, to vreg) {
	n.partly(at, off, left, func(size string, p any) { n.op("FMOV"+size, p, to) }, func(p any) { n.op("VLD1", p, n.lane(to, 2)) })
}

// storePart stores the first elements of a vector, left of them.
func (n *neon) storePart(from vreg, at xreg, off int, left xreg) {
	n.partly(at, off, left, func(size string, p any) { n.op("FMOV"+size, from, p) }, func(p any) { n.op("VST1", n.lane(from, 2), p) })
}

// partly accesses one to three elements of 4 bytes, or one of 8 bytes: the
// first ones at once, the third one by itself.
func (n *neon) partly(at xreg, off int, left xreg, first func(size string, p any), third func(p any)) {
	if n.double() {
		first("D", mem(at, off))
		return
	}
	one, end, p := n.fresh("one"), n.fresh("end"), n.int()
	n.op("TBZ", "$1", left, one)
	first("D", mem(at, off))
	n.op("TBZ", "$0", left, end)
	n.op("ADD", fmt.Sprintf("$%d", off+8), at, p)
	third(mem(p, 0))
	n.op("B", end)
	n.label(one)
	first("S", mem(at, off))
	n.label(end)
	n.freeInt(p)
}

// table emits constants as data, each repeated to fill a vector.
func (n *neon) table(name string, list []uint64) {
	n.c.StaticGlobal(name)
	n.c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i, b := range list {
		if !n.double() {
			b |= b << 32
		}
		n.c.AddDatum(neonBytes*i, operand.U64(b))
		n.c.AddDatum(neonBytes*i+8, operand.U64(b))
	}
}
