package serve_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"github.com/symgrad/symgrad/train/serve"
)

// rawModel saves a model of a table with texts and missing cells, with the plan or without.
func rawModel(t *testing.T, planned bool) string {
	t.Helper()
	const text = "colour;size;sold;kind\nred;1,5;yes;cup\nblue;NA;no;pot\nred;2,5;no;cup\nblue;3,5;yes;pot\n"
	set, plan, err := data.ReadCSVPlan(strings.NewReader(text), data.CSVOptions{Comma: ';', DecimalComma: true, Target: []string{"kind"}, Labels: true,
		OnMissing: data.KeepMissing, Text: data.Category, Columns: map[string]data.CSVColumn{"sold": {Kind: data.Boolean}},
		Fields: []data.CSVField{{Name: "colour", Columns: []string{"colour"}, Integers: true}}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.NewMLP(models.MLPOptions{In: 4, Out: 2})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(m, train.Options{Epochs: 200, Schedule: schedule.Constant(0.1), Recipe: data.Recipe{Steps: []data.Step{
		&data.Impute{Columns: []int{0}}, &data.OneHotEncoder{Field: "colour"}, &data.Join{Fields: []string{"x", "colour"}}}}})
	if err == nil {
		_, err = trainer.Fit(context.Background(), set)
	}
	f := train.ModelFile{Plan: plan}
	if !planned {
		f.Plan = nil
	}
	path := filepath.Join(t.TempDir(), "raw.safetensors")
	if err == nil {
		err = trainer.SaveModel(path, f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestObjects asks with objects by the names of columns. What is wrong names the row and the key,
// without names of Go.
func TestObjects(t *testing.T) {
	planned, _ := started(t, rawModel(t, true), serve.Options{})
	named, _ := started(t, rawModel(t, false), serve.Options{})
	for name, c := range map[string]struct {
		body   string
		status int
		row    int
		field  string
		says   []string
	}{
		"rows":               {`{"rows": [{"colour": "red", "size": 1.5, "sold": true}, {"sold": false, "colour": "blue", "size": 3}]}`, 200, 0, "", []string{`"class":"cup"`, `"class":"pot"`}},
		"null":               {`{"rows": [{"colour": "red", "size": null, "sold": true}]}`, 200, 0, "", []string{`"class":"cup"`}},
		"its own words":      {`{"rows": [{"colour": "red", "size": 1.5, "sold": "yes"}]}`, 200, 0, "", []string{`"class":"cup"`}},
		"with the target":    {`{"rows": [{"colour": "red", "size": 1.5, "sold": true, "kind": "cup"}, {"colour": "red", "size": 1.5, "sold": true}]}`, 200, 0, "", []string{`"class":"cup"`}},
		"null in an array":   {`{"rows": [[null, 1, 1]]}`, 200, 0, "", []string{`"class":"cup"`}},
		"null, not imputed":  {`{"rows": [[1, null, 1]]}`, 400, 0, "sold", []string{"got null, want a number"}},
		"null in an object":  {`{"rows": [{"colour": "red", "size": 1, "sold": null}]}`, 400, 0, "sold", []string{"got null"}},
		"null for a text":    {`{"rows": [{"colour": null, "size": 1, "sold": true}]}`, 400, 0, "colour", []string{"got an empty cell, want a value"}},
		"an unknown text":    {`{"rows": [{"colour": "red", "size": 1, "sold": true}, {"colour": "green", "size": 1, "sold": true}]}`, 400, 1, "colour", []string{`"green"`, `"blue"`, `"red"`}},
		"a text of a number": {`{"rows": [{"colour": "red", "size": "long", "sold": true}]}`, 400, 0, "size", []string{`"long"`}},
		"true for a number":  {`{"rows": [{"colour": "red", "size": true, "sold": true}]}`, 400, 0, "size", []string{"got true, want a number"}},
		"true for a text":    {`{"rows": [{"colour": true, "size": 1, "sold": true}]}`, 400, 0, "colour", []string{"got true, want one of", `"blue"`, `"red"`}},
		"a key twice":        {`{"rows": [{"colour": "red", "size": 1, "size": 2, "sold": true}]}`, 400, 0, "size", []string{"twice"}},
		"no such column":     {`{"rows": [{"colour": "red", "size": 1, "sold": true, "age": 3}]}`, 200, 0, "", []string{`"class":"cup"`}},
		"a column is gone":   {`{"rows": [{"colour": "red", "size": 1}]}`, 400, 0, "sold", []string{`no key "sold"`}},
		"other keys":         {`{"rows": [{"colour": "red", "size": 1, "sold": true}, {"colour": "red", "size": 1, "sole": true}]}`, 400, 1, "sold", []string{`no key "sold" but the unknown key "sole"`}},
		"fewer keys":         {`{"rows": [{"colour": "red", "size": 1, "sold": true}, {"colour": "red"}]}`, 400, 1, "size", []string{`no keys "size", "sold"`}},
		"both forms":         {`{"rows": [{"colour": "red", "size": 1, "sold": true}, [1, 2, 3]]}`, 400, 1, "", []string{"got an array, want an object"}},
		"an object in it":    {`{"rows": [{"colour": {"red": 1}, "size": 1, "sold": true}]}`, 400, 0, "colour", []string{"got an object"}},
		"no cells":           {`{"rows": [{}]}`, 400, 0, "colour", []string{`no keys "colour", "size", "sold"`}},
	} {
		urls := []string{planned}
		if strings.Contains(name, "array") || strings.Contains(name, "imputed") {
			urls = append(urls, named)
		}
		for _, url := range urls {
			status, got := posted(t, url, c.body)
			if status != c.status {
				t.Errorf("%s: got %d and %.300s, want %d", name, status, got, c.status)
			}
			if status >= 400 {
				p := problem(t, got)
				if p.Row == nil || *p.Row != c.row || p.Field != c.field {
					t.Errorf("%s: got %.300s, want the row %d and the field %q", name, got, c.row, c.field)
				}
				got = p.Error
			}
			for _, s := range c.says {
				if !strings.Contains(got, s) {
					t.Errorf("%s: got %.300s, want %s", name, got, s)
				}
			}
			for _, s := range []string{"train:", "data:", "Predictor", "Integers", "OnMissing", "OneHot", "(Other)", "Impute", "errJSON"} {
				if strings.Contains(got, s) {
					t.Errorf("%s: got %.300s, want no %s in it", name, got, s)
				}
			}
		}
	}
	// Without a plan, texts stand for the categories of their field, and numbers for themselves.
	if status, got := posted(t, named, `{"rows": [{"colour": "red", "size": null, "sold": 1}]}`); status != 200 || !strings.Contains(got, `"cup"`) {
		t.Errorf("without a plan: got %d and %s", status, got)
	}
	if status, got, _ := asked(t, "GET", planned+"/model", ""); status != 200 || !strings.Contains(got, `{"name":"colour","kind":"Category","categories":["blue","red"]}`) || !strings.Contains(got, `"target":"kind"`) {
		t.Errorf("/model: got %d and %s", status, got)
	}
}
