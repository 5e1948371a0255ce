// Package golden compares what a test gets with the file that holds what it shall
// get.
//
// It owns the flag -update of the tests, which writes such files anew. It does not
// own what is in them. Importers: tests.
package golden

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// Update says whether golden files are to be written anew.
func Update() bool { return *update }

// Check compares got with the file at path, or writes it there.
func Check(t testing.TB, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// Mistake is something that is done wrong. Lists of them read better without the
// names of the fields, which a type of another package would need.
type Mistake = struct {
	Name string
	Kind error // that errors.Is must find in the error; nil: any
	Do   func(t *testing.T) error
}

// line is a place in a test, which moves.
var line = regexp.MustCompile(`(_test\.go):\d+`)

// Errors makes the mistakes and lists what they are answered with, for Check, without
// the lines of tests.
func Errors(t *testing.T, mistakes []Mistake) string {
	t.Helper()
	var b strings.Builder
	for _, m := range mistakes {
		t.Run(m.Name, func(t *testing.T) {
			err := m.Do(t)
			if err == nil || m.Kind != nil && !errors.Is(err, m.Kind) {
				t.Fatalf("got the error %v, want one that is %v", err, m.Kind)
			}
			text := line.ReplaceAllString(err.Error(), "$1")
			text = strings.ReplaceAll(text, syscall.ENOENT.Error(), "no such file or directory") // as Linux has it
			fmt.Fprintf(&b, "%s:\n\t%s\n", m.Name, text)
		})
	}
	return b.String()
}
