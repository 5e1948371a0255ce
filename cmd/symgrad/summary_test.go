package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// TestSummary shows every model in both types, and a model file.
func TestSummary(t *testing.T) {
	for _, m := range sources {
		for _, d := range []string{"float32", "float64"} {
			status, out, errs := symgrad("summary", "-batch", "4", "-dtype", d, m.name)
			if status != done || errs != "" || !strings.Contains(out, "("+d+")") || !strings.Contains(out, "batch of 4") || !strings.Contains(out, "[4, ") {
				t.Errorf("%s %s: status %d, %s%s", d, m.name, status, errs, out)
			}
		}
	}
	status, out, errs := symgrad("summary", "-json", "-batch", "9", "../../examples/open/iris.safetensors")
	var s train.Summary
	if err := json.Unmarshal([]byte(out), &s); err != nil || status != done || errs != "" || s.Batch != 9 || s.Trained != 131 || len(s.Layers) != 4 {
		t.Errorf("a file: status %d, %v, %s%s", status, err, errs, out)
	}
	for want, args := range map[string][]string{
		`unknown model "nix"`: {"summary", "nix"},
		"no.safetensors":      {"summary", "no.safetensors"},
	} {
		if status, out, errs := symgrad(args...); status != failed || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%q: status %d, %s%s, want %q", args, status, out, errs, want)
		}
	}
}
