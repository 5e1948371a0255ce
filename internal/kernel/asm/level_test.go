package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// TestLevels reads every assembly file for amd64 below the kernel folder, the
// generated ones and those written by hand, and looks up each instruction with
// its registers in avo's table of instructions: whether the level of its function
// has it.
func TestLevels(t *testing.T) {
	functions := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_amd64.s") {
			return err
		}
		text, err := os.ReadFile(path)
		functions += strings.Count(string(text), "\nTEXT ")
		for _, f := range faults(string(text)) {
			t.Errorf("%s:%s", path, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if functions < 300 {
		t.Errorf("found %d functions below .., want some 400", functions)
	}
}

// TestLevelFaults is about the kinds of mistakes that TestLevels is to find.
func TestLevelFaults(t *testing.T) {
	for _, c := range []struct{ function, line, want string }{
		{"add256x32", "VFMADD231PD (CX), Y3, Y15", ""},
		{"add256x32", "VFMADD231PD Y16, Y3, Y2", "AVX512F and AVX512VL"},
		{"add256x32", "VMOVUPS X31, (AX)", "AVX512F and AVX512VL"},
		{"add256x32", "VADDPS Z1, Z2, Z3", "AVX512F"},
		{"add256x32", "KMOVW AX, K1", "AVX512F"},
		{"add256x32", "VMOVUPS.Z (AX), K1, Y2", "AVX512F and AVX512VL"},
		{"add256x32", "VRNDSCALEPS $0x00, Y1, Y2", "AVX512F and AVX512VL"},
		{"add256x32", "BZHIL AX, CX, CX", "BMI2"},
		{"rows256", "VPERMPS Y1, Y2, Y3", ""},
		{"add512x64", "VFMADD213PD.BCST x<>+8(SB), Z1, Z2", ""},
		{"add512x64", "VANDPS Z1, Z2, Z3", ""},
		{"add512x64", "VPADDB K1, Z1, Z2, Z3", "unknown"},
		{"add512x64", "VPADDB Z1, Z2, K1, Z3", ""},
		{"add512x64", "VPERMB Z1, Z2, Z3", "AVX512VBMI"},
		{"add512x64", "VPCONFLICTD Z1, Z2", "AVX512CD"},
		{"rows", "VADDPS X1, X2, X3", "AVX"},
		{"rows", "VPADDD Y1, Y2, Y3", "AVX2"},
		{"rows", "VFMADD231SD X1, X2, X3", "FMA3"},
		{"rows", "ANDNL AX, CX, DX", "BMI"},
		{"rows", "POPCNTQ AX, CX", "POPCNT"},
		{"rows", "ROUNDSD $0x01, X1, X2", "SSE4.1"},
		{"rows", "ADDPS X1, X2", ""},
		{"rows", "MOVL AX, eax+8(FP)", ""},
		{"rows", "LONG $0x90909090", "unknown"},
	} {
		got := strings.Join(faults("TEXT ·"+c.function+"(SB), NOSPLIT, $0-8\n\t"+c.line+"\n\tRET\n"), "; ")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s: got %q, want %q", c.function, c.line, got, c.want)
		}
	}
}

// otherwise are instructions that avo does not know, with what they need.
var otherwise = map[string][]string{
	"XGETBV": nil, // only in a function that package cpu calls after it has seen OSXSAVE
}

var (
	textLine    = regexp.MustCompile(`^TEXT ·(\w+)`)
	instruction = regexp.MustCompile(`^\t+([A-Z][A-Z0-9.]*)(?:\s+(.*))?$`)
	memory      = regexp.MustCompile(`\([A-Z0-9]+\)`)
	vectorName  = regexp.MustCompile(`^([XYZ])(\d+)$`)
	known       = map[string]*ir.Instruction{} // what avo answered
)

