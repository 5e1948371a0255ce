package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/symgrad/symgrad/train"
)

// TestTrainHints says what columns look like: dates but for some, numbers that count, names with commas.
func TestTrainHints(t *testing.T) {
	var dated, counting strings.Builder
	dated.WriteString("when,y\n")
	counting.WriteString("\"Size, cm\",Order No,y\n")
	for i := range 40 {
		day := fmt.Sprintf("%d.3.2024", 1+i%28)
		if i == 7 {
			day = "soon"
		}
		fmt.Fprintf(&dated, "%s,%d.5\n", day, i)
		fmt.Fprintf(&counting, "%d.25,%d,%d.5\n", i*i%11, 1000+i, i)
	}
	for _, c := range []struct {
		table string
		flags []string
		code  int
		says  string
	}{
		{dated.String(), nil, failed, `column "when" looks like dates, but 1 of 40 cells is not, such as "soon" in line 9; -missing soon`},
		{dated.String(), []string{"-missing", "soon"}, done, `Column "when" has dates (day.month.year`},
		{counting.String(), nil, done, `Column "Order No" counts up by 1, from 1000: if it only numbers the rows, leave it out by -drop 'Order No'.`},
		{counting.String(), nil, done, `Numbers: "Size, cm", Order No.`},
		{counting.String(), nil, done, "those of the scaled target"},
		{counting.String(), []string{"-inputs", `"Size, cm"`}, done, "has 1 input,"},
		{counting.String(), []string{"-inputs", `"Size, cm",Order No`, "-drop", "Order No"}, misuse, "in -inputs and in -drop"},
	} {
		out := filepath.Join(t.TempDir(), "m.safetensors")
		args := append([]string{"train", "-target", "y", "-model", "linear,epochs=2", "-report", "none", "-out", out}, c.flags...)
		status, _, errs := symgrad(append(args, write(t, "t.csv", c.table))...)
		if status != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%q: status %d, %s, want %d and %q", c.flags, status, errs, c.code, c.says)
		}
	}
}

// TestConfigKept trains again by a run.json in a folder without outputs: that is not written over.
func TestConfigKept(t *testing.T) {
	dir := t.TempDir()
	table, run := filepath.Join(dir, "t.csv"), filepath.Join(dir, "m.run.json")
	if err := os.WriteFile(table, []byte("x,y\n1,2.5\n2,3.5\n3,4.5\n5,6.5\n4,5.5\n7,8.5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := symgrad("train", "-target", "y", "-model", "linear,epochs=2", "-out", filepath.Join(dir, "m.safetensors"), table); status != done {
		t.Fatal(errs)
	}
	text, err := os.ReadFile(run)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "\n\n"...)
	if err := os.WriteFile(run, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"m.safetensors", "m.html"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if status, _, errs := symgrad("train", "-config", run); status != done {
		t.Errorf("status %d, %s", status, errs)
	}
	if now, err := os.ReadFile(run); err != nil || string(now) != string(text) {
		t.Errorf("the settings were written over: %s (%v)", now, err)
	}
}

// TestHeaderOfNumbers asks about a first line of numbers, which a model without names would pass over.
func TestHeaderOfNumbers(t *testing.T) {
	bare := ownModels(t)["bare"][0]
	if status, out, errs := symgrad("predict", bare, file(t, "1,2\n5,6\n")); status != failed || out != "" || !strings.Contains(errs, "-no-header") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	if status, out, errs := symgrad("predict", "-no-header", bare, file(t, "1,2\n5,6\n")); status != done || strings.Count(out, "\n") != 3 {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
}

// TestQuestionDate asks with a date as the table has it.
func TestQuestionDate(t *testing.T) {
	var table strings.Builder
	table.WriteString("when;y\n")
	for i := range 30 {
		fmt.Fprintf(&table, "%s;%d,5\n", time.Date(2024, 1, 1+i, 0, 0, 0, 0, time.UTC).Format("02.01.2006"), i)
	}
	out := filepath.Join(t.TempDir(), "m.safetensors")
	if status, _, errs := symgrad("train", "-target", "y", "-model", "linear,epochs=2", "-report", "none", "-out", out, write(t, "t.csv", table.String())); status != done {
		t.Fatal(errs)
	}
	p, err := openModelFile(out, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, row, _ := strings.Cut(question(p), "[")
	row = strings.TrimSuffix(row, "]}")
	if status, answer, errs := symgrad("predict", out, write(t, "t.jsonl", row+"\n")); status != done || !strings.Contains(answer, `"y":`) {
		t.Errorf("%s: status %d, %s%s", row, status, answer, errs)
	}
}

// TestOtherSeparator says that a table is separated otherwise than that of the training.
func TestOtherSeparator(t *testing.T) {
	model := rawModel(t, rawTable)
	bars := file(t, strings.ReplaceAll(rawTable, ";", "|"))
	for _, verb := range []string{"predict", "evaluate"} {
		if status, out, errs := symgrad(verb, model, bars); status != failed || out != "" || !strings.Contains(errs, "got bars between the cells, want semicolons") {
			t.Errorf("%s: status %d, %s%s", verb, status, out, errs)
		}
	}
}
