package data

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
)

var nan = math.NaN()

// holes is a table with missing cells in the columns 0 and 1.
func holes(t testing.TB) *Dataset {
	return must(t)(New(Field{Name: "x", Shape: []int{3}, AllowNonFinite: true, Columns: []string{"a", "b", "c"},
		Floats: []float64{1, 0.5, -3, 2, nan, 7, nan, 2.5, 11, 4, nan, -0.25, 7.5, 8, 2}}))
}

// fitted returns what a step, fitted to train, makes of d.
func fitted(t testing.TB, s Step, train, d *Dataset) *Dataset {
	t.Helper()
	if err := s.Fit(train); err != nil {
		t.Fatal(err)
	}
	return must(t)(s.Apply(d))
}

func nearAll(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(a, b float64) bool { return near(a, b, 1e-15) })
}

// The numbers are those of scikit-learn 1.2.1: SimpleImputer(add_indicator=True).
func TestImputeIsSklearns(t *testing.T) {
	test := must(t)(New(Field{Name: "x", Shape: []int{3}, Floats: []float64{nan, 1, nan, 10, nan, 3}, AllowNonFinite: true}))
	for _, c := range []struct {
		step        Impute
		train, test []float64
	}{
		{Impute{}, []float64{1, 0.5, -3, 0, 0, 2, 3.6666666666666665, 7, 0, 1, 3.625, 2.5, 11, 1, 0, 4, 3.6666666666666665, -0.25, 0, 1, 7.5, 8, 2, 0, 0},
			[]float64{3.625, 1, 3.35, 1, 0, 10, 3.6666666666666665, 3, 0, 1}},
		{Impute{Strategy: ImputeMedian}, []float64{1, 0.5, -3, 0, 0, 2, 2.5, 7, 0, 1, 3, 2.5, 11, 1, 0, 4, 2.5, -0.25, 0, 1, 7.5, 8, 2, 0, 0},
			[]float64{3, 1, 2, 1, 0, 10, 2.5, 3, 0, 1}},
		{Impute{Strategy: ImputeConstant, Fill: -1.5}, []float64{1, 0.5, -3, 0, 0, 2, -1.5, 7, 0, 1, -1.5, 2.5, 11, 1, 0, 4, -1.5, -0.25, 0, 1, 7.5, 8, 2, 0, 0},
			[]float64{-1.5, 1, -1.5, 1, 0, 10, -1.5, 3, 0, 1}},
	} {
		for _, indicator := range []bool{true, false} {
			s := c.step
			s.Indicator = indicator
			got, gotTest := numbersOf(t, fitted(t, &s, holes(t), holes(t)), "x"), numbersOf(t, must(t)(s.Apply(test)), "x")
			want, wantTest := c.train, c.test
			if !indicator {
				want, wantTest = firstOf(want, 3, 5), firstOf(wantTest, 3, 5)
			}
			if !nearAll(got, want) || !nearAll(gotTest, wantTest) {
				t.Errorf("%v, indicator %v: got\n%v and\n%v, want\n%v and\n%v", s.Strategy, indicator, got, gotTest, want, wantTest)
			}
		}
	}
	s := Impute{Indicator: true}
	f, _ := fitted(t, &s, holes(t), holes(t)).Field("x")
	if !slices.Equal(f.Columns, []string{"a", "b", "c", "a missing", "b missing"}) || f.AllowNonFinite {
		t.Errorf("columns %q, non-finite %v", f.Columns, f.AllowNonFinite)
	}
	one := Impute{Columns: []int{1}}
	if got := numbersOf(t, fitted(t, &one, holes(t), holes(t)), "x"); got[4] != 11.0/3 || got[6] == got[6] {
		t.Errorf("one column: got %v", got)
	}
}

// firstOf returns the first n of each row of the given width.
func firstOf(rows []float64, n, width int) (out []float64) {
	for ; len(rows) > 0; rows = rows[width:] {
		out = append(out, rows[:n]...)
	}
	return out
}

