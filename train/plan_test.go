package train_test

import (
	"context"
	gocsv "encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// shop is a raw table: texts, missing cells, a label, and a column that is left out.
func shop(n int) string {
	var b strings.Builder
	b.WriteString("id;city;price;sold;until;size\n")
	for i := range n {
		size := fmt.Sprintf("%d,5", i%9)
		if i%5 == 3 {
			size = "NA"
		}
		fmt.Fprintf(&b, "no %d;%s;%d.%03d;%s;2026-01-%02d;%s\n", i, []string{"Rome", "Oslo", "\"New\"\"York; NY\""}[i%3], 1+i%7, i%1000, []string{"yes", "no"}[i/2%2], 1+i%28, size)
	}
	return b.String()
}

// shopOptions read it.
var shopOptions = data.CSVOptions{
	Comma: ';', DecimalComma: true, Thousands: '.', Target: []string{"sold"}, Labels: true, Drop: []string{"id"}, OnMissing: data.KeepMissing,
	Columns: map[string]data.CSVColumn{"city": {Kind: data.Category}, "until": {Kind: data.Time, Unit: data.Seconds}},
	Fields:  []data.CSVField{{Name: "city", Columns: []string{"city"}, Integers: true}},
}

// shopModel returns a trained model, its data set and the plan of that.
func shopModel(t *testing.T, text string) (*train.Trainer, *data.Dataset, *data.CSVPlan) {
	t.Helper()
	set, plan, err := data.ReadCSVPlan(strings.NewReader(text), shopOptions)
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.NewMLP(models.MLPOptions{In: 6, Hidden: []int{5}, Out: 2, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(m, train.Options{Epochs: 2, Recipe: data.Recipe{Steps: []data.Step{
		&data.Impute{Columns: []int{1, 2}}, &data.Scaler{}, &data.OneHotEncoder{Field: "city"}, &data.Join{Fields: []string{"x", "city"}}}}})
	if err == nil {
		_, err = trainer.Fit(context.Background(), set)
	}
	if err != nil {
		t.Fatal(err)
	}
	return trainer, set, plan
}

// columnsOf returns some columns of a table, in the given order, and its cells.
func columnsOf(t *testing.T, text string, names ...string) (table string, rows [][]string) {
	t.Helper()
	r := gocsv.NewReader(strings.NewReader(text))
	r.Comma = ';'
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	w := gocsv.NewWriter(&b)
	w.Comma = ';'
	for _, row := range all {
		var cells []string
		for _, name := range names {
			cells = append(cells, row[slices.Index(all[0], name)])
		}
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, cells)
	}
	w.Flush()
	return b.String(), rows[1:]
}

// outputsOf collects what PredictCSV yields.
func outputsOf(p *train.Predictor, text string) (out []float64, err error) {
	for row, err := range p.PredictCSV(context.Background(), strings.NewReader(text)) {
		if err != nil {
			return out, err
		}
		out = append(out, row...)
	}
	return out, nil
}

// A model file with a plan predicts for the raw table with the bits of the training, however its
// columns lie, and whether those that it does not need are there. So do other Predictors.
func TestPredictCSV(t *testing.T) {
	ctx := context.Background()
	text := shop(2500) // more than is read at once
	trainer, set, plan := shopModel(t, text)
	want, err := trainer.Predict(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "shop")
	if err := trainer.SaveModel(path, train.ModelFile{Plan: plan}); err != nil {
		t.Fatal(err)
	}
	saved, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	live, err := trainer.NewPredictor(train.ModelFile{Plan: plan}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]*train.Predictor{"Open": saved, "NewPredictor": live} {
		for _, columns := range [][]string{{"id", "city", "price", "sold", "until", "size"}, {"size", "until", "city", "price"}, {"price", "sold", "city", "size", "until"}} {
			table, rows := columnsOf(t, text, columns...)
			got, err := outputsOf(p, table)
			if err != nil {
				t.Fatalf("%s: %q: %v", name, columns, err)
			}
			sameBits(t, name, got, want)
			if got, err = p.PredictRecords(ctx, columns, rows); err != nil {
				t.Fatalf("%s: %q: %v", name, columns, err)
			}
			sameBits(t, name, got, want)
		}
	}
	if info := saved.Info(); info.Version != 3 || info.Plan.Rows != 0 || info.Plan.Columns[5].Missing != 0 || info.Plan.Columns[1].Counts != nil || plan.Rows != 2500 {
		t.Errorf("got the plan %+v, want one without counts, and a copy", info.Plan)
	}
	n := 0
	for range saved.PredictCSV(ctx, strings.NewReader(text)) {
		if n++; n == 2 {
			break // and nothing comes after that
		}
	}
}

// What a row has that the plan does not take is named with row and column.
func TestPredictCSVRefuses(t *testing.T) {
	ctx := context.Background()
	trainer, _, plan := shopModel(t, shop(30))
	p, err := trainer.NewPredictor(train.ModelFile{Plan: plan}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const head = "city;price;until;size\nRome;1;2026-01-01;2\n"
	for name, c := range map[string]struct {
		text  string
		kind  error
		parts []string
	}{
		"an unknown category": {head + "Paris;1;2026-01-01;2\n", data.ErrLabel, []string{`csv:3: column 1 ("city")`, `got "Paris"`, `"Oslo", "Rome"`}},
		"no time":             {head + "Rome;1;soon;2\n", data.ErrCSV, []string{`csv:3: column 3 ("until")`, `"soon"`}},
		"a point":             {head + "Rome;1;2026-01-01;2.5\n", data.ErrCSV, []string{`csv:3: column 4 ("size")`, "2.5"}},
		"not imputed":         {head + "Rome;;2026-01-01;2\n", train.ErrNotFinite, []string{`row 1, column "price"`, "Impute"}},
		"no category":         {head + ";1;2026-01-01;2\n", data.ErrCSV, []string{`csv:3: column 1 ("city")`, "empty cell"}},
		"a column is gone":    {"city;price;until\nRome;1;2026-01-01\n", data.ErrCSV, []string{`no column "size"`}},
		"nothing":             {"", data.ErrEmpty, nil},
	} {
		_, err := outputsOf(p, c.text)
		if !errors.Is(err, c.kind) || !strings.HasPrefix(err.Error(), "train: Predictor.PredictCSV: ") {
			t.Errorf("%s: got %v, want %v", name, err, c.kind)
		}
		for _, part := range c.parts {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: got %v, want %q in it", name, err, part)
			}
		}
	}
	lax, err := trainer.NewPredictor(train.ModelFile{Plan: plan}, train.PredictorOptions{AllowNonFiniteInputs: true})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := outputsOf(lax, head+"Rome;;2026-01-01;2\n"); err != nil || len(out) != 4 || !math.IsNaN(out[2]) {
		t.Errorf("AllowNonFiniteInputs: got %v and %v, want NaN for the second row", out, err)
	}
	path := filepath.Join(t.TempDir(), "raw.csv")
	if err := os.WriteFile(path, []byte("city;price;until;size\nParis;1;2026-01-01;2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, err = range p.PredictCSV(ctx, file) {
	}
	if where := (*data.CSVError)(nil); !errors.As(err, &where) || where.Path != path {
		t.Errorf("got %v, want the path of the file", err)
	}
	_, err = p.PredictRecords(ctx, []string{"city", "price", "until", "size"}, [][]string{{"Rome", "1", "2026-01-01", ""}, {"Bern", "1", "2026-01-01", ""}})
	if where := (*data.CSVError)(nil); !errors.As(err, &where) || where.Line != 1 || where.Column != 1 {
		t.Errorf("got %v, want an error at row 1, column 1", err)
	}
	var none context.Context
	_, err = p.PredictRecords(none, nil, nil)
	for _, csvErr := range p.PredictCSV(none, strings.NewReader(head)) {
		if !errors.Is(csvErr, train.ErrOption) || !errors.Is(err, train.ErrOption) {
			t.Errorf("no context: got %v and %v", csvErr, err)
		}
	}
}

// A row that is left out of a training has a prediction or an error, never nothing.
func TestPredictCSVDropRows(t *testing.T) {
	set, plan, err := data.ReadCSVPlan(strings.NewReader("a,b,y\n1,2,3\n,2,3\n4,5,6\n7,8,\n"), data.CSVOptions{Target: []string{"y"}, OnMissing: data.DropRows})
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.NewLinReg(models.LinRegOptions{In: 2})
	if err == nil {
		err = train.Build(m)
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := train.NewPredictor(m, train.ModelFile{Data: set, Plan: plan}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := outputsOf(p, "b,a,y\n1,2,\n3,4,NA\n"); err != nil || len(out) != 2 {
		t.Errorf("got %v and %v, want two outputs", out, err)
	}
	if _, err := outputsOf(p, "a,b\n1,2\n,4\n"); !errors.Is(err, data.ErrCSV) || !strings.Contains(err.Error(), "csv:3: column 1") {
		t.Errorf("got %v, want an error about line 3", err)
	}
}

// Without a plan tables of numbers are read under the names of the inputs, and others are refused.
func TestPredictCSVWithoutPlan(t *testing.T) {
	ctx := context.Background()
	trainer, set, path := flowers(t, graph.Float64, train.ModelFile{})
	p, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := trainer.Predict(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := set.Field("x")
	var b strings.Builder
	b.WriteString("height,width\n")
	for i := range set.Len() {
		fmt.Fprintf(&b, "%v,%v\n", x.At(i, 1), x.At(i, 0))
	}
	got, err := outputsOf(p, b.String())
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "numbers", got, want)
	if _, err := p.PredictRecords(ctx, []string{"height", "width"}, [][]string{{"1", ""}}); !errors.Is(err, data.ErrCSV) {
		t.Errorf("got %v, want an error about a missing cell", err)
	}
	bare, err := train.NewPredictor(trainer.Model(), train.ModelFile{}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := outputsOf(bare, b.String()); !errors.Is(err, graph.ErrUnsupported) || !strings.Contains(err.Error(), "ModelFile.Plan") {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
	if _, err := bare.PredictRecords(ctx, nil, nil); !errors.Is(err, graph.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
}

// A plan gives the names that no data set has given.
func TestPlanNames(t *testing.T) {
	trainer, _, plan := shopModel(t, shop(30))
	p, err := train.NewPredictor(trainer.Model(), train.ModelFile{Plan: plan, Recipe: trainer.Recipe()}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(p.Classes(), p.Info().Target.Columns); got != "[no yes] [sold]" {
		t.Errorf("got %s", got)
	}
}

// SaveModel refuses a plan of other columns than those of the model, and Open one that was changed.
func TestPlanRefuses(t *testing.T) {
	text := shop(30)
	trainer, _, plan := shopModel(t, text)
	dir := t.TempDir()
	for name, change := range map[string]func(o *data.CSVOptions){
		"another order":    func(o *data.CSVOptions) { o.Inputs = []string{"until", "price", "size"} },
		"a column less":    func(o *data.CSVOptions) { o.Drop = append(o.Drop, "price") },
		"no field":         func(o *data.CSVOptions) { o.Fields, o.Drop = nil, append(o.Drop, "city") },
		"other categories": func(o *data.CSVOptions) { o.Columns["city"] = data.CSVColumn{Kind: data.Category, Other: "elsewhere"} },
		"numbers":          func(o *data.CSVOptions) { o.Fields[0].Integers = false },
	} {
		o := shopOptions
		o.Drop, o.Fields, o.Columns = slices.Clone(o.Drop), slices.Clone(o.Fields), map[string]data.CSVColumn{"city": o.Columns["city"], "until": o.Columns["until"]}
		change(&o)
		if name == "no field" {
			delete(o.Columns, "city")
		}
		_, other, err := data.ReadCSVPlan(strings.NewReader(text), o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := trainer.SaveModel(filepath.Join(dir, "other"), train.ModelFile{Plan: other}); !errors.Is(err, train.ErrModelFile) || !strings.Contains(err.Error(), "the plan: ") {
			t.Errorf("%s: got %v, want ErrModelFile about the plan", name, err)
		}
	}
	if err := trainer.SaveModel(filepath.Join(dir, "other"), train.ModelFile{Plan: &data.CSVPlan{}}); !errors.Is(err, train.ErrModelFile) {
		t.Errorf("an empty plan: got %v", err)
	}
	good, bad := filepath.Join(dir, "good"), filepath.Join(dir, "bad")
	if err := trainer.SaveModel(good, train.ModelFile{Plan: plan}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		old, by string
		kind    error
	}{
		{`"plan":{"Options":{`, `"plan":{"Options":{"Colour":1,`, train.ErrModelFile},
		{`"plan":{`, `"plan":{"Colour":1,`, train.ErrModelFile},
		{`"plan":{"Options":{`, `"plan":{"Options":{"Comma":59,"Comma":59,`, train.ErrModelFile},
		{`"plan":{"Options":{"Header":true,"Comma":59`, `"plan":{"Options":{"Header":true,"Comma":34`, train.ErrParameters},
		{`"OnMissing":"KeepMissing"`, `"OnMissing":"Guess"`, train.ErrModelFile},
		{`"Kind":"Time"`, `"Kind":"Clock"`, train.ErrModelFile},
		{`"Inputs":["price","until","size"]`, `"Inputs":["until","price","size"]`, train.ErrParameters},
		{`"Inputs":["price","until","size"]`, `"Inputs":["price","until"]`, train.ErrParameters},
		{`"Target":["sold"]`, `"Target":["bought"]`, train.ErrParameters},
		{`"version":3`, `"version":2`, train.ErrParameters},
		{`"Classes":["no","yes"]`, `"Classes":["no","yes","maybe"]`, train.ErrParameters},
		{`"Rows":0`, `"Rows":-1`, train.ErrParameters},
		{`"Rows":0`, `"Rows":1e99`, train.ErrModelFile},
		{`"Categories":["New`, `"Categories":["Old`, train.ErrParameters},
		{`"plan":{`, `"plan":[{`, train.ErrModelFile},
	} {
		rewrite(t, good, bad, replace(c.old, c.by))
		if _, err := train.Open(bad); !errors.Is(err, c.kind) {
			t.Errorf("%s: got %v, want %v", c.by, err, c.kind)
		}
	}
}

// The plan of a file reads tables with their targets, for an evaluation: the same examples, and so the
// same loss.
func TestPlanTarget(t *testing.T) {
	ctx := context.Background()
	text := shop(100)
	trainer, set, plan := shopModel(t, text)
	path := filepath.Join(t.TempDir(), "shop")
	if err := trainer.SaveModel(path, train.ModelFile{Plan: plan}); err != nil {
		t.Fatal(err)
	}
	p, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	again, counts, err := p.Info().Plan.ReadPlan(strings.NewReader(text))
	if err != nil || counts.Rows != set.Len() {
		t.Fatalf("got %v and %v, want %d rows", counts, err, set.Len())
	}
	measure, err := train.New(p.Model(), train.Options{Recipe: p.Info().Recipe})
	if err != nil {
		t.Fatal(err)
	}
	want, err := trainer.EvaluateWith(ctx, set, train.Accuracy())
	if err != nil {
		t.Fatal(err)
	}
	got, err := measure.EvaluateWith(ctx, again, train.Accuracy())
	if err != nil || got.Loss != want.Loss || got.Metrics[0].Value != want.Metrics[0].Value {
		t.Errorf("got %+v and %v, want %+v", got, err, want)
	}
	var names []string
	for _, c := range p.Columns() {
		names = append(names, fmt.Sprintf("%s %v", c.Name, c.Kind))
	}
	if got := fmt.Sprint(names); got != "[city Category price Number until Time size Number]" {
		t.Errorf("got the columns %s", got)
	}
	if _, _, err := p.Info().Plan.ReadPlan(strings.NewReader("city;price;until;size\nRome;1;2026-01-01;2\n")); !errors.Is(err, data.ErrCSV) || !strings.Contains(err.Error(), `no column "sold"`) {
		t.Errorf("without the target: got %v", err)
	}
	var none *data.CSVPlan
	if _, _, err := none.ReadPlan(strings.NewReader("")); !errors.Is(err, data.ErrOption) {
		t.Errorf("no plan: got %v", err)
	}
}
