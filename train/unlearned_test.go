package train_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// notesOfFit trains an MLP and returns the notes.
func notesOfFit(t *testing.T, o models.MLPOptions, set data.Source, to train.Options) string {
	t.Helper()
	m, err := models.NewMLP(o)
	if err != nil {
		t.Fatal(err)
	}
	to.Epochs = 1
	tr, err := train.New(m, to)
	if err != nil {
		t.Fatal(err)
	}
	h, err := tr.Fit(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(h.Notes, "\n")
}

// TestUnlearnedCategoriesAreNoted: categories of the inputs without an example are in the notes, of
// a table in memory and of one in a file.
func TestUnlearnedCategoriesAreNoted(t *testing.T) {
	kind := func(c data.CSVColumn) data.CSVOptions {
		return data.CSVOptions{Target: []string{"y"}, Columns: map[string]data.CSVColumn{"kind": c}}
	}
	for _, c := range []struct {
		name string
		o    data.CSVOptions
		in   int
		want string // in the only note; "" for none
	}{
		{"all have one", kind(data.CSVColumn{Kind: data.Category}), 2, ""},
		{"Other", kind(data.CSVColumn{Kind: data.Category, Other: "none"}), 2, `no example of the category "none"`},
		{"Other has one", kind(data.CSVColumn{Kind: data.Category, Categories: []string{"ant", "bee"}, Other: "none"}), 2, ""},
		{"a fixed one", kind(data.CSVColumn{Kind: data.Category, Categories: []string{"ant", "bee", "cat", "dog"}}), 2, `no example of the category "dog"`},
		{"one-hot", kind(data.CSVColumn{Kind: data.OneHot}), 4, ""},
		{"one-hot Other", kind(data.CSVColumn{Kind: data.OneHot, Other: "none"}), 5, `column "kind": the training set has no example of the category "none"`},
	} {
		path := filepath.Join(t.TempDir(), "kinds.csv")
		if err := os.WriteFile(path, []byte(kinds), 0o644); err != nil {
			t.Fatal(err)
		}
		file, err := data.OpenCSV(path, c.o)
		if err != nil {
			t.Fatal(err)
		}
		for where, set := range map[string]data.Source{"memory": rowsOfText(t, kinds, c.o), "file": file} {
			got := notesOfFit(t, models.MLPOptions{In: c.in, Out: 1, Head: models.Regression}, set, train.Options{})
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("%s, %s: got the notes %q, want %q", c.name, where, got, c.want)
			}
		}
	}
}

// TestUnlearnedClassesAreNoted: classes of the target without an example are in the notes.
func TestUnlearnedClassesAreNoted(t *testing.T) {
	for _, c := range []struct {
		name   string
		labels []int
		names  []string
		out    int
		want   []string // in the only note; nil for none
	}{
		{"all have one", []int{0, 1, 2}, nil, 3, nil},
		{"too many outputs", []int{0, 1, 2}, nil, 5, []string{"no example of class 3, 4, of the 5"}},
		{"counted from 1", []int{1, 2, 3}, nil, 4, []string{"no example of class 0, of the 4", "do they count from 1?"}},
		{"named", []int{0, 2, 2}, []string{"a", "b", "c"}, 3, []string{`no example of class 1 ("b"), of the 3`}},
	} {
		y := data.Field{Name: "y", Ints: c.labels, Classes: c.out, ClassNames: c.names}
		set, err := data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 3, 4, 5, 6}}, y)
		if err != nil {
			t.Fatal(err)
		}
		got := notesOfFit(t, models.MLPOptions{In: 2, Out: c.out}, set, train.Options{})
		if (c.want == nil) != (got == "") || strings.Contains(got, "\n") {
			t.Errorf("%s: got the notes %q, want %q", c.name, got, c.want)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: got the note %q, want %q in it", c.name, got, want)
			}
		}
	}
}

