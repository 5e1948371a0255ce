package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fold is a reduction of slices to a number, or to two by both: each vector is folded
// into one of four accumulators, in turn; what a partial vector lacks is folded as zero.
type fold struct {
	name, in, numbers, doc string
	start                  func(m *lanes) v
	step                   func(m *lanes, acc v, x, s []v) v
	both                   func(m *lanes, acc [2]v, x, s []v) [2]v // in place of step
	join                   func(m *lanes, a, b v) v
	// rest makes the operands of a partial vector neutral: zeros are not always.
	rest func(m *lanes, f *frame, x, s []v)
	// value is what step and rest get in place of the operands. It is stored at dst. Nil: there is no dst.
	value func(m *lanes, x, s []v) v
	// ahead names slices behind which as many elements are fetched into the cache: the caller's next row.
	ahead string
}

// form is the fold as a formula: what its slices and numbers are.
func (f fold) form() formula {
	form := formula{in: f.in, numbers: f.numbers}
	if f.value != nil {
		form.out = "dst"
	}
	return form
}

// operands returns how many vectors step has besides the accumulator.
func (f fold) operands() int {
	if f.value != nil {
		return 1
	}
	return len(strings.Fields(f.in))
}

// results is how many numbers the fold gives.
func (f fold) results() int {
	if f.both != nil {
		return 2
	}
	return 1
}

// into is step or both: from an accumulator for each result, the next ones.
func (f fold) into(m *lanes, acc, x, s []v) []v {
	if f.both == nil {
		return []v{f.step(m, acc[0], x, s)}
	}
	y := f.both(m, [2]v{acc[0], acc[1]}, x, s)
	return y[:]
}

// signature is the Go type of the kernel.
func (f fold) signature(m *lanes) string {
	form := f.form()
	if f.both != nil {
		return form.signature(m) + " (sum, with " + m.elem() + ")"
	}
	return form.signature(m) + " " + m.elem()
}

// ways is the number of accumulators.
const ways = 4

func (f fold) emit(m *lanes) {
	form, ins := f.form(), strings.Fields(f.in)
	used := m.k.collect(m, func(t *lanes) {
		f.start(t)
		if f.value != nil {
			f.value(t, registers(t, 2), registers(t, 1))
		}
		f.into(t, registers(t, 2), registers(t, f.operands()), registers(t, 1))
	})
	m.open(f.name, f.signature(m), f.doc)
	c, fr := m.c, m.frame(form.slices())
	var s []v
	if f.numbers != "" {
		p, err := c.Param(f.numbers).Resolve()
		if err != nil {
			panic(err)
		}
		s = append(s, m.broadcast(p.Addr))
	}
	m.k.keep(m, used, max(0, m.spare()-len(s)-ways*f.results()))
	acc := make([][]v, ways)
	for i := range acc {
		for range f.results() {
			acc[i] = append(acc[i], m.copy(f.start(m)))
		}
	}
	var behind []reg.Register
	for _, name := range strings.Fields(f.ahead) {
		p := c.GP64()
		c.LEAQ(operand.Mem{Base: fr.bases[name], Index: fr.size, Scale: 1}, p)
		behind = append(behind, p)
	}
	operands := func(part bool, disp int) []v {
		var x []v
		for _, name := range ins {
			r := m.reg()
			fr.loadAt(fr.mem(name).Offset(disp), r, part)
			x = append(x, r)
		}
		for _, p := range behind {
			if !part && disp%lineBytes == 0 {
				c.PREFETCHT0(operand.Mem{Base: p, Index: fr.at, Scale: 1, Disp: disp})
			}
		}
		if f.value != nil {
			x = []v{f.value(m, x, s)}
			fr.storeAt(fr.mem("dst").Offset(disp), x[0], part)
		}
		return x
	}
	into := func(i int, x []v) {
		for k, y := range f.into(m, acc[i], x, s) {
			m.move(y, acc[i][k])
		}
	}

	fr.groups(func(i int) { into(i, operands(false, i*m.bytes())) })
	fr.each(func(part bool) {
		x := operands(part, 0)
		if part && f.rest != nil {
			f.rest(m, fr, x, s)
		}
		into(0, x)
	})
	for k := range f.results() {
		sum := f.join(m, f.join(m, acc[0][k], acc[2][k]), f.join(m, acc[1][k], acc[3][k]))
		m.result(k, m.across(sum, f.join))
	}
	m.close()
}

