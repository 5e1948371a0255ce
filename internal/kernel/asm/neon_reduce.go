package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
)

// foldCode is the code of the parts of a fold.
type foldCode struct {
	start, step, join *code
	rest              *code // of a mask and the operands
	value             *code
}

func (n *neon) foldCode(f fold, ins, numbers int) (c foldCode, err error) {
	part := func(to **code, inputs int, body func(m *lanes, in []v) []v) {
		if err == nil {
			*to, err = record(n.size, inputs, body)
		}
	}
	part(&c.start, 0, func(m *lanes, _ []v) []v { return []v{f.start(m)} })
	if f.value != nil {
		part(&c.value, ins+numbers, func(m *lanes, in []v) []v { return []v{f.value(m, in[:ins], in[ins:])} })
	}
	ins = f.operands()
	k := f.results()
	part(&c.step, k+ins+numbers, func(m *lanes, in []v) []v { return f.into(m, in[:k], in[k:k+ins], in[k+ins:]) })
	part(&c.join, 2, func(m *lanes, in []v) []v { return []v{f.join(m, in[0], in[1])} })
	if f.rest != nil {
		part(&c.rest, 1+ins+numbers, func(m *lanes, in []v) []v {
			f.rest(m, &frame{m: m, mask: cond{v: in[0]}}, in[1:1+ins], in[1+ins:])
			return in[1 : 1+ins]
		})
	}
	return c, err
}

// fold emits a reduction of slices to a number: each vector is folded into one of
// four accumulators, in turn, and what is left into the first.
func (n *neon) fold(f fold, k *numbers) error {
	form, ins, names := f.form(), strings.Fields(f.in), strings.Fields(f.numbers)
	c, err := n.foldCode(f, len(ins), len(names))
	if err != nil {
		return err
	}
	n.openVec(f.name, f.signature(n.like()), f.doc)
	w := n.walk(form.slices(), strings.Fields(form.out))
	k.open(n, c.start, c.step, c.value)
	var s []vreg
	for _, name := range names {
		s = append(s, n.number(name))
	}
	acc := make([][]vreg, ways)
	n.held = nil
	for i := range acc {
		for range f.results() {
			acc[i] = append(acc[i], n.run(c.start, k, 0, nil)[0][0])
		}
		n.held = append(n.held, acc[i]...)
	}
	valueOf := func(n *neon, x [][]vreg) [][]vreg {
		for i := range x {
			x[i] = append(x[i], s...)
		}
		return n.run(c.value, k, len(s), x...)
	}
	into := func(n *neon, acc, x [][]vreg) {
		for i := range x {
			x[i] = slices.Concat(acc[i], x[i], s)
		}
		for i, y := range n.run(c.step, k, len(s), x...) {
			for j, r := range y {
				n.move(r, acc[i][j])
			}
		}
	}
	group := func(n *neon) {
		for i := 0; i < ways; i += 2 {
			end := n.scope()
			x := w.on(n).loads(ins, 2)
			if f.value != nil {
				x = valueOf(n, x)
				w.on(n).store("dst", x[0][0], x[1][0])
			}
			into(n, acc[i:i+2], x)
			end()
		}
	}
	main := c.step
	if f.value != nil {
		main = c.value
	}
	if !k.keep(n, main, group) {
		return errors.New("too many values at once")
	}
	w.while("group", ways*n.width(), func() { group(n) })
	x := n.vecsOf(len(ins))
	n.held = append(n.held, x...)
	neutral := func(x []vreg) {
		if f.rest == nil {
			return
		}
		for i, r := range n.run(c.rest, k, len(s), slices.Concat([]vreg{n.mask(w.left)}, x, s))[0] {
			n.move(r, x[i])
		}
	}
	if f.value == nil {
		w.rest(func(part bool) {
			w.loadRest(ins, x, part)
			if part {
				neutral(x)
			}
		}, func() { into(n, acc[:1], [][]vreg{x}) }, func(bool) {})
	} else {
		var y []vreg
		w.rest(func(part bool) { w.loadRest(ins, x, part) }, func() {
			y = valueOf(n, [][]vreg{slices.Clone(x)})[0]
			n.held = append(n.held, y...)
		}, func(part bool) {
			if part {
				n.storePart(y[0], w.bases["dst"], 0, w.left)
				neutral(y)
			} else {
				w.store("dst", y[0])
			}
			into(n, acc[:1], [][]vreg{y})
		})
	}
	n.held = nil
	for i := range f.results() {
		n.total(c.join, k, i, acc[0][i], acc[1][i], acc[2][i], acc[3][i])
	}
	n.op("RET")
	return nil
}