// faults lists the lines of an assembly file whose instruction the level of their
// function does not have, or that are no known instruction.
func faults(text string) []string {
	var list []string
	function := ""
	for n, line := range strings.Split(text, "\n") {
		if m := textLine.FindStringSubmatch(line); m != nil {
			function = m[1]
			continue
		}
		m := instruction.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		needed, ok := needsOf(m[1], m[2])
		if l := lacking(levelOf(function), needed); len(l) > 0 {
			list = append(list, fmt.Sprintf("%d: %s: %s needs %s", n+1, function, strings.TrimSpace(line), strings.Join(l, " and ")))
		} else if !ok {
			list = append(list, fmt.Sprintf("%d: %s: unknown instruction %s", n+1, function, strings.TrimSpace(line)))
		}
	}
	return list
}

// needsOf returns what an instruction needs, and whether it is known.
func needsOf(opcode, operands string) ([]string, bool) {
	if n, ok := otherwise[opcode]; ok {
		return n, true
	}
	var forms [][]operand.Op
	key := opcode
	if operands != "" {
		for _, o := range strings.Split(splittable(operands), ", ") {
			ops := parsed(strings.TrimSpace(o))
			forms = append(forms, ops)
			key += fmt.Sprintf(" %T %s", ops[0], ops[0].Asm())
		}
	}
	i, ok := known[key]
	if !ok {
		i = lookUp(strings.ReplaceAll(opcode, ".", "_"), forms, nil)
		known[key] = i
	}
	if i == nil {
		return nil, false
	}
	return needs(i), true
}

// splittable makes one space of what stands behind the commas between operands.
func splittable(operands string) string {
	return regexp.MustCompile(`,\s*`).ReplaceAllString(operands, ", ")
}

// parsed returns what an operand may be: Go's assembler leaves the size of general
// registers and of constants to the instruction.
func parsed(o string) []operand.Op {
	if m := vectorName.FindStringSubmatch(o); m != nil {
		n, _ := strconv.Atoi(m[2])
		switch r := vectors[n]; m[1] {
		case "X":
			return []operand.Op{r.AsX()}
		case "Y":
			return []operand.Op{r.AsY()}
		default:
			return []operand.Op{r.AsZ()}
		}
	}
	switch {
	case strings.HasPrefix(o, "$"):
		return []operand.Op{operand.U8(1), operand.U16(1), operand.U32(1), operand.U64(1), operand.I8(1), operand.I32(1)}
	case memory.MatchString(o):
		return []operand.Op{operand.Mem{Base: reg.RAX}}
	case len(o) == 2 && o[0] == 'K':
		return []operand.Op{reg.K1}
	case strings.ToUpper(o) == o:
		return []operand.Op{reg.RAX, reg.EAX, reg.AX, reg.AL}
	}
	return []operand.Op{operand.LabelRef(o)}
}

// vectors are all vector registers by their number.
var vectors = func() [32]reg.VecPhysical {
	var list [32]reg.VecPhysical
	for _, r := range reg.Vector.Registers() {
		if v, ok := r.(reg.VecPhysical); ok {
			list[v.PhysicalIndex()] = v
		}
	}
	return list
}()

// lookUp asks avo for the instruction with one of the choices of each operand.
func lookUp(opcode string, forms [][]operand.Op, chosen []operand.Op) *ir.Instruction {
	if len(chosen) < len(forms) {
		for _, o := range forms[len(chosen)] {
			if i := lookUp(opcode, forms, append(chosen[:len(chosen):len(chosen)], o)); i != nil {
				return i
			}
		}
		return nil
	}
	c := build.NewContext()
	c.Function("f")
	c.SignatureExpr("func()")
	make := reflect.ValueOf(c).MethodByName(opcode)
	if !make.IsValid() || !make.Type().IsVariadic() && make.Type().NumIn() != len(chosen) {
		return nil
	}
	var args []reflect.Value
	for _, o := range chosen {
		args = append(args, reflect.ValueOf(&o).Elem())
	}
	make.Call(args)
	f, err := c.Result()
	if err != nil {
		return nil
	}
	list := f.Functions()[0].Instructions()
	if len(list) != 1 {
		return nil
	}
	return list[0]
}
