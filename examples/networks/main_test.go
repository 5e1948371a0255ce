package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("got %q", out.String())
	}
	for _, l := range lines {
		var name string
		var accuracy float64
		if _, err := fmt.Sscanf(l, "%s network: test accuracy %f", &name, &accuracy); err != nil || accuracy < 0.96 {
			t.Errorf("got %q, want an accuracy of at least 0.96 (%v)", l, err)
		}
	}
}
