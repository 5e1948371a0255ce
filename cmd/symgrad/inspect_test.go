package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// checkpoint writes the file of a training.
func checkpoint(t *testing.T) string {
	t.Helper()
	m, err := models.NewMLP(models.MLPOptions{In: 2, Out: 1, Head: models.Regression})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(m, train.Options{Epochs: 7, Optimizer: train.Adam{}, Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{}}}, Metrics: []train.Metric{train.MAE()}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := data.XY([]float64{1, 2, 3, 4, 5, 7}, 2, []float64{1, 2, 3}, 1)
	if err == nil {
		_, err = trainer.Fit(context.Background(), set)
	}
	path := filepath.Join(t.TempDir(), "run.safetensors")
	if err == nil {
		err = trainer.Save(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// npyHead stands before the data of an array of two float32.
const npyHead = "\x93NUMPY\x01\x00\x38\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}\n"

// TestInspect shows files of each kind, as text and as JSON.
func TestInspect(t *testing.T) {
	out := filepath.Join(t.TempDir(), "m.safetensors")
	if status, _, said := symgrad("train", penguins, "-target", "species", "-out", out, "-report", "none", "-model", "mlp:8,epochs=2"); status != done {
		t.Fatal(said)
	}
	npz, weights := filepath.Join(t.TempDir(), "w.npz"), filepath.Join(t.TempDir(), "w.safetensors")
	for format, path := range map[string]string{"npz": npz, "safetensors": weights} {
		if status, _, said := symgrad("export", format, out, path); status != done {
			t.Fatal(said)
		}
	}
	npy := write(t, "a.npy", npyHead+"12345678")
	for _, c := range []struct {
		path, format string
		tensors      int
		says         []string
	}{
		{out, "a model file", 4, []string{`"models.MLP"`, `"x" [9] columns "island=Biscoe"`, `"y" 3 classes "Adelie" "Chinstrap" "Gentoo"`, `"species (Category)"`, "Impute of", "4 tensors", `"Head": "multiclass"`}},
		{npz, "NumPy arrays (npz)", 4, []string{"4 tensors", "F64  [9, 8]"}},
		{weights, "a safetensors file with tensors alone", 4, []string{"4 tensors", "F64  [9, 8]", "576 bytes"}},
		{npy, "a NumPy array (npy)", 1, []string{`F32  [2]  8 bytes`}},
		{strings.TrimSuffix(out, ".safetensors") + ".run.json", "the settings of a training (run.json)", 0, []string{`"target": "species"`, `"model": "mlp:8,epochs=2"`}},
		{checkpoint(t), "the file of a training (a checkpoint)", 6, []string{"7 steps, 7 epochs", "Scaler of \"x\"", "2 epochs before", "epoch 7, loss", "mae", "Adam", `"param/`, `"slot/`}},
	} {
		status, text, said := symgrad("inspect", c.path)
		if status != done || said != "" {
			t.Errorf("%s: status %d, %s", c.path, status, said)
		}
		for _, want := range append(c.says, c.format) {
			if !strings.Contains(text, want) {
				t.Errorf("%s: got\n%s\nwant %q", c.path, text, want)
			}
		}
		status, text, said = symgrad("inspect", "-json", c.path)
		var i struct {
			File, Format string
			Bytes        int64
			Tensors      []struct {
				Name, DType     string
				Shape           []int
				Elements, Bytes int
			}
		}
		if err := json.Unmarshal([]byte(text), &i); err != nil || status != done || i.Format != c.format || len(i.Tensors) != c.tensors || i.Bytes == 0 || i.File != c.path {
			t.Errorf("%s: status %d, %v, %s%s", c.path, status, err, said, text)
		}
	}
}

// TestKinds: each verb says what a file is that it does not take, and what it wants.
func TestKinds(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ content, is string }{
		"empty.npy":         {"", "an empty file"},
		"text.npy":          {"hello\n", "text, such as a table"},
		"cut.npy":           {"\x93NUMPY\x01\x00", "the end too early"},
		"short.npy":         {npyHead + "1234567", "got 7 bytes behind the header, want the 8 of F32 [2]"},
		"object.npy":        {strings.Replace(npyHead, "<f4", "|O8", 1) + "1234567", "Python objects"},
		"cut.npz":           {"PK\x03\x04 and so on", "without the directory at its end"},
		"table.csv":         {"a,b\n1,2\n", "text, such as a table"},
		"rows.jsonl":        {"{\"a\": 1}\n", "JSON"},
		"page.html":         {"<!DOCTYPE html>", "an HTML page"},
		"cut.safetensors":   {"\x10\x00\x00\x00\x00\x00\x00\x00{\"a\":{\"dtype\":", "header"},
		"other.safetensors": {"\x02\x00\x00\x00\x00\x00\x00\x00{}", "got a safetensors file with tensors alone"},
		"pickle.pt":         {"\x80\x02}q\x00.", "pickle"},
		"random.bin":        {"\x00\x01\x02\xff\xfe", "5 bytes of an unknown format"},
		"bad.run.json":      {`{"table": "a", "validation": 3}`, "got no target model out, want table"},
		"unknown.run.json":  {`{"table": "a", "validation": 3, "tusk": 1}`, `got the unknown key "tusk"`},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o644); err != nil {
			t.Fatal(err)
		}
		if name != "other.safetensors" {
			status, out, errs := symgrad("inspect", path)
			if status != failed || out != "" || !strings.Contains(errs, c.is) || !strings.Contains(errs, name) {
				t.Errorf("inspect %s: status %d, %s%s, want %q", name, status, out, errs, c.is)
			}
		}
		for _, verb := range [][]string{{"predict", path, penguins}, {"evaluate", path, penguins}, {"summary", path}, {"serve", path}, {"export", "onnx", path, filepath.Join(dir, "out")}} {
			status, out, errs := symgrad(verb...)
			if status != failed || out != "" || !strings.Contains(errs, name) || name != "cut.safetensors" && !strings.Contains(errs, "want a model file, as symgrad train writes it") {
				t.Errorf("%q: status %d, %s%s", verb, status, out, errs)
			}
		}
	}
	for _, verb := range [][]string{{"inspect", dir}, {"predict", dir, penguins}, {"summary", dir}, {"serve", dir}, {"export", "go", dir, dir}, {"export", "npz", dir, dir}, {"train", dir, "-target", "a"}} {
		if status, out, errs := symgrad(verb...); status != failed || out != "" || !strings.Contains(errs, "got a folder, want a ") {
			t.Errorf("%q: status %d, %s%s", verb, status, out, errs)
		}
	}
	for _, verb := range [][]string{{"inspect", "none"}, {"predict", "none", penguins}, {"predict", straight(t, train.ModelFile{}), "none"}, {"train", "none.csv", "-target", "a"}} {
		if status, out, errs := symgrad(verb...); status != failed || out != "" || !strings.Contains(errs, "no such file") {
			t.Errorf("%q: status %d, %s%s", verb, status, out, errs)
		}
	}
}

// TestExportWeights writes weights that other files and programs read back.
func TestExportWeights(t *testing.T) {
	model, dir := straight(t, train.ModelFile{Data: dataset(t)}), t.TempDir()
	m, err := models.NewLinReg(models.LinRegOptions{In: 2})
	if err == nil {
		err = train.Build(m)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"npz", "safetensors"} {
		path := filepath.Join(dir, "w."+format)
		if status, out, errs := symgrad("export", "-quiet", format, model, path); status != done || out+errs != "" {
			t.Fatalf("%s: status %d, %s%s", format, status, out, errs)
		}
		if err := train.Load(path, m.Params()); err != nil {
			t.Fatal(err)
		}
		if v := m.Params().Values("weight"); len(v) != 2 || v[0] != 2 || v[1] != 3 {
			t.Errorf("%s: got %v", format, v)
		}
		if status, out, _ := symgrad("export", format, model, "-"); status != done || len(out) == 0 {
			t.Errorf("%s to the standard output: status %d", format, status)
		}
		if status, _, errs := symgrad("export", "-force", format, penguins, path); status != failed || !strings.Contains(errs, "want a model file or another safetensors file") {
			t.Errorf("%s: status %d, %s", format, status, errs)
		}
	}
	wide := sorts(t)
	for _, args := range [][]string{{"-float32", "npz"}, {"-float32", "safetensors"}} {
		path := filepath.Join(dir, "narrow."+args[1])
		if status, _, errs := symgrad("export", args[0], args[1], wide, path); status != done {
			t.Fatal(errs)
		}
		if _, out, _ := symgrad("inspect", path); !strings.Contains(out, "F32") || strings.Contains(out, "F64") {
			t.Errorf("%q: got\n%s", args, out)
		}
	}
}
