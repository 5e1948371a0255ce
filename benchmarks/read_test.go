package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadLines: each reader has a line, with what it read and what that took, and the table is gone.
func TestReadLines(t *testing.T) {
	t.Setenv("SYMGRAD_FASHION_MNIST", t.TempDir()) // without files
	dir := t.TempDir()
	o := readFlags{megabytes: 1, columns: 3, rounds: 1, dir: dir, json: true,
		child: append(child(t, "TestChild"), "reads")}
	var out bytes.Buffer
	err := o.run(report{w: &out, json: true})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(tableReaders)+1 || !strings.Contains(lines[len(lines)-1], "FashionMNIST is left out") {
		t.Fatalf("got\n%s", out.String())
	}
	for i, by := range tableReaders {
		var l readLine
		if err := json.Unmarshal([]byte(lines[i]), &l); err != nil {
			t.Fatal(err)
		}
		if l.Read != by || l.Bytes < 1e6 || l.Values < 5e5 || !(l.Ns > 0 && l.CPU > 0 && l.Ratio > 0) {
			t.Errorf("got %s", lines[i])
		}
		if text := l.String(); !strings.Contains(text, by) || !strings.Contains(text, "MB/s") {
			t.Errorf("got %q", text)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("got the files %v and %v, want none", left, err)
	}
}

// TestReadersRefuse: what cannot be read has no line.
func TestReadersRefuse(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.csv")
	if err := os.WriteFile(bad, []byte("a\nb\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, by := range append([]string{"nobody", "FashionMNIST"}, tableReaders...) {
		if _, _, err := readBy(by, bad); err == nil {
			t.Errorf("%s: got no error", by)
		}
	}
	if err := runRead(&bytes.Buffer{}, []string{"-megabytes", "0"}); err == nil {
		t.Error("got no error for an empty table")
	}
}
