package record_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/record"
)

// rows returns the table, and fails for one that is not regular.
func rows(t *testing.T, path string) [][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatalf("%v in %q", err, b)
	}
	return r
}

// TestCSV: the table has the bits of the history, with and without validation and metrics.
func TestCSV(t *testing.T) {
	for name, o := range map[string]train.Options{
		"plain":      {},
		"metrics":    {Metrics: []train.Metric{train.Accuracy()}},
		"validation": {Metrics: []train.Metric{train.Accuracy()}, Validation: circles(t, 8)},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run.csv")
			o.Callbacks = []train.Callback{&record.CSV{Path: path}}
			h := fit(t, trainer(t, o), circles(t, 10), 3)
			got := rows(t, path)
			want := "epoch,step,loss,validation,rate,seconds"
			if len(o.Metrics) > 0 {
				want = "epoch,step,loss,validation,accuracy,rate,seconds"
			}
			if s := strings.Join(got[0], ","); s != want {
				t.Fatalf("got the header %s, want %s", s, want)
			}
			if len(got) != 4 {
				t.Fatalf("got %d rows, want 3", len(got)-1)
			}
			for i, e := range h.Epochs {
				row := got[i+1]
				if row[0] != strconv.Itoa(i+1) || row[1] != strconv.Itoa(e.Step) || number(t, row[2]) != e.Loss {
					t.Errorf("got the row %q, want epoch %+v", row, e)
				}
				if (row[3] != "") != (e.Validation != nil) || e.Validation != nil && number(t, row[3]) != *e.Validation {
					t.Errorf("got the validation %q, want %v", row[3], e.Validation)
				}
				if acc, ok := e.Metric("accuracy"); ok && number(t, row[4]) != acc {
					t.Errorf("got the accuracy %q, want %v", row[4], acc)
				}
				if number(t, row[len(row)-2]) != e.LearningRate || number(t, row[len(row)-1]) != e.Duration.Seconds() {
					t.Errorf("got the row %q, want epoch %+v", row, e)
				}
			}
		})
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestGoesOn: a run that goes on, with a new recorder and after what a killed program
// leaves, has each epoch once in its file. One that goes back loses what came after.
func TestGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		recorder func(path string) train.Callback
		epochs   func(t *testing.T, path string) []int
		torn     string
	}{
		"CSV": {func(p string) train.Callback { return &record.CSV{Path: p} }, func(t *testing.T, p string) (out []int) {
			for _, r := range rows(t, p)[1:] {
				n, _ := strconv.Atoi(r[0])
				out = append(out, n)
			}
			return out
		}, "7,2"},
		"JSONLines": {func(p string) train.Callback { return &record.JSONLines{Path: p, EverySteps: 2} }, epochsOf, `{"event":"epo`},
	} {
		t.Run(name, func(t *testing.T) {
			path, d := filepath.Join(t.TempDir(), "run"), circles(t, 10)
			other := trainer(t, train.Options{Callbacks: []train.Callback{c.recorder(path)}})
			fit(t, other, d, 4) // an older run, which goes
			tr := trainer(t, train.Options{Callbacks: []train.Callback{c.recorder(path), stopAt(8)}})
			fit(t, tr, d, 4)
			if got := c.epochs(t, path); !equal(got, 1, 2) {
				t.Fatalf("got the epochs %v, want 1 and 2", got)
			}
			half, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fit(t, tr, d, 4)
			if got := c.epochs(t, path); !equal(got, 1, 2, 3, 4) {
				t.Fatalf("got the epochs %v, want 1 to 4", got)
			}
			whole, _ := os.ReadFile(path)
			if !bytes.HasPrefix(whole, half) {
				t.Errorf("got the first part of the file changed")
			}
			// At every place where a program can be killed, the run goes on from step 12.
			all := strings.Join(complete(string(whole)), "\n")
			for cut := range len(whole) {
				left := whole[:cut:cut]
				if cut > 0 && whole[cut-1] == '\n' {
					left = append(left, c.torn...)
				}
				if err := os.WriteFile(path, left, 0o666); err != nil {
					t.Fatal(err)
				}
				again := c.recorder(path)
				if err := again.On(&train.FitStart{Trainer: tr}); err != nil {
					t.Fatalf("cut at %d: %v", cut, err)
				}
				if err := again.On(&train.FitEnd{Trainer: tr}); err != nil {
					t.Fatal(err)
				}
				rest, _ := os.ReadFile(path)
				if s := strings.Join(complete(string(rest)), "\n"); len(rest) > cut || cut > 0 && whole[cut-1] == '\n' && len(rest) != cut || !strings.HasPrefix(all, s) {
					t.Fatalf("cut at %d: got %q, want whole lines of %q", cut, rest, whole)
				}
			}
		})
	}
}

