package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTablesAreOfTheirFiles: the tables of the pages are what the command makes of
// the committed results.
func TestTablesAreOfTheirFiles(t *testing.T) {
	for _, name := range []string{"README.md", "docs/training.md", "docs/serving.md", "docs/threads.md", "docs/benchmarks.md"} {
		path := filepath.Join("..", filepath.FromSlash(name))
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := retable(string(page), filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		if want != string(page) {
			t.Errorf("a table of %[1]s is not what its file says: go run ./benchmarks table -in %[1]s", name)
		}
	}
}

// TestResults: every committed file of results can be read and holds symgrad's
// time for each workload that it races.
func TestResults(t *testing.T) {
	files, err := filepath.Glob("results/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("got the files %v, %v, want at least one", files, err)
	}
	for _, path := range files {
		r, err := readResult(path)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, w := range distinct(r.lines, func(l line) string { return l.Workload }) {
			if cell(r.lines, "symgrad", w) == "" {
				t.Errorf("%s: got no time of symgrad for %s", path, w)
			}
		}
	}
}

const someResult = `{"machine":"Some CPU","level":"avx2","cores":2,"os":"linux/amd64","go":"go1.26","commit":"abc","arguments":"-json"}
{"note":"a remark"}
{"workload":"W1","system":"symgrad","threads":1,"dtype":"float32","ns_per_step":325,"share_of_peak":0.625}
{"workload":"W1","system":"other","threads":1,"dtype":"float32","ns_per_step":1250}
{"workload":"W2","system":"symgrad","threads":1,"dtype":"float32","ns_per_step":4910}
`

const someTable = "| | W1 | W2 |\n|---|---:|---:|\n| `symgrad` | 325 ns | 4.91 us |\n| `other` | 1.25 us |  |\n| `symgrad` of peak | 62 % |  |\n\n" +
	"float32, 1 thread. Some CPU, avx2, 2 cores, linux/amd64, go1.26, commit abc. Every figure: [`some.jsonl`](some.jsonl).\n"

// TestTable makes a table, puts it into a page, and changes nothing else there.
func TestTable(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "some.jsonl"), []byte(someResult), 0o644); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "page.md")
	frame := "before\n<!-- table some.jsonl -->\n%<!-- end table -->\nafter\n"
	if err := os.WriteFile(page, []byte(strings.Replace(frame, "%", "old\n", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := runTable(nil, []string{"-in", page}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(frame, "%", someTable, 1); string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestResultsThatAreNone: what is no result is an error with its line.
func TestResultsThatAreNone(t *testing.T) {
	first, rest, _ := strings.Cut(someResult, "\n")
	for name, c := range map[string]struct{ text, want string }{
		"no machine": {rest, "line 1: got no machine"},
		"no figure":  {first, "got no figure"},
		"odd line":   {first + "\n{}\n", "line 2: got {}"},
		"no JSON":    {first + "\nsymgrad 3 ns\n", "line 2: invalid character"},
	} {
		path := filepath.Join(t.TempDir(), "x.jsonl")
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readResult(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got the error %v, want %q", name, err, c.want)
		}
	}
	if _, err := retable("no table", "."); err == nil {
		t.Error("a page without a table: got no error")
	}
}

// TestMachine: the first line names the processor and the commit and reads back.
func TestMachine(t *testing.T) {
	var out bytes.Buffer
	m := thisMachine([]string{"-json", "-rounds", "3"})
	if err := m.head(&out, true); err != nil {
		t.Fatal(err)
	}
	var back machine
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != m {
		t.Errorf("got %+v, %v, want %+v", back, err, m)
	}
	if m.Machine == "" || m.Level == "" || m.Cores < 1 || m.Commit == "" || m.Arguments != "-json -rounds 3" {
		t.Errorf("got %+v, want every field", m)
	}
	cpuinfo := "processor\t: 0\ncpu family\t: 23\nmodel\t\t: 1\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nmodel name\t: other\n"
	if got, want := describe(cpuinfo), "AMD EPYC (family 23, model 1)"; got != want {
		t.Errorf("got the processor %q, want %q", got, want)
	}
}
