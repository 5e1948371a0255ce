package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// importedFile writes an ONNX file as a model file and returns its name and what was said.
func importedFile(t *testing.T, path string, flags ...string) (model, said string) {
	t.Helper()
	model = filepath.Join(t.TempDir(), "imported.safetensors")
	status, out, errs := symgrad(append(append([]string{"import"}, flags...), path, model)...)
	if status != done || out != "" {
		t.Fatalf("%q: status %d, %s%s", flags, status, out, errs)
	}
	return model, errs
}

// TestImportOwn holds that what was exported and imported predicts the bits of the first model file,
// has its names, and is measured as that.
func TestImportOwn(t *testing.T) {
	for name, c := range ownModels(t) {
		model, table := c[0], c[1]
		again, _ := importedFile(t, exported(t, model))
		third, _ := importedFile(t, exported(t, again)) // a second time
		_, want, _ := symgrad("predict", model, table)
		for _, again := range []string{again, third} {
			if status, out, errs := symgrad("predict", again, table); status != done || out != want || errs != "" {
				t.Errorf("%s: status %d, %s%s, want %s", name, status, out, errs, want)
			}
		}
		before, err := train.ReadModelInfo(model)
		if err != nil {
			t.Fatal(err)
		}
		after, err := train.ReadModelInfo(again)
		if err != nil || after.Model != "imported.Model" {
			t.Fatalf("%s: got %v (%v), want imported.Model", name, after, err)
		}
		after.Model, after.Package, after.Settings, after.Tensors = before.Model, before.Package, before.Settings, before.Tensors
		a, _ := json.Marshal(before)
		b, _ := json.Marshal(after)
		if string(a) != string(b) {
			t.Errorf("%s: got %s, want %s", name, b, a)
		}
	}
}

// TestImportEvaluate measures an imported model: what its loss is was decided right.
func TestImportEvaluate(t *testing.T) {
	model := rawModel(t, rawTable)
	_, want, errs := symgrad("evaluate", "-json", model, file(t, rawTable))
	if errs != "" {
		t.Fatal(errs)
	}
	onnx := exported(t, model)
	again, _ := importedFile(t, onnx)
	for _, path := range []string{again, onnx} {
		_, got, errs := symgrad("evaluate", "-json", path, file(t, rawTable))
		var a, b evaluated
		if json.Unmarshal([]byte(want), &a) != nil || json.Unmarshal([]byte(got), &b) != nil || errs != "" {
			t.Fatalf("%s%s", got, errs)
		}
		if a.Rows != b.Rows || a.Loss-b.Loss > 1e-9 || b.Loss-a.Loss > 1e-9 || a.Metrics[0].Value != b.Metrics[0].Value {
			t.Errorf("got %+v, want %+v", b, a)
		}
	}
}

// TestImportForeign gives a file of another program names, classes and a target.
func TestImportForeign(t *testing.T) {
	in, out := portOf("input", float32s, "batch", 2), portOf("out", float32s, "batch", 2)
	for _, batch := range []any{"batch", 1} {
		path := foreignFile(t, layer(), []message{portOf("input", float32s, batch, 2)}, []message{portOf("out", float32s, batch, 2)})
		model, said := importedFile(t, path, "-columns", "p,q", "-classes", "low,high", "-target", "kind")
		for _, want := range []string{`the graph "main_graph" of "pytorch", opset 13, with 6 numbers in 2 tensors`, `Input "x", "input" in the file: numbers [2]`, `Output "out": logits of classes`, "2 classes", "Wrote "} {
			if !strings.Contains(said, want) {
				t.Errorf("got %s, want %q", said, want)
			}
		}
		if strings.Contains(said, "one at a time") != (batch == 1) {
			t.Errorf("batch %v: got %s", batch, said)
		}
		if status, out, errs := symgrad("predict", model, file(t, "q,p\n2,1\n1,-4\n")); status != done || !strings.HasPrefix(out, "kind,p(low),p(high)\nlow,0.99") || !strings.Contains(out, "\nhigh,") {
			t.Errorf("status %d, %s%s", status, out, errs)
		}
		if status, out, errs := symgrad("predict", model, file(t, `{"p": 1, "q": 2}`)); status != done || !strings.Contains(out, `"kind":"low"`) {
			t.Errorf("status %d, %s%s", status, out, errs)
		}
		if status, out, errs := symgrad("evaluate", "-batch", "3", model, file(t, "kind,p,q\nlow,1,2\nlow,-4,1\nhigh,-4,1\nlow,1,2\n")); status != done || !strings.Contains(out, "accuracy 0.75") {
			t.Errorf("status %d, %s%s", status, out, errs)
		}
	}
	probabilities := foreignFile(t, append(layer(), nodeOf("Softmax", "s", "p", "out")), []message{in}, []message{portOf("p", float32s, "batch", 2)})
	if _, said := importedFile(t, probabilities); !strings.Contains(said, `Output "p": probabilities of classes`) {
		t.Error(said)
	}
	numbers := foreignFile(t, layer(), []message{in}, []message{out})
	model, said := importedFile(t, numbers, "-columns", "p,q", "-target", "u,v")
	if !strings.Contains(said, "mean squared error") {
		t.Error(said)
	}
	if status, out, errs := symgrad("evaluate", model, file(t, "p,q,u,v\n1,2,5.5,0\n-4,1,0,6\n")); status != done || !strings.Contains(out, "loss 0.25") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	steps := foreignFile(t, layer(), []message{portOf("input", float32s, "N", "steps", 2)}, []message{portOf("out", float32s, "N", "steps", 2)})
	model, _ = importedFile(t, steps, "-size", "steps=2")
	if status, out, errs := symgrad("predict", "-no-header", model, file(t, "1,2,-4,1\n")); status != done || !strings.Contains(out, "5.5,0,0,5") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	shaped := foreignFile(t, append(layer(), nodeOf("Reshape", "r", "flat", "out", "shape")), []message{in, portOf("shape", int64s, 2)}, []message{portOf("flat", float32s, "batch", 2)})
	model, _ = importedFile(t, shaped, "-fix", "shape=-1,2")
	if status, out, errs := symgrad("predict", model, file(t, "p,q\n1,2\n")); status != done || !strings.Contains(out, "5.5,0") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	status, text, _ := symgrad("import", "-json", "-quiet", numbers, filepath.Join(t.TempDir(), "m"))
	var info train.ModelInfo
	if err := json.Unmarshal([]byte(text), &info); status != done || err != nil || info.Inputs[0].Name != "x" || info.Model != "imported.Model" {
		t.Errorf("status %d, %s (%v)", status, text, err)
	}
	one := foreignFile(t, layer(), []message{portOf("input", float32s, 1, 2)}, []message{portOf("out", float32s, 1, 2)})
	model, _ = importedFile(t, one, "-columns", `"p, first",q`)
	for _, args := range [][]string{{"summary", model}, {"graph", model}, {"export", "onnx", model, "-"}} {
		if status, out, errs := symgrad(args...); status != done || out == "" || errs != "" {
			t.Errorf("%q of a file for a batch of 1: status %d, %s", args, status, errs)
		}
	}
	if status, out, errs := symgrad("predict", model, file(t, "q,\"p, first\"\n2,1\n")); status != done || !strings.Contains(out, "5.5,0") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	if _, out, _ := symgrad("inspect", model); !strings.Contains(out, `"a graph of `) {
		t.Errorf("got %s", out)
	}
	folder := filepath.Join(t.TempDir(), "plain")
	if status, _, errs := symgrad("export", "go", numbers, folder); status != done {
		t.Error(errs)
	}
}

