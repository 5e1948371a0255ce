package data

import (
	"encoding/json"
	"errors"
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
