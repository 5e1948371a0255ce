package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// TestHelp: help that was asked for is a result, and a mistake has a line about it and one about help.
func TestHelp(t *testing.T) {
	for _, v := range verbs {
		var texts []string
		for _, args := range [][]string{{"help", v.name}, {v.name, "-help"}, {v.name, "x", "--help"}, {v.name, "-h"}} {
			status, out, errs := symgrad(args...)
			if status != done || errs != "" || !strings.HasPrefix(out, "Usage: symgrad "+v.name) {
				t.Errorf("%q: status %d, %s%s", args, status, errs, out)
			}
			texts = append(texts, out)
		}
		if texts[0] != texts[1] {
			t.Errorf("%s: got two texts of help", v.name)
		}
		status, out, errs := symgrad(v.name, "-nonsense")
		if status != misuse || out != "" || strings.Count(errs, "\n") != 2 || !strings.HasPrefix(errs, "symgrad "+v.name+": flag provided but not defined: -nonsense") {
			t.Errorf("%s -nonsense: status %d, %s%s", v.name, status, errs, out)
		}
		if workers := regexp.MustCompile(`(?m)-workers int\n\s*(.*)$`).FindStringSubmatch(texts[0]); workers != nil && workers[1] != "number of threads; 0: as many as pay" {
			t.Errorf("%s -workers: got %q", v.name, workers[1])
		}
	}
	if status, out, _ := symgrad("version"); status != done || !strings.HasPrefix(out, "symgrad ") || !strings.Contains(out, "go1") {
		t.Errorf("version: status %d, %s", status, out)
	}
	for want, args := range map[string][]string{`is "train" meant?`: {"trian"}, `is "target" meant?`: {"train", "-targt", "y"}, `unknown verb "nix"`: {"help", "nix"}, `is "onnx" meant?`: {"export", "onx", "a", "b"}} {
		if status, out, errs := symgrad(args...); status != misuse || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%q: status %d, %s%s, want %q", args, status, errs, out, want)
		}
	}
}

// TestStatus: the same mistake has the same exit status in each verb.
func TestStatus(t *testing.T) {
	model, dir := straight(t, train.ModelFile{Data: dataset(t)}), t.TempDir()
	none, out := filepath.Join(dir, "none.safetensors"), filepath.Join(dir, "out")
	table := file(t, "a,b,price\n1,2,9\n")
	for _, args := range [][]string{
		{"train", none, "-target", "y"}, {"train", "-config", none}, {"evaluate", none, table}, {"evaluate", model, none}, {"predict", none, table}, {"predict", model, none},
		{"serve", none}, {"inspect", none}, {"summary", none}, {"graph", none}, {"import", none, out}, {"export", "onnx", none, out}, {"export", "go", none, out},
		{"export", "npz", none, out}, {"export", "safetensors", none, out},
	} {
		if status, out, errs := symgrad(args...); status != failed || out != "" || !strings.Contains(errs, "none.safetensors: there is no such file") {
			t.Errorf("%q: status %d, %s%s, want %d", args, status, errs, out, failed)
		}
	}
	for _, verb := range [][]string{{"evaluate", model, table}, {"predict", model, table}, {"summary", "mlp"}, {"graph", "mlp"}} {
		for _, wrong := range [][]string{{"-batch", "0"}, {"-batch", "abc"}, {"-batch", "-1"}, {"-workers", "-1"}, {"-workers", "x"}} {
			args := append([]string{verb[0]}, append(wrong, verb[1:]...)...)
			if status, out, errs := symgrad(args...); status != misuse || out != "" || !strings.HasPrefix(errs, "symgrad "+verb[0]+": ") || !strings.Contains(errs, wrong[0]) {
				t.Errorf("%q: status %d, %s%s, want %d", args, status, errs, out, misuse)
			}
		}
	}
	for _, args := range [][]string{{"train", table, "-target", "price", "-workers", "-1"}, {"train", table, "-target", "price", "-comma", ";;"}, {"predict", model, table, "-comma", ";;"}, {"train", table, "-target", "price", "-header", "-no-header"}} {
		if status, _, errs := symgrad(args...); status != misuse {
			t.Errorf("%q: status %d, %s, want %d", args, status, errs, misuse)
		}
	}
	// The library's errors come with flags, and without their way through it.
	for want, args := range map[string][]string{
		`symgrad graph: Input "x": got [99999999, 1, 28, 28], want at most`: {"graph", "-batch", "99999999", "cnn"},
		`symgrad export: got the package name "a-b", want lower-case`:       {"export", "-package", "a-b", "go", model, out},
	} {
		if status, _, errs := symgrad(args...); status != failed || !strings.Contains(errs, want) {
			t.Errorf("%q: status %d, %s, want %q", args, status, errs, want)
		}
	}
}
