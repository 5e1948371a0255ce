package main

import (
	"flag"
	"runtime"
	"testing"

	"github.com/symgrad/symgrad/internal/itself"
)

// TestChild is the other process of tests: it runs a command.
func TestChild(t *testing.T) {
	if flag.NArg() == 0 {
		t.Skip("other tests start it")
	}
	if err := command(flag.Args()); err != nil {
		t.Fatal(err)
	}
}

// child returns the line that starts a test of this package in another process, and skips t where that
// cannot be. Arguments of the test follow the line.
func child(t *testing.T, test string) []string {
	t.Helper()
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("a program cannot start another")
	}
	return append(itself.Line(), "-test.run=^"+test+"$", "-test.v=false", "--")
}
