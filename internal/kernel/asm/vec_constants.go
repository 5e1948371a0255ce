package main

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// constants is the table of the constants of one file and element size, each
// stored once, and those of the present function that are kept in registers.
type constants struct {
	size  int
	list  []uint64
	rows  []uint64 // whole vectors, one after another
	index map[uint64]int
	kept  map[uint64]reg.VecVirtual
	order []uint64 // what the present function uses, in the order of first use
}

func newConstants(size int) *constants {
	return &constants{size: size, index: map[uint64]int{}}
}

// symbol is the name of the table.
func (k *constants) symbol() operand.Symbol {
	return operand.NewStaticSymbol(fmt.Sprintf("vecNumbers%d", 8*k.size))
}

// at is where b stands in the table.
func (k *constants) at(b uint64) operand.Mem {
	i, ok := k.index[b]
	if !ok {
		i = len(k.list)
		k.index[b] = i
		k.list = append(k.list, b)
	}
	return operand.NewDataAddr(k.symbol(), i*k.size)
}

// row is where the numbers of a vector stand, which it stores.
func (k *constants) row(numbers []uint64) operand.Mem {
	for i := range max(0, len(k.rows)-len(numbers)+1) {
		if slices.Equal(k.rows[i:i+len(numbers)], numbers) {
			return operand.NewDataAddr(k.rowsSymbol(), i*k.size)
		}
	}
	k.rows = append(k.rows, numbers...)
	return operand.NewDataAddr(k.rowsSymbol(), (len(k.rows)-len(numbers))*k.size)
}

// rowIn is the row in a new register.
func (k *constants) rowIn(m *lanes, numbers []uint64) reg.VecVirtual {
	d := m.reg()
	m.move(k.row(numbers), d)
	return d
}

func (k *constants) rowsSymbol() operand.Symbol {
	return operand.NewStaticSymbol(fmt.Sprintf("vecRows%d", 8*k.size))
}

// load is b in all lanes: the register that keeps it, or a new one.
func (k *constants) load(m *lanes, b uint64) reg.VecVirtual {
	if at, ok := k.unkept(m, b); ok {
		return m.broadcast(at)
	}
	return k.kept[b]
}

// unkept is where b stands in the table, if no register keeps it.
func (k *constants) unkept(m *lanes, b uint64) (operand.Mem, bool) {
	if _, ok := k.kept[b]; ok {
		return operand.Mem{}, false
	}
	if !slices.Contains(k.order, b) {
		k.order = append(k.order, b)
	}
	return k.at(b), true
}

// collect finds the constants that body uses, by emitting it in vain.
func (k *constants) collect(m *lanes, body func(m *lanes)) []uint64 {
	k.kept, k.order = nil, nil
	try := *m
	try.c = build.NewContext()
	try.c.Function("try")
	try.c.SignatureExpr("func()")
	body(&try)
	return k.order
}

// keep loads up to n of the constants list into registers.
func (k *constants) keep(m *lanes, list []uint64, n int) {
	k.kept = map[uint64]reg.VecVirtual{}
	for _, b := range list[:max(0, min(n, len(list)))] {
		k.kept[b] = m.broadcast(k.at(b))
	}
}

// emit writes the tables.
func (k *constants) emit(c *build.Context) {
	table := func(name operand.Symbol, list []uint64) {
		if len(list) == 0 {
			return
		}
		c.StaticGlobal(name.Name)
		c.DataAttributes(attr.RODATA | attr.NOPTR)
		for i, b := range list {
			if k.size == 8 {
				c.AddDatum(8*i, operand.U64(b))
			} else {
				c.AddDatum(4*i, operand.U32(b))
			}
		}
	}
	table(k.symbol(), k.list)
	table(k.rowsSymbol(), k.rows)
}
