package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestNeonLoop counts what the loops of whole tiles have, since emulation cannot
// measure them: multiply-adds, loads, and all instructions.
func TestNeonLoop(t *testing.T) {
	out, err := fresh()
	if err != nil {
		t.Fatal(err)
	}
	text := string(out[filepath.Join("gemm", "tile_neon_arm64.s")])
	for _, c := range []struct {
		function, label string
		fma, loads, all int
	}{
		{"tile128x32", "r8v3", 24, 10, 39}, // a load of two vectors counts once
		{"tile128x32", "r8v3columns", 24, 3, 31},
		{"tile128x64", "r8v3", 24, 10, 39},
		{"tile128x64", "r8v3columns", 24, 4, 32},
	} {
		_, loop, _ := strings.Cut(text, "\nTEXT ·"+c.function+"(")
		_, loop, _ = strings.Cut(loop, "\n"+c.label+"loop:\n")
		loop, _, _ = strings.Cut(loop, "BNE")
		fma, loads := strings.Count(loop, "// fmla"), strings.Count(loop, "FLDPQ")+strings.Count(loop, "FMOV")
		if all := strings.Count(loop, "\n") + 1; fma != c.fma || loads != c.loads || all != c.all {
			t.Errorf("%s, loop %s: %d multiply-adds, %d loads and %d instructions, want %d, %d and %d",
				c.function, c.label, fma, loads, all, c.fma, c.loads, c.all)
		}
	}
}
