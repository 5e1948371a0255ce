package main

import (
	"os"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
)

// TestTable draws the table anew.
func TestTable(t *testing.T) { golden.Check(t, "penguins.csv", drawTable(240)) }

// TestLength counts the lines of the program without its comments: from the table to predictions
// they are at most 40.
func TestLength(t *testing.T) {
	text, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(strings.TrimSpace(line), "//") {
			n++
		}
	}
	if n > 40 {
		t.Errorf("got %d lines, want at most 40", n)
	}
}

// Example works where the program looks for the table, and leaves nothing there.
func Example() {
	here := must(os.Getwd())
	dir := must(os.MkdirTemp("", "penguins"))
	defer os.RemoveAll(dir)
	defer os.Chdir(here)
	must(dir, os.MkdirAll(dir+"/examples/penguins", 0o755))
	must(dir, os.WriteFile(dir+"/examples/penguins/penguins.csv", []byte(drawTable(240)), 0o644))
	must(dir, os.Chdir(dir))
	main()
	// Output:
	// the best epoch of 330 is 310, with the accuracy 1.00 on the test set:
	//            Adelie  Chinstrap  Gentoo  recall
	// Adelie         20          0       0  100.0%
	// Chinstrap       0         10       0  100.0%
	// Gentoo          0          0      18  100.0%
	// Chinstrap
	// Gentoo
}
