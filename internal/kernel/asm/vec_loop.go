package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// formula is an elementwise function: from vectors of the operands and the
// numbers, the vectors to store, one for each result.
type formula struct {
	name    string // the field of vec's table
	out, in string // names of the slices, by spaces; a result may be an operand
	numbers string
	doc     string
	body    func(m *lanes, x, s []reg.VecVirtual) []reg.VecVirtual
	// long is a body of many instructions, which is emitted once.
	long bool
	// group has the loop take several vectors at a time.
	group bool
	// stop is where the loop ends early; the kernel then returns the elements done.
	stop func(m *lanes, x, s []reg.VecVirtual) cond
}

// frame is the state of one emitted loop over slices.
type frame struct {
	m     *lanes
	bases map[string]reg.Register
	at    reg.GPVirtual // offset in bytes
	size  reg.GPVirtual // bytes of the slices
	mask  cond          // of the last, partial vector
}

// emit writes the formula as a function over slices.
func (f formula) emit(m *lanes) {
	c := m.c
	slices, numbers := f.slices(), strings.Fields(f.numbers)
	outs, ins := strings.Fields(f.out), strings.Fields(f.in)
	used := m.k.collect(m, func(t *lanes) {
		x := registers(t, len(ins))
		s := registers(t, len(numbers))
		f.body(t, x, s)
		if f.stop != nil {
			f.stop(t, x, s)
		}
	})
	m.open(f.name, f.signature(m), f.doc)
	fr := m.frame(slices)
	var s []reg.VecVirtual
	for _, name := range numbers {
		p, err := c.Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		s = append(s, m.broadcast(p.Addr))
	}
	m.k.keep(m, used, m.spare()-len(s))
	load := func(x []reg.VecVirtual, disp int, part bool) {
		for i, name := range ins {
			fr.loadAt(fr.mem(name).Offset(disp), x[i], part)
		}
	}
	store := func(y []reg.VecVirtual, disp int, part bool) {
		for i, name := range outs {
			fr.storeAt(fr.mem(name).Offset(disp), y[i], part)
		}
	}
	if f.long {
		x := registers(m, len(ins))
		fr.once(func(part bool) { load(x, 0, part) }, func() []reg.VecVirtual {
			if f.stop != nil {
				fr.leave(f.stop(m, x, s))
			}
			return f.body(m, x, s)
		}, func(y []reg.VecVirtual, part bool) { store(y, 0, part) })
		if f.stop != nil {
			fr.count()
		}
	} else {
		one := func(disp int, part bool) {
			x := registers(m, len(ins))
			load(x, disp, part)
			store(f.body(m, x, s), disp, part)
		}
		if f.group {
			fr.groups(func(i int) { one(i*m.bytes(), false) })
		}
		fr.each(func(part bool) { one(0, part) })
	}
	m.close()
}

// spare is how many registers may hold what does not change in a loop.
func (m *lanes) spare() int {
	if m.wide {
		return 20
	}
	return 5
}

func registers(m *lanes, n int) []reg.VecVirtual {
	out := make([]reg.VecVirtual, n)
	for i := range out {
		out[i] = m.reg()
	}
	return out
}

// slices are the operands' names, each once.
func (f formula) slices() []string {
	var out []string
	for _, s := range strings.Fields(f.out + " " + f.in) {
		known := false
		for _, o := range out {
			known = known || o == s
		}
		if !known {
			out = append(out, s)
		}
	}
	return out
}

func (f formula) signature(m *lanes) string {
	s := strings.Join(f.slices(), ", ") + " []" + m.elem()
	if f.numbers != "" {
		s += ", " + strings.Join(strings.Fields(f.numbers), ", ") + " " + m.elem()
	}
	if f.stop != nil {
		return "func(" + s + ") (done int)"
	}
	return "func(" + s + ")"
}

// elem is the Go type of an element.
func (m *lanes) elem() string { return fmt.Sprintf("float%d", 8*m.size) }

// fn is the name of the kernel of this level for a field of vec's table.
func (m *lanes) fn(field string) string {
	return fmt.Sprintf("%s%dx%d", field, 8*m.bytes(), 8*m.size)
}

func (m *lanes) open(field, signature, doc string) {
	m.c.Function(m.fn(field))
	m.c.Attributes(attr.NOSPLIT)
	m.c.SignatureExpr(signature)
	m.c.Doc(strings.Split(m.fn(field)+" is "+doc, "\n")...)
	m.c.Pragma("noescape")
}

func (m *lanes) close() {
	m.c.VZEROUPPER()
	m.c.RET()
	m.k.kept = nil
}

// frame loads the addresses of the slices, and the length of the first.
func (m *lanes) frame(slices []string) *frame {
	f := &frame{m: m, bases: map[string]reg.Register{}, at: m.c.GP64(), size: m.c.GP64()}
	for _, s := range slices {
		f.bases[s] = m.c.Load(m.c.Param(s).Base(), m.c.GP64())
	}
	m.c.Load(m.c.Param(slices[0]).Len(), f.size)
	m.c.SHLQ(operand.U8(m.shift()), f.size)
	m.c.XORQ(f.at, f.at)
	return f
}

