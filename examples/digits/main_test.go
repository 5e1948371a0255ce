package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestOutput trains as the command does and looks at what it says and writes.
func TestOutput(t *testing.T) {
	dir := t.TempDir()
	picture, saved := filepath.Join(dir, "loss.svg"), filepath.Join(dir, "digits.safetensors")
	var out bytes.Buffer
	if err := run(context.Background(), &out, 40, picture, saved); err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`test accuracy (\d\.\d+) after 40 epochs`).FindStringSubmatch(out.String())
	if m == nil {
		t.Fatalf("no accuracy in:\n%s", out.String())
	}
	if a, err := strconv.ParseFloat(m[1], 64); err != nil || a < 0.9735 {
		t.Errorf("got the test accuracy %s, want at least 0.9735", m[1])
	}
	if n := strings.Count(out.String(), "picture "); n != 6 {
		t.Errorf("got %d predictions, want 6", n)
	}
	svg, err := os.ReadFile(picture)
	if err != nil || strings.Count(string(svg), "<polyline") != 2 {
		t.Errorf("got the picture %.60q, %v, want two lines", svg, err)
	}
	// The picture in README.md is this one, up to the rounding of the processor.
	shown, err := os.ReadFile("../../docs/digits.svg")
	number := regexp.MustCompile(`[0-9.]+`)
	if got, want := number.ReplaceAllString(string(svg), "0"), number.ReplaceAllString(string(shown), "0"); err != nil || got != want {
		t.Errorf("docs/digits.svg is not the picture that this command draws: go run ./examples/digits -picture docs/digits.svg (%v)", err)
	}
	if s, err := os.Stat(saved); err != nil || s.Size() < 4*(64*64+64*32+32*10) {
		t.Errorf("the parameters were not saved: %v, %v", s, err)
	}
}
