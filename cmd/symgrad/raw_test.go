package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// rawTable has texts, missing cells and a column that is left out.
const rawTable = "id;colour;size;kind\nx1;red;1,5;cup\nx2;blue;NA;pot\nx3;red;2,5;cup\nx4;blue;3,5;pot\n"

// rawModel trains on rawTable and saves the model with the plan.
func rawModel(t *testing.T, text string) string {
	t.Helper()
	set, plan, err := data.ReadCSVPlan(strings.NewReader(text), data.CSVOptions{Comma: ';', DecimalComma: true, Target: []string{"kind"}, Labels: true,
		Drop: []string{"id"}, OnMissing: data.KeepMissing, Text: data.OneHot})
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.NewMLP(models.MLPOptions{In: 3, Out: 2})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(m, train.Options{Epochs: 200, Schedule: schedule.Constant(0.1), Recipe: data.Recipe{Steps: []data.Step{&data.Impute{}, &data.Scaler{}}}})
	if err == nil {
		_, err = trainer.Fit(context.Background(), set)
	}
	path := filepath.Join(t.TempDir(), "raw.safetensors")
	if err == nil {
		err = trainer.SaveModel(path, train.ModelFile{Plan: plan})
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPredictRaw predicts for the very file of the training, and for others like it.
func TestPredictRaw(t *testing.T) {
	model := rawModel(t, rawTable)
	labels := func(out string) string {
		var list []string
		for line := range strings.Lines(out) {
			name, _, _ := strings.Cut(line, ",")
			list = append(list, name)
		}
		return strings.Join(list, " ")
	}
	for text, want := range map[string]string{
		rawTable:                          "kind cup pot cup pot",
		"size;colour\n1;red\n;blue\n":     "kind cup pot",
		"kind;colour;size\n?;blue;2,25\n": "kind pot",
		"colour;size\n":                   "kind",
		"size;colour;age;\n1;red;2;\n":    "kind cup",
	} {
		if status, out, errs := symgrad("predict", model, file(t, text)); status != done || labels(out) != want {
			t.Errorf("%q: status %d, %q, %q, want %q", text, status, out, errs, want)
		}
	}
	for text, want := range map[string]string{
		"size;colour\n1;red\n1;green\n": `table.csv:3: column 2 ("colour"): got "green", want one of the 2 categories "blue", "red"`,
		"size\n1\n":                     `no column "colour"`,
		"size;color;age\n1;red;2\n":     `no column "colour", want those of the plan: the header has "size", "color", "age"; is "color" it?`,
		"size;colour\n1.5;red\n":        `table.csv:2: column 1 ("size"): got "1.5"`,
		"":                              "table.csv\": got an empty table",
	} {
		if status, out, errs := symgrad("predict", model, file(t, text)); status != failed || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%q: status %d, %q, %q, want %q", text, status, out, errs, want)
		}
	}
	if status, _, errs := symgrad("predict", "-comma", ";", model, file(t, rawTable)); status != failed || !strings.Contains(errs, "-comma") {
		t.Errorf("status %d, %q, want a word about -comma", status, errs)
	}
	if status, out, errs := symgrad("inspect", model); status != done || !strings.Contains(out, `columns "colour (OneHot)" "size (Number)"`) {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	if status, _, errs := symgrad("predict", straight(t, train.ModelFile{Data: dataset(t)}), file(t, "a,b\n1,NA\n")); status != failed || !strings.Contains(errs, "a model file of symgrad train") {
		t.Errorf("status %d, %q, want a word about the plan", status, errs)
	}
}

// TestPredictKinds refuses files that are no tables, whatever their names, and says what is taken.
func TestPredictKinds(t *testing.T) {
	models := map[string]string{"a plan": rawModel(t, rawTable), "names": straight(t, train.ModelFile{Data: dataset(t)}), "none": straight(t, train.ModelFile{})}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ content, says string }{
		"x.png":    {picture.String(), "a PNG image"},
		"x.csv":    {picture.String(), "a PNG image"},
		"x.jpg":    {"\xff\xd8\xff\xe0 and so on", "a JPEG image"},
		"x.npz":    {"PK\x03\x04 and so on", "a zip archive"},
		"x.csv.gz": {"\x1f\x8b\x08\x00and so on", "gzip data"},
		"x.npy":    {"\x93NUMPY\x01\x00", "a NumPy array"},
		"x.dat":    {"1,2\n\x00", "a NUL byte"},
		"x.txt":    {"\xff\xfea\x00", "UTF-16"},
		"x.XML":    {"<a/>", `the extension ".xml"`},
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(c.content), 0o644); err != nil {
			t.Fatal(err)
		}
		for kind, model := range models {
			status, out, errs := symgrad("predict", model, path)
			if status != failed || out != "" || !strings.Contains(errs, c.says) || !strings.Contains(errs, "want a table: ") || !strings.Contains(errs, name) {
				t.Errorf("%s with %s: status %d, %q, %q, want %q", name, kind, status, out, errs, c.says)
			}
		}
	}
}
