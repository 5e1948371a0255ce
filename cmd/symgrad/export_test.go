package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/onnxtest"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// TestExport writes a model file as ONNX and computes it.
func TestExport(t *testing.T) {
	model, file := straight(t, train.ModelFile{Data: dataset(t)}), filepath.Join(t.TempDir(), "line.onnx")
	var out, errs strings.Builder
	if code := run([]string{"export", "-doc", "a line", "onnx", model, file}, &out, &errs); code != done || out.Len() > 0 {
		t.Fatalf("got the status %d, %s%s", code, out.String(), errs.String())
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := onnxtest.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Run(map[string]onnxtest.Tensor{"x": {Shape: []int{2, 2}, Data: []float64{0, 0, 1, 10}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := onnxtest.Compare(got["output"], onnxtest.Tensor{Shape: []int{2, 1}, Data: []float64{1, 33}}, 0); err != nil {
		t.Error(err)
	}
	if m.Metadata["columns"] != `["a","b"]` || !strings.Contains(m.Metadata["symgrad.model"], `"models.LinReg"`) {
		t.Errorf("got the metadata %v", m.Metadata)
	}
	if code := run([]string{"export", "onnx", model, "-"}, &out, &errs); code != done || !strings.Contains(out.String(), "symgrad.model") {
		t.Errorf("got the status %d and %d bytes: %s", code, out.Len(), errs.String())
	}
}

// TestExportMisuse checks what is refused, and that nothing is written then.
func TestExportMisuse(t *testing.T) {
	model, file := straight(t, train.ModelFile{}), filepath.Join(t.TempDir(), "line.onnx")
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"onnx", model}, misuse, "want a format, a model and a file"},
		{[]string{"pickle", model, file}, misuse, `got the format "pickle"`},
		{[]string{"-batch", "-1", "onnx", model, file}, misuse, "-batch: got -1"},
		{[]string{"onnx", file, file}, failed, "line.onnx"},
	} {
		var out, errs strings.Builder
		if code := run(append([]string{"export"}, c.args...), &out, &errs); code != c.code || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%v: got the status %d and %s, want %q", c.args, code, errs.String(), c.want)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%v: got a file", c.args)
		}
	}
}

// TestExportGo writes model files as packages of Go.
func TestExportGo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "line")
	recipe := data.Recipe{Steps: []data.Step{&data.Scaler{Field: "x", Mean: []float64{1, 2}, Std: []float64{2, 4}}, &data.Scaler{Field: "y", Mean: []float64{3}, Std: []float64{5}}}}
	for name, f := range map[string]train.ModelFile{"plain": {Data: dataset(t)}, "with a recipe": {Data: dataset(t), Recipe: recipe}} {
		var out, errs strings.Builder
		if code := run([]string{"export", "-force", "-doc", "is a line", "-module", "line", "go", straight(t, f), dir}, &out, &errs); code != done || out.Len() > 0 {
			t.Fatalf("%s: got the status %d, %s%s", name, code, out.String(), errs.String())
		}
		text, err := os.ReadFile(filepath.Join(dir, "line.go"))
		if err != nil {
			t.Fatal(err)
		}
		if want := "Package line is a line."; !strings.Contains(string(text), want) || strings.Contains(string(text), "prepare") != (name != "plain") {
			t.Errorf("%s: got %s", name, text)
		}
	}
	var out, errs strings.Builder
	if code := run([]string{"export", "-force", "-package", "a-b", "go", straight(t, train.ModelFile{}), dir}, &out, &errs); code != failed || !strings.Contains(errs.String(), "a-b") {
		t.Errorf("got the status %d and %s, want an error about the name", code, errs.String())
	}
}
