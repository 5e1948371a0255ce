package main

import (
	"fmt"
	"slices"
)

// numbers is the table of the constants of one file and element size, each
// repeated to fill a vector, and what the present function knows of it.
type numbers struct {
	list []uint64
	base xreg            // the address of the table
	kept map[uint64]vreg // constants in registers
}

func (k *numbers) symbol(n *neon) string { return fmt.Sprintf("vecNumbers%d", 8*n.size) }

// at is where b stands in the table.
func (k *numbers) at(b uint64) string {
	i := slices.Index(k.list, b)
	if i < 0 {
		i = len(k.list)
		k.list = append(k.list, b)
	}
	return mem(k.base, neonBytes*i)
}

// open loads the address of the table, if the code needs it.
func (k *numbers) open(n *neon, codes ...*code) {
	k.kept = map[uint64]vreg{}
	for _, c := range codes {
		if c != nil && slices.ContainsFunc(c.list, func(o operation) bool { return o.name == "NUMBER" }) {
			k.base = n.int()
			n.op("MOVD", fmt.Sprintf("$%s<>(SB)", k.symbol(n)), k.base)
			return
		}
	}
}

// emit writes the table.
func (k *numbers) emit(n *neon) {
	if len(k.list) > 0 {
		n.table(k.symbol(n), k.list)
	}
}

// keepable are the constants that had better lie in registers: not those that
// are only added to a product, whose place the sum can take.
func (c *code) keepable() []uint64 {
	var out []uint64
	for _, o := range c.list {
		for i, a := range o.args {
			if from := c.list[a]; from.name == "NUMBER" && (i < 2 || o.name == "BLENDV") && !slices.Contains(out, from.imm) {
				out = append(out, from.imm)
			}
		}
	}
	return out
}

// keep loads as many constants of the code into registers as leave enough for
// what f emits; it reports whether f can be emitted at all.
func (k *numbers) keep(n *neon, c *code, f func(n *neon)) bool {
	all := c.keepable()
	for count := len(all); count >= 0; count-- {
		vain := n.vain()
		k.load(vain, all[:count])
		if f(vain); !vain.short {
			k.load(n, all[:count])
			return true
		}
	}
	return false
}

func (k *numbers) load(n *neon, list []uint64) {
	k.kept = map[uint64]vreg{}
	for _, b := range list {
		k.kept[b] = n.vec()
		n.op("FMOVQ", k.at(b), k.kept[b])
	}
}

// body emits code on several sets of vectors at once, operation by operation, so
// that the processor need not wait for one.
type body struct {
	*neon
	c     *code
	k     *numbers
	fixed int // of the inputs, so many last ones keep their registers
	last  []int
}

// run emits the code for some sets of inputs and returns the results of each.
// Inputs that are not fixed lose their registers.
func (n *neon) run(c *code, k *numbers, fixed int, sets ...[]vreg) [][]vreg {
	b := &body{neon: n, c: c, k: k, fixed: fixed, last: c.lastUses()}
	at := make([][]vreg, len(sets))
	for i, in := range sets {
		at[i] = make([]vreg, len(c.list))
		copy(at[i], in)
	}
	for i := c.inputs; i < len(c.list); i++ {
		if c.list[i].name == "NUMBER" || b.last[i] == 0 { // loaded where it is read; never read
			continue
		}
		for _, regs := range at {
			regs[i] = b.operate(i, regs)
		}
	}
	out := make([][]vreg, len(sets))
	for i, regs := range at {
		for _, o := range c.out {
			r, _ := b.arg(o, len(c.list), regs)
			out[i] = append(out[i], r)
		}
	}
	return out
}

// lastUses are the last operations that read each value, 0 for a value that no
// result needs; results are read after all of them.
func (c *code) lastUses() []int {
	last := make([]int, len(c.list))
	for _, o := range c.out {
		last[o] = len(c.list)
	}
	for i := len(c.list) - 1; i >= 0; i-- {
		for _, a := range c.list[i].args {
			if last[i] > 0 && last[a] == 0 {
				last[a] = i
			}
		}
	}
	return last
}

// arg is the register of a value for operation i, and whether the operation may
// overwrite it.
func (b *body) arg(value, i int, regs []vreg) (r vreg, mine bool) {
	if o := b.c.list[value]; o.name == "NUMBER" {
		if r, ok := b.k.kept[o.imm]; ok {
			return r, false
		}
		r = b.vec()
		b.op("FMOVQ", b.k.at(o.imm), r)
		return r, true
	}
	fixed := value < b.c.inputs && value >= b.c.inputs-b.fixed
	return regs[value], !fixed && b.last[value] == i
}

