package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/train"
)

// fitTexts are small models of the kinds of fitWorkloads.
var fitTexts = []string{
	"mlp:4-8-1,tanh,mse,batch=8,rows=64,rate=0.001",
	"mlp:6-5-3,batch=8,rows=64,rate=0.001",
	"cnn:1x8x8,2@3p1,pool2,4-3,batch=4,rows=12,rate=0.001",
}

// TestBareStepsAreThoseOfFit: bare steps end with the parameters of each Fit that they are
// compared with, to the bit.
func TestBareStepsAreThoseOfFit(t *testing.T) {
	for _, text := range fitTexts {
		spec, err := workload.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := workload.NewProblem(spec)
		if err != nil {
			t.Fatal(err)
		}
		field, err := fitField(p, t.TempDir(), 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range field {
			for range 2 { // the second turn goes on
				if err := f.train(2); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(field) != 11 {
			t.Fatalf("got %d who take turns, want 11", len(field))
		}
		var augmented []float64
		for _, f := range field {
			if f.against < 0 {
				continue
			}
			got, want := values(f.trains.(*fits).t.Model()), values(field[f.against].trains.(*bareSteps).m)
			switch f.with {
			case "augmentation": // bare steps have none
				augmented = got
				continue
			case "a source":
				want = augmented
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: Fit with %s ends with other parameters than bare steps", text, f.with)
			}
		}
	}
}

// values returns all parameters of the model, one after the other.
func values(m train.Model) (out []float64) {
	for _, q := range m.Params().List() {
		out = append(out, m.Params().Values(q.Name)...)
	}
	return out
}

// TestUpdatesMove: each update changes parameters, stays finite, and has a line.
func TestUpdatesMove(t *testing.T) {
	for _, u := range updates {
		v, err := viewOf[float32](u.o, 100, 1)
		if err != nil {
			t.Fatalf("%s: %v", u.name, err)
		}
		if l, err := updateFigure[float64](u.o, u.moved, 1<<10, 1); err != nil || l.Share <= 0 || l.Bytes != 1<<10 {
			t.Errorf("%s: got %+v and %v, want a share", u.name, l, err)
		}
		u.o.Update(train.Step{N: 1, Rate: 0.1}, v)
		if err := v.Err(); err != nil {
			t.Errorf("%s: %v", u.name, err)
		}
	}
}

// TestTrainerLines: the command prints a machine and figures, which can be read and make a
// table, and leaves no files.
func TestTrainerLines(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	if err := runTrainer(&out, []string{"-only", "save", "-megabytes", "1", "-dir", dir, "-json"}); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("got the files %v and %v, want none", left, err)
	}
	fmt.Fprintln(&out, `{"trainer":"fit","workload":"tiny","with":"Adam","dtype":"float32","ns":1030,"against_ns":1000,"ratio":1.03}`)
	fmt.Fprintln(&out, `{"trainer":"update","with":"Lion","dtype":"float64","bytes":262144,"ns":10000,"against_ns":9500,"share":0.95}`)
	path := filepath.Join(dir, "some.jsonl")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := readResult(path)
	if err != nil {
		t.Fatal(err)
	}
	table := r.table("some.jsonl")
	for _, want := range []string{
		"| A step of Fit with | tiny |\n|---|---:|\n| Adam | 1.03 us, 1.03 of 1 us |\n\n",
		"| An update of | 256 KB, float64 |\n|---|---:|\n| Lion | 10 us, 0.95 |\n\n",
		"|  | 1 MB |\n|---|---:|\n| A checkpoint | ", "Every figure: [`some.jsonl`](some.jsonl).\n",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("got:\n%s\nwant %q in it", table, want)
		}
	}
	if err := runTrainer(&out, []string{"-only", "nothing"}); err == nil {
		t.Error("got no error for an unknown measurement")
	}
}
