package main

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// TestOutput lets a trained model write: nearly all words are words of the sonnets.
func TestOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains for many seconds without assembly")
	}
	var out strings.Builder
	s := settings{text: sonnets, prompt: "Shall I ", epochs: 20, length: 250, topK: 5, temperature: 0.7, seed: 1}
	if err := run(context.Background(), &out, s); err != nil {
		t.Fatal(err)
	}
	head, written, _ := strings.Cut(out.String(), "\n\n")
	if !strings.HasPrefix(head, "1815 characters, 45 different ones, 355 windows of 40\n") || len(written) != len("Shall I ")+250+1 {
		t.Errorf("got\n%s", out.String())
	}
	words := strings.Fields(written)
	words = words[:len(words)-1] // the last may be cut
	known := 0
	for _, w := range words {
		if slices.Contains(strings.Fields(sonnets), w) {
			known++
		}
	}
	if float64(known) < 0.85*float64(len(words)) {
		t.Errorf("got %d words of the sonnets among %d of %q", known, len(words), written)
	}
}

// TestMistakes looks at a text and a prompt that do not fit.
func TestMistakes(t *testing.T) {
	for name, s := range map[string]settings{
		"short text":     {text: "abc", prompt: "a", epochs: 1, length: 1},
		"unknown prompt": {text: sonnets, prompt: "é", epochs: 1, length: 1},
	} {
		if err := run(context.Background(), &strings.Builder{}, s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
