package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// trained runs symgrad train on a table, with a short training, and returns the model file.
func trained(t *testing.T, name, text string, args ...string) (model string, status int, out, errs string) {
	t.Helper()
	table := write(t, name, text)
	model = filepath.Join(filepath.Dir(table), "model.safetensors")
	status, out, errs = symgrad(append([]string{"train", table, "-out", model, "-report", "none", "-model", "mlp:4,epochs=2"}, args...)...)
	return model, status, out, errs
}

// lines returns lines of a table that depend on their number.
func lines(head string, n int, line func(i int) string) string {
	var b strings.Builder
	if head != "" {
		b.WriteString(head + "\n")
	}
	for i := range n {
		b.WriteString(line(i) + "\n")
	}
	return b.String()
}

// TestTrainNoHeader trains on a table without names, which -no-header numbers.
func TestTrainNoHeader(t *testing.T) {
	text := lines("", 60, func(i int) string { return fmt.Sprintf("%d.5,%d,%s", i%7, i%5, []string{"p", "q"}[i%2]) })
	model, status, out, errs := trained(t, "t.csv", text, "-no-header", "-target", "c2")
	if status != done || !strings.Contains(errs, "has 60 rows") || !strings.Contains(errs, "Numbers: c0, c1.") {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	table := filepath.Join(filepath.Dir(model), "t.csv")
	if status, out, errs := symgrad("predict", model, table); status != done || strings.Count(out, "\n") != 61 {
		t.Errorf("predict: status %d, %s", status, errs)
	}
	if status, out, errs := symgrad("evaluate", model, table); status != done || !strings.Contains(out, "On 60 rows") {
		t.Errorf("evaluate: status %d, %s", status, errs)
	}
	if status, _, errs := symgrad("train", "-force", "-config", strings.TrimSuffix(model, ".safetensors")+".run.json"); status != done {
		t.Errorf("again: status %d, %s", status, errs)
	}
	// A first line that may be an example is asked about.
	for target, says := range map[string]string{"p": `first line has the number 0.5`, "c2": "c0 to c2", "q": "-no-header"} {
		if _, status, _, errs := trained(t, "t.csv", text, "-target", target); status != failed || !strings.Contains(errs, says) {
			t.Errorf("%s: status %d, %s, want %q", target, status, errs, says)
		}
	}
	whole := lines("", 60, func(i int) string { return fmt.Sprintf("%d,%d,%d", i%7, i%5, i%2) })
	if _, status, _, errs := trained(t, "t.csv", whole, "-target", "0", "-drop", "x"); status != failed || !strings.Contains(errs, "-no-header") || !strings.Contains(errs, "-header") {
		t.Errorf("status %d, %s", status, errs)
	}
	texts := lines("", 60, func(i int) string { return []string{"r,yes", "s,no"}[i%2] })
	if _, status, _, errs := trained(t, "t.csv", texts, "-target", "yes"); status != failed || !strings.Contains(errs, `has "yes", as other lines have`) {
		t.Errorf("status %d, %s", status, errs)
	}
	years := lines("name,2019,2020,y", 60, func(i int) string { return fmt.Sprintf("%s,%d,%d,%d", []string{"a", "b"}[i%2], i%7, i%5, i%11) })
	if _, status, _, errs := trained(t, "t.csv", years, "-target", "y", "-task", "numbers"); status != done || !strings.Contains(errs, "Numbers: 2019, 2020.") {
		t.Errorf("names of numbers: status %d, %s", status, errs)
	}
	if _, status, _, errs := trained(t, "t.csv", whole, "-header", "-target", "2", "-task", "numbers"); status == done || strings.Contains(errs, "-no-header") {
		t.Errorf("-header: status %d, %s", status, errs)
	}
}

// TestTrainUnknownText: a text that the training did not have is no reason to stop.
func TestTrainUnknownText(t *testing.T) {
	text := lines("colour,size,kind", 60, func(i int) string {
		return fmt.Sprintf("%s,%d,%s", []string{"red", "blue", "green"}[i%3], i%7, []string{"cup", "pot"}[i%2])
	}) + "violet,3,\nviolet,4,\n"
	model, status, out, errs := trained(t, "t.csv", text, "-target", "kind", "-json")
	var result struct {
		Rows    int
		LeftOut int `json:"left_out"`
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil || status != done || result.Rows != 60 || result.LeftOut != 2 || !strings.Contains(errs, "has 62 rows") || !strings.Contains(errs, "Left out: 2 rows without") {
		t.Fatalf("status %d, %v, %s%s", status, err, out, errs)
	}
	table := filepath.Join(filepath.Dir(model), "t.csv")
	const warning = `Warning: 2 rows of column "colour" with a text that the training did not have`
	status, out, errs = symgrad("predict", model, table)
	if status != done || strings.Count(out, "\n") != 63 || !strings.Contains(errs, warning) {
		t.Errorf("predict: status %d, %s%s", status, out, errs)
	}
	rows := strings.Split(strings.TrimSpace(out), "\n")
	if finite(strings.Split(rows[62], ",")[1]) == false {
		t.Errorf("got the prediction %s", rows[62])
	}
	status, out, errs = symgrad("predict", model, write(t, "t.jsonl", `{"colour": "red", "size": 3, "more": [1, {"a": []}]}`+"\n"))
	if status != done || errs != "" || strings.Count(out, "\n") != 1 {
		t.Errorf("an array that is passed over: status %d, %s%s", status, out, errs)
	}
	for _, row := range []string{`{"colour": ["red"], "size": 3}`, `{"colour": "red", "size": {"a": 3}}`, `{"colour": "red", "size": 3, "more": [1}`} {
		if status, out, errs = symgrad("predict", model, write(t, "t.jsonl", row+"\n")); status == done {
			t.Errorf("%s: status %d, %s%s", row, status, out, errs)
		}
	}
	status, out, errs = symgrad("predict", model, write(t, "t.jsonl", `{"colour": "violet", "size": 3, "more": 1}`+"\n"))
	if status != done || !strings.Contains(errs, "Warning: 1 row of column") {
		t.Errorf("JSON: status %d, %s%s", status, out, errs)
	}
	status, out, errs = symgrad("evaluate", model, file(t, "colour,size,kind,note\nviolet,3,cup,x\nred,2,pot,y\n"))
	if status != done || !strings.Contains(out, "On 2 rows") || !strings.Contains(errs, "Warning: 1 row of column") {
		t.Errorf("evaluate: status %d, %s%s", status, out, errs)
	}
	if status, _, errs := symgrad("predict", model, file(t, "color,size\nred,1\n")); status != failed || !strings.Contains(errs, `is "color" it?`) {
		t.Errorf("a name that is like one: status %d, %s", status, errs)
	}
}

// TestTrainBadCells: texts in a column of numbers are named with the flag that takes them for missing.
func TestTrainBadCells(t *testing.T) {
	ages := func(bad string, every int) string {
		return lines("age,y", 200, func(i int) string {
			if i%every == 1 {
				return fmt.Sprintf("%s,%d", bad, i%2)
			}
			return fmt.Sprintf("%d,%d", i%50+17, i%2)
		})
	}
	for bad, every := range map[string]int{"unknown": 7, "1e400": 7, "inf": 50, "n.a.": 100} {
		if _, status, _, errs := trained(t, "t.csv", ages(bad, every), "-target", "y"); status != failed || !strings.Contains(errs, fmt.Sprintf("column \"age\" looks like numbers, but %d of 200 cells are not, such as %q in line 3; -missing %s", (200+every-2)/every, bad, bad)) {
			t.Errorf("%s: status %d, %s", bad, status, errs)
		}
		model, status, _, errs := trained(t, "t.csv", ages(bad, every), "-target", "y", "-missing", "other,"+bad)
		if status != done || !strings.Contains(errs, fmt.Sprintf("Empty cells of numbers, %d in all", (200+every-2)/every)) {
			t.Errorf("%s: status %d, %s", bad, status, errs)
		}
		if status, out, errs := symgrad("predict", model, filepath.Join(filepath.Dir(model), "t.csv")); status != done || strings.Count(out, "\n") != 201 {
			t.Errorf("%s: status %d, %s", bad, status, errs)
		}
	}
	target := strings.Replace(ages("unknown", 7), "age,y", "y,age", 1)
	if _, status, _, errs := trained(t, "t.csv", target, "-target", "y"); status != failed || !strings.Contains(errs, `the target: column "y" looks like numbers`) {
		t.Errorf("the target: status %d, %s", status, errs)
	}
}

// TestTrainColumns chooses columns.
func TestTrainColumns(t *testing.T) {
	text := lines("id,a,b,c,name,y", 60, func(i int) string { return fmt.Sprintf("%d,%d,%d,%d,n%d,%d", i, i%7, i%5, i%3, i, i%2) })
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"-drop", "a,c"}, done, "Numbers: b."},
		{[]string{"-drop", "a", "-drop", "c"}, done, "Left out, as the flags say: a, c."},
		{[]string{"-inputs", "b,c"}, done, "Numbers: b, c."},
		{[]string{"-inputs", "id,a"}, done, "Numbers: id, a."},
		{[]string{"-inputs", "name"}, done, "name (60)"},
		{[]string{"-inputs", "B"}, failed, `is "b" meant?`},
		{[]string{"-drop", "nix"}, failed, `-drop: got "nix", want one of the columns: id, a, b`},
		{[]string{"-drop", "y"}, misuse, `the target "y" in -drop`},
		{[]string{"-drop", "a,b,c"}, failed, `"id" is left out: it counts the rows; "name" is left out: it has 60 different texts`},
	} {
		_, status, _, errs := trained(t, "t.csv", text, append([]string{"-target", "y"}, c.args...)...)
		if status != c.status || !strings.Contains(errs, c.says) {
			t.Errorf("%q: status %d, %s, want %d and %q", c.args, status, errs, c.status, c.says)
		}
	}
}

