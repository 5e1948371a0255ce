package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// deepTerms is how many terms of the sums an unrolled loop takes at a time. The additions that
// move it along need units that multiply, on some processors.
const deepTerms = 4

// walkOf are places at equal distances: pointer and distance are registers, and those three
// distances on need a third.
type walkOf struct{ ptr, step, more reg.GPVirtual }

// walkBy derives the third register.
func (k *kernel) walkBy(ptr, step reg.GPVirtual) *walkOf {
	w := &walkOf{ptr, step, k.ctx().GP64()}
	k.ctx().LEAQ(operand.Mem{Base: step, Index: step, Scale: 2}, w.more)
	return w
}

// at is the n-th place, less than deepTerms.
func (w *walkOf) at(n int) operand.Mem {
	m := operand.Mem{Base: w.ptr}
	switch n {
	case 1, 2:
		m.Index, m.Scale = w.step, uint8(n)
	case 3:
		m.Index, m.Scale = w.more, 1
	}
	return m
}

// move emits the move by n places, 1 or deepTerms.
func (k *kernel) move(w *walkOf, n int) {
	k.ctx().LEAQ(operand.Mem{Base: w.ptr, Index: w.step, Scale: uint8(n)}, w.ptr)
}

// unrolled emits the sum over q, deepTerms at a time, then those left. The elements of A
// lie side by side either within a row or within a column: so each of several terms has an
// address of its own.
func (k *kernel) unrolled(args operand.Mem) {
	c := k.ctx()
	csa := c.GP64()
	c.MOVQ(args.Offset(tileCSA), csa)
	c.CMPQ(csa, operand.U8(k.elem()))
	c.JNE(operand.LabelRef(k.name + "columns"))
	rows := newRows(c, args.Offset(tileA), args.Offset(tileRSA), k.rows)
	k.turns(args, k.name+"row", func(row, term int) operand.Mem { return rows.at(row, term*k.elem()) }, func(terms int) {
		for _, p := range rows.ptr {
			c.ADDQ(operand.U8(terms*k.elem()), p)
		}
	})
	c.JMP(operand.LabelRef(k.name + "summed"))
	c.Label(k.name + "columns")
	ptr := c.GP64()
	c.MOVQ(args.Offset(tileA), ptr)
	column := k.walkBy(ptr, csa)
	k.turns(args, k.name+"column", func(row, term int) operand.Mem { return column.at(term).Offset(row * k.elem()) }, func(terms int) {
		k.move(column, terms)
	})
	c.Label(k.name + "summed")
}

// turns emits both loops with the places of the elements of A and the moves to the next ones.
func (k *kernel) turns(args operand.Mem, name string, a func(row, term int) operand.Mem, next func(terms int)) {
	c := k.ctx()
	ptr, step := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileB), ptr)
	c.MOVQ(args.Offset(tileLDB), step)
	b := k.walkBy(ptr, step)
	ahead := *b // the rows of B to fetch
	if k.far {
		ahead.ptr = c.GP64()
		c.MOVQ(args.Offset(tileAhead), ahead.ptr)
		c.ADDQ(ptr, ahead.ptr)
	}
	row := k.vecs * k.width() * k.elem()
	var to reg.GPVirtual
	if k.packs {
		to = c.GP64()
		c.MOVQ(args.Offset(tilePack), to)
	}
	n := c.GP64()
	turn := func(terms int) {
		for q := range terms {
			if k.far {
				k.ask(ahead.at(q))
			}
			k.products(func(row int) operand.Mem { return a(row, q) }, func(_, off int) operand.Mem { return b.at(q).Offset(off) },
				operand.Mem{Base: to, Disp: q * row})
		}
		next(terms)
		k.move(b, terms)
		if k.far {
			k.move(&ahead, terms)
		}
		if k.packs {
			c.ADDQ(operand.U32(terms*row), to)
		}
	}
	c.MOVQ(args.Offset(tileK), n)
	c.SUBQ(operand.U8(deepTerms), n)
	c.JL(operand.LabelRef(name + "left"))
	c.Label(name + "several")
	turn(deepTerms)
	c.SUBQ(operand.U8(deepTerms), n)
	c.JGE(operand.LabelRef(name + "several"))
	c.Label(name + "left")
	c.ADDQ(operand.U8(deepTerms), n)
	c.JZ(operand.LabelRef(name + "done"))
	c.Label(name + "one")
	turn(1)
	c.DECQ(n)
	c.JNZ(operand.LabelRef(name + "one"))
	c.Label(name + "done")
}
