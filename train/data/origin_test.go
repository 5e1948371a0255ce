package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withNotes is a table whose rows are not on lines that follow each other: with a comment, a row that is
// left out and a cell of two lines.
const withNotes = "a,text,y\n1,p,2\n# a comment\n2,\"q\nr\",3\n,p,4\n4,p,5\n5,p,6\n"

var notedLines = map[float64]int{1: 2, 2: 4, 4: 7, 5: 8} // the line of each value of a

var notedOptions = CSVOptions{Comment: "#", OnMissing: DropRows, Target: []string{"y"}, Columns: map[string]CSVColumn{"text": {Kind: Category}}}

// checkLines says whether each row of d has the line of its table.
func checkLines(t *testing.T, what string, d *Dataset, path string, rows func(i int) int) {
	t.Helper()
	for _, f := range d.Fields() {
		if f.Name != "x" {
			continue
		}
		for i := range f.Len() {
			want := Origin{Path: path, Line: notedLines[f.At(i, 0)], Row: rows(i)}
			if got := f.Origin(i); got != want {
				t.Errorf("%s: row %d: got the origin %+v, want %+v", what, i, got, want)
			}
		}
	}
}

// TestOrigin: a row knows its line through everything that keeps rows.
func TestOrigin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.csv")
	if err := os.WriteFile(path, []byte(withNotes), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := ReadCSVFile(path, notedOptions)
	if err != nil {
		t.Fatal(err)
	}
	same := func(i int) int { return i }
	checkLines(t, "ReadCSVFile", d, path, same)
	checkLines(t, "ReadCSV", readTable(t, withNotes, notedOptions), "", same)

	order := []int{3, 0, 2, 2, 1}
	view, err := d.View(order)
	if err != nil {
		t.Fatal(err)
	}
	part, err := view.Subset([]int{4, 0})
	if err != nil {
		t.Fatal(err)
	}
	checkLines(t, "View", view, path, func(i int) int { return order[i] })
	checkLines(t, "Subset of it", part, path, func(i int) int { return []int{1, 3}[i] })
	both, err := Concat(part, d)
	if err != nil {
		t.Fatal(err)
	}
	checkLines(t, "Concat", both, path, func(i int) int { return []int{1, 3, 0, 1, 2, 3}[i] })
	train, test, err := both.Split(0.4, 3)
	if err != nil {
		t.Fatal(err)
	}
	r := Recipe{Steps: []Step{&Clip{Field: "x", Columns: []int{1}}, &Impute{Field: "x"}, &Join{Fields: []string{"x", "y"}, Into: "all"}}}
	if train, err = r.FitApply(train); err != nil {
		t.Fatal(err)
	}
	all, _ := train.Field("all")
	for i := range all.Len() {
		if got := all.Origin(i); got.Path != path || got.Line != notedLines[all.At(i, 0)] {
			t.Errorf("a recipe: row %d: got the origin %+v", i, got)
		}
	}
	test, err = test.Map("x", []int{2}, func(out, in []float64) error { copy(out, in); return nil })
	if err != nil {
		t.Fatal(err)
	}
	x, _ := test.Field("x")
	for i := range x.Len() {
		if got := x.Origin(i); got.Path != path || got.Line != notedLines[x.At(i, 0)] {
			t.Errorf("Map: row %d: got the origin %+v", i, got)
		}
	}
	x.Floats = []float64{7, 7, 7, 7}
	other, err := New(x)
	if err != nil {
		t.Fatal(err)
	}
	if x, _ = other.Field("x"); x.Origin(0) != (Origin{}) {
		t.Errorf("New with other values: got the origin %+v, want none", x.Origin(0))
	}
}

// TestOriginOfStreams: so does a row of a file that is read some rows at a time, from any row on.
func TestOriginOfStreams(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.csv")
	if err := os.WriteFile(path, []byte(withNotes), 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := OpenCSV(path, notedOptions)
	if err != nil {
		t.Fatal(err)
	}
	for from := range 4 {
		for at := 1; at < 4; at++ {
			s, err := file.Open(from)
			if err != nil {
				t.Fatal(err)
			}
			for row := from; row < 4; {
				d, err := s.Next(at)
				if err != nil {
					t.Fatal(err)
				}
				checkLines(t, fmt.Sprintf("a stream from %d, %d at a time", from, at), d, path, func(i int) int { return row + i })
				row += d.Len()
			}
			s.Close()
		}
	}
}

// TestOriginInBlocks: lines are right where several goroutines read a table.
func TestOriginInBlocks(t *testing.T) {
	for _, c := range []struct{ name, every string }{{"plain", "1\n"}, {"with comments", "1\n#\n"}} {
		n := 1 << 19
		d, err := ReadCSV(strings.NewReader("a\n"+strings.Repeat(c.every, n)), CSVOptions{Comment: "#"})
		if err != nil {
			t.Fatal(err)
		}
		f, _ := d.Field("x")
		for i := 0; i < n; i += 977 {
			if want := 2 + i*strings.Count(c.every, "\n"); f.Origin(i).Line != want {
				t.Fatalf("%s: row %d: got the line %d, want %d", c.name, i, f.Origin(i).Line, want)
			}
		}
	}
}

// TestOriginInMessages holds what an error says about a row.
func TestOriginInMessages(t *testing.T) {
	for _, c := range []struct {
		name string
		make func() (*Dataset, error)
		want string
	}{
		{"in memory", func() (*Dataset, error) { return New(Field{Name: "k", Ints: []int{0, 1, 9}}) }, `field "k": row 2: got`},
		{"a part", func() (*Dataset, error) {
			d, _ := New(Field{Name: "k", Ints: []int{0, 1, 9}})
			return d.View([]int{2, 0})
		}, `field "k": row 0 (row 2 of the data set that it was taken from): got`},
		{"a text", func() (*Dataset, error) {
			return ReadCSV(strings.NewReader("a,k\n1,0\n2,1\n3,9\n"), CSVOptions{Fields: []CSVField{{Name: "k", Columns: []string{"k"}, Integers: true}}})
		}, `field "k": row 2 (line 4): got`},
		{"JSON lines", func() (*Dataset, error) {
			return ReadJSONLines(strings.NewReader(`{"a":1,"k":0}`+"\n"+`{"a":1,"k":9}`+"\n"), JSONLinesOptions{Fields: []CSVField{{Name: "k", Columns: []string{"k"}, Integers: true}}})
		}, `field "k": row 1 (line 2): got`},
	} {
		d, err := c.make()
		if err != nil {
			t.Fatal(c.name, err)
		}
		if err := d.CheckLabels("k", 2); !errors.Is(err, ErrLabel) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got the error %v, want %q in it", c.name, err, c.want)
		}
	}
}

// TestLabelsFromOne: where labels end with the number of classes and none is 0, the error asks.
func TestLabelsFromOne(t *testing.T) {
	for _, c := range []struct {
		labels []int
		hint   bool
	}{{[]int{1, 2, 3}, true}, {[]int{1, 0, 3}, false}, {[]int{1, 2, 4}, false}} {
		_, err := New(Field{Name: "y", Ints: c.labels, Classes: 3})
		if !errors.Is(err, ErrLabel) || strings.Contains(err.Error(), "count from 1?") != c.hint {
			t.Errorf("%v: got the error %v, want a hint: %v", c.labels, err, c.hint)
		}
	}
}
