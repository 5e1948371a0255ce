package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBandwidth measures briefly: each pass and each update has a line with a rate and a ratio, and
// there is a table of them.
func TestBandwidth(t *testing.T) {
	var file bytes.Buffer
	if err := runBandwidth(&file, []string{"-json", "-kb", "16", "-threads", "1", "-dtype", "float32", "-rounds", "1"}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bandwidth.jsonl")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := readResult(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(passes) + bandwidthUpdates; len(r.moved) != want {
		t.Errorf("got %d lines, want %d", len(r.moved), want)
	}
	for _, l := range r.moved {
		if !(l.Ns > 0 && l.Rate > 0 && l.Copy > 0 && l.Triad > 0 && l.Ratio > 0) || !strings.Contains(l.String(), l.Bandwidth) {
			t.Errorf("got %+v", l)
		}
	}
	var out bytes.Buffer
	if err := runTable(&out, []string{path}); err != nil || !strings.Contains(out.String(), "\n| softmax |") || !strings.Contains(out.String(), "16 KB, float32, 1 thread") {
		t.Errorf("got %v and the table\n%s", err, out.String())
	}
}

// TestBandwidthRefuses: wrong flags are errors.
func TestBandwidthRefuses(t *testing.T) {
	for _, args := range [][]string{{"-rounds", "0"}, {"-threads", "0"}, {"-kb", "0"}, {"-dtype", "int"}} {
		if err := runBandwidth(&bytes.Buffer{}, args); err == nil {
			t.Errorf("%q: got no error", args)
		}
	}
}
