package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// TestOutput trains for less time than the command and looks at what the model sorts.
func TestOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains for many seconds without assembly")
	}
	var out strings.Builder
	if err := run(context.Background(), &out, 4); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 6 {
		t.Fatalf("got %q", out.String())
	}
	for i, l := range lines[1:5] {
		if question, answer, ok := strings.Cut(l, "="); !ok || len(question) != digits || len(answer) != digits {
			t.Errorf("line %d: got %q", i, l)
		}
	}
	var right, all int
	if _, err := fmt.Sscanf(lines[5], "%d of %d texts are sorted right", &right, &all); err != nil || all != 200 || right < 160 {
		t.Errorf("got %q, want 160 right or more (%v)", lines[5], err)
	}
}
