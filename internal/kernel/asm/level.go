package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// The name of every kernel for amd64 says its level: it ends in the bits of its
// vectors, 256 for AVX2 and 512 for AVX-512, and perhaps in the bits of an
// element, as in tile256x64. Other functions are for every amd64 processor. The
// extensions that a level has stand in package cpu, which asks the processor for
// them.
var levelBits = regexp.MustCompile(`(256|512)(x32|x64)?$`)

// levelOf returns the level of the function of that name.
func levelOf(name string) string {
	if m := levelBits.FindStringSubmatch(name); m != nil {
		return map[string]string{"256": "avx2", "512": "avx512"}[m[1]]
	}
	return "generic"
}

// base are the extensions that every amd64 processor has.
var base = []string{"MMX", "MMX+", "SSE", "SSE2", "CPUID"}

// highVector is the first vector register that only AVX-512 encodings reach: where
// one is used, Go's assembler takes such an encoding without a word, at any width.
const highVector = 16

// lacking returns those of the extensions that functions of the level may not use.
func lacking(level string, needed []string) []string {
	var list []string
	for _, n := range needed {
		if !slices.Contains(base, n) && !slices.Contains(cpu.Extensions(level), n) && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// needs returns the extensions that an instruction needs with the registers that
// it was given.
func needs(i *ir.Instruction) []string {
	needed := slices.Clone(i.ISA)
	for _, o := range i.Operands {
		r, ok := o.(reg.Physical)
		if !ok || r.Kind() != reg.KindVector {
			continue
		}
		if r.PhysicalIndex() >= highVector {
			needed = append(needed, "AVX512F")
			if operand.IsXMM(r) || operand.IsYMM(r) {
				needed = append(needed, "AVX512VL")
			}
		}
	}
	return needed
}

// settle refuses functions that use what their level does not have, and makes each
// of them require its level, as its caller asks for no less.
func settle(f *ir.File) error {
	for _, fn := range f.Functions() {
		level := levelOf(fn.Name)
		for _, i := range fn.Instructions() {
			if l := lacking(level, needs(i)); len(l) > 0 {
				return fmt.Errorf("%s: %s needs %s, which the level %s does not have", fn.Name, written(i), strings.Join(l, " and "), level)
			}
		}
		fn.ISA = cpu.Extensions(level)
	}
	return nil
}

// written is the instruction as Go's assembler reads it.
func written(i *ir.Instruction) string {
	var operands []string
	for _, o := range i.Operands {
		operands = append(operands, o.Asm())
	}
	return i.OpcodeWithSuffixes() + " " + strings.Join(operands, ", ")
}
