package main

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestOutput solves the equation with fewer steps than the command.
func TestOutput(t *testing.T) {
	var out strings.Builder
	if err := run(&out, 2000); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 6 {
		t.Fatalf("got %q", out.String())
	}
	for i, l := range lines[:5] {
		var x, y, exact float64
		if _, err := fmt.Sscanf(l, "u(%f) = %f, exactly %f", &x, &y, &exact); err != nil || math.Abs(x-(0.1+0.2*float64(i))) > 1e-9 ||
			math.Abs(exact-math.Sin(math.Pi*x)) > 1e-4 || math.Abs(y-exact) > 0.02 {
			t.Errorf("got %q, %v", l, err)
		}
	}
	var first, last, worst float64
	if _, err := fmt.Sscanf(lines[5], "loss %f in the first step, %f in the last; largest error %f", &first, &last, &worst); err != nil || !(worst < 0.02) || !(last < 0.05) {
		t.Errorf("got %q, %v", lines[5], err)
	}
}
