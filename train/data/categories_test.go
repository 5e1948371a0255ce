package data

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func readTable(t *testing.T, text string, o CSVOptions) *Dataset {
	t.Helper()
	d, err := ReadCSV(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var categoriesInX = CSVOptions{Columns: map[string]CSVColumn{"kind": {Kind: Category}, "size": {Kind: Category, Other: "none"}}}

const (
	antTable = "a,kind,size\n1,ant,S\n2,bee,L\n3,cat,S\n"
	beeTable = "a,kind,size\n1,bee,S\n2,cat,L\n3,dog,S\n" // other indices for the same texts
)

// TestCategories holds where the categories of a column are kept, and where they are compared.
func TestCategories(t *testing.T) {
	d, other := readTable(t, antTable, categoriesInX), readTable(t, beeTable, categoriesInX)
	want := [][]string{nil, {"ant", "bee", "cat"}, {"L", "S", "none"}}
	x, _ := d.Field("x")
	if !slices.EqualFunc(x.Categories, want, slices.Equal) {
		t.Errorf("got the categories %q, want %q", x.Categories, want)
	}
	if _, err := Concat(d, other); !errors.Is(err, ErrShape) || !strings.Contains(err.Error(), "categories") {
		t.Errorf("Concat: got the error %v, want ErrShape about categories", err)
	}
	integers := categoriesInX
	integers.Inputs, integers.Fields = []string{"a"}, []CSVField{{Name: "codes", Columns: []string{"kind", "size"}, Integers: true}}
	codes, _ := readTable(t, antTable, integers).Field("codes")
	if !slices.EqualFunc(codes.Categories, want[1:], slices.Equal) {
		t.Errorf("integers: got the categories %q, want %q", codes.Categories, want[1:])
	}
	integers.Fields[0].Columns = []string{"kind"}
	integers.Drop = []string{"size"}
	integers.Columns = map[string]CSVColumn{"kind": {Kind: Category}}
	if code, _ := readTable(t, antTable, integers).Field("codes"); code.Categories != nil || len(code.ClassNames) != 3 {
		t.Errorf("labels: got the categories %q and the classes %q, want classes alone", code.Categories, code.ClassNames)
	}
	bare := x
	bare.Categories = nil
	without, err := New(bare)
	if err != nil {
		t.Fatal(err)
	}
	if without.Fingerprint() == d.Fingerprint() {
		t.Error("got one fingerprint with and without categories, want two")
	}
	x.Categories = x.Categories[:2]
	if _, err := New(x); !errors.Is(err, ErrShape) {
		t.Errorf("New: got the error %v for categories of 2 of 3 columns, want ErrShape", err)
	}
}

// TestRecipeComparesCategories: each step keeps the categories, a recipe refuses others, also after
// it was saved, and gives its own to numbers without names.
func TestRecipeComparesCategories(t *testing.T) {
	o := categoriesInX
	o.OnMissing = KeepMissing
	const missing = "a,kind,size\n1,ant,S\n,bee,L\n3,cat,S\n"
	d := readTable(t, missing, o)
	r := Recipe{Steps: []Step{&Impute{Field: "x", Indicator: true}, &Clip{Field: "x", Quantile: 0.1}, &Scaler{Field: "x"}, &Join{Fields: []string{"x"}, Into: "all"}}}
	out, err := r.FitApply(d)
	if err != nil {
		t.Fatal(err)
	}
	all, _ := out.Field("all")
	if want := [][]string{nil, {"ant", "bee", "cat"}, {"L", "S", "none"}, nil}; !slices.EqualFunc(all.Categories, want, slices.Equal) {
		t.Errorf("got the categories %q, want %q", all.Categories, want)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var saved Recipe
	if err := json.Unmarshal(text, &saved); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]Recipe{"fitted": r, "saved": saved} {
		if _, err := r.Apply(readTable(t, beeTable, o)); !errors.Is(err, ErrLabel) || !strings.Contains(err.Error(), `column 1 ("kind")`) {
			t.Errorf("%s: got the error %v, want ErrLabel with the column", name, err)
		}
		if _, err := r.Apply(readTable(t, antTable, o)); err != nil {
			t.Errorf("%s: got the error %v for the same categories, want none", name, err)
		}
	}
	plain, err := New(Field{Name: "x", Shape: []int{3}, Floats: []float64{1, 1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if out, err = saved.Apply(plain); err != nil {
		t.Fatal(err)
	}
	if f, _ := out.Field("all"); len(f.Categories) != 4 {
		t.Errorf("got the categories %q, want those of the training part", f.Categories)
	}
}

// TestCutFile: a text whose last line has no end, and whose last cell is the first part of another
// category, is refused: a cut file must not make a class.
func TestCutFile(t *testing.T) {
	const flowers = "a,kind\n1,setosa\n2,virginica\n3,setosa\n4,setos"
	labels := CSVOptions{Target: []string{"kind"}, Labels: true}
	kinds := func(c CSVColumn) CSVOptions { return CSVOptions{Columns: map[string]CSVColumn{"kind": c}} }
	fixed := labels
	fixed.Classes = []string{"setos", "setosa", "virginica"}
	for _, c := range []struct {
		name, text string
		o          CSVOptions
		cut        bool
	}{
		{"label", flowers, labels, true},
		{"category", flowers, kinds(CSVColumn{Kind: Category}), true},
		{"one-hot", flowers, kinds(CSVColumn{Kind: OneHot}), true},
		{"by Text", flowers, CSVOptions{Text: Category, Header: true}, true},
		{"unknown, which would be Other", flowers, kinds(CSVColumn{Kind: Category, Categories: []string{"setosa", "virginica"}, Other: "none"}), true},
		{"behind a quoted cell", strings.Replace(flowers, "4,", "\"4\",", 1), labels, true},
		{"quoted", strings.TrimSuffix(flowers, "setos") + "\"setos\"", labels, false},
		{"with a line end", flowers + "\n", labels, false},
		{"in other rows too", strings.Replace(flowers, "2,virginica", "2,setos", 1), labels, false},
		{"no part of another", "a,kind\n1,setosa\n2,virginica", labels, false},
		{"given", flowers, fixed, false},
		{"in another column", "kind,a\nsetosa,1\nvirginica,2\nsetos,3", labels, false},
	} {
		_, err := ReadCSV(strings.NewReader(c.text), c.o)
		var where *CSVError
		switch {
		case !c.cut && err != nil:
			t.Errorf("%s: got the error %v, want none", c.name, err)
		case c.cut && (!errors.Is(err, ErrCSV) || !errors.As(err, &where) || where.Line != 5 || where.Column != 2 || !strings.Contains(err.Error(), "is the file cut?")):
			t.Errorf("%s: got the error %v, want ErrCSV at line 5, column 2", c.name, err)
		}
	}
	path := filepath.Join(t.TempDir(), "flowers.csv")
	if err := os.WriteFile(path, []byte(flowers), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCSV(path, labels); !errors.Is(err, ErrCSV) {
		t.Errorf("OpenCSV: got the error %v, want ErrCSV", err)
	}
	long := "a,kind\n" + strings.Repeat("1,setosa\n2,virginica\n", 1<<16)
	if _, err := ReadCSV(strings.NewReader(long+"3,virgin"), labels); !errors.Is(err, ErrCSV) {
		t.Errorf("a long text: got the error %v, want ErrCSV", err)
	}
	if d, err := ReadCSV(strings.NewReader(long), labels); err != nil || d.Len() != 1<<17 {
		t.Errorf("a long text: got %d rows and the error %v, want all", d.Len(), err)
	}
}