// total joins the accumulators, then the halves of what that gives until one
// element is left, and stores it as a result.
func (n *neon) total(join *code, k *numbers, result int, acc ...vreg) {
	both := func(x, y vreg) vreg { return n.run(join, k, 0, []vreg{x, y})[0][0] }
	sum := both(both(acc[0], acc[2]), both(acc[1], acc[3]))
	for bytes := neonBytes / 2; bytes >= n.size; bytes /= 2 {
		half := n.vec()
		n.op("VEXT", fmt.Sprintf("$%d", bytes), sum.bytes(), sum.bytes(), half.bytes())
		sum = both(sum, half)
	}
	n.op("FMOV"+n.letter(), sum, n.address(n.c.ReturnIndex(result)))
}

// mask is all ones in the first elements, left of them.
func (n *neon) mask(left xreg) vreg {
	p, off, r := n.int(), n.int(), n.vec()
	n.op("MOVD", fmt.Sprintf("$vecMask<>+%d(SB)", neonBytes), p)
	n.op("LSL", fmt.Sprintf("$%d", n.shift()), left, off)
	n.op("SUB", off, p)
	n.op("FMOVQ", mem(p, 0), r)
	n.freeInt(p, off)
	return r
}

// maskTable emits sixteen bytes of ones before sixteen of zeros.
func (n *neon) maskTable() {
	n.c.StaticGlobal("vecMask")
	n.c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i, word := range []operand.U64{1<<64 - 1, 1<<64 - 1, 0, 0} {
		n.c.AddDatum(8*i, word)
	}
}

// rowsSum emits dst[j] += Σᵢ a[i·stride + j]: the sums of four vectors of
// columns, then of single ones, stay in registers while the rows go by.
func (n *neon) rowsSum() {
	n.openVec("accumRows", "func(dst, a []"+n.like().elem()+", rows, stride int)",
		"for i := range rows { for j := range dst { dst[j] += a[i*stride+j] } }.")
	w := n.walk([]string{"dst", "a"}, []string{"dst"})
	rows, stride := n.param(n.c.Param("rows")), n.param(n.c.Param("stride"))
	n.op("LSL", fmt.Sprintf("$%d", n.shift()), stride)
	n.op("CMP", "$1", rows)
	n.op("BLT", "done")
	dst, a := w.bases["dst"], w.bases["a"]
	each := func(label string, acc []vreg, load func(at xreg, x []vreg)) {
		at, left := n.int(), n.int()
		n.op("MOVD", a, at)
		n.op("MOVD", rows, left)
		n.label(label)
		x := n.vecsOf(len(acc))
		load(at, x)
		for i, r := range acc {
			n.two(wordAdd, r, x[i], r)
		}
		n.op("ADD", stride, at)
		n.op("SUBS", "$1", left)
		n.op("BNE", label)
	}
	for _, g := range []struct {
		label string
		count int
	}{{"group", ways}, {"single", 1}} {
		w.while(g.label, g.count*n.width(), func() {
			acc := n.vecsOf(g.count)
			n.loadAll(dst, acc)
			each(g.label+"row", acc, n.loadAll)
			w.store("dst", acc...)
			n.op("ADD", fmt.Sprintf("$%d", g.count*neonBytes), a)
		})
	}
	n.op("CBZ", w.left, "done")
	acc := n.vecsOf(1)
	n.loadPart(dst, 0, w.left, acc[0])
	each("partrow", acc, func(at xreg, x []vreg) { n.loadPart(at, 0, w.left, x[0]) })
	n.storePart(acc[0], dst, 0, w.left)
	n.label("done")
	n.op("RET")
}
