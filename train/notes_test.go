package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// labelled is a set of the inputs 0, 1, ... with the labels.
func labelled(t *testing.T, labels []int, classes int, names ...string) *data.Dataset {
	t.Helper()
	x := make([]float64, len(labels))
	for i := range x {
		x[i] = float64(i)
	}
	d, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: x}, data.Field{Name: "y", Ints: labels, Classes: classes, ClassNames: names})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// labeller is a model of five classes whose label 3 is ignored.
func labeller() builds {
	return builds{graph.NewParams(graph.Float64, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.MatMul(b.Input("x", n, 1), b.Param("w", graph.Zeros(), 1, 5))
		return loss.CrossEntropy(b, out, b.Ints("y", n), loss.CrossEntropyOptions{Ignore: new(3)}), out
	}}
}

// Classes that are in the validation set alone are noted, in the history, the progress
// and the result; those that the loss ignores are not.
func TestUnseenClassesAreNoted(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	seen := labelled(t, []int{0, 0, 0, 4}, 5, append(names, "e")...)
	for _, c := range []struct {
		name   string
		labels []int
		want   string // in the only note, "" for none
	}{
		{"all seen", []int{0, 0}, ""},
		{"one unseen", []int{0, 2, 2}, `no example of class 2 ("c"), which 2 labels`},
		{"two unseen", []int{2, 1, 0}, `class 1 ("b"), 2 ("c"), which 2 labels`},
		{"one that is ignored", []int{0, 3}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			val := labelled(t, c.labels, 4, names...)
			tr, err := train.New(labeller(), train.Options{Epochs: 1, Validation: val, Metrics: []train.Metric{train.Accuracy()}, Progress: &out})
			if err != nil {
				t.Fatal(err)
			}
			h, err := tr.Fit(context.Background(), seen)
			if err != nil {
				t.Fatal(err)
			}
			r, err := tr.Evaluate(context.Background(), val)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(h.Notes, "\n"); got != strings.Join(r.Notes, "\n") || (c.want == "") != (got == "") || !strings.Contains(got, c.want) || !strings.Contains(out.String(), got) {
				t.Errorf("notes %q and %q, progress %q, want %q", h.Notes, r.Notes, out.String(), c.want)
			}
			text, err := json.Marshal(h)
			var again train.History
			if err == nil {
				err = json.Unmarshal(text, &again)
			}
			if err != nil || strings.Join(again.Notes, "") != strings.Join(h.Notes, "") {
				t.Errorf("JSON %s: read %q, error %v", text, again.Notes, err)
			}
		})
	}
}

// Two sets whose labels or columns mean different things are not mixed: before a step.
func TestSetsOfOtherMeaningAreRefused(t *testing.T) {
	columns := func(names ...string) *data.Dataset {
		d, err := data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 3, 4}, Columns: names},
			data.Field{Name: "y", Shape: []int{1}, Floats: []float64{1, 2}})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	wide := builds{graph.NewParams(graph.Float64, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.MatMul(b.Input("x", n, 2), b.Param("w", graph.Zeros(), 2, 1))
		return loss.MSE(b, out, b.Input("y", n, 1)), out
	}}
	for _, c := range []struct {
		name  string
		model train.Model
		train *data.Dataset
		val   *data.Dataset
		kind  error
	}{
		{"classes of other names", labeller(), labelled(t, []int{0, 1}, 2, "cat", "dog"), labelled(t, []int{0, 1}, 2, "bird", "cat"), data.ErrLabel},
		{"one class more", labeller(), labelled(t, []int{0, 1}, 2, "cat", "dog"), labelled(t, []int{0, 1, 2}, 3, "cat", "dog", "eel"), nil},
		{"classes without names", labeller(), labelled(t, []int{0, 1}, 2, "cat", "dog"), labelled(t, []int{0, 1}, 2), nil},
		{"columns in another order", wide, columns("a", "b"), columns("b", "a"), data.ErrField},
		{"columns in one order", wide, columns("a", "b"), columns("a", "b"), nil},
		{"columns of other names", wide, columns("a", "b"), columns("c", "d"), nil},
		{"one column of another name", wide, columns("a", "b"), columns("a", "d"), data.ErrField},
		{"other categories", wide, columns("k=a", "k=b"), columns("k=c", "k=d"), data.ErrField},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr, err := train.New(c.model, train.Options{Epochs: 1, Validation: c.val})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(context.Background(), c.train); !errors.Is(err, c.kind) || c.kind != nil && tr.Position().Step != 0 {
				t.Errorf("Fit: error %v after %d steps, want %v", err, tr.Position().Step, c.kind)
			}
			if tr, err = train.New(c.model, train.Options{Epochs: 1}); err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(context.Background(), c.train); err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Evaluate(context.Background(), c.val); !errors.Is(err, c.kind) {
				t.Errorf("Evaluate: error %v, want %v", err, c.kind)
			}
			if _, err := tr.Predict(context.Background(), c.val); !errors.Is(err, c.kind) {
				t.Errorf("Predict: error %v, want %v", err, c.kind)
			}
		})
	}
}

// Labels that are numbers, 0 or 1 for one output, count as classes; other numbers do not.
func TestUnseenNumbersAreNoted(t *testing.T) {
	set := func(y ...float64) *data.Dataset {
		d, err := data.XY(make([]float64, len(y)), 1, y, 1)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		name       string
		train, val *data.Dataset
		want       string
	}{
		{"a class unseen", set(0, 0, 0), set(0, 1, 1), "no example of class 1, which 2 labels"},
		{"both seen", set(0, 1, 0), set(1, 1), ""},
		{"numbers that are no labels", set(0, 0.5, 0), set(0, 1), ""},
	} {
		m := builds{graph.NewParams(graph.Float32, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			out := nn.Dense(b, "out", b.Input("x", n, 1), 1, nn.Identity)
			return loss.BCEWithLogits(b, out, b.Input("y", n, 1)), b.Sigmoid(out)
		}}
		h, err := newTrainer(t, m, train.Options{Epochs: 1, Validation: c.val}).Fit(context.Background(), c.train)
		if got := strings.Join(h.Notes, "\n"); err != nil || (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: notes %q, error %v, want %q", c.name, got, err, c.want)
		}
	}
}