// The numbers are those of scikit-learn 1.2.1 (StandardScaler, MinMaxScaler) and of NumPy.
func TestStepsAreSklearns(t *testing.T) {
	d := must(t)(New(Field{Name: "x", Shape: []int{3}, Floats: []float64{1, 0.5, -3, 2, 2.5, 7, 3, 2.5, 11, 4, 2.5, -0.25, 7.5, 8, 2}}))
	for name, c := range map[string]struct {
		step Step
		want []float64
	}{
		"Scaler": {&Scaler{}, []float64{-1.118033988749895, -1.0706196407194946, -1.2602084137792071, -0.6708203932499369, -0.2775680550013505, 0.7243717654006466,
			-0.22360679774997896, -0.2775680550013505, 1.5182038370725883, 0.22360679774997896, -0.2775680550013505, -0.7144488645047474,
			1.7888543819998317, 1.9033238057235458, -0.2679183241892803}},
		"MinMax": {&MinMax{}, []float64{0, 0, 0, 0.15384615384615385, 0.26666666666666666, 0.7142857142857143, 0.3076923076923077, 0.26666666666666666, 1,
			0.46153846153846156, 0.26666666666666666, 0.19642857142857142, 1, 1, 0.3571428571428571}},
		"Clip":         {&Clip{Quantile: 0.1}, []float64{1.4, 1.3, -1.9, 2, 2.5, 7, 3, 2.5, 9.4, 4, 2.5, -0.25, 6.1, 5.8, 2}},
		"Clip, column": {&Clip{Quantile: 0.1, Columns: []int{0}}, []float64{1.4, 0.5, -3, 2, 2.5, 7, 3, 2.5, 11, 4, 2.5, -0.25, 6.1, 8, 2}},
		"Scaler, column": {&Scaler{Columns: []int{1}}, []float64{1, -1.0706196407194946, -3, 2, -0.2775680550013505, 7, 3, -0.2775680550013505, 11,
			4, -0.2775680550013505, -0.25, 7.5, 1.9033238057235458, 2}},
		"MinMax, column": {&MinMax{Columns: []int{2}}, []float64{1, 0.5, 0, 2, 2.5, 0.7142857142857143, 3, 2.5, 1, 4, 2.5, 0.19642857142857142, 7.5, 8, 0.3571428571428571}},
		"Log1p, column":  {&Log1p{Columns: []int{1}}, []float64{1, math.Log(1.5), -3, 2, math.Log(3.5), 7, 3, math.Log(3.5), 11, 4, math.Log(3.5), -0.25, 7.5, math.Log(9), 2}},
	} {
		got := numbersOf(t, fitted(t, c.step, d, d), "x")
		if !nearAll(got, c.want) {
			t.Errorf("%s: got\n%v, want\n%v", name, got, c.want)
		}
		if name == "Clip" || name == "Clip, column" {
			continue
		}
		if err := c.step.(inverse).Inverse(got); err != nil || !nearAll(got, numbersOf(t, d, "x")) {
			t.Errorf("%s, undone: %v, %v", name, got, err)
		}
	}
	beyond := must(t)(New(Field{Name: "x", Shape: []int{3}, Floats: []float64{-9, 9, 5}}))
	if got := numbersOf(t, fitted(t, &Clip{}, d, beyond), "x"); !slices.Equal(got, []float64{1, 8, 5}) {
		t.Errorf("clipped to the range: %v", got)
	}
}

// The numbers are those of scikit-learn 1.2.1: OneHotEncoder(handle_unknown="ignore").
func TestOneHotIsSklearns(t *testing.T) {
	d := must(t)(New(Field{Name: "k", Shape: []int{2}, Ints: []int{3, -1, 5, 0, 3, 7, 9, 0}}))
	s := OneHotEncoder{Field: "k", IgnoreUnknown: true}
	one := fitted(t, &s, d, d)
	if got := numbersOf(t, one, "k"); !slices.Equal(got, []float64{1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0}) {
		t.Errorf("got %v", got)
	}
	f, _ := one.Field("k")
	if f.Integers() || !slices.Equal(f.Columns, []string{"k[0]=3", "k[0]=5", "k[0]=9", "k[1]=-1", "k[1]=0", "k[1]=7"}) {
		t.Errorf("columns %q", f.Columns)
	}
	other := must(t)(New(Field{Name: "k", Shape: []int{2}, Ints: []int{4, 7}}))
	if got := numbersOf(t, must(t)(s.Apply(other)), "k"); !slices.Equal(got, []float64{0, 0, 0, 0, 0, 1}) {
		t.Errorf("unknown: got %v", got)
	}
	s.IgnoreUnknown = false
	_, err := s.Apply(other)
	wantError(t, err, ErrLabel, `field "k": row 0, column 0: got the category 4`)
	// Classes that the training part does not have are known all the same.
	classes := must(t)(New(Field{Name: "k", Bytes: []uint8{0, 2}, Classes: 3, ClassNames: []string{"a", "b", "c"}}))
	f, _ = fitted(t, &OneHotEncoder{Field: "k"}, must(t)(classes.View([]int{0})), classes).Field("k")
	if !slices.Equal(f.Columns, []string{"k=a", "k=b", "k=c"}) || !slices.Equal(f.numbers(), []float64{1, 0, 0, 0, 0, 1}) {
		t.Errorf("classes: %q, %v", f.Columns, f.numbers())
	}
}