// complete returns the complete lines.
func complete(s string) []string {
	l := strings.Split(s, "\n")
	return l[:len(l)-1]
}

func equal(got []int, want ...int) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if got[i] != want[i] {
			return false
		}
	}
	return true
}

// lines returns the objects of a file of JSON lines.
func lines(t *testing.T, path string) (out []map[string]any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("%v in %q", err, line)
		}
		out = append(out, m)
	}
	return out
}

func epochsOf(t *testing.T, path string) (out []int) {
	for _, m := range lines(t, path) {
		if m["event"] == "epoch" {
			out = append(out, int(m["epoch"].(float64)))
		}
	}
	return out
}

// TestBack: a run that goes back to an earlier step loses what came after it.
func TestBack(t *testing.T) {
	dir, d := t.TempDir(), circles(t, 8)
	table, list := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	make := func() []train.Callback {
		return []train.Callback{&record.CSV{Path: table}, &record.JSONLines{Path: list, EverySteps: 1}}
	}
	early := trainer(t, train.Options{})
	fit(t, early, d, 2)
	late := trainer(t, train.Options{Callbacks: make()})
	fit(t, late, d, 5)
	for _, c := range make() {
		if err := c.On(&train.FitStart{Trainer: early}); err != nil {
			t.Fatal(err)
		}
		e := train.Epoch{Epoch: 2, Step: 4}
		if err := c.On(&train.EpochEnd{Trainer: early, Epoch: e}); err != nil { // it is there
			t.Fatal(err)
		}
		e = train.Epoch{Epoch: 3, Step: 6, Loss: math.NaN()}
		if err := c.On(&train.EpochEnd{Trainer: early, Epoch: e}); err != nil {
			t.Fatal(err)
		}
		if err := c.On(&train.FitEnd{}); err != nil {
			t.Fatal(err)
		}
	}
	got := rows(t, table)
	if len(got) != 4 || got[3][0] != "3" || got[3][2] != "NaN" {
		t.Errorf("got %q, want epochs 1, 2 and the new 3", got)
	}
	all := lines(t, list)
	if n := len(all); n != 4+2+1 || all[n-1]["loss"] != "NaN" {
		t.Errorf("got %v, want 4 steps, 2 epochs and the new epoch", all)
	}
}

// TestJSONLines: steps, epochs, evaluations and values with the numbers of the events.
func TestJSONLines(t *testing.T) {
	var out bytes.Buffer
	j := &record.JSONLines{Writer: &out, EverySteps: 2}
	values := train.On(func(e *train.StepEnd) error {
		if e.Step == 3 {
			return j.Values(e.Step, []train.Value{{Name: "a \"b\"/ü", Value: 1e-9}, {Name: "inf", Value: math.Inf(-1)}})
		}
		return nil
	})
	tr := trainer(t, train.Options{Callbacks: []train.Callback{j, values}, Metrics: []train.Metric{train.Accuracy()}})
	h := fit(t, tr, circles(t, 12), 1)
	want := []string{"step", "values", "epoch"}
	list := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(list) != len(want) {
		t.Fatalf("got %q, want %q", list, want)
	}
	for i, s := range list {
		if !strings.HasPrefix(s, `{"event":"`+want[i]+`","step":`) || !json.Valid([]byte(s)) {
			t.Errorf("got the line %s, want a %s", s, want[i])
		}
	}
	var e struct {
		Loss, Rate, Seconds float64
		Metrics             map[string]float64
	}
	if err := json.Unmarshal([]byte(list[2]), &e); err != nil {
		t.Fatal(err)
	}
	last := h.Last()
	if acc, _ := last.Metric("accuracy"); e.Loss != last.Loss || e.Rate != last.LearningRate || e.Metrics["accuracy"] != acc {
		t.Errorf("got %s, want %+v", list[2], last)
	}
	if want := `{"event":"values","step":3,"values":{"a \"b\"/ü":1e-09,"inf":"-Inf"}}`; list[1] != want {
		t.Errorf("got %s, want %s", list[1], want)
	}
}

