package main

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

// TestCases runs the cases that the project ships: functions with values,
// gradients and second derivatives computed by PyTorch in float64.
func TestCases(t *testing.T) {
	cases, err := zip.OpenReader("testdata/cases.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer cases.Close()
	var out bytes.Buffer
	failed, err := run(&out, cases, true)
	if err != nil {
		t.Fatal(err)
	}
	if failed > 0 {
		t.Errorf("%s", out.String())
	}
	// The four that remain are sequences whose weights have no gradient: see sequence.
	if !strings.HasSuffix(out.String(), "240 passed, 0 failed, 4 not covered\n") {
		t.Errorf("got\n%s", out.String())
	}
}

// TestFamilies runs more functions of each family, in other words and with other
// attributes, that PyTorch has computed in float64.
func TestFamilies(t *testing.T) {
	cases, err := zip.OpenReader("testdata/families.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer cases.Close()
	var out bytes.Buffer
	if _, err := run(&out, cases, true); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(out.String(), "273 passed, 0 failed, 0 not covered\n") {
		t.Errorf("got\n%s", out.String())
	}
}

// TestFailure checks that a wrong value is a failure: the harness can fail.
func TestFailure(t *testing.T) {
	wrong := `{"name": "a", "category": "elementwise", "formula": "exp", "inputs": {"x": {"dtype": "float64", "shape": [1], "data": [1.0]}},
		"outputs": {"y": {"dtype": "float64", "shape": [1], "data": [2.718281]}}}`
	unknown := `{"name": "b", "category": "other", "formula": "no such function", "inputs": {}, "outputs": {}}`
	var out bytes.Buffer
	failed, err := run(&out, fstest.MapFS{"a.json": {Data: []byte(wrong)}, "b.json": {Data: []byte(unknown)}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if failed != 1 || !strings.HasSuffix(out.String(), "0 passed, 1 failed, 1 not covered\n") {
		t.Errorf("got %d failures and\n%s", failed, out.String())
	}
}