// mixed is a table of numbers with missing cells, an integer, and a target.
func mixed(t testing.TB) *Dataset {
	return must(t)(New(
		Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 100, 2, nan, 3, 300, 6, 400}, Columns: []string{"age", "income"}, AllowNonFinite: true},
		Field{Name: "kind", Ints: []int{0, 1, 1, 0}, Classes: 2, ClassNames: []string{"cat", "dog"}},
		Field{Name: "y", Floats: []float64{math.E - 1, 0, math.E*math.E - 1, 0}},
	))
}

func mixedRecipe() Recipe {
	return Recipe{Steps: []Step{
		&Impute{Strategy: ImputeMedian, Indicator: true}, &Scaler{Columns: []int{0, 1}}, &OneHotEncoder{Field: "kind"}, &Join{Fields: []string{"x", "kind"}},
		&Log1p{Field: "y"}, &Scaler{Field: "y"},
	}}
}

func TestRecipe(t *testing.T) {
	d, r := mixed(t), mixedRecipe()
	if r.Fitted() || r.IsZero() {
		t.Error("a new recipe is fitted, or empty")
	}
	settings, _ := json.Marshal(r)
	given := r.Steps[1].(*Scaler)
	all := must(t)(r.FitApply(d))
	if given.Mean != nil {
		t.Error("Fit changed a step that others may have")
	}
	x, _ := all.Field("x")
	if !slices.Equal(x.Columns, []string{"age", "income", "income missing", "kind=cat", "kind=dog"}) || !slices.Equal(x.Shape, []int{5}) || x.AllowNonFinite {
		t.Errorf("columns %q of %v", x.Columns, x.Shape)
	}
	if _, there := all.Field("kind"); there || !slices.Equal(x.Floats[5+2:10], []float64{1, 0, 1}) {
		t.Errorf("rows %v", x.Floats)
	}
	y := slices.Clone(numbersOf(t, all, "y"))
	if err := r.Undo("y", y); err != nil || !slices.EqualFunc(y, numbersOf(t, d, "y"), func(a, b float64) bool { return near(a, b, 1e-14) }) {
		t.Errorf("undone: %v, %v", y, err)
	}
	// Without targets, as in prediction.
	inputs := must(t)(r.Apply(must(t)(d.Only("kind", "x"))))
	if !slices.Equal(numbersOf(t, inputs, "x"), x.Floats) {
		t.Error("without a target the inputs differ")
	}
	// Numbers behind a logarithm may differ between processors in the last bit.
	text, err := json.MarshalIndent(Recipe{Steps: r.Steps[:5], Fields: r.Fields}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/recipe.json", string(text)+"\n")
	if text, err = json.Marshal(r); err != nil {
		t.Fatal(err)
	}
	var again Recipe
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, r) || !slices.Equal(numbersOf(t, must(t)(again.Apply(d)), "x"), x.Floats) {
		t.Errorf("read again: %+v", again)
	}
	if now, _ := json.Marshal(r.Unfitted()); string(now) != string(settings) {
		t.Errorf("unfitted: got %s, want %s", now, settings)
	}
	if got := r.Sources("x"); !slices.Equal(got, []string{"x", "kind"}) {
		t.Errorf("sources %q", got)
	}
	var raw []Field
	for _, f := range r.Fields {
		raw = append(raw, f.Field())
	}
	made, err := r.Describe(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range made {
		if g, ok := all.Field(f.Name); !ok || f.Size() != g.Size() || f.Integers() != g.Integers() || !slices.Equal(f.Columns, g.Columns) {
			t.Errorf("described as %+v", f)
		}
	}
	// The test part is not looked at: its range and its categories change nothing.
	part := must(t)(d.View([]int{0, 1, 2}))
	a, b := mixedRecipe(), mixedRecipe()
	if a.Fit(part) != nil || b.Fit(must(t)(part.Subset([]int{0, 1, 2}))) != nil {
		t.Fatal("a part does not fit")
	}
	one, _ := json.Marshal(a)
	two, _ := json.Marshal(b)
	if string(one) != string(two) || string(one) == string(text) {
		t.Error("a view is not fitted as a copy")
	}
}

func TestRecipeRefuses(t *testing.T) {
	d := mixed(t)
	recipe := func(steps ...Step) *Recipe { return &Recipe{Steps: steps} }
	fit := func(steps ...Step) func() error { return func() error { return recipe(steps...).Fit(d) } }
	ready := mixedRecipe()
	if err := ready.Fit(d); err != nil {
		t.Fatal(err)
	}
	apply := func(fields ...Field) func() error {
		return func() error { _, err := ready.Apply(must(t)(New(fields...))); return err }
	}
	read := func(text string) func() error {
		return func() error { return json.Unmarshal([]byte(text), &Recipe{}) }
	}
	x := Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2}}
	for name, c := range map[string]struct {
		call func() error
		kind error
		says string
	}{
		"nil recipe":      {func() error { return (*Recipe)(nil).Fit(d) }, ErrOption, "got nil"},
		"nil dataset":     {func() error { return recipe().Fit(nil) }, ErrEmpty, "nil dataset"},
		"nil step":        {fit(&Scaler{}, nil), ErrOption, "step 1: got nil"},
		"nil pointer":     {fit((*Clip)(nil)), ErrOption, "step 0: got nil"},
		"missing cells":   {fit(&Scaler{}), ErrNotFinite, `step 0, Scaler: data: field "x": row 1, column 1 ("income"): got NaN`},
		"no field":        {fit(&MinMax{Field: "z"}), ErrField, `got no field "z"`},
		"integers":        {fit(&Clip{Field: "kind"}), ErrField, `field "kind": got integers`},
		"numbers":         {fit(&OneHotEncoder{Field: "y"}), ErrField, `field "y": got numbers`},
		"column":          {fit(&Impute{Columns: []int{2}}), ErrOption, "got the column 2, want one in 0..1"},
		"column twice":    {fit(&Scaler{Columns: []int{0, 0}}), ErrOption, "twice"},
		"strategy":        {fit(&Impute{Strategy: 7}), ErrOption, "strategy 7"},
		"fill":            {fit(&Impute{Fill: nan}), ErrOption, "Fill: got NaN"},
		"quantile":        {fit(&Clip{Field: "y", Quantile: 0.5}), ErrOption, "Quantile: got 0.5"},
		"logarithm":       {fit(&Scaler{Field: "y"}, &Scaler{Field: "y"}, &Log1p{Field: "y", Columns: []int{}}, &Scaler{Field: "z"}), ErrField, "step 3"},
		"logarithm of -1": {func() error { return (&Log1p{}).Fit(must(t)(New(Field{Name: "x", Floats: []float64{0, -1}}))) }, ErrNotFinite, "row 1, column 0: got -1"},
		"column of holes": {func() error {
			return (&Impute{}).Fit(must(t)(New(Field{Name: "x", Floats: []float64{nan}, AllowNonFinite: true})))
		}, ErrEmpty, "column 0"},
		"infinity": {func() error {
			return (&Impute{}).Fit(must(t)(New(Field{Name: "x", Floats: []float64{1, math.Inf(1)}, AllowNonFinite: true})))
		}, ErrNotFinite, "row 1: got +Inf"},
		"join nothing":        {fit(&Join{}), ErrOption, "got none"},
		"join twice":          {fit(&Join{Fields: []string{"y", "y"}}), ErrOption, "each name once"},
		"join integers":       {fit(&Join{Fields: []string{"y", "kind"}}), ErrField, "got integers"},
		"join into another":   {fit(&Join{Fields: []string{"y"}, Into: "x"}), ErrOption, "no other field"},
		"not fitted":          {func() error { _, err := recipe(&Scaler{Field: "y"}).Apply(d); return err }, ErrOption, "step 0, Scaler"},
		"half of a join":      {apply(x), ErrField, `got no field "kind"`},
		"other width":         {apply(Field{Name: "x", Floats: []float64{1}}), ErrShape, "got rows of 1 elements, want 2"},
		"other columns":       {apply(Field{Name: "x", Shape: []int{2}, Columns: []string{"income", "age"}, Floats: []float64{1, 2}}), ErrField, `["income" "age"]`},
		"other classes":       {apply(x, Field{Name: "kind", Ints: []int{0}, Classes: 2, ClassNames: []string{"dog", "cat"}}), ErrLabel, "classes"},
		"numbers for a class": {apply(x, Field{Name: "kind", Floats: []float64{0}}), ErrField, "got numbers, want integers"},
		"undo what was made":  {func() error { return ready.Undo("x", make([]float64, 5)) }, ErrField, "Join"},
		"undo a category":     {func() error { return ready.Undo("kind", make([]float64, 2)) }, ErrField, "Join"},
		"undo half a row": {func() error {
			r := recipe(&Clip{Low: []float64{1, 2}, High: []float64{3, 4}})
			return r.Undo("x", make([]float64, 3))
		}, ErrShape, "got 3 values"},
		"bad numbers":       {func() error { return recipe(&Scaler{Mean: []float64{1}, Std: []float64{0}}).Validate() }, ErrOption, "want what Fit makes"},
		"bad categories":    {func() error { return recipe(&OneHotEncoder{Categories: [][]int{{2, 1}}}).Validate() }, ErrOption, "[2, 1]"},
		"read no type":      {read(`{"steps":[{"Field":"x"}]}`), ErrOption, "got no type"},
		"read another type": {read(`{"steps":[{"type":"PCA"}]}`), ErrOption, `got the type "PCA"`},
		"read another name": {read(`{"steps":[{"type":"Scaler","Median":[1]}]}`), ErrOption, "Median"},
		"read another key":  {read(`{"steps":[],"stages":1}`), ErrOption, "stages"},
		"read a strategy":   {read(`{"steps":[{"type":"Impute","Strategy":"mode"}]}`), ErrOption, "mode"},
		"read a list":       {read(`[]`), nil, ""},
		"no such column":    {func() error { _, err := d.ColumnsOf("x", "age", "size"); return err }, ErrField, `"size"`},
	} {
		err := c.call()
		switch {
		case err == nil:
			t.Errorf("%s: got no error", name)
		case c.kind != nil:
			wantError(t, err, c.kind)
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: got %q, want %q", name, err, c.says)
			}
		}
	}
	if got, err := d.ColumnsOf("x", "income", "age"); err != nil || !slices.Equal(got, []int{1, 0}) {
		t.Errorf("columns %v, %v", got, err)
	}
}