// across folds the elements of a vector; the result lies in its first.
func (m *lanes) across(x v, join func(m *lanes, a, b v) v) reg.VecVirtual {
	c, extract := m.c, m.c.VEXTRACTF128
	if m.wide {
		extract = func(half, from, to operand.Op) { c.VEXTRACTF32X4(half, from, to) } // any register
		half := c.YMM()
		c.VEXTRACTF64X4(operand.U8(1), x.AsZ(), half)
		low := *m
		low.wide = false
		x = join(&low, asY(m, x), half)
		m = &low
	}
	high := c.YMM()
	extract(operand.U8(1), x.AsY(), high.AsX())
	x = join(m, x, high)
	swap := c.YMM()
	c.VPERMILPD(operand.U8(1), x.AsX(), swap.AsX())
	x = join(m, x, swap)
	if m.double() {
		return x
	}
	last := c.YMM()
	c.VPERMILPS(operand.U8(1), x.AsX(), last.AsX())
	return join(m, x, last)
}

// asY is the lower half of a wide register as a register of its own.
func asY(m *lanes, x v) v {
	y := m.c.YMM()
	m.c.VMOVAPS(x.AsY(), y)
	return y
}

// result returns the first element of x as the k-th result.
func (m *lanes) result(k int, x reg.VecVirtual) {
	p, err := m.c.ReturnIndex(k).Resolve()
	if err != nil {
		panic(err)
	}
	if m.double() {
		m.c.VMOVSD(x.AsX(), p.Addr)
	} else {
		m.c.VMOVSS(x.AsX(), p.Addr)
	}
}

// instead replaces the elements behind the end by y.
func (f *frame) instead(x, y v) {
	m := f.m
	m.move(m.choose(f.mask, x, y), x)
}

func zeros(m *lanes) v { return m.zero() }

var folds = []fold{
	{name: "sum", in: "a", doc: "the sum of a[i].", start: zeros, join: (*lanes).add,
		step: func(m *lanes, acc v, x, _ []v) v { return m.add(acc, x[0]) }},
	{name: "sumSquares", in: "a", doc: "the sum of a[i] * a[i].", start: zeros, join: (*lanes).add,
		step: func(m *lanes, acc v, x, _ []v) v { return m.fma(x[0], x[0], acc) }},
	{name: "sumAbs", in: "a", doc: "the sum of |a[i]|.", start: zeros, join: (*lanes).add,
		step: func(m *lanes, acc v, x, _ []v) v { return m.add(acc, m.abs(x[0])) }},
	{name: "dot", in: "a b", doc: "the sum of a[i] * b[i].", start: zeros, join: (*lanes).add,
		step: func(m *lanes, acc v, x, _ []v) v { return m.fma(x[0], x[1], acc) }},
	{name: "sumExpSub", in: "a", numbers: "s", doc: "the sum of exp(a[i] - s).", start: zeros, join: (*lanes).add,
		step: func(m *lanes, acc v, x, s []v) v { return m.add(acc, m.exp(m.sub(x[0], s[0]))) },
		rest: func(m *lanes, f *frame, x, _ []v) { f.instead(x[0], m.num(negInf)) }},
	{name: "expSum", in: "a", numbers: "s", ahead: "dst a", doc: fmt.Sprintf("dst[i] = 2^%d * exp(a[i] - s), and the sum of that. No a[i] is larger than s, but by rounding.", expLift),
		start: zeros, join: (*lanes).add,
		value: func(m *lanes, x, s []v) v { return m.expLifted(m.sub(x[0], s[0])) },
		step:  func(m *lanes, acc v, x, _ []v) v { return m.add(acc, x[0]) },
		rest:  func(m *lanes, f *frame, x, _ []v) { f.instead(x[0], m.zero()) }},
	{name: "dotLess", in: "a b", numbers: "s", ahead: "b", doc: "the sum of a[i] * (b[i] - s).", start: zeros, join: (*lanes).add,
		step: func(m *lanes, acc v, x, s []v) v { return m.fma(x[0], m.sub(x[1], s[0]), acc) }},
	{name: "topOf", in: "a", doc: "the largest a[i], where NaN counts as -Inf.", start: func(m *lanes) v { return m.num(negInf) },
		join: (*lanes).upper,
		step: func(m *lanes, acc v, x, _ []v) v { return m.upper(x[0], acc) },
		rest: func(m *lanes, f *frame, x, _ []v) { f.instead(x[0], m.num(negInf)) }},
	{name: "moments", in: "a", numbers: "m", ahead: "a", doc: "the sums of a[i] - m and of its square.", start: zeros, join: (*lanes).add,
		both: func(m *lanes, acc [2]v, x, s []v) [2]v {
			d := m.sub(x[0], s[0])
			return [2]v{m.add(acc[0], d), m.fma(d, d, acc[1])}
		},
		rest: func(m *lanes, f *frame, x, s []v) { f.instead(x[0], s[0]) }},
	{name: "comoments", in: "a b", numbers: "m", ahead: "a b", doc: "the sums of a[i] and of a[i] * (b[i] - m).", start: zeros, join: (*lanes).add,
		both: func(m *lanes, acc [2]v, x, s []v) [2]v {
			return [2]v{m.add(acc[0], x[0]), m.fma(x[0], m.sub(x[1], s[0]), acc[1])}
		}},
	{name: "comomentsGain", in: "a g b", numbers: "m", ahead: "a b", doc: "the sums of a[i] * g[i] and of a[i] * g[i] * (b[i] - m).", start: zeros, join: (*lanes).add,
		both: func(m *lanes, acc [2]v, x, s []v) [2]v {
			t := m.mul(x[0], x[1])
			return [2]v{m.add(acc[0], t), m.fma(t, m.sub(x[2], s[0]), acc[1])}
		}},
	{name: "maxOf", in: "a", doc: "the largest a[i], NaN if there is one.", join: largest,
		start: func(m *lanes) v { return m.num(negInf) },
		step:  func(m *lanes, acc v, x, _ []v) v { return largest(m, acc, x[0]) },
		rest:  func(m *lanes, f *frame, x, _ []v) { f.instead(x[0], m.num(negInf)) }},
	{name: "minOf", in: "a", doc: "the smallest a[i], NaN if there is one.", join: smallest,
		start: func(m *lanes) v { return m.num(-negInf) },
		step:  func(m *lanes, acc v, x, _ []v) v { return smallest(m, acc, x[0]) },
		rest:  func(m *lanes, f *frame, x, _ []v) { f.instead(x[0], m.num(-negInf)) }},
}