// TestTrainForms reads tables of other forms: separators, dates, and texts that differ in every row.
func TestTrainForms(t *testing.T) {
	spaces := lines("  a   b y ", 40, func(i int) string { return fmt.Sprintf("  %d   %d.5   %d ", i%7, i%5, i%2) })
	day := func(form string) func(i int) string {
		return func(i int) string {
			return strings.NewReplacer("D", fmt.Sprintf("%02d", i%28+1), "M", fmt.Sprintf("%02d", i%12+1), "X", fmt.Sprint(i%7), "Y", fmt.Sprint(i%2)).Replace(form)
		}
	}
	low := func(i int) string { return fmt.Sprintf("%02d/%02d/2024,%d,%d", i%11+1, i%12+1, i%7, i%2) }
	for _, c := range []struct {
		name, text string
		args       []string
		says       string
	}{
		{"space.txt", spaces, nil, "spaces between the cells"},
		{"space.txt", spaces, []string{"-comma", "space"}, "spaces between the cells"},
		{"tab.csv", strings.ReplaceAll(lines("a,y", 40, func(i int) string { return fmt.Sprintf("%d,%d", i%7, i%2) }), ",", "\t"), []string{"-comma", "tab"}, "tabs between"},
		{"semi.csv", strings.ReplaceAll(lines("a,y", 40, func(i int) string { return fmt.Sprintf("%d,%d", i%7, i%2) }), ",", ";"), []string{"-comma", "semicolon"}, "semicolons between"},
		{"dots.csv", lines("d;x;y", 60, day("D.M.2023;X,5;Y")), nil, `"d" has dates (day.month.year, such as 01.01.2023)`},
		{"us.csv", lines("d,x,y", 60, day("M/D/2024,X,Y")), nil, `"d" has dates (month/day/year, such as 01/01/2024)`},
		{"eu.csv", lines("d,x,y", 60, day("D/M/2024,X,Y")), nil, `"d" has dates (day/month/year, such as 01/01/2024)`},
		{"clock.csv", lines("d,x,y", 60, day("2024-M-D 12:30,X,Y")), nil, `"d" has dates (year-month-day`},
		{"clock.csv", lines("d;x;y", 60, day("D.M.2024 12:30;X;Y")), nil, `"d" has dates (day.month.year and a time of day`},
		{"unclear.csv", lines("d,x,y", 60, low), nil, `"d" is left out: its dates, such as 01/01/2024, do not say whether they are day/month/year or month/day/year`},
		{"clear.csv", strings.ReplaceAll(lines("d,x,y", 60, low), ",", ";"), nil, `"d" has dates (day/month/year`},
		{"small.csv", "name,x,y\n" + "ann,1,p\nbob,2,q\ncyd,4,p\ndee,2,q\neve,5,p\nfay,1,q\ngus,2,p\nhal,7,q\n", nil, `"name" is left out: its texts differ in every row`},
	} {
		model, status, _, errs := trained(t, c.name, c.text, append([]string{"-target", "y"}, c.args...)...)
		if status != done || !strings.Contains(errs, c.says) {
			t.Errorf("%s: status %d, %s, want %q", c.name, status, errs, c.says)
			continue
		}
		if status, _, errs := symgrad("predict", model, filepath.Join(filepath.Dir(model), c.name)); status != done {
			t.Errorf("%s: predict: status %d, %s", c.name, status, errs)
		}
	}
}

