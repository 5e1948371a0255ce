package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The formulas of package vec are written once, as calls of lanes. What they
// emit for AVX2 is short, has no branches and is defined to the bit; so it is
// read here as a list of operations on vectors of any width, from which arm64
// code is made (neon_body.go). Elements have the same bits on both processors, but
// for the signs of zeros among the largest and smallest, and what is in a NaN.

// operation makes one value from others, which are indices of a list.
type operation struct {
	name string // the instruction without V and the element type
	args []int
	imm  uint64 // of shifts, comparisons and roundings; the bits of a constant
}

// code is straight-line code on values: the first inputs of them are not
// operations but what it starts from.
type code struct {
	inputs int
	list   []operation
	out    []int
}

// record runs f in vain, on registers for the inputs, and returns what it emits.
func record(size, inputs int, f func(m *lanes, in []v) []v) (*code, error) {
	c := build.NewContext()
	c.Function("body")
	c.SignatureExpr("func()")
	m := &lanes{c: c, size: size, k: newConstants(size), translated: true}
	in := registers(m, inputs)
	results := f(m, in)
	file, err := c.Result()
	if err != nil {
		return nil, err
	}
	r := recorder{code: &code{inputs: inputs, list: make([]operation, inputs)}, now: map[reg.ID]int{}, numbers: m.k}
	for i, x := range in {
		r.now[x.ID()] = i
	}
	for _, i := range file.Functions()[0].Instructions() {
		if err := r.add(i); err != nil {
			return nil, err
		}
	}
	for _, x := range results {
		r.code.out = append(r.code.out, r.now[x.ID()])
	}
	return r.code, nil
}

// recorder follows which value each register holds.
type recorder struct {
	code    *code
	now     map[reg.ID]int
	numbers *constants
}

// avxArgs are the instructions that have a translation, with how many vectors
// they read besides the one they change.
var avxArgs = map[string]int{
	"ADD": 2, "SUB": 2, "MUL": 2, "DIV": 2, "MIN": 2, "MAX": 2, "AND": 2, "OR": 2, "XOR": 2,
	"SQRT": 1, "ROUND": 1, "CMP": 2, "BLENDV": 3, "PSLL": 1, "PSRL": 1, "PSUB": 2,
	"FMADD231": 2, "FNMADD231": 2, "FMADD213": 2,
}

// add appends the operation of an instruction; operands stand in reverse order.
func (r *recorder) add(i *ir.Instruction) error {
	name := strings.TrimPrefix(i.Opcode, "V")
	for _, suffix := range []string{"PS", "PD", "SS", "SD", "D", "Q"} {
		if rest, ok := strings.CutSuffix(name, suffix); ok {
			name = rest
			break
		}
	}
	vectors := make([]int, 0, 4)
	var op operation
	for _, o := range i.Operands[:len(i.Operands)-1] {
		switch o := o.(type) {
		case operand.U8:
			op.imm = uint64(o)
		case operand.Mem:
			op.imm = r.numbers.list[o.Disp/r.numbers.size]
		case reg.Register:
			vectors = append(vectors, r.now[o.ID()])
		}
	}
	to := i.Operands[len(i.Operands)-1].(reg.Register).ID()
	switch name {
	case "MOVU", "MOVA":
		r.now[to] = vectors[0]
		return nil
	case "BROADCAST":
		name = "NUMBER"
	case "BLENDV": // where, yes, no
		op.args = vectors
	case "FMADD231", "FNMADD231": // x, y, sum
		op.args = []int{vectors[1], vectors[0], r.now[to]}
	case "FMADD213":
		op.args = []int{vectors[1], r.now[to], vectors[0]}
	default:
		for k := len(vectors) - 1; k >= 0; k-- {
			op.args = append(op.args, vectors[k])
		}
	}
	if n, ok := avxArgs[name]; name != "NUMBER" && (!ok || n != len(vectors)) {
		return fmt.Errorf("asm: %s has no translation", i.Opcode)
	}
	op.name = strings.TrimSuffix(strings.TrimSuffix(name, "231"), "213")
	r.now[to] = r.code.value(r.code.extreme(op))
	return nil
}

// extreme is op, or one operation for the three by which lanes has NaN win.
func (c *code) extreme(op operation) operation {
	if op.name != "BLENDV" {
		return op
	}
	nan, a, y := c.list[op.args[0]], op.args[1], c.list[op.args[2]]
	name := map[string]string{"MAX": "LARGEST", "MIN": "SMALLEST"}[y.name]
	if name != "" && y.args[0] == a && nan.name == "CMP" && nan.imm == uint64(isUnord) && nan.args[0] == a && nan.args[1] == a {
		return operation{name: name, args: y.args}
	}
	return op
}

// value is the place of an operation's value; a constant stands there once.
func (c *code) value(op operation) int {
	if op.name == "NUMBER" {
		for i, o := range c.list {
			if o.name == "NUMBER" && o.imm == op.imm {
				return i
			}
		}
	}
	c.list = append(c.list, op)
	return len(c.list) - 1
}
