package main

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// file writes a text to a new file.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// straight saves y = 2·a + 3·b + 1.
func straight(t *testing.T, f train.ModelFile) string {
	t.Helper()
	m, err := models.NewLinReg(models.LinRegOptions{In: 2, DType: graph.Float32})
	if err == nil {
		err = train.Build(m)
	}
	path := filepath.Join(t.TempDir(), "line.safetensors")
	for _, err := range []error{err, m.Params().Set("weight", []float64{2, 3}), m.Params().Set("bias", []float64{1}), train.SaveModel(path, m, f)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// dataset has the columns a and b, and the price y.
func dataset(t *testing.T) *data.Dataset {
	t.Helper()
	d, err := data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2}, Columns: []string{"a", "b"}},
		data.Field{Name: "y", Shape: []int{1}, Floats: []float64{9}, Columns: []string{"price"}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sorts saves a classifier of one number by its sign.
func sorts(t *testing.T) string {
	t.Helper()
	m, err := models.NewMLP(models.MLPOptions{In: 1, Out: 2})
	if err == nil {
		err = train.Build(m)
	}
	path := filepath.Join(t.TempDir(), "sorts.safetensors")
	for _, err := range []error{err, m.Params().Set("dense0/weight", []float64{-9, 9}), train.SaveModel(path, m, train.ModelFile{Classes: []string{"minus", "plus"}})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// TestPredict predicts numbers for tables of many forms.
func TestPredict(t *testing.T) {
	named, bare := straight(t, train.ModelFile{Data: dataset(t)}), straight(t, train.ModelFile{})
	many, want := "a,b\n", "price\n"
	for i := range 3000 {
		many += strconv.Itoa(i) + ",1\n"
		want += strconv.Itoa(2*i+4) + "\n"
	}
	for _, c := range []struct {
		model string
		flags []string
		table string
		want  string
	}{
		{named, nil, "a,b\n1,2\n0.5,0\n", "price\n9\n2\n"},
		{named, nil, "\ufeffid , b,a\r\nfirst,2,1\r\nsecond,0, 0.5 ", "price\n9\n2\n"},
		{named, []string{"-no-header"}, "1,2\n", "price\n9\n"},
		{named, []string{"-comma", ";", "-batch", "7", "-workers", "2"}, "a;b\n1;2\n", "price\n9\n"},
		{named, nil, "a,b\n", "price\n"},
		{bare, nil, "left,right\n1,2\n", "y\n9\n"},
		{named, []string{"-batch", "7"}, many, want},
	} {
		status, out, errs := symgrad(append(append([]string{"predict"}, c.flags...), c.model, file(t, c.table))...)
		if status != done || out != c.want || errs != "" {
			t.Errorf("%q: status %d, %q and %q, want %q", c.table[:min(40, len(c.table))], status, out[:min(len(out), 100)], errs, c.want[:min(len(c.want), 100)])
		}
	}
}

// TestPredictLabels predicts classes.
func TestPredictLabels(t *testing.T) {
	status, out, errs := symgrad("predict", sorts(t), file(t, "x\n-1\n2\n"))
	lines := strings.Split(out, "\n")
	if status != done || len(lines) != 4 || lines[0] != "y,p(minus),p(plus)" || !strings.HasPrefix(lines[1], "minus,0.99") || !strings.HasPrefix(lines[2], "plus,") {
		t.Fatalf("status %d, %q and %q", status, out, errs)
	}
	cells := strings.Split(lines[2], ",")
	if p, err := strconv.ParseFloat(cells[2], 64); err != nil || math.Abs(p-1) > 1e-9 {
		t.Errorf("got %q", cells)
	}
}

// TestPredictSteps has a label for each step.
func TestPredictSteps(t *testing.T) {
	m, err := models.NewRNN(models.RNNOptions{Steps: 2, In: 1, Tokens: 4, Hidden: 2, EachStep: true, Out: 3})
	path := filepath.Join(t.TempDir(), "m")
	if err == nil {
		err = train.SaveModel(path, m, train.ModelFile{Classes: []string{"n", "n", "n"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	if status, out, errs := symgrad("predict", "-no-header", path, file(t, "0,3\n1,2\n")); status != done || out != "y0,y1\nn,n\nn,n\n" {
		t.Errorf("status %d, %q and %q", status, out, errs)
	}
	if status, out, errs := symgrad("predict", "-no-header", path, file(t, "0,4\n")); status != failed || !strings.Contains(errs, "got the index 4") {
		t.Errorf("status %d, %q and %q", status, out, errs)
	}
}

// TestInspectModel shows a model file.
func TestInspectModel(t *testing.T) {
	path := straight(t, train.ModelFile{Data: dataset(t), Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{Mean: []float64{1, 2}, Std: []float64{3, 4}}}}})
	status, out, errs := symgrad("inspect", path)
	for _, want := range []string{`"models.LinReg" of package "github.com/symgrad/symgrad/models"`, "float32", `"x" [2] columns "a" "b"`, `"y" columns "price"`,
		"mean [1 2], std [3 4]", "2 tensors, 3 elements", `"In": 2`, `"weight"  F32  [2, 1]`} {
		if !strings.Contains(out, want) {
			t.Errorf("the text has no %q", want)
		}
	}
	if status != done || errs != "" || t.Failed() {
		t.Errorf("status %d, %q and\n%s", status, errs, out)
	}
	const none = "no class names"
	if _, bare, _ := symgrad("inspect", straight(t, train.ModelFile{})); !strings.Contains(bare, none) || strings.Contains(out, none) {
		t.Errorf("want %q in the second of these alone:\n%s\n%s", none, out, bare)
	}
	if _, out, _ := symgrad("inspect", sorts(t)); !strings.Contains(out, `"y" 2 classes "minus" "plus"`) {
		t.Errorf("got\n%s", out)
	}
}

// TestPredictMisuse holds what wrong files and command lines are answered with.
func TestPredictMisuse(t *testing.T) {
	model := straight(t, train.ModelFile{Data: dataset(t)})
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"predict"}, misuse, "got 0 arguments"},
		{[]string{"predict", "-comma", ",,", model, file(t, "")}, misuse, "got the separator"},
		{[]string{"predict", "-batch", "-1", model, file(t, "")}, misuse, "-batch"},
		{[]string{"predict", model, file(t, "")}, failed, "empty table"},
		{[]string{"predict", model, file(t, "a,c\n1,2\n")}, failed, `got no columns ["b"]`},
		{[]string{"predict", model, file(t, "a,b,a\n1,2,3\n")}, failed, `two columns of the name "a"`},
		{[]string{"predict", model, file(t, "a,b\n1,2\n1\n")}, failed, "line 3"},
		{[]string{"predict", model, file(t, "a,b\n1,two\n")}, failed, `line 2, column "b": got "two"`},
		{[]string{"predict", model, file(t, "a,b\n1,NaN\n")}, failed, "want a finite number"},
		{[]string{"predict", model, filepath.Join(t.TempDir(), "no")}, failed, "no"},
		{[]string{"predict", file(t, "a,b"), file(t, "a,b")}, failed, "got text, such as a table, want a model file"},
		{[]string{"inspect"}, misuse, "got 0 arguments"},
		{[]string{"inspect", file(t, "text")}, failed, "got text, such as a table, want a model file"},
	} {
		if status, _, errs := symgrad(c.args...); status != c.status || !strings.Contains(errs, c.says) {
			t.Errorf("%q: status %d, %q, want %d and %q", c.args, status, errs, c.status, c.says)
		}
	}
	for _, help := range [][]string{{"inspect", "-help"}, {"predict", "-help"}} {
		if status, out, errs := symgrad(help...); status != done || !strings.Contains(out+errs, "Usage: symgrad") {
			t.Errorf("%q: status %d, %q", help, status, out+errs)
		}
	}
}
