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

	"github.com/symgrad/symgrad/train"
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
	if err != nil || strings.Count(string(svg), "<polyline") != 3 {
		t.Errorf("got the picture %.60q, %v, want the lines of two losses and of the learning rate", svg, err)
	}
	// The picture in README.md is this one, up to the rounding of the processor.
	shown, err := os.ReadFile("../../docs/digits.svg")
	number := regexp.MustCompile(`[0-9.]+`)
	if got, want := number.ReplaceAllString(string(svg), "0"), number.ReplaceAllString(string(shown), "0"); err != nil || got != want {
		t.Errorf("docs/digits.svg is not the picture that this command draws: go run ./examples/digits -picture docs/digits.svg (%v)", err)
	}
	if right := opened(t, saved); right < 0.9735 {
		t.Errorf("the saved model has the test accuracy %.4f, want at least 0.9735", right)
	}
}

// opened returns the accuracy of a saved model on the test pictures as they are.
func opened(t *testing.T, file string) float64 {
	t.Helper()
	model, err := train.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	_, _, raw, _, err := load()
	if err != nil {
		t.Fatal(err)
	}
	probs, err := model.Predict(context.Background(), raw)
	if err != nil {
		t.Fatal(err)
	}
	y, _ := raw.Field("y")
	labels := make([]int, raw.Len())
	rows, err := raw.Rows(y.Name)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i := range labels {
		if err := rows.Ints(labels[i:i+1], []int{i}); err != nil {
			t.Fatal(err)
		}
		if model.Label(probs[10*i:10*i+10]) == strconv.Itoa(labels[i]) {
			right++
		}
	}
	return float64(right) / float64(raw.Len())
}
