package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPredict measures briefly: there is a line for each workload and batch, of ONNX Runtime too where
// it is, and a table of them.
func TestPredict(t *testing.T) {
	work, err := standard("W4,W11")
	if err != nil {
		t.Fatal(err)
	}
	o := predictFlags{workloads: work, batches: []int{1, 3}, threads: []int{1}, rounds: 1, millis: 1, peers: "peers",
		self: child(t, "TestChild")}
	if testing.Short() {
		o.peers = ""
	}
	var lines []predictLine
	var notes []string
	if err := o.run(func(s string) { notes = append(notes, s) }, func(l predictLine) { lines = append(lines, l) }); err != nil {
		t.Fatal(err)
	}
	ours := 0
	var file bytes.Buffer
	if err := thisMachine(nil).head(&file, true); err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.System == "symgrad" {
			ours++
		}
		if !(l.Ns > 0 && l.P99Ns >= l.Ns) || (l.System == "onnxruntime") != (l.Ratio > 0 && l.CallNs > 0) || !strings.Contains(l.String(), l.Workload) {
			t.Errorf("got %+v", l)
		}
		b, _ := json.Marshal(l)
		fmt.Fprintf(&file, "%s\n", b)
	}
	if ours != 4 || len(lines) != 8 && len(lines)+len(notes) != 4 && len(notes) != 4 {
		t.Errorf("got %d lines, %d of them ours, and the notes %q; want 4 of each system, or notes that one is left out", len(lines), ours, notes)
	}
	path := filepath.Join(t.TempDir(), "predict.jsonl")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := readResult(path)
	if err != nil {
		t.Fatal(err)
	}
	if text := r.table("predict.jsonl"); strings.Count(text, "| W4 |") != 2 || strings.Count(text, "| W11 |") != 2 {
		t.Errorf("got the table\n%s", text)
	}
}

// TestAgreeing refuses systems that predict something else.
func TestAgreeing(t *testing.T) {
	for answer, want := range map[string]string{"1 2": "", "1.000001 2": "", "1 3": "output 1", "1": "got 1 outputs, want 2", "error": "error"} {
		self := child(t, "TestAnswerChild")
		var field []*predictor
		for i, a := range []string{"1 2", answer} {
			q, _, err := start("", setting{threads: 1}, append(self[:len(self):len(self)], a)...)
			if err != nil {
				t.Fatal(err)
			}
			defer q.Close()
			field = append(field, &predictor{name: fmt.Sprint("system", i), process: q})
		}
		err := agreeing(field)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", answer, err, want)
		}
	}
}

// TestAnswerChild answers each line with its argument, for TestAgreeing.
func TestAnswerChild(t *testing.T) {
	if flag.NArg() == 0 {
		t.Skip("TestAgreeing starts it")
	}
	fmt.Println("ready")
	var line string
	for {
		if _, err := fmt.Scanln(&line); err != nil {
			return
		}
		fmt.Println(flag.Arg(0))
	}
}
