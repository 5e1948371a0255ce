package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestBusy measures briefly: there is a line for one thread and for two, with ratios, and a table
// of them. The load ends with the measurement.
func TestBusy(t *testing.T) {
	work, err := standard("W3")
	if err != nil {
		t.Fatal(err)
	}
	o := busyFlags{workloads: work, dtype: "float32", threads: []int{1, 2}, rounds: 1, millis: 1,
		self: child(t, "TestChild")}
	var lines []busyLine
	if err := o.run(func(l busyLine) { lines = append(lines, l) }); err != nil {
		t.Fatal(err)
	}
	if len(lines) != 2 {
		t.Fatalf("got %d lines, want 2: %v", len(lines), lines)
	}
	var file bytes.Buffer
	if err := thisMachine(nil).head(&file, true); err != nil {
		t.Fatal(err)
	}
	for i, l := range lines {
		if l.Threads != i+1 || l.Workload != "W3" || !(l.QuietNs > 0 && l.BusyNs > 0) || (i > 0) != (l.QuietRatio > 0 && l.BusyRatio > 0) {
			t.Errorf("got %+v", l)
		}
		if text := l.String(); !strings.Contains(text, "W3") || strings.Contains(text, "of one thread") != (i > 0) {
			t.Errorf("got %q", text)
		}
		b, _ := json.Marshal(l)
		fmt.Fprintf(&file, "%s\n", b)
	}
	path := filepath.Join(t.TempDir(), "busy.jsonl")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := runTable(&out, []string{path}); err != nil || strings.Count(out.String(), "\n| W3") != 2 {
		t.Errorf("got %v and the table\n%s", err, out.String())
	}
}

// TestBusyRefuses: wrong flags are errors, and so is a core that the machine cannot have.
func TestBusyRefuses(t *testing.T) {
	for _, args := range [][]string{{"-rounds", "0"}, {"-ms", "0"}, {"-core", "-1"}, {"-threads", "0"}, {"-workloads", "W99"}, {"-dtype", "int"}} {
		if err := runBusy(&bytes.Buffer{}, args); err == nil {
			t.Errorf("%q: got no error", args)
		}
	}
	for _, args := range [][]string{{}, {"one"}, {"1", "2"}} {
		if err := serveSpin(args); err == nil {
			t.Errorf("spin %q: got no error", args)
		}
	}
	if runtime.GOOS == "linux" {
		if err := pin(1 << 20); err == nil {
			t.Error("core 1048576: got no error")
		}
	}
}
