package main

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// TestPredictJSON: rows of JSON have the answers of the same rows of a table, in any form.
func TestPredictJSON(t *testing.T) {
	model := straight(t, train.ModelFile{Data: dataset(t)})
	const want = `{"price":10}` + "\n" + `{"price":1}` + "\n"
	for name, text := range map[string]string{
		"a.jsonl":  "{\"a\": 0, \"b\": 3}\n\n{\"b\": 0, \"a\": 0, \"price\": 7}\n",
		"b.ndjson": "[0, 3]\n[0, 0]",
		"c.json":   "[{\"a\": 0, \"b\": 3},\n {\"a\": 0, \"b\": 0}]\n",
		"d.json":   " [[0, 3], [0, 0]]",
		"e.txt":    "\n {\"a\": 0, \"b\": 3}\n{\"a\": 0, \"b\": 0}\n",
		"f.jsonl":  "\ufeff{\"a\": \"0\", \"b\": \"3\"}\r\n{\"a\": 0, \"b\": 0}\r\n",
	} {
		if status, out, errs := symgrad("predict", model, write(t, name, text)); status != done || out != want {
			t.Errorf("%s: status %d, %s%s, want %s", name, status, errs, out, want)
		}
	}
	if status, out, errs := symgrad("predict", "-json", model, file(t, "b,a\n3,0\n0,0\n")); status != done || out != want {
		t.Errorf("-json: status %d, %s%s", status, errs, out)
	}
	if status, out, errs := symgrad("predict", model, write(t, "none.jsonl", "")); status != done || out != "" {
		t.Errorf("no rows: status %d, %s%s", status, errs, out)
	}
	for text, says := range map[string]string{
		"{\"a\": 1, \"b\": 2}\n\n{\"a\": 1}\n":     `.jsonl:3: "b": got no key "b"`,
		"{\"a\": 1, \"c\": 2}\n":                   `.jsonl:1: "b": got no key "b" but the unknown key "c"`,
		"{\"a\": 1, \"b\": true}\n":                `.jsonl:1: "b": got true, want a number`,
		"{\"a\": 1, \"b\": \"x\"}\n":               `.jsonl:1: "b": got "x"`,
		"{\"a\": 1, \"b\": [2]}\n":                 `.jsonl:1: "b": got an array, want a number`,
		"{\"a\": 1, \"b\": null}\n":                `.jsonl:1: "b": got`,
		"{\"a\": 1, \"b\": 2}\n{\"a\": 1, \"b\": ": `.jsonl:2: "b": unexpected EOF`,
		"{\"a\": 1, \"b\": 2} {}\n":                ".jsonl:1: got more than one value",
		"{\"a\": 1, \"b\": 2}\n[1, 2]\n":           ".jsonl:2: got an array, want an object",
		"[1, 2]\n[1]\n":                            ".jsonl:2: got 1 numbers, want 2",
		"[[1, 2], [1, null]]":                      `row 2: "b": got null, want a number`,
		"[[1, 2], 3]":                              "row 2: got 3, want an array or an object",
		"a,b\n1,2\n":                               ".jsonl:1: invalid character 'a'",
	} {
		if status, out, errs := symgrad("predict", model, write(t, "t.jsonl", text)); status != failed || out != "" || !strings.Contains(errs, says) {
			t.Errorf("%q: status %d, %s%s, want %q", text, status, errs, out, says)
		}
	}
	if status, _, errs := symgrad("predict", model, "-no-header", write(t, "t.jsonl", "[1, 2]")); status != failed || !strings.Contains(errs, "beside JSON") {
		t.Errorf("-no-header: status %d, %s", status, errs)
	}
}

// TestPredictJSONClasses: each line is JSON with the label and a probability for each class, as the
// table has them.
func TestPredictJSONClasses(t *testing.T) {
	model := rawModel(t, rawTable)
	table := file(t, rawTable)
	_, asCSV, _ := symgrad("predict", model, table)
	status, asJSON, errs := symgrad("predict", model, table, "-json")
	rows, lines := strings.Split(strings.TrimSpace(asCSV), "\n"), strings.Split(strings.TrimSpace(asJSON), "\n")
	if status != done || len(rows) != len(lines)+1 {
		t.Fatalf("status %d, %s%s", status, errs, asJSON)
	}
	names := strings.Split(rows[0], ",")
	for i, line := range lines {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil || len(object) != len(names) {
			t.Fatalf("%s: %v", line, err)
		}
		for k, cell := range strings.Split(rows[i+1], ",") {
			got := object[names[k]]
			if v, ok := got.(float64); ok {
				got = strconv.FormatFloat(v, 'g', -1, 64)
			}
			if v, err := strconv.ParseFloat(cell, 64); err == nil {
				cell = strconv.FormatFloat(v, 'g', -1, 64)
			}
			if got != cell {
				t.Errorf("%s of %s: got %v, want %s", names[k], line, got, cell)
			}
		}
	}
}