// TestWriter: a restored run with a Writer goes on without a second header.
func TestWriter(t *testing.T) {
	var first, second bytes.Buffer
	a := &record.CSV{Writer: &first}
	tr := trainer(t, train.Options{Callbacks: []train.Callback{a, stopAt(3)}})
	fit(t, tr, circles(t, 8), 3)
	state, err := a.State()
	if err != nil {
		t.Fatal(err)
	}
	b := &record.CSV{Writer: &second}
	if err := b.SetState(state); err != nil {
		t.Fatal(err)
	}
	if err := b.On(&train.FitStart{Trainer: tr}); err != nil {
		t.Fatal(err)
	}
	if err := b.On(&train.EpochEnd{Trainer: tr, Epoch: train.Epoch{Epoch: 2, Step: 4}}); err != nil {
		t.Fatal(err)
	}
	if got := second.String(); got != "2,4,0,,0,0\n" {
		t.Errorf("got %q, want the row without a header", got)
	}
	if !strings.HasPrefix(first.String(), "epoch,") {
		t.Errorf("got %q, want a header", first.String())
	}
}

// TestRecorderErrors: what cannot be written ends the Fit, and a file of another program
// stays as it is.
func TestRecorderErrors(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "flowers.csv")
	if err := os.WriteFile(foreign, []byte("a,b\n1,2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		c    train.Callback
		want error
	}{
		"CSV without":            {&record.CSV{}, train.ErrOption},
		"CSV with both":          {&record.CSV{Path: "a", Writer: io.Discard}, train.ErrOption},
		"CSV of another":         {&record.CSV{Path: foreign}, train.ErrOption},
		"CSV in no folder":       {&record.CSV{Path: filepath.Join(dir, "no", "a")}, os.ErrNotExist},
		"CSV full":               {&record.CSV{Writer: &broken{60}}, errFull},
		"JSONLines without":      {&record.JSONLines{}, train.ErrOption},
		"JSONLines of another":   {&record.JSONLines{Path: foreign}, train.ErrOption},
		"JSONLines full":         {&record.JSONLines{Writer: &broken{80}, EverySteps: 1}, errFull},
		"TensorBoard without":    {&record.TensorBoard{}, train.ErrOption},
		"TensorBoard backward":   {&record.TensorBoard{Dir: dir, EverySteps: -1}, train.ErrOption},
		"TensorBoard in a file":  {&record.TensorBoard{Dir: foreign}, nil},
		"Statistics without":     {&record.Statistics{}, train.ErrOption},
		"Statistics backward":    {&record.Statistics{EverySteps: -1, To: []record.Recorder{&record.JSONLines{}}}, train.ErrOption},
		"Statistics to nil":      {&record.Statistics{To: []record.Recorder{nil}}, train.ErrOption},
		"Statistics to one shut": {&record.Statistics{EverySteps: 1, To: []record.Recorder{&record.JSONLines{Writer: io.Discard}}}, train.ErrOption},
		"Statistics to a board":  {&record.Statistics{EverySteps: 1, To: []record.Recorder{&record.TensorBoard{Dir: dir}}}, train.ErrOption},
	} {
		tr := trainer(t, train.Options{Callbacks: []train.Callback{c.c}, Epochs: 2})
		_, err := tr.Fit(context.Background(), circles(t, 8))
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), "record: ") {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if b, _ := os.ReadFile(foreign); string(b) != "a,b\n1,2\n" {
		t.Errorf("got %q, want the file of another program as it was", b)
	}
}

// TestColumns: other metrics than those of the table are an error.
func TestColumns(t *testing.T) {
	path, d := filepath.Join(t.TempDir(), "run.csv"), circles(t, 8)
	c := &record.CSV{Path: path}
	tr := trainer(t, train.Options{Callbacks: []train.Callback{c}, Metrics: []train.Metric{train.Accuracy()}})
	fit(t, tr, d, 1)
	next := func(e train.Epoch) error {
		if err := c.On(&train.FitStart{Trainer: tr}); err != nil {
			t.Fatal(err)
		}
		return errors.Join(c.On(&train.EpochEnd{Trainer: tr, Epoch: e}), c.On(&train.FitEnd{}))
	}
	if err := next(train.Epoch{Epoch: 2, Metrics: []train.Value{{Name: "other"}}}); !errors.Is(err, train.ErrOption) {
		t.Errorf("got %v, want an ErrOption", err)
	}
	if err := next(train.Epoch{Epoch: 2, Step: 4}); err != nil {
		t.Errorf("got %v, want a row without what was not measured", err)
	}
	if got := rows(t, path); len(got) != 3 || got[2][4] != "" {
		t.Errorf("got %q, want a second row without the metric", got)
	}
	if err := c.SetState([]byte(`{"Columns":["a"]}`)); !errors.Is(err, train.ErrOption) {
		t.Errorf("got %v, want an ErrOption", err)
	}
}
