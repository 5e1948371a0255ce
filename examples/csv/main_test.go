package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestOutput reads the table, and looks at the prediction and at the file.
func TestOutput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "iris.safetensors")
	var out bytes.Buffer
	run(&out, "iris.csv", file)
	if !regexp.MustCompile(`^loss 0\.0\d+ after 100 epochs\nthe flower is versicolor with probability (1\.00|0\.9\d)\n$`).Match(out.Bytes()) {
		t.Errorf("got:\n%s", &out)
	}
	if s, err := os.Stat(file); err != nil || s.Size() < 8*(4*16+16+16*3+3) {
		t.Errorf("the model was not saved: %v, %v", s, err)
	}
}
