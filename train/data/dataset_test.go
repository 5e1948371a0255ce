package data

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
)

// wantError fails unless err wraps kind and its text holds every part.
func wantError(t *testing.T, err, kind error, parts ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("error %v: want %v", err, kind)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q: %q is missing", err, part)
		}
	}
}

func must(t testing.TB) func(*Dataset, error) *Dataset {
	return func(d *Dataset, err error) *Dataset {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
}

func TestNewRefuses(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(-1)
	x := Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 3, 4}}
	for _, c := range []struct {
		name   string
		fields []Field
		kind   error
		parts  []string
	}{
		{"no field", nil, ErrField, nil},
		{"no name", []Field{{Ints: []int{1}}}, ErrField, nil},
		{"one name twice", []Field{x, x}, ErrField, []string{`"x"`}},
		{"floats and ints", []Field{{Name: "x", Floats: []float64{1}, Ints: []int{1}}}, ErrField, []string{`"x"`}},
		{"no examples", []Field{{Name: "x", Floats: []float64{}}}, ErrEmpty, []string{`"x"`}},
		{"no values", []Field{{Name: "x", Shape: []int{2}}}, ErrEmpty, []string{`"x"`}},
		{"half an example", []Field{{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 3}}}, ErrShape, []string{`"x"`, "3 values", "[2]"}},
		{"empty axis", []Field{{Name: "x", Shape: []int{2, 0}, Floats: []float64{1}}}, ErrShape, []string{"[2, 0]"}},
		{"negative axis", []Field{{Name: "x", Shape: []int{-1}, Floats: []float64{1}}}, ErrShape, []string{"[-1]"}},
		{"huge axes", []Field{{Name: "x", Shape: []int{math.MaxInt, 2}, Floats: []float64{1}}}, ErrShape, []string{"fits in memory"}},
		{"lengths differ", []Field{x, {Name: "y", Ints: []int{0, 1, 0}}}, ErrShape, []string{`"y": got 3 examples, want 2`, `"x"`}},
		{"column names", []Field{{Name: "x", Floats: []float64{1}, Columns: []string{"a", "b"}}}, ErrShape, []string{"2 column names"}},
		{"NaN", []Field{{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 3, nan}}}, ErrNotFinite, []string{`"x"`, "row 1, column 1", "NaN"}},
		{"NaN in a named column", []Field{{Name: "x", Shape: []int{2}, Columns: []string{"a", "b"}, Floats: []float64{1, 2, nan, 4}}}, ErrNotFinite, []string{`row 1, column 0 ("a")`}},
		{"infinity in an image", []Field{{Name: "x", Shape: []int{2, 2}, Floats: []float64{0, 0, 0, 0, 0, 0, inf, 0}}}, ErrNotFinite, []string{"row 1, element [1, 0]: got -Inf"}},
		{"NaN in y", []Field{{Name: "y", Floats: []float64{0, nan}}}, ErrNotFinite, []string{`"y": row 1: got NaN`}},
		{"label too large", []Field{{Name: "y", Ints: []int{0, 2}, Classes: 2}}, ErrLabel, []string{"row 1", "label 2", "0..1"}},
		{"label negative", []Field{{Name: "y", Ints: []int{-1, 0}, Classes: 2}}, ErrLabel, []string{"row 0", "label -1"}},
		{"one class", []Field{{Name: "y", Ints: []int{0, 0}, Classes: 1}}, ErrLabel, []string{"one class"}},
		{"float labels", []Field{{Name: "y", Floats: []float64{0, 1}, Classes: 2}}, ErrField, []string{"floats"}},
		{"class names", []Field{{Name: "y", Ints: []int{0, 1}, Classes: 2, ClassNames: []string{"a"}}}, ErrShape, []string{"1 class names, want 2"}},
		{"class names alone", []Field{{Name: "y", Ints: []int{0, 1}, ClassNames: []string{"a", "b"}}}, ErrOption, nil},
		{"negative classes", []Field{{Name: "y", Ints: []int{0, 1}, Classes: -1}}, ErrOption, nil},
		{"absurd classes", []Field{{Name: "y", Ints: []int{0, 1}, Classes: math.MaxInt}}, ErrOption, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(c.fields...)
			wantError(t, err, c.kind, c.parts...)
		})
	}
}

