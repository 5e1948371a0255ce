package main

import (
	"os"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// stdin makes a pipe the standard input. Its other end is returned.
func stdin(t *testing.T) *os.File {
	t.Helper()
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdin
	os.Stdin = from
	t.Cleanup(func() {
		os.Stdin = old
		to.Close()
		from.Close()
	})
	return to
}

// TestStandardInput reads rows of JSON and tables there, for a model with a plan too.
func TestStandardInput(t *testing.T) {
	planned, named := rawModel(t, rawTable), straight(t, train.ModelFile{Data: dataset(t)})
	for _, c := range []struct{ model, text, want string }{
		{named, "[0, 3]\n[0, 0]\n", `{"price":10}` + "\n" + `{"price":1}` + "\n"},
		{named, "\n [[0, 3], [0, 0]]", `{"price":10}` + "\n" + `{"price":1}` + "\n"},
		{named, "\ufeff{\"a\": 0, \"b\": 3}", `{"price":10}` + "\n"},
		{named, "a,b\n0,3\n", "price\n10\n"},
		{planned, "[1, 0, 3.5]", `{"kind":"pot"`},
		{planned, `{"colour": "blue", "size": 3.5}`, `{"kind":"pot"`},
		{planned, "colour;size\nblue;3,5\n", "kind,p(cup),p(pot)\npot,"},
	} {
		to := stdin(t)
		if _, err := to.WriteString(c.text); err != nil {
			t.Fatal(err)
		}
		to.Close()
		if status, out, errs := symgrad("predict", c.model, "-"); status != done || !strings.HasPrefix(out, c.want) {
			t.Errorf("%q: status %d, %s%s, want %s", c.text, status, errs, out, c.want)
		}
	}
	quoted := "\"[a]\",b\n1,2\n"
	if status, _, errs := symgrad("predict", named, file(t, quoted)); status != failed || !strings.Contains(errs, `no columns ["a"]`) {
		t.Errorf("%q: status %d, %s, want it read as a table", quoted, status, errs)
	}
}
