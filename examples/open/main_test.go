package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
)

// TestOutput opens the file within the program. It was written by the first version of the
// format, which stays readable.
func TestOutput(t *testing.T) {
	var out bytes.Buffer
	if err := run(&out, "", []string{"6.1", "2.8", "4.7", "1.2"}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "versicolor, of [\"setosa\" \"versicolor\" \"virginica\"]: [0.00 0.97 0.03]\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestOtherModel opens a file.
func TestOtherModel(t *testing.T) {
	m, err := models.NewMLP(models.MLPOptions{In: 1, Out: 2})
	file := filepath.Join(t.TempDir(), "m")
	if err == nil {
		err = train.SaveModel(file, m, train.ModelFile{Classes: []string{"same", "same"}})
	}
	var out bytes.Buffer
	if err == nil {
		err = run(&out, file, []string{"1"})
	}
	if err != nil || !strings.HasPrefix(out.String(), "same, of") {
		t.Errorf("got %q and %v", &out, err)
	}
	if err := run(&out, file, []string{"one"}); err == nil {
		t.Error("got no error for a word")
	}
	if err := run(&out, file, nil); err == nil {
		t.Error("got no error for no numbers")
	}
}
