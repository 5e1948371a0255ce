package main

import (
	"bytes"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
)

// TestOutput holds the output to testdata/output.txt.
func TestOutput(t *testing.T) {
	var got bytes.Buffer
	if err := run(&got); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/output.txt", got.String())
}
