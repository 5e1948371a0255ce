package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLoad measures briefly, and makes a table of the lines.
func TestLoad(t *testing.T) {
	var out bytes.Buffer
	if err := runLoad(&out, []string{"-workloads", "W3,W11", "-seconds", "0.05", "-rounds", "1", "-gather", "4", "-shares", "50,80", "-json"}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if want := 1 + 2*2*4; len(lines) != want {
		t.Fatalf("got %d lines, want %d: %s", len(lines), want, out.String())
	}
	file := filepath.Join(t.TempDir(), "load.jsonl")
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := runTable(&out, []string{file}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n| W"); got != 8 {
		t.Errorf("got %d rows, want 8:\n%s", got, out.String())
	}
	for _, args := range [][]string{{"-shares", "0"}, {"-seconds", "-1"}, {"-workloads", "W99"}, {"-gather", "-1"}} {
		if err := runLoad(&out, args); err == nil {
			t.Errorf("%q: got no error", args)
		}
	}
	out.Reset()
	if err := runLoad(&out, []string{"-workloads", "W1", "-seconds", "0.05", "-rounds", "1", "-gather", "0", "-shares", "50"}); err != nil || strings.Count(out.String(), "\n") != 4 {
		t.Errorf("got %v and\n%s", err, out.String())
	}
}