func TestNewAccepts(t *testing.T) {
	shape := []int{1, 2}
	d := must(t)(New(
		Field{Name: "x", Shape: shape, Floats: []float64{1, math.NaN(), 3, math.Inf(1)}, AllowNonFinite: true},
		Field{Name: "y", Ints: []int{2, 0}, Classes: 3, ClassNames: []string{"a", "b", "c"}},
	))
	shape[1] = 7
	x, ok := d.Field("x")
	if !ok || d.Len() != 2 || x.Len() != 2 || x.Size() != 2 || !slices.Equal(x.Shape, []int{1, 2}) {
		t.Errorf("%d examples, field x %+v", d.Len(), x)
	}
	if d.Classes() != 3 || !slices.Equal(d.ClassCounts(), []int{1, 0, 1}) {
		t.Errorf("%d classes, counts %v", d.Classes(), d.ClassCounts())
	}
	if _, ok := d.Field("z"); ok {
		t.Error("a field was found that is not there")
	}
	fields := d.Fields()
	fields[0].Name = "changed"
	if d.Fields()[0].Name != "x" || len(fields) != 2 {
		t.Error("Fields gave the dataset's own list")
	}
}

func TestXY(t *testing.T) {
	d := must(t)(XY([]float64{1, 2, 3, 4, 5, 6}, 2, []float64{1, 2, 3}, 1))
	y, _ := d.Field("y")
	if d.Len() != 3 || !slices.Equal(y.Shape, []int{1}) || d.Classes() != 0 || d.ClassCounts() != nil {
		t.Errorf("%d examples, y of shape %v", d.Len(), y.Shape)
	}
	_, err := XY([]float64{1, 2}, 1, []float64{1, 2, 3}, 1)
	wantError(t, err, ErrShape, `"y": got 3 examples, want 2`, `"x"`)
	_, err = XY([]float64{1, 2, 3}, 2, []float64{1}, 1)
	wantError(t, err, ErrShape, `3 values for "x"`)
	_, err = XY([]float64{1}, 0, []float64{1}, 1)
	wantError(t, err, ErrShape, "0 columns", "at least 1")
	_, err = XY([]float64{1}, 1, []float64{1}, -1)
	wantError(t, err, ErrShape, `-1 columns for "y"`)
	_, err = XY(nil, 1, nil, 1)
	wantError(t, err, ErrEmpty)
}

func TestXLabels(t *testing.T) {
	d := must(t)(XLabels([]float64{1, 2}, 1, []int{0, 5}))
	if d.Classes() != 6 || !slices.Equal(d.ClassCounts(), []int{1, 0, 0, 0, 0, 1}) {
		t.Errorf("%d classes %v", d.Classes(), d.ClassCounts())
	}
	if err := d.CheckLabels("y", 6); err != nil {
		t.Error(err)
	}
	wantError(t, d.CheckLabels("y", 5), ErrLabel, "row 1", "label 5", "5 classes")
	wantError(t, d.CheckLabels("x", 5), ErrField, `"x"`)
	wantError(t, d.CheckLabels("z", 5), ErrField, `"z"`, `"x", "y"`)
	for _, c := range []struct {
		labels []int
		kind   error
		part   string
	}{
		{[]int{1, -1}, ErrLabel, "row 1: got the label -1"},
		{[]int{-3, -2}, ErrLabel, "row 0: got the label -3"},
		{[]int{4, 4}, ErrLabel, "only the label 4, 2 times"},
		{[]int{0, math.MaxInt}, ErrLabel, "row 1"},
		{[]int{0, 1, 2}, ErrShape, `"y": got 3`},
		{nil, ErrEmpty, "no labels"},
	} {
		_, err := XLabels([]float64{1, 2}, 1, c.labels)
		wantError(t, err, c.kind, c.part)
	}
	_, err := XLabels([]float64{1, 2}, 0, []int{0, 1})
	wantError(t, err, ErrShape)
}

// atMost returns a function that fails the test if more than n bytes were allocated since.
func atMost(t *testing.T, n uint64) func() {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	return func() {
		t.Helper()
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > n {
			t.Errorf("took %d bytes of memory, want at most %d", got, n)
		}
	}
}
