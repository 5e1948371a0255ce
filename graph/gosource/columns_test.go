package gosource

import (
	"errors"
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