// shift is the binary logarithm of the element size.
func (m *lanes) shift() int { return m.size/4 + 1 }

// groups emits the loop over as many groups of whole vectors as there are.
func (f *frame) groups(vector func(i int)) {
	c, left := f.m.c, f.m.c.GP64()
	c.MOVQ(f.size, left)
	c.SUBQ(operand.U32(ways*f.m.bytes()), left)
	c.JB(operand.LabelRef("single"))
	c.Label("group")
	for i := range ways {
		vector(i)
	}
	c.ADDQ(operand.U32(ways*f.m.bytes()), f.at)
	c.CMPQ(f.at, left)
	c.JBE(operand.LabelRef("group"))
	c.Label("single")
}

// each emits the loop over whole vectors and the code for a last, partial one.
func (f *frame) each(body func(part bool)) {
	c := f.m.c
	left := c.GP64()
	c.MOVQ(f.size, left)
	c.SUBQ(operand.U32(f.m.bytes()), left)
	c.JB(operand.LabelRef("rest"))
	c.CMPQ(f.at, left)
	c.JA(operand.LabelRef("rest"))
	c.Label("whole")
	body(false)
	c.ADDQ(operand.U32(f.m.bytes()), f.at)
	c.CMPQ(f.at, left)
	c.JBE(operand.LabelRef("whole"))
	c.Label("rest")
	c.MOVQ(f.size, left)
	c.SUBQ(f.at, left)
	c.JZ(operand.LabelRef("done"))
	f.setMask(left)
	body(true)
	c.Label("done")
}

// once emits the loop with one body for whole vectors and a last, partial one:
// only loads and stores differ.
func (f *frame) once(load func(part bool), body func() []reg.VecVirtual, store func(y []reg.VecVirtual, part bool)) {
	c := f.m.c
	left := c.GP64()
	mask := func() {
		bytes := c.GP64()
		c.MOVQ(left, bytes)
		f.setMask(bytes)
	}
	c.Label("next")
	c.MOVQ(f.size, left)
	c.SUBQ(f.at, left)
	c.JZ(operand.LabelRef("done"))
	c.CMPQ(left, operand.U32(f.m.bytes()))
	c.JB(operand.LabelRef("partIn"))
	load(false)
	c.Label("body")
	y := body()
	c.CMPQ(left, operand.U32(f.m.bytes()))
	c.JB(operand.LabelRef("partOut"))
	store(y, false)
	c.ADDQ(operand.U32(f.m.bytes()), f.at)
	c.JMP(operand.LabelRef("next"))
	c.Label("partIn")
	mask()
	load(true)
	c.JMP(operand.LabelRef("body"))
	c.Label("partOut")
	mask()
	store(y, true)
	c.Label("done")
}

// leave goes to the end if the condition holds in any lane.
func (f *frame) leave(k cond) {
	c := f.m.c
	if f.m.wide {
		c.KORTESTW(k.k, k.k)
	} else {
		pick(f.m, c.VTESTPS, c.VTESTPD)(k.v, k.v)
	}
	c.JNZ(operand.LabelRef("stop"))
}

// count returns the number of elements that are done.
func (f *frame) count() {
	c := f.m.c
	c.MOVQ(f.size, f.at)
	c.Label("stop")
	c.SHRQ(operand.U8(f.m.shift()), f.at)
	c.Store(f.at, c.ReturnIndex(0))
}

// setMask makes the mask for a partial vector of so many bytes.
func (f *frame) setMask(bytes reg.GPVirtual) {
	m, c := f.m, f.m.c
	if m.wide {
		ones := c.GP32()
		c.SHRQ(operand.U8(m.shift()), bytes)
		c.MOVL(operand.U32(1<<32-1), ones)
		c.BZHIL(bytes.As32(), ones, ones)
		f.mask.k = reg.K7
		c.KMOVW(ones, f.mask.k)
		return
	}
	at := c.GP64()
	c.LEAQ(operand.NewDataAddr(operand.NewStaticSymbol("vecMask"), 32), at)
	c.SUBQ(bytes, at)
	f.mask.v = m.reg()
	c.VMOVDQU(operand.Mem{Base: at}, f.mask.v)
}

// mem is the place of the present vector of a slice.
func (f *frame) mem(slice string) operand.Mem {
	return operand.Mem{Base: f.bases[slice], Index: f.at, Scale: 1}
}

func (f *frame) loadAt(p operand.Mem, x reg.VecVirtual, part bool) {
	m := f.m
	switch {
	case !part:
		m.move(p, x)
	case m.wide:
		pick(m, m.c.VMOVUPS_Z, m.c.VMOVUPD_Z)(p, f.mask.k, x)
	default:
		pick(m, m.c.VMASKMOVPS, m.c.VMASKMOVPD)(p, f.mask.v, x)
	}
}

func (f *frame) storeAt(p operand.Mem, x reg.VecVirtual, part bool) {
	m := f.m
	switch {
	case !part:
		m.move(x, p)
	case m.wide:
		pick(m, m.c.VMOVUPS, m.c.VMOVUPD)(x, f.mask.k, p)
	default:
		pick(m, m.c.VMASKMOVPS, m.c.VMASKMOVPD)(x, f.mask.v, p)
	}
}
