package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDigits fits the problem of this folder and, where the reference data are,
// all of theirs: four certified digits from both starts on each, six on nine in
// ten.
func TestDigits(t *testing.T) {
	check(t)
	if dir := os.Getenv("SYMGRAD_REFERENCE"); dir != "" {
		check(t, filepath.Join(dir, "nist"))
	} else {
		t.Log("SYMGRAD_REFERENCE is not set: only the problem of this folder is fitted")
	}
}

func check(t *testing.T, args ...string) {
	t.Helper()
	var out strings.Builder
	if err := run(&out, args); err != nil {
		t.Fatal(err)
	}
	all, six := 0, 0
	for s := bufio.NewScanner(strings.NewReader(out.String())); s.Scan(); all++ {
		var name string
		var n int
		var one, two float64
		if _, err := fmt.Sscanf(s.Text(), "%s %d parameters: %f and %f", &name, &n, &one, &two); err != nil {
			t.Fatal(err)
		}
		if min(one, two) < 4 {
			t.Error(s.Text())
		}
		if min(one, two) >= 6 {
			six++
		}
	}
	if all == 0 || six*10 < all*9 {
		t.Errorf("%d of %d reach six digits:\n%s", six, all, out.String())
	}
}