// TestNumberErrorNamesTheLine: NaN is found in the file that it came from, through a split, a view, a
// recipe, a stream and a prediction.
func TestNumberErrorNamesTheLine(t *testing.T) {
	const text = "a,b,y\n1,2,3\n4,5,6\n7,,9\n1,2,3\n2,3,4\n"
	o := data.CSVOptions{Target: []string{"y"}, OnMissing: data.KeepMissing}
	path := filepath.Join(t.TempDir(), "holes.csv")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	whole, err := data.ReadCSVFile(path, o)
	if err != nil {
		t.Fatal(err)
	}
	file, err := data.OpenCSV(path, o)
	if err != nil {
		t.Fatal(err)
	}
	view, err := whole.View([]int{4, 3, 2})
	if err != nil {
		t.Fatal(err)
	}
	part, err := whole.Subset([]int{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 3, math.NaN()}, AllowNonFinite: true}, data.Field{Name: "y", Shape: []int{1}, Floats: []float64{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	cut, err := plain.View([]int{1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		set  data.Source
		row  int
		from data.Origin
		text string
	}{
		{"the file", whole, 2, data.Origin{Path: path, Line: 4, Row: 2}, "row 2, column 1 (\"b\") (" + path + ":4): got NaN"},
		{"a view", view, 2, data.Origin{Path: path, Line: 4, Row: 2}, path + ":4"},
		{"a part", part, 1, data.Origin{Path: path, Line: 4, Row: 2}, "row 1, column 1 (\"b\") (" + path + ":4, row 2 there): got NaN"},
		{"a stream", file, 2, data.Origin{Path: path, Line: 4, Row: 2}, path + ":4"},
		{"memory", plain, 1, data.Origin{Row: 1}, "row 1, column 1: got NaN"},
		{"a part of memory", cut, 0, data.Origin{Row: 1}, "row 0, column 1 (row 1 of the data set that it was taken from): got NaN"},
	} {
		m, err := models.NewMLP(models.MLPOptions{In: 2, Out: 1, Head: models.Regression})
		if err != nil {
			t.Fatal(err)
		}
		tr, err := train.New(m, train.Options{Epochs: 1, BatchSize: 2, Recipe: data.Recipe{Steps: []data.Step{&data.Clip{Field: "x", Columns: []int{0}}}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tr.Fit(context.Background(), c.set)
		var bad *train.NumberError
		known := errors.As(err, &bad) && bad.Row == c.row && bad.Origin == c.from
		if _, stream := c.set.(*data.CSVFile); stream { // a step finds it
			known = errors.Is(err, train.ErrNotFinite)
		}
		if !known || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: got the error %v, want one at row %d with %q", c.name, err, c.row, c.text)
		}
	}
	m, err := models.NewMLP(models.MLPOptions{In: 2, Out: 1, Head: models.Regression})
	if err != nil {
		t.Fatal(err)
	}
	p, err := train.NewPredictor(m, train.ModelFile{}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var bad *train.NumberError
	if _, err := p.Predict(context.Background(), part); !errors.As(err, &bad) || bad.Origin.Line != 4 {
		t.Errorf("Predictor: got the error %v, want one of line 4", err)
	}
}

// TestRecipeThatResizesIsNamed: where a step gave an input its width, the error names the step and
// not the data set alone.
func TestRecipeThatResizesIsNamed(t *testing.T) {
	set := rowsOfText(t, "a,b,y\n1,,2\n2,3,3\n3,4,1\n", data.CSVOptions{Target: []string{"y"}, OnMissing: data.KeepMissing})
	m, err := models.NewMLP(models.MLPOptions{In: 2, Out: 1, Head: models.Regression})
	if err != nil {
		t.Fatal(err)
	}
	steps := []data.Step{&data.Scaler{Field: "y"}, &data.Impute{Field: "x", Indicator: true}, &data.Scaler{Field: "x"}}
	tr, err := train.New(m, train.Options{Epochs: 1, Recipe: data.Recipe{Steps: steps}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Fit(context.Background(), set); !errors.Is(err, data.ErrShape) || !strings.Contains(err.Error(), "(of the recipe step 1, Impute, makes 3 of 2)") {
		t.Errorf("got the error %v, want the step", err)
	}
}
