package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// same reports whether a file has the text.
func same(t *testing.T, path string, want []byte) bool {
	t.Helper()
	got, err := os.ReadFile(path)
	return err == nil && bytes.Equal(got, want)
}

// TestOutputs: no verb writes over what it reads, nor over another file without -force, and all say so before
// they begin.
func TestOutputs(t *testing.T) {
	model, dir := straight(t, train.ModelFile{Data: dataset(t)}), t.TempDir()
	there := write(t, "there.txt", "mine\n")
	link := filepath.Join(dir, "link.safetensors")
	if err := os.Symlink(model, link); err != nil {
		link = model
	}
	foreign := exported(t, model)
	before, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	onnxBefore, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other")
	if err := os.Mkdir(other, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other, "x.go"), []byte("package some\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"export", "safetensors", model, model}, "which is read too"},
		{[]string{"export", "-force", "safetensors", model, model}, "which is read too"},
		{[]string{"export", "-force", "npz", model, link}, "which is read too"},
		{[]string{"export", "-force", "onnx", model, model}, "which is read too"},
		{[]string{"export", "onnx", model, there}, "-force"},
		{[]string{"export", "npz", model, there}, "-force"},
		{[]string{"export", "safetensors", model, there}, "-force"},
		{[]string{"export", "safetensors", model, dir}, "got a folder"},
		{[]string{"export", "go", model, there}, "got a file, want a folder"},
		{[]string{"export", "go", model, other}, "source of the package some"},
		{[]string{"graph", "-html", there, "mlp"}, "-force"},
		{[]string{"graph", "-force", "-html", model, model}, "which is read too"},
		{[]string{"graph", "-html", dir, "mlp"}, "got a folder"},
		{[]string{"import", foreign, there}, "-force"},
		{[]string{"import", "-force", foreign, foreign}, "which is read too"},
		{[]string{"import", foreign, dir}, "got a folder"},
		{[]string{"train", "-force", penguins, "-target", "species", "-out", penguins}, "which is read too"},
		{[]string{"train", "-force", penguins, "-target", "species", "-out", filepath.Join(dir, "m"), "-report", penguins}, "which is read too"},
		{[]string{"train", "-force", penguins, "-target", "species", "-out", filepath.Join(dir, "same.csv"), "-report", filepath.Join(dir, ".", "same.csv")}, "the same file"},
		{[]string{"train", "-force", penguins, "-target", "species", "-out", filepath.Join(dir, "m.st"), "-report", filepath.Join(dir, "m.run.json")}, "the same file"},
		{[]string{"train", penguins, "-target", "species", "-out", filepath.Join(dir, "m.st"), "-report", there}, "-force"},
		{[]string{"train", penguins, "-target", "species", "-out", dir}, "got a folder"},
	} {
		if status, out, errs := symgrad(c.args...); status != misuse || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%q: status %d, %s%s, want %q", c.args, status, errs, out, c.says)
		}
	}
	missing := filepath.Join(dir, "no", "file")
	for _, args := range [][]string{
		{"export", "npz", model, missing}, {"export", "onnx", model, missing}, {"graph", "-html", missing, "mlp"}, {"import", foreign, missing},
		{"train", penguins, "-target", "species", "-out", missing}, {"train", penguins, "-target", "species", "-out", filepath.Join(dir, "m"), "-report", missing},
	} {
		if status, out, errs := symgrad(args...); status != failed || out != "" || !strings.Contains(errs, "no such folder") || strings.Contains(errs, "epoch") {
			t.Errorf("%q: status %d, %s%s", args, status, errs, out)
		}
	}
	if err := os.WriteFile(filepath.Join(locked, "probe"), nil, 0o644); err != nil { // root may write everywhere
		if status, _, errs := symgrad("train", penguins, "-target", "species", "-out", filepath.Join(locked, "m")); status != failed || !strings.Contains(errs, "no file can be written") {
			t.Errorf("status %d, %s", status, errs)
		}
	}
	if !same(t, model, before) || !same(t, foreign, onnxBefore) || !same(t, there, []byte("mine\n")) {
		t.Error("a file has changed")
	}
	if list, err := filepath.Glob(filepath.Join(dir, ".symgrad-*")); err != nil || list != nil {
		t.Errorf("got %v and %v, want no traces", list, err)
	}
	for _, args := range [][]string{{"export", "-force", "npz", model, there}, {"graph", "-force", "-html", there, "mlp"}, {"import", "-force", foreign, there}, {"export", "-force", "go", model, other}} {
		if status, _, errs := symgrad(args...); status != done {
			t.Errorf("%q: status %d, %s", args, status, errs)
		}
	}
}

// TestExportFolder names the package by its folder, and says what is written.
func TestExportFolder(t *testing.T) {
	model := straight(t, train.ModelFile{})
	for folder, name := range map[string]string{"wine-model": "winemodel", "Wine_2": "wine2", "7": "model", "func": "model", "main": "model", "9lives": "lives"} {
		dir := filepath.Join(t.TempDir(), folder)
		status, out, errs := symgrad("export", "go", model, dir)
		if status != done || out != "" || strings.Count(errs, "Wrote ") != 3 || !strings.Contains(errs, filepath.Join(dir, name+".go")) {
			t.Errorf("%s: status %d, %s%s", folder, status, out, errs)
		}
	}
	t.Chdir(filepath.Join(t.TempDir()))
	if err := os.Mkdir("here", 0o777); err != nil {
		t.Fatal(err)
	}
	t.Chdir("here")
	if status, _, errs := symgrad("export", "go", model, "."); status != done || !strings.Contains(errs, "Wrote here.go") {
		t.Errorf("status %d, %s", status, errs)
	}
	if status, _, errs := symgrad("export", "go", model, "."); status != misuse || !strings.Contains(errs, "-force") {
		t.Errorf("again: status %d, %s", status, errs)
	}
}
