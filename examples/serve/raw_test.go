package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
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

// TestObjects asks with objects by the names of columns. What is wrong is said without names of Go.
func TestObjects(t *testing.T) {
	planned, _, _ := started(t, rawModel(t, true))
	named, _, _ := started(t, rawModel(t, false))
	for name, c := range map[string]struct {
		body   string
		status int
		says   []string
	}{
		"rows":               {`{"rows": [{"colour": "red", "size": 1.5, "sold": true}, {"sold": false, "colour": "blue", "size": 3}]}`, 200, []string{`"class":"cup"`, `"class":"pot"`}},
		"null":               {`{"rows": [{"colour": "red", "size": null, "sold": true}]}`, 200, []string{`"class":"cup"`}},
		"null in an array":   {`{"rows": [[null, 1, 1]]}`, 200, []string{`"class":"cup"`}},
		"null, not imputed":  {`{"rows": [[1, null, 1]]}`, 400, []string{"row 0, element 1: got null, want a number"}},
		"null in an object":  {`{"rows": [{"colour": "red", "size": 1, "sold": null}]}`, 422, []string{"row 0", `"sold"`}},
		"null for a text":    {`{"rows": [{"colour": null, "size": 1, "sold": true}]}`, 422, []string{"row 0", `"colour"`, "got an empty cell, want a value"}},
		"an unknown text":    {`{"rows": [{"colour": "red", "size": 1, "sold": true}, {"colour": "green", "size": 1, "sold": true}]}`, 422, []string{"row 1", `"colour"`, `"green"`, `"blue"`, `"red"`}},
		"a text of a number": {`{"rows": [{"colour": "red", "size": "long", "sold": true}]}`, 422, []string{"row 0", `"size"`, `"long"`}},
		"a key twice":        {`{"rows": [{"colour": "red", "size": 1, "size": 2, "sold": true}]}`, 400, []string{"row 0", `"size" twice`}},
		"no such column":     {`{"rows": [{"colour": "red", "size": 1, "sold": true, "age": 3}]}`, 422, []string{`"age"`}},
		"a column is gone":   {`{"rows": [{"colour": "red", "size": 1}]}`, 422, []string{`"sold"`}},
		"other keys":         {`{"rows": [{"colour": "red", "size": 1, "sold": true}, {"colour": "red", "size": 1, "sole": true}]}`, 422, []string{"row 1", `no key "sold"`}},
		"fewer keys":         {`{"rows": [{"colour": "red", "size": 1, "sold": true}, {"colour": "red"}]}`, 422, []string{"row 1: got 1 keys"}},
		"both forms":         {`{"rows": [{"colour": "red", "size": 1, "sold": true}, [1, 2, 3]]}`, 422, []string{"row 1"}},
		"an object in it":    {`{"rows": [{"colour": {"red": 1}}]}`, 400, []string{`row 0: "colour": got an object`}},
		"no cells":           {`{"rows": [{}]}`, 422, []string{"no column"}},
	} {
		urls := []string{planned}
		if strings.Contains(name, "array") || strings.Contains(name, "imputed") {
			urls = append(urls, named)
		}
		for _, url := range urls {
			status, got := posted(t, url+"/predict", c.body)
			got = strings.ReplaceAll(got, "\\\"", "\"")
			if status != c.status {
				t.Errorf("%s: got %d and %.300s, want %d", name, status, got, c.status)
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
	if status, got := posted(t, named+"/predict", `{"rows": [{"colour": "red", "size": null, "sold": 1}]}`); status != 200 || !strings.Contains(got, `"cup"`) {
		t.Errorf("without a plan: got %d and %s", status, got)
	}
}
