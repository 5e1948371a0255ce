package data

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
)

// A file without content, and one of another kind, is an error that names it, whoever reads it.
func TestFilesAreNamed(t *testing.T) {
	_, plan, err := ReadCSVPlan(strings.NewReader("a,y\n1,2\n"), CSVOptions{Target: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	readers := map[string]func(path string) error{
		"ReadCSVFile":     func(path string) error { _, err := ReadCSVFile(path, CSVOptions{}); return err },
		"a target":        func(path string) error { _, err := ReadCSVFile(path, CSVOptions{Target: []string{"none"}}); return err },
		"ReadCSVPlanFile": func(path string) error { _, _, err := ReadCSVPlanFile(path, CSVOptions{}); return err },
		"ReadFile":        func(path string) error { _, err := plan.ReadFile(path); return err },
		"OpenCSV":         func(path string) error { _, err := OpenCSV(path, CSVOptions{}); return err },
		"Open":            func(path string) error { _, err := plan.Open(path); return err },
		"Stream": func(path string) error {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = streamed(plan, f)
			return err
		},
		"ReadJSONLinesFile":     func(path string) error { _, err := ReadJSONLinesFile(path, JSONLinesOptions{}); return err },
		"ReadNPYFile":           func(path string) error { _, err := ReadNPYFile(path, NPYOptions{}); return err },
		"ReadNPZ":               func(path string) error { _, err := ReadNPZ(path, ArrayOptions{}); return err },
		"ReadSafetensors":       func(path string) error { _, err := ReadSafetensors(path, ArrayOptions{}); return err },
		"ReadIDXFile":           func(path string) error { _, err := ReadIDXFile(path, IDXOptions{}); return err },
		"ImageOptions.ReadFile": func(path string) error { _, err := ImageOptions{}.ReadFile(path); return err },
	}
	for content, text := range map[string]string{"nothing": "", "a byte order mark": "\ufeff", "a header": "a,y\n", "noise": "\x00\x01\x02"} {
		path := filepath.Join(t.TempDir(), "%d 100%.file") // no verb of fmt
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for name, read := range readers {
			err := read(path)
			if err == nil {
				if content != "a header" {
					t.Errorf("%s of %s: got no error", name, content)
				}
				continue
			}
			if !strings.Contains(err.Error(), filepath.Base(path)) || strings.Contains(err.Error(), "%!") {
				t.Errorf("%s of %s: got %v, want the name of the file", name, content, err)
			}
		}
	}
}

// A line of JSON that is cut anywhere says that its end is missing.
func TestJSONLinesCut(t *testing.T) {
	const first = `{"a":1,"b":true,"y":"positive"}` + "\n"
	const line = `{"a":-1.5e3,"b":false,"y":"negative \u00e9"}`
	for _, end := range []string{"", "\n", "\r\n"} {
		for cut := 1; cut < len(line); cut++ {
			for _, text := range []string{first + line[:cut] + end, line[:cut] + end} {
				_, err := ReadJSONLines(strings.NewReader(text), JSONLinesOptions{Target: []string{"y"}, Labels: true})
				if !errors.Is(err, ErrCSV) || !strings.Contains(err.Error(), "the end of the") && !strings.Contains(err.Error(), "cut off") {
					t.Errorf("%q: got %v, want a word about the end", text, err)
				}
			}
		}
	}
}

// A file of arrays that is cut anywhere says so.
func TestNPZCut(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"x", "y"} {
		f, err := w.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		head := "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"
		head += strings.Repeat(" ", 117-len(head)) + "\n"
		fmt.Fprintf(f, "\x93NUMPY\x01\x00v\x00%s%s", head, strings.Repeat("\x00", 16))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cut.npz")
	write := func(n int) {
		if err := os.WriteFile(path, b.Bytes()[:n], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(b.Len())
	if _, err := ReadNPZ(path, ArrayOptions{}); err != nil {
		t.Fatal(err)
	}
	for cut := 4; cut < b.Len(); cut++ {
		write(cut)
		if _, err := ReadNPZ(path, ArrayOptions{}); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "cut off") || !strings.Contains(err.Error(), "cut.npz") {
			t.Errorf("%d bytes: got %v, want a word about the end", cut, err)
		}
	}
}
