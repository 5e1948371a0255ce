package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const penguins = "../../examples/penguins/penguins.csv"

// write makes a file and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTrain goes from a raw table to predictions for that table.
func TestTrain(t *testing.T) {
	out := filepath.Join(t.TempDir(), "p.safetensors")
	status, text, said := symgrad("train", penguins, "-target", "species", "-out", out, "-workers", "1")
	if status != done || !strings.Contains(text, "always saying \"Adelie\"") || !strings.Contains(text, "Chinstrap") {
		t.Fatalf("status %d\n%s%s", status, said, text)
	}
	for _, want := range []string{"240 rows", "3 classes", "Numbers: bill_length_mm", "island (3), sex (2)", "25 in all", "6 in all", "9 inputs, 3 outputs"} {
		if !strings.Contains(said, want) {
			t.Errorf("got\n%s\nwant %q", said, want)
		}
	}
	if status, text, said := symgrad("predict", out, penguins); status != done || strings.Count(text, "\n") != 241 || strings.Count(text, "Gentoo") < 60 {
		t.Errorf("predict: status %d, %s\n%s", status, said, text)
	}

	if status, _, said := symgrad("train", penguins, "-target", "species", "-out", out); status != misuse || !strings.Contains(said, "-force") {
		t.Errorf("over a file: status %d, %s", status, said)
	}

	page, err := os.ReadFile(strings.TrimSuffix(out, ".safetensors") + ".html")
	if err != nil || !strings.Contains(string(page), "penguins.csv: species") || !strings.Contains(string(page), "Chinstrap") {
		t.Errorf("the page: got %v and %d bytes", err, len(page))
	}

	// The settings of the run make the same file again.
	first, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	run := strings.TrimSuffix(out, ".safetensors") + ".run.json"
	status, text, said = symgrad("train", "-force", "-config", run, "-json", "-quiet")
	var result struct {
		Rows, Epochs, Best int
		Model              string
	}
	if err := json.Unmarshal([]byte(text), &result); err != nil || status != done || said != "" || result.Rows != 240 || result.Best == 0 || result.Model != out {
		t.Errorf("again: status %d, %v, %s%s", status, err, said, text)
	}
	if second, err := os.ReadFile(out); err != nil || string(first) != string(second) {
		t.Errorf("again: %v, or other bytes", err)
	}
}

// TestTrainDecides reads tables of several kinds.
func TestTrainDecides(t *testing.T) {
	var numbers, german, texts, few strings.Builder
	numbers.WriteString("id\tx\tday\tname\tempty\ty\n")
	german.WriteString("x;y\n")
	texts.WriteString("a|b|label\n")
	few.WriteString("x,stars\n")
	for i := range 120 {
		x := math.Sin(float64(i))
		fmt.Fprintf(&numbers, "%d\t%v\t2024-01-%02d\tn%d\t\t%v\n", i, x, i%28+1, i, 100+20*x)
		fmt.Fprintf(&german, "%s;%s\n", strings.Replace(fmt.Sprintf("%.3f", x), ".", ",", 1), strings.Replace(fmt.Sprintf("%.3f", 3*x), ".", ",", 1))
		fmt.Fprintf(&texts, "%s|%s|%s\n", []string{"p", "q"}[i%2], []string{"r", "", "t"}[i%3], []string{"yes", "no"}[i%2])
		fmt.Fprintf(&few, "%v,%d\n", x, i%3)
	}
	for name, c := range map[string]struct {
		text   string
		args   []string
		said   []string
		result string
	}{
		"numbers.tsv": {numbers.String(), []string{"-target", "y"}, []string{"with tabs between", "\"id\" is left out: it counts the rows", "\"day\" has dates", "\"name\" is left out: it has 120 different", "\"empty\" is left out: all its cells are empty", "has numbers", "inputs and the target"}, "rmse"},
		"german.csv":  {german.String(), []string{"-target", "y"}, []string{"with semicolons (and commas in numbers) between", "1 input, 1 output"}, "r2"},
		"texts.csv":   {texts.String(), []string{"-target", "label"}, []string{"bars between", "2 classes", "a (2), b (2)", "40 in all"}, "accuracy 1"},
		"few.csv":     {few.String(), []string{"-target", "stars"}, []string{"3 different whole numbers, which are taken for classes"}, "accuracy"},
		"more.csv":    {few.String(), []string{"-target", "stars", "-task", "numbers", "-model", "linear,epochs=3"}, []string{"has numbers"}, "rmse"},
	} {
		file := write(t, name, c.text)
		out := filepath.Join(filepath.Dir(file), "model.safetensors")
		status, text, said := symgrad(append([]string{"train", file, "-out", out, "-workers", "1"}, c.args...)...)
		if status != done || !strings.Contains(text, c.result) {
			t.Errorf("%s: status %d\n%s%s", name, status, said, text)
		}
		for _, want := range c.said {
			if !strings.Contains(said, want) {
				t.Errorf("%s: got\n%s\nwant %q", name, said[:min(len(said), 1500)], want)
			}
		}
		if status, text, said := symgrad("predict", out, file); status != done || strings.Count(text, "\n") < 120 {
			t.Errorf("%s: predict: status %d, %s\n%s", name, status, said, text)
		}
	}
}

