package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/safetensors"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// measured is the JSON of symgrad train and of symgrad evaluate.
type measured struct {
	Rows       int
	LeftOut    int `json:"left_out"`
	Loss       float64
	Metrics    []train.Value
	Validation struct {
		Loss    float64
		Metrics []train.Value
	}
}

func readMeasured(t *testing.T, text string) (m measured) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return m
}

// validationRows writes the lines of a table that symgrad train has kept for validation, in their
// order, as comma-separated values and as JSON lines.
func validationRows(t *testing.T, table, run string) (asCSV, asJSON string) {
	t.Helper()
	var c trainConfig
	if err := c.read(run); err != nil {
		t.Fatal(err)
	}
	set, err := data.ReadCSVFile(table, data.CSVOptions(c.CSV))
	if err != nil {
		t.Fatal(err)
	}
	number := make([]int, set.Len())
	for i := range number {
		number[i] = i
	}
	numbered, err := data.New(data.Field{Name: "row", Ints: number})
	if err == nil {
		set, err = data.Zip(set, numbered)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, validation, err := c.split(set, &strings.Builder{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	names := strings.Split(lines[0], ",")
	rows, _ := validation.Field("row")
	var b, j strings.Builder
	b.WriteString(lines[0] + "\n")
	for i := range rows.Len() {
		line := lines[1+int(rows.At(i, 0))]
		b.WriteString(line + "\n")
		object := map[string]any{}
		for k, cell := range strings.Split(line, ",") {
			object[names[k]] = cell
			if number := json.Number(cell); cell == "" || cell == "NA" {
				object[names[k]] = nil
			} else if _, err := number.Float64(); err == nil {
				object[names[k]] = number
			}
		}
		text, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		j.WriteString(string(text) + "\n")
	}
	return write(t, "validation.csv", b.String()), write(t, "validation.jsonl", j.String())
}

// prices is a table of numbers with a missing cell and with texts.
func prices(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("area,city,new,price\n")
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 150 {
		area := fmt.Sprintf("%.2f", 50+100*r.Float64())
		if i == 7 {
			area = ""
		}
		fmt.Fprintf(&b, "%s,%s,%v,%.1f\n", area, []string{"Oslo", "Rome"}[i%2], i%3 == 0, 1000*r.Float64()+float64(5000*(i%2)))
	}
	return write(t, "prices.csv", b.String())
}

// TestEvaluate measures on the rows for validation what the training has printed for them, bit for
// bit, from comma-separated values and from JSON lines.
func TestEvaluate(t *testing.T) {
	for target, table := range map[string]string{"species": penguins, "price": prices(t)} {
		out := filepath.Join(t.TempDir(), "m.safetensors")
		status, text, said := symgrad("train", table, "-target", target, "-out", out, "-json", "-report", "none", "-model", "mlp:8,epochs=20")
		if status != done {
			t.Fatalf("train: status %d, %s", status, said)
		}
		want := readMeasured(t, text).Validation
		asCSV, asJSON := validationRows(t, table, strings.TrimSuffix(out, ".safetensors")+".run.json")
		for _, file := range []string{asCSV, asJSON} {
			status, text, said = symgrad("evaluate", out, file, "-json")
			if status != done || said != "" {
				t.Fatalf("%s: status %d, %s", file, status, said)
			}
			got := readMeasured(t, text)
			if got.Loss != want.Loss || len(got.Metrics) != len(want.Metrics) {
				t.Errorf("%s: got the loss %v and %d metrics, want %v and %d", file, got.Loss, len(got.Metrics), want.Loss, len(want.Metrics))
				continue
			}
			for i, m := range got.Metrics {
				if w := want.Metrics[i]; m.Name != w.Name || m.Value != w.Value || fmt.Sprint(m.Confusion) != fmt.Sprint(w.Confusion) {
					t.Errorf("%s: got %+v, want %+v", file, m, w)
				}
			}
		}
		first := want.Metrics[0]
		if status, text, said := symgrad("evaluate", out, asCSV); status != done || !strings.Contains(text, fmt.Sprintf("  %s %.4g\n", first.Name, first.Value)) || target == "species" && !strings.Contains(text, "Chinstrap") {
			t.Errorf("the text: status %d, %s%s", status, said, text)
		}
	}
}

// withoutTarget makes of a model file one as they were before they had the target in their plan.
func withoutTarget(t *testing.T, path string) string {
	t.Helper()
	f, err := safetensors.Read(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	var info map[string]any
	if err := json.Unmarshal([]byte(f.Meta["symgrad.model"]), &info); err != nil {
		t.Fatal(err)
	}
	m, err := train.ReadModelInfo(path)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := m.Plan.Without("y")
	if err != nil {
		t.Fatal(err)
	}
	info["version"], info["plan"] = 2, plan
	delete(info["target"].(map[string]any), "columns")
	text, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	f.Meta["symgrad.model"] = string(text)
	old := filepath.Join(t.TempDir(), "old.safetensors")
	if err := safetensors.Write(old, f); err != nil {
		t.Fatal(err)
	}
	return old
}

// TestEvaluateOld: a file that does not know its target says so, and -target helps.
func TestEvaluateOld(t *testing.T) {
	out := filepath.Join(t.TempDir(), "m.safetensors")
	if status, _, said := symgrad("train", penguins, "-target", "species", "-out", out, "-report", "none", "-model", "mlp:8,epochs=5"); status != done {
		t.Fatal(said)
	}
	_, want, _ := symgrad("evaluate", out, penguins)
	old := withoutTarget(t, out)
	if status, text, said := symgrad("evaluate", old, penguins); status != failed || text != "" || !strings.Contains(said, "want -target COLUMN") {
		t.Errorf("status %d, %s%s", status, said, text)
	}
	if status, text, said := symgrad("evaluate", old, penguins, "-target", "species"); status != done || text != want {
		t.Errorf("status %d, %s%s, want %s", status, said, text, want)
	}
	if status, text, said := symgrad("predict", old, penguins); status != done || strings.Count(text, "\n") != 241 {
		t.Errorf("predict: status %d, %s", status, said)
	}
	// A model of numbers that no plan reads has the names of its columns.
	line := straight(t, train.ModelFile{Data: dataset(t)})
	status, text, said := symgrad("evaluate", line, file(t, "price,b,a,c\n9,2,1,7\n14,3,1,7\n"), "-json")
	if status != done {
		t.Fatalf("status %d, %s", status, said)
	}
	if m := readMeasured(t, text); m.Rows != 2 || math.Abs(m.Metrics[0].Value-math.Sqrt(2)) > 1e-6 {
		t.Errorf("got %+v, want the rmse %v", m, math.Sqrt(2))
	}
}

// TestEvaluateRefuses: what does not work ends with 1, what is unclear with 2.
func TestEvaluateRefuses(t *testing.T) {
	table := write(t, "t.csv", "x,y\n1,p\n2,q\n3,p\n4,q\n5,p\n6,q\n7,p\n8,q\n9,p\n10,q\n,p\n")
	out := filepath.Join(t.TempDir(), "m.safetensors")
	if status, _, said := symgrad("train", table, "-target", "y", "-out", out, "-report", "none", "-model", "mlp:4,epochs=2"); status != done {
		t.Fatal(said)
	}
	for want, c := range map[string]struct {
		status int
		args   []string
	}{
		"want a model and a table":      {misuse, []string{out}},
		"no such file":                  {failed, []string{out, "none.csv"}},
		"got a folder, want a table":    {failed, []string{out, t.TempDir()}},
		"got a folder, want a file":     {failed, []string{t.TempDir(), table}},
		"want a model file":             {failed, []string{table, table}},
		`no column "y"`:                 {failed, []string{out, file(t, "x\n1\n")}},
		`got the label "r"`:             {failed, []string{out, file(t, "x,y\n1,r\n")}},
		`:2: "x": got "one"`:            {failed, []string{out, write(t, "t.jsonl", "{\"x\": 1, \"y\": \"p\"}\n{\"x\": \"one\", \"y\": \"p\"}\n")}},
		`:1: "y": got no key "y"`:       {failed, []string{out, write(t, "t.jsonl", "{\"x\": 1}\n")}},
		"got no rows":                   {failed, []string{out, write(t, "t.jsonl", "\n")}},
		`-batch: got 0`:                 {misuse, []string{out, table, "-batch", "0"}},
		`got the target "z"`:            {failed, []string{out, table, "-target", "z"}},
		"flag provided but not defined": {misuse, []string{out, table, "-validation", "2"}},
	} {
		status, text, said := symgrad(append([]string{"evaluate"}, c.args...)...)
		if status != c.status || text != "" || !strings.Contains(said, want) {
			t.Errorf("%q: status %d, %s%s, want %d and %q", c.args, status, said, text, c.status, want)
		}
	}
	// Rows without a target are left out, as they were in the training.
	if status, text, said := symgrad("evaluate", out, file(t, "x,y\n1,p\n2,\n3,q\n")); status != done || !strings.Contains(text, "On 2 rows") || !strings.Contains(text, "1 row without a target left out") {
		t.Errorf("status %d, %s%s", status, said, text)
	}
	if status, text, said := symgrad("evaluate", out, write(t, "t.json", "[{\"x\": 1, \"y\": \"p\"}, {\"x\": 1, \"y\": null}]"), "-json"); status != done || readMeasured(t, text).LeftOut != 1 {
		t.Errorf("status %d, %s%s", status, said, text)
	}
}