// TestTrainWarns: a result that says little, or that is bad, comes with a warning.
func TestTrainWarns(t *testing.T) {
	few := lines("x,y", 30, func(i int) string { return fmt.Sprintf("%d,%d", i%7, i%2) })
	_, status, out, errs := trained(t, "t.csv", few, "-target", "y", "-json")
	if status != done || !strings.Contains(errs, "Warning: 6 rows for validation say little") || !strings.Contains(out, `"warnings"`) {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	line := lines("x,y", 100, func(i int) string { return fmt.Sprintf("%d,%d", i%10, 3*(i%10)) })
	_, status, _, errs = trained(t, "t.csv", line, "-target", "y", "-task", "numbers", "-model", "linear,epochs=20,sgd,rate=0.001")
	if status != done || !strings.Contains(errs, "more epochs may help: -model linear,sgd,rate=0.001,epochs=40") {
		t.Errorf("status %d, %s", status, errs)
	}
	_, status, _, errs = trained(t, "t.csv", line, "-target", "y", "-task", "numbers", "-model", "mlp:8,epochs=1,sgd,rate=30")
	if status == done && !strings.Contains(errs, "Warning: the model is worse than always saying the mean") {
		t.Errorf("status %d, %s", status, errs)
	}
	if strings.Contains(errs, "more epochs") {
		t.Errorf("one epoch that is asked for: got %s", errs)
	}
	_, _, _, errs = trained(t, "t.csv", line, "-target", "y", "-task", "numbers", "-model", "linear,epochs=300,patience=300")
	if n := strings.Count(errs, "\nepoch "); n < 10 || n > 25 || !strings.Contains(errs, "epoch 300/300") || !strings.Contains(errs, "epoch 1/300") {
		t.Errorf("got %d lines of progress: %s", n, errs)
	}
}

// TestConfig moves a run to another folder, and runs it from a third.
func TestConfig(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "moved")
	t.Chdir(from)
	if err := os.WriteFile("t.csv", []byte(strings.ReplaceAll(lines("x,y", 40, func(i int) string { return fmt.Sprintf("%d,%d", i%7, i%2) }), ",", ";")), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("models", 0o777); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := symgrad("train", "t.csv", "-target", "y", "-out", filepath.Join("models", "a b.st"), "-model", "mlp:4,epochs=2"); status != done {
		t.Fatal(errs)
	}
	text, err := os.ReadFile(filepath.Join("models", "a b.run.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"table": "../t.csv"`, `"out": "a b.st"`, `"report": "a b.html"`, `"Comma": ";"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("got %s, want %s", text, want)
		}
	}
	want, err := os.ReadFile(filepath.Join("models", "a b.st"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Rename(from, to); err != nil {
		t.Skip(err)
	}
	run := filepath.Join(to, "models", "a b.run.json")
	if status, _, errs := symgrad("train", "-config", run); status != misuse || !strings.Contains(errs, "-force") {
		t.Errorf("over files: status %d, %s", status, errs)
	}
	status, out, errs := symgrad("train", "-config", run, "-force", "-quiet")
	if status != done || errs != "" || !strings.Contains(out, "symgrad predict '"+filepath.Join(to, "models", "a b.st")+"'") || !strings.Contains(out, "symgrad evaluate '") {
		t.Errorf("again: status %d, %s%s", status, errs, out)
	}
	if !same(t, filepath.Join(to, "models", "a b.st"), want) {
		t.Error("another model")
	}
	// A number for the character is read too.
	if err := os.WriteFile(run, []byte(strings.Replace(string(text), `"Comma": ";"`, `"Comma": 59`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := symgrad("train", "-config", run, "-force"); status != done {
		t.Errorf("a number: status %d, %s", status, errs)
	}
	for change, says := range map[string]string{
		`"Comma": [";"]`: "want one character", `"comm": ";"`: `line 27: got the unknown key "comm", want one of NoHeader`, `"Comma": ";",`: "line 28: ",
	} {
		if err := os.WriteFile(run, []byte(strings.Replace(string(text), `"Comma": ";"`, change, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		if status, _, errs := symgrad("train", "-config", run, "-force"); status != misuse || !strings.Contains(errs, says) {
			t.Errorf("%s: status %d, %s, want %q", change, status, errs, says)
		}
	}
}

// TestModelText refuses settings without an effect.
func TestModelText(t *testing.T) {
	for text, says := range map[string]string{
		"linear,tanh": "got tanh for a model without hidden layers", "linear,dropout=0.1": "without hidden layers", "mlp:8,adam,sgd": "got adam and sgd",
		"mlp:8,relu,tanh": "got relu and tanh", "mlp:8,rate=1,rate=2": "got rate=1 and rate=2",
	} {
		if _, err := parseModel(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %q", text, err, says)
		}
	}
	for _, text := range []string{"linear", "linear,sgd,rate=0.1", "mlp:8-8,tanh,adamw,dropout=0.2,epochs=3", defaultModel} {
		if _, err := parseModel(text); err != nil {
			t.Error(err)
		}
	}
}