// TestImportMisuse holds what cannot be imported.
func TestImportMisuse(t *testing.T) {
	in, out := portOf("input", float32s, "N", 2), portOf("out", float32s, "N", 2)
	good := foreignFile(t, layer(), []message{in}, []message{out})
	own := exported(t, rawModel(t, rawTable))
	there := file(t, "x\n")
	steps := foreignFile(t, layer(), []message{portOf("input", float32s, "N", "steps", 2)}, []message{portOf("out", float32s, "N", "steps", 2)})
	shaped := foreignFile(t, append(layer(), nodeOf("Reshape", "r", "flat", "out", "shape")), []message{in, portOf("shape", int64s, 2)}, []message{portOf("flat", float32s, "N", 2)})
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{good}, misuse, "got 1 argument,"},
		{[]string{"-size", "steps", good, "m"}, misuse, "want NAME=N"},
		{[]string{"-fix", "a=b", good, "m"}, misuse, "want NAME=NUMBERS"},
		{[]string{good, there}, misuse, "there already"},
		{[]string{there, "m"}, failed, "want an ONNX file"},
		{[]string{"none.onnx", "m"}, failed, "there is no such file"},
		{[]string{"-loss", "hinge", good, "m"}, failed, `got the loss "hinge"`},
		{[]string{"-output", "z", good, "m"}, failed, `got "z", want one of "out"`},
		{[]string{"-size", "steps=3", good, "m"}, failed, `"steps"`},
		{[]string{"-fix", "z=3", good, "m"}, failed, `"z"`},
		{[]string{"-columns", "a", good, "m"}, failed, `got 1 name for "x" [2]`},
		{[]string{"-classes", "a,b,c", good, "m"}, failed, "got 3 classes"},
		{[]string{"-classes", "a", good, "m"}, failed, "got 1 names of classes, want 2"},
		{[]string{"-loss", "none", "-columns", "a,b", "-target", "y", good, "m"}, failed, "want -loss too"},
		{[]string{"-columns", "a,b", own, "m"}, failed, "the file has its own"},
		{[]string{"-columns", "a,a", good, "m"}, misuse, `got "a" twice`},
		{[]string{"-classes", "b,b", good, "m"}, misuse, `got "b" twice`},
		{[]string{"-loss", "squared-error", "-classes", "a,b", good, "m"}, misuse, "want one of both"},
		{[]string{"-loss", "cross-entropy", "-columns", "a,b", "-target", "t", good, "m"}, misuse, "got -target without -classes"},
		{[]string{"-fix", "shape=1,2,3", shaped, "m"}, failed, "got the shape [3], want [2]"},
		{[]string{steps, "m"}, failed, `the free size "steps" of an input, want one (symgrad import -size`},
		{[]string{shaped, "m"}, failed, `the input "shape"`},
		{[]string{good, filepath.Join(t.TempDir(), "none", "m")}, failed, "none"},
	} {
		if c.args[len(c.args)-1] == "m" {
			c.args[len(c.args)-1] = filepath.Join(t.TempDir(), "m")
		}
		status, out, errs := symgrad(append([]string{"import"}, c.args...)...)
		if status != c.code || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%q: status %d, %s%s, want %d and %q", c.args, status, out, errs, c.code, c.says)
		}
		if _, err := os.Stat(c.args[len(c.args)-1]); filepath.Base(c.args[len(c.args)-1]) == "m" && err == nil {
			t.Errorf("%q: got a file, want none", c.args)
		}
	}
}
