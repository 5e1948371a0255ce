package gosource

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// TestColumns checks that a program names the elements of its inputs, with and without preprocessing,
// and says what their numbers mean.
func TestColumns(t *testing.T) {
	set, plan, err := data.ReadCSVPlan(strings.NewReader("size,city,day,open,grade,price\n1,Bern,2023-02-01,yes,low,3\n,\"Genf \"\"x\"\"\",2023-02-02,no,high,4\n"), data.CSVOptions{
		Target: []string{"price"}, OnMissing: data.KeepMissing, Columns: map[string]data.CSVColumn{"city": {Kind: data.OneHot}, "day": {Kind: data.Time},
			"open": {Kind: data.Boolean, True: []string{"yes"}, False: []string{"no"}}, "grade": {Kind: data.Category}}})
	if err != nil {
		t.Fatal(err)
	}
	x, _ := set.Field("x")
	m, err := models.NewMLP(models.MLPOptions{In: 6, Out: 1, Head: models.Regression})
	if err == nil {
		err = train.Build(m)
	}
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`"size"`, `"city=Bern"`, `"city=Genf \"x\""`, `"day (days since 1970-01-01)"`, `"open (1 for yes, 0 for no)"`, `"grade (0 for high, 1 for low)"`}
	scaler := &data.Scaler{Mean: make([]float64, 6), Std: []float64{1, 2, 3, 4, 5, 6}}
	for name, o := range map[string]Options{
		"inputs": {Columns: map[string][]string{"x": x.Columns}, Table: plan},
		"fields": {Fields: []data.Field{{Name: "x", Shape: []int{6}, Floats: []float64{}, Columns: x.Columns}}, Recipe: data.Recipe{Steps: []data.Step{scaler}}, Table: plan},
	} {
		files, err := Files(modelOf(m), o)
		if err != nil {
			t.Fatal(name, err)
		}
		text := string(files[0].Data)
		_, list, ok := strings.Cut(text, "var Columns = [...]string{\n")
		list, _, _ = strings.Cut(list, "}")
		var got []string
		for line := range strings.Lines(list) {
			got = append(got, strings.TrimSuffix(strings.TrimSpace(line), ","))
		}
		if !ok || !slices.Equal(got, want) {
			t.Errorf("%s: got the names %q, want %q", name, got, want)
		}
		for _, doc := range []string{"named by Columns", "A missing value is NaN", "1 in examples of the category"} {
			if !strings.Contains(text, doc) {
				t.Errorf("%s: the program does not say %q", name, doc)
			}
		}
	}
	if _, err := Files(modelOf(m), Options{Columns: map[string][]string{"x": {"a", "b"}}}); !errors.Is(err, graph.ErrOption) {
		t.Errorf("two names of six: got %v", err)
	}
	files, err := Files(modelOf(m), Options{})
	if err != nil || strings.Contains(string(files[0].Data), "Columns") {
		t.Errorf("a program without names has some (%v)", err)
	}
}

// TestEncode runs the test of a program that takes rows of a table, in both types: rows with missing
// cells become what the plan of the table makes of them, and other cells are refused.
func TestEncode(t *testing.T) {
	table := "size,city,day,open,grade,moment,price\n1,Bern,2023-02-01,yes,low,10:30,3\n,Genf,2023-02-02,no,high,11:45,4\n"
	columns := map[string]data.CSVColumn{"city": {Kind: data.OneHot, Categories: []string{"Bern", "Genf"}, Other: "elsewhere"}, "day": {Kind: data.Time}, "open": {Kind: data.Boolean},
		"grade": {Kind: data.Category}, "moment": {Kind: data.Time, Layout: "15:04", Unit: data.Seconds}}
	set, plan, err := data.ReadCSVPlan(strings.NewReader(table), data.CSVOptions{Target: []string{"price"}, OnMissing: data.KeepMissing, Columns: columns})
	if err != nil {
		t.Fatal(err)
	}
	x, _ := set.Field("x")
	each(t, 0, 0, func(t *testing.T, d graph.DType, _ float64) {
		m, err := models.NewMLP(models.MLPOptions{In: 8, Out: 1, Head: models.Regression, DType: d})
		if err == nil {
			err = train.Build(m)
		}
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := Write(dir, modelOf(m), Options{Package: "rows", Module: "rows", Columns: map[string][]string{"x": x.Columns}, Table: plan}); err != nil {
			t.Fatal(err)
		}
		test := `package rows

import "testing"

func TestCells(t *testing.T) {
	x := make([]number, XSize)
	good := []string{"1", " Paris ", "2023-02-01", "YES", "low", "10:30"}
	if err := Encode(x, good); err != nil || x[0] != 1 || x[1] != 0 || x[3] != 1 || x[4] != 19389 || x[5] != 1 || x[6] != 1 || x[7] != 37800 {
		t.Errorf("got %v, %v", x, err)
	}
	if err := Encode(x, []string{"NA", "", "?", "", "null", ""}); err != nil || x[0] == x[0] || x[2] == x[2] || x[7] == x[7] {
		t.Errorf("missing cells: got %v, %v", x, err)
	}
	for i, bad := range []string{"one", "", "tomorrow", "perhaps", "middling", "25:00"} {
		row := append([]string{}, good...)
		if row[i] = bad; bad != "" && Encode(x, row) == nil {
			t.Errorf("%s: got no error for %q", Header[i], bad)
		}
	}
}
`
		if err := os.WriteFile(filepath.Join(dir, "cells_test.go"), []byte(test), 0o666); err != nil {
			t.Fatal(err)
		}
		if out := string(tool(t, dir, nil, "test", "-v", ".")); !strings.Contains(out, "--- PASS: TestEncode") || !strings.Contains(out, "--- PASS: TestCells") {
			t.Errorf("got %s", out)
		}
	})
	m, err := models.NewMLP(models.MLPOptions{In: 8, Out: 1, Head: models.Regression})
	if err == nil {
		err = train.Build(m)
	}
	if err != nil {
		t.Fatal(err)
	}
	other := *plan
	other.Options.DecimalComma = true
	files, err := Files(modelOf(m), Options{Columns: map[string][]string{"x": x.Columns}, Table: &other})
	if err != nil || strings.Contains(string(files[0].Data), "Encode") {
		t.Errorf("a table with a form of its own for numbers has Encode (%v)", err)
	}
}
