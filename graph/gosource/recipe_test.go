package gosource

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// table returns a data set with missing cells, a column without width and categories.
func table(t *testing.T) *data.Dataset {
	t.Helper()
	const n = 40
	r := rand.New(rand.NewPCG(3, 4))
	var x, y []float64
	var kind []int
	for i := range n {
		row := []float64{r.Float64(), 5, 100 * r.Float64(), r.Float64()}
		if i%7 == 3 {
			row[2] = math.NaN()
		}
		x, kind = append(x, row...), append(kind, []int{1, 4, 9}[i%3], i%2)
		y = append(y, 50+10*row[0], -row[3])
	}
	d, err := data.New(data.Field{Name: "x", Shape: []int{4}, Floats: x, AllowNonFinite: true},
		data.Field{Name: "kind", Shape: []int{2}, Ints: kind}, data.Field{Name: "y", Shape: []int{2}, Floats: y})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestRecipe holds programs with preprocessing to a Predictor, for rows with missing cells too.
func TestRecipe(t *testing.T) {
	each(t, 2e-6, 1e-10, func(t *testing.T, d graph.DType, tolerance float64) {
		r := data.Recipe{Steps: []data.Step{
			&data.Impute{Field: "x", Strategy: data.ImputeMedian, Indicator: true},
			&data.Log1p{Field: "x", Columns: []int{2}},
			&data.Scaler{Field: "x", Columns: []int{0, 1, 2}},
			&data.MinMax{Field: "x", Columns: []int{3}},
			&data.Clip{Field: "x", Columns: []int{0}, Quantile: 0.1},
			&data.OneHotEncoder{Field: "kind"},
			&data.Join{Fields: []string{"x", "kind"}},
			&data.Scaler{Field: "y"},
			&data.MinMax{Field: "y", Columns: []int{1}},
		}}
		set := table(t)
		if err := r.Fit(set); err != nil {
			t.Fatal(err)
		}
		m, err := models.NewMLP(models.MLPOptions{In: 10, Hidden: []int{8}, Out: 2, Head: models.Regression, DType: d})
		if err == nil {
			err = train.Build(m)
		}
		if err != nil {
			t.Fatal(err)
		}
		graphtest.Unfresh(m.Params(), 0.03)
		p, err := train.NewPredictor(m, train.ModelFile{Data: set, Recipe: r}, train.PredictorOptions{})
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Package: "table", Module: "table", Recipe: p.Info().Recipe, Target: p.Info().Target.Name}
		for _, in := range p.Info().Inputs {
			o.Fields = append(o.Fields, data.FieldInfo{Name: in.Name, Shape: in.Shape, Integers: in.Integers, Columns: in.Columns}.Field())
		}
		dir := t.TempDir()
		params, outputs := train.Function(p)
		if err := Write(dir, Model{Params: params, Outputs: outputs}, o); err != nil {
			t.Fatal(err)
		}
		rows := []float64{0.5, 5, 3, 0.25, 4, 1, 0.9, 4, math.NaN(), -1, 9, 0}
		want, err := p.PredictRows(rows)
		if err != nil {
			t.Fatal(err)
		}
		list := func(x []float64) string {
			var b strings.Builder
			for _, v := range x {
				b.WriteString(plain(v) + ", ")
			}
			return b.String()
		}
		x, kind := slices.Concat(rows[:4], rows[6:10]), slices.Concat(rows[4:6], rows[10:])
		test := fmt.Sprintf("package table\n\nimport (\n\"fmt\"\n\"math\"\n\"testing\"\n)\n\nfunc TestRows(t *testing.T) {\nm, y := New(), make([]number, 4)\nif err := m.Predict(y, []number{%s}, []int32{%s}); err != nil {\nt.Fatal(err)\n}\n"+
			"for _, v := range y {\nfmt.Println(\"got\", float64(v))\n}\nif m.Predict(y, make([]number, 8), make([]int32, 4)) == nil || math.Signbit(1) {\nt.Error(\"got no error for a category that is unknown\")\n}\n}\n",
			strings.ReplaceAll(list(x), "math.NaN()", "number(math.NaN())"), list(kind))
		if err := os.WriteFile(filepath.Join(dir, "rows_test.go"), []byte(test), 0o666); err != nil {
			t.Fatal(err)
		}
		var got []float64
		for line := range strings.Lines(string(tool(t, dir, nil, "test", "-v", "."))) {
			if text, ok := strings.CutPrefix(strings.TrimSpace(line), "got "); ok {
				v, err := strconv.ParseFloat(text, 64)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, v)
			}
		}
		for i, v := range want {
			if len(got) != len(want) || math.Abs(got[i]-v) > tolerance*max(1, math.Abs(v)) {
				t.Fatalf("got %v, want %v", got, want)
			}
		}
	})
}

// TestRecipeMistakes checks what is refused of a recipe.
func TestRecipeMistakes(t *testing.T) {
	m, err := models.NewMLP(models.MLPOptions{In: 4, Out: 2, Head: models.Regression})
	if err == nil {
		err = train.Build(m)
	}
	if err != nil {
		t.Fatal(err)
	}
	scaler := &data.Scaler{Mean: []float64{1, 2, 3, 4}, Std: []float64{1, 2, 3, 4}}
	x := data.Field{Name: "x", Shape: []int{4}, Floats: []float64{}}
	for name, c := range map[string]struct {
		o    Options
		kind error
		want string
	}{
		"no fields":       {Options{Recipe: data.Recipe{Steps: []data.Step{scaler}}}, graph.ErrOption, "without Fields"},
		"not fitted":      {Options{Fields: []data.Field{x}, Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{}}}}, graph.ErrOption, "fitted"},
		"other columns":   {Options{Fields: []data.Field{{Name: "x", Shape: []int{3}, Floats: []float64{}}}, Recipe: data.Recipe{Steps: []data.Step{scaler}}}, graph.ErrUnsupported, "got 3 elements"},
		"another field":   {Options{Fields: []data.Field{{Name: "z", Shape: []int{4}, Floats: []float64{}}}}, nil, `"x"`},
		"another size":    {Options{Fields: []data.Field{{Name: "x", Shape: []int{3}, Floats: []float64{}}}}, graph.ErrShape, "want 4"},
		"target of three": {Options{Fields: []data.Field{x}, Target: "y", Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{Field: "y", Mean: []float64{1, 2, 3}, Std: []float64{1, 2, 3}}}}}, graph.ErrUnsupported, "2 elements of output"},
	} {
		_, err := Files(modelOf(m), c.o)
		if err == nil || c.kind != nil && !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