// TestTrainUnits: errors are in units of the target.
func TestTrainUnits(t *testing.T) {
	var b strings.Builder
	b.WriteString("x,y\n")
	for i := range 100 {
		fmt.Fprintf(&b, "%v,%v\n", i%10, 1000*(i%10)+500*(i%2)) // half of 500 cannot be known from x mod 10 alone
	}
	file := write(t, "t.csv", b.String())
	status, text, said := symgrad("train", file, "-target", "y", "-task", "numbers", "-model", "linear,epochs=1,rate=0.0000001", "-json", "-out", file+".safetensors")
	var result struct {
		Validation struct {
			Metrics []struct {
				Name  string
				Value float64
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &result); err != nil || status != done {
		t.Fatalf("status %d, %v\n%s%s", status, err, said, text)
	}
	if m := result.Validation.Metrics; len(m) != 3 || m[0].Name != "rmse" || m[0].Value < 100 || m[2].Value > 2 {
		t.Errorf("got %+v, want an rmse in thousands", m)
	}
}

// TestTrainRefuses: what is unclear ends with 2, what does not work with 1, and nothing is written.
func TestTrainRefuses(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	table := write(t, "t.csv", "x,y\n1,2\n2,3\n3,4\n")
	config := write(t, "run.json", `{"table": "t.csv", "target": "y", "tusk": "classes"}`)
	for want, c := range map[string]struct {
		status int
		args   []string
	}{
		"got no -target":                     {misuse, []string{table}},
		"want one table":                     {misuse, []string{"-target", "y"}},
		`"z", want one of the columns: x, y`: {failed, []string{table, "-target", "z"}},
		"-validation: got 2":                 {misuse, []string{table, "-target", "y", "-validation", "2"}},
		`-task: got "both"`:                  {misuse, []string{table, "-target", "y", "-task", "both"}},
		`the kind "cnn"`:                     {misuse, []string{table, "-target", "y", "-model", "cnn"}},
		`dropout: got "2"`:                   {misuse, []string{table, "-target", "y", "-model", "mlp:8,dropout=2"}},
		`got "" units`:                       {misuse, []string{table, "-target", "y", "-model", "mlp:32--"}},
		`line 1: got the unknown key "tusk"`: {misuse, []string{"-config", config}},
		"got -seed beside -config":           {misuse, []string{"-config", config, "-seed", "3"}},
		"no such file":                       {failed, []string{"no.csv", "-target", "y"}},
		"an empty file":                      {failed, []string{write(t, "empty.csv", ""), "-target", "y"}},
	} {
		status, text, said := symgrad(append([]string{"train"}, c.args...)...)
		if status != c.status || text != "" || !strings.Contains(said, want) {
			t.Errorf("%q: status %d, %s%s, want %q", c.args, status, said, text, want)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("got the files %v and %v", entries, err)
	}
}
