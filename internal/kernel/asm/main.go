// Command asm writes the generated assembly of the kernel packages.
//
// It owns the generators: files gemm_*.go for package gemm, vec_*.go for
// package vec, neon_*.go for all of arm64. It does not own the packages it
// writes into, and nothing imports it; it is a module of its own so that the
// main module needs no generator. Usage, in this folder:
//
//	go run . [-out DIR]
//
// where DIR is the folder of the kernel packages (default ..). The test of
// this module compares a fresh output with the committed files.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// files collects generated files: path below the kernel folder to contents.
type files map[string][]byte

// generators is filled by the init functions of the other files of this
// command. Each adds its files, or returns what went wrong.
var generators []func(out files) error

// avo adds pkg/name.s and pkg/name.go (declarations) from what body builds.
// Both hold the build constraint expr, such as "amd64 && !noasm".
func (out files) avo(pkg, name, expr string, body func(c *build.Context)) error {
	c := build.NewContext()
	c.ConstraintExpr(expr)
	body(c)
	f, err := c.Result()
	if err == nil {
		err = pass.Compile.Execute(f)
	}
	if err == nil {
		dropSelfMoves(f)
		err = settle(f)
	}
	if err != nil {
		return fmt.Errorf("asm: %s/%s: %w", pkg, name, err)
	}
	return out.print(pkg, name, f)
}

// dropSelfMoves removes the moves of whole vectors to the registers that they are in.
func dropSelfMoves(f *ir.File) {
	for _, fn := range f.Functions() {
		fn.Nodes = slices.DeleteFunc(fn.Nodes, func(n ir.Node) bool {
			i, ok := n.(*ir.Instruction)
			return ok && len(i.Operands) == 2 && i.Operands[0] == i.Operands[1] && slices.Contains(vectorMoves, i.Opcode)
		})
	}
}

var vectorMoves = []string{"VMOVUPS", "VMOVUPD", "VMOVAPS", "VMOVAPD"}

// print adds the two files of a finished one.
func (out files) print(pkg, name string, f *ir.File) error {
	cfg := printer.Config{Name: "internal/kernel/asm", Pkg: pkg}
	for ext, p := range map[string]printer.Printer{".s": printer.NewGoAsm(cfg), ".go": printer.NewStubs(cfg)} {
		text, err := p.Print(f)
		if err != nil {
			return fmt.Errorf("asm: %s/%s%s: %w", pkg, name, ext, err)
		}
		out[filepath.Join(pkg, name+ext)] = text
	}
	return nil
}

// generate runs every generator.
func generate() (files, error) {
	out := files{}
	for _, g := range generators {
		if err := g(out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// write stores the files below dir in a fixed order.
func (out files) write(dir string) error {
	names := make([]string, 0, len(out))
	for n := range out {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		if err := os.WriteFile(filepath.Join(dir, n), out[n], 0o644); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	dir := flag.String("out", "..", "folder of the kernel packages")
	flag.Parse()
	out, err := generate()
	if err == nil {
		err = out.write(*dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
