package main

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// fresh is what the generators write, made once.
var fresh = sync.OnceValues(generate)

// TestCommitted compares a fresh generation with the committed files.
func TestCommitted(t *testing.T) {
	out, err := fresh()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range out {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the generator's output: run go run . here", name)
		}
	}
}