// Notes name the columns that are constant where the recipe was fitted, as the steps before have
// left them.
func TestRecipeNotes(t *testing.T) {
	set := must(t)(New(
		Field{Name: "x", Shape: []int{2}, Floats: []float64{5, math.NaN(), 5, 1, 5, 2}, Columns: []string{"a", "b"}, AllowNonFinite: true},
		Field{Name: "z", Shape: []int{8}, Floats: make([]float64, 24)},
		Field{Name: "y", Floats: []float64{3, 3, 3}},
		Field{Name: "kind", Ints: []int{0, 1, 0}, Classes: 3, ClassNames: []string{"p", "q", "r"}}))
	r := Recipe{Steps: []Step{&Impute{Indicator: true}, &OneHotEncoder{Field: "kind"}, &Join{Fields: []string{"x", "kind"}}, &Scaler{}, &MinMax{Field: "z"}, &MinMax{Field: "y"}}}
	if got := r.Notes(); got != nil {
		t.Errorf("got the notes %q before Fit, want none", got)
	}
	if err := r.Fit(set); err != nil {
		t.Fatal(err)
	}
	const end = " constant in the training set, so that nothing can be learned from it"
	want := []string{`field "x": column 0 ("a") and column 5 ("kind=r") are` + end,
		`field "z": column 0, column 1, column 2, column 3, column 4 and 3 more are` + end, `field "y": column 0 is` + end}
	if got := r.Notes(); !slices.Equal(got, want) {
		t.Errorf("got the notes %q, want %q", got, want)
	}
}