// rowsSum emits dst[j] += Σᵢ a[i·stride + j]: the sums of four vectors of
// columns, then of single ones, stay in registers while the rows go by.
func rowsSum(m *lanes) {
	m.open("accumRows", "func(dst, a []"+m.elem()+", rows, stride int)",
		"for i := range rows { for j := range dst { dst[j] += a[i*stride+j] } }.")
	c := m.c
	f := m.frame([]string{"dst", "a"})
	rows := c.Load(c.Param("rows"), c.GP64())
	stride := c.Load(c.Param("stride"), c.GP64())
	c.SHLQ(operand.U8(m.shift()), stride)
	c.TESTQ(rows, rows)
	c.JLE(operand.LabelRef("none"))
	columns := func(label string, n int, part bool) {
		acc := registers(m, n)
		for i := range acc {
			f.loadAt(f.mem("dst").Offset(i*m.bytes()), acc[i], part)
		}
		left, at := c.GP64(), c.GP64()
		c.MOVQ(rows, left)
		c.LEAQ(f.mem("a"), at)
		c.Label(label)
		for i := range acc {
			p := operand.Mem{Base: at, Disp: i * m.bytes()}
			if part {
				x := m.reg()
				f.loadAt(p, x, true)
				m.move(m.add(acc[i], x), acc[i])
			} else {
				pick(m, c.VADDPS, c.VADDPD)(p, acc[i], acc[i])
			}
		}
		c.ADDQ(stride, at)
		c.DECQ(left)
		c.JNZ(operand.LabelRef(label))
		for i := range acc {
			f.storeAt(f.mem("dst").Offset(i*m.bytes()), acc[i], part)
		}
	}
	end := c.GP64()
	c.MOVQ(f.size, end)
	c.SUBQ(operand.U32(ways*m.bytes()), end)
	c.JB(operand.LabelRef("single"))
	c.Label("group")
	columns("grouprow", ways, false)
	c.ADDQ(operand.U32(ways*m.bytes()), f.at)
	c.CMPQ(f.at, end)
	c.JBE(operand.LabelRef("group"))
	c.Label("single")
	f.each(func(part bool) {
		if part {
			columns("partrow", 1, true)
		} else {
			columns("singlerow", 1, false)
		}
	})
	c.Label("none")
	m.close()
}