// operate emits operation i and returns the register of its value.
func (b *body) operate(i int, regs []vreg) vreg {
	o := b.c.list[i]
	args, mine := make([]vreg, len(o.args)), make([]bool, len(o.args))
	for k, a := range o.args {
		args[k], mine[k] = b.arg(a, i, regs)
	}
	over := 0 // the operand whose place the result takes, if it may
	if o.name == "FMADD" || o.name == "FNMADD" {
		over = 2
	}
	to := args[over]
	if again := o.name == "MIN" || o.name == "MAX" || o.name == "BLENDV" && slices.Contains(args[1:], to); again || !mine[over] {
		to = b.vec() // some operands are read again after the result was begun
	}
	b.instruction(o, args, to)
	for k, r := range args {
		if mine[k] && r != to && !slices.Contains(args[:k], r) {
			b.free(r)
		}
	}
	return to
}

// instruction emits the operation itself; to may be its first operand, or the
// sum of a multiply-add.
func (b *body) instruction(o operation, x []vreg, to vreg) {
	switch o.name {
	case "ADD":
		b.two(wordAdd, x[0], x[1], to)
	case "SUB":
		b.two(wordSub, x[0], x[1], to)
	case "MUL":
		b.two(wordMul, x[0], x[1], to)
	case "DIV":
		b.two(wordDiv, x[0], x[1], to)
	case "SQRT":
		b.one(wordSqrt, x[0], to)
	case "ROUND":
		b.one(map[uint64]word{8: wordRoundEven, 9: wordRoundDown, 10: wordRoundUp, 11: wordRoundZero}[o.imm], x[0], to)
	case "SMALLEST":
		b.two(wordMin, x[0], x[1], to)
	case "LARGEST":
		b.two(wordMax, x[0], x[1], to)
	case "MIN": // x where x < y, else y
		b.two(wordGt, x[1], x[0], to)
		b.op("VBSL", x[1].bytes(), x[0].bytes(), to.bytes())
	case "MAX": // x where x > y, else y
		b.two(wordGt, x[0], x[1], to)
		b.op("VBSL", x[1].bytes(), x[0].bytes(), to.bytes())
	case "AND":
		b.op("VAND", x[1].bytes(), x[0].bytes(), to.bytes())
	case "OR":
		b.op("VORR", x[1].bytes(), x[0].bytes(), to.bytes())
	case "XOR":
		b.op("VEOR", x[1].bytes(), x[0].bytes(), to.bytes())
	case "PSLL":
		b.op("VSHL", fmt.Sprintf("$%d", o.imm), b.v(x[0]), b.v(to))
	case "PSRL":
		b.op("VUSHR", fmt.Sprintf("$%d", o.imm), b.v(x[0]), b.v(to))
	case "PSUB":
		b.op("VSUB", b.v(x[1]), b.v(x[0]), b.v(to))
	case "FMADD":
		b.move(x[2], to)
		b.op("VFMLA", b.v(x[1]), b.v(x[0]), b.v(to))
	case "FNMADD":
		b.move(x[2], to)
		b.op("VFMLS", b.v(x[1]), b.v(x[0]), b.v(to))
	case "CMP":
		b.compare(o.imm, x[0], x[1], to)
	case "BLENDV": // y where x is true, else z
		if b.c.list[o.args[0]].name == "CMP" {
			b.move(x[0], to)
		} else { // by the sign alone
			b.one(wordNegative, x[0], to)
		}
		b.op("VBSL", x[2].bytes(), x[1].bytes(), to.bytes())
	}
}

// compare is all ones where x and y stand in the relation, a predicate of lanes.
func (b *body) compare(relation uint64, x, y, to vreg) {
	switch relation {
	case uint64(isLt):
		b.two(wordGt, y, x, to)
	case uint64(isLe):
		b.two(wordGe, y, x, to)
	case uint64(isGt):
		b.two(wordGt, x, y, to)
	case uint64(isGe):
		b.two(wordGe, x, y, to)
	case uint64(isEq):
		b.two(wordEq, x, y, to)
	case uint64(isNe):
		b.two(wordEq, x, y, to)
		b.not(to, to)
	case uint64(isUnord):
		if x != y {
			ordered := b.vec()
			b.two(wordEq, y, y, ordered)
			b.two(wordEq, x, x, to)
			b.op("VAND", ordered.bytes(), to.bytes(), to.bytes())
			b.free(ordered)
		} else {
			b.two(wordEq, x, x, to)
		}
		b.not(to, to)
	default:
		panic(fmt.Sprintf("asm: no translation of relation %d", relation))
	}
}

// move copies a register.
func (n *neon) move(from, to vreg) {
	if from != to {
		n.op("VMOV", from.bytes(), to.bytes())
	}
}
