package train_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// classifier is a linear model of inputs numbers and some classes.
func classifier(d graph.DType, inputs, classes int) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := nn.Dense(b, "out", b.Input("x", n, inputs), classes, nn.Identity)
		return loss.CrossEntropy(b, out, b.Ints("y", n)), out
	}}
}

// emptySets gives no examples to all that makes a data set and to all that takes one.
func emptySets(t *testing.T) {
	ctx := context.Background()
	set := must(t)(data.XY([]float64{1, 2}, 1, []float64{3, 4}, 1))
	file := []byte{0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2}
	for name, err := range map[string]error{
		"New":              second(data.New(data.Field{Name: "x", Shape: []int{3}, Floats: []float64{}})),
		"New without list": second(data.New(data.Field{Name: "x", Shape: []int{3}})),
		"XY":               second(data.XY(nil, 3, nil, 1)),
		"XLabels":          second(data.XLabels(nil, 3, nil)),
		"ReadCSV":          csv("", data.CSVOptions{}),
		"a header alone":   csv("a,b\n", data.CSVOptions{}),
		"all rows dropped": csv("a,b\n1,\n,2\n", data.CSVOptions{OnMissing: data.DropRows}),
		"ReadIDX":          second(data.ReadIDX(bytes.NewReader(file), data.IDXOptions{})),
		"Filter":           second(set.Filter(func(int) bool { return false })),
		"Subset":           second(set.Subset(nil)),
		"Concat":           second(data.Concat()),
	} {
		wantError(t, name, err, data.ErrEmpty)
	}
	for name, none := range map[string]*data.Dataset{"nil": nil, "zero": {}} {
		tr := newTrainer(t, regressor(graph.Float64, 1), train.Options{})
		for what, err := range map[string]error{
			"Fit":      second(tr.Fit(ctx, none)),
			"Evaluate": second(tr.Evaluate(ctx, none)),
			"Predict":  second(tr.Predict(ctx, none)),
			"Step":     second(tr.Step(none, []int{0})),
			"FindRate": second(tr.FindRate(ctx, none, train.RateFinder{})),
			"Recipe":   new(data.Scaler).Fit(none),
		} {
			wantError(t, name+" to "+what, err, data.ErrEmpty)
		}
		for _, err := range tr.Steps(ctx, none) {
			wantError(t, name+" to Steps", err, data.ErrEmpty)
		}
		_, err := newTrainer(t, regressor(graph.Float64, 1), train.Options{Validation: none}).Fit(ctx, set)
		if none != nil {
			wantError(t, name+" to validate on", err, data.ErrEmpty, "Options.Validation")
		}
	}
}

// otherLengths gives inputs and targets of different numbers of examples.
func otherLengths(t *testing.T) {
	both := []string{"got 2 examples", "want 3", `"y"`, `"x"`}
	x := []float64{1, 2, 3, 4, 5, 6}
	wantError(t, "XY", second(data.XY(x, 2, []float64{1, 2}, 1)), data.ErrShape, both...)
	wantError(t, "XLabels", second(data.XLabels(x, 2, []int{0, 1})), data.ErrShape, both...)
	wantError(t, "New", second(data.New(data.Field{Name: "x", Shape: []int{2}, Floats32: make([]float32, 6)}, data.Field{Name: "y", Bytes: []uint8{1, 2}})), data.ErrShape, both...)
	wantError(t, "half a row", second(data.XY(x[:5], 2, []float64{1, 2}, 1)), data.ErrShape, "5 values", "2 columns")
	a, b := must(t)(data.New(data.Field{Name: "x", Floats: x[:3]})), must(t)(data.New(data.Field{Name: "y", Floats: x[:2]}))
	wantError(t, "Zip", second(data.Zip(a, b)), data.ErrShape, "2", "3")
}

// flatInputs forgets the shape of an example: the message says where it is set.
func flatInputs(t *testing.T) {
	x := make([]float64, 12)
	_, err := data.New(data.Field{Name: "x", Floats: x}, data.Field{Name: "y", Ints: []int{0, 1, 0, 1}, Classes: 2})
	wantError(t, "New", err, data.ErrShape, "got 4 examples, want 12", "Shape: []int{3}", `"x"`)
	_, err = data.New(data.Field{Name: "y", Ints: []int{0, 1, 0, 1}, Classes: 2}, data.Field{Name: "x", Floats: x})
	wantError(t, "New, the target first", err, data.ErrShape, "got 12 examples, want 4", "Shape: []int{3}", `"x"`)
	set := must(t)(data.New(data.Field{Name: "x", Floats: x[:4]}, data.Field{Name: "y", Shape: []int{1}, Floats: x[:4]}))
	tr := newTrainer(t, regressor(graph.Float64, 3), train.Options{})
	_, err = tr.Fit(context.Background(), set)
	wantError(t, "Fit", err, graph.ErrShape, `input "x"`, "got 1 elements for each example", "want 3")
	wantError(t, "XY", second(data.XY(x, 0, x, 1)), data.ErrShape, "one number an example")
	_, _, path := flowers(t, graph.Float64, train.ModelFile{})
	p, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, "PredictRows", second(p.PredictRows(make([]float64, 5))), graph.ErrShape, "got 5 numbers", "rows of 2")
}

// otherFeatures predicts with other features than the model was trained on.
func otherFeatures(t *testing.T) {
	ctx := context.Background()
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		tr, set, path := flowers(t, d, train.ModelFile{})
		p, err := train.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		x, _ := set.Field("x")
		y, _ := set.Field("y")
		for _, features := range []int{1, 3, 6} {
			other := must(t)(data.New(data.Field{Name: "x", Shape: []int{features}, Floats: make([]float64, features*set.Len())}, y))
			words := []string{`input "x"`, fmt.Sprintf("got %d elements", features), "want 2"}
			wantError(t, "Trainer.Predict", second(tr.Predict(ctx, other)), graph.ErrShape, words...)
			wantError(t, "Evaluate", second(tr.Evaluate(ctx, other)), graph.ErrShape, words...)
			wantError(t, "Fit", second(tr.Fit(ctx, other)), graph.ErrShape, words...)
			wantError(t, "Predictor.Predict", second(p.Predict(ctx, other)), graph.ErrShape, words...)
		}
		wantError(t, "PredictRows", second(p.PredictRows(make([]float64, 9))), graph.ErrShape, "got 9 numbers", "rows of 2")
		wantError(t, "no x", second(p.Predict(ctx, must(t)(data.New(data.Field{Name: "z", Shape: []int{2}, Floats: make([]float64, 4)})))), data.ErrField, `"x"`, `"z"`)
		x.Columns = []string{"height", "width"}
		turned := must(t)(data.New(x, y))
		wantError(t, "columns in another order", second(tr.Predict(ctx, turned)), data.ErrField, `["height" "width"]`, `["width" "height"]`)
		wantError(t, "columns in another order", second(p.Predict(ctx, turned)), data.ErrField, `["height" "width"]`, `["width" "height"]`)
	}
}

// badLabels gives labels that are no classes: the error has row, label and classes.
func badLabels(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	for _, label := range []int{-1, 3, 255, math.MaxInt} {
		bad := []int{0, 1, label, 2}
		words := []string{`field "y"`, "row 2", fmt.Sprintf("label %d,", label), "0..2"}
		_, err := data.New(data.Field{Name: "x", Floats: x}, data.Field{Name: "y", Ints: bad, Classes: 3})
		wantError(t, "New", err, data.ErrLabel, append(words, "3 classes")...)
		if label > 0 && label < 256 {
			_, err = data.New(data.Field{Name: "x", Floats: x}, data.Field{Name: "y", Bytes: []uint8{0, 1, uint8(label), 2}, Classes: 3})
			wantError(t, "New of bytes", err, data.ErrLabel, words...)
		}
		set := must(t)(data.New(data.Field{Name: "x", Shape: []int{1}, Floats: x}, data.Field{Name: "y", Ints: bad}))
		wantError(t, "CheckLabels", set.CheckLabels("y", 3), data.ErrLabel, words...)
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			good := must(t)(data.XLabels(x, 1, []int{0, 1, 2, 0}))
			tr := newTrainer(t, classifier(d, 1, 3), train.Options{BatchSize: 1, InOrder: true})
			_, err = tr.Fit(context.Background(), set)
			wantError(t, "Fit", err, data.ErrLabel, words...)
			wantError(t, "Evaluate", second(tr.Evaluate(context.Background(), set)), data.ErrLabel, words...)
			_, err = newTrainer(t, classifier(d, 1, 3), train.Options{Validation: set}).Fit(context.Background(), good)
			wantError(t, "Validation", err, data.ErrLabel, append(words, "Options.Validation")...)
			if tr.Position().Step != 0 {
				t.Errorf("got %d steps, want none", tr.Position().Step)
			}
		}
	}
	_, err := data.New(data.Field{Name: "y", Shape: []int{2}, Ints: []int{0, 1, 2, 7}, Classes: 3})
	wantError(t, "a sequence", err, data.ErrLabel, "row 1, column 1", "label 7")
	wantError(t, "CSV", csv("x,y\n1,a\n2,c\n", data.CSVOptions{Target: []string{"y"}, Labels: true, Classes: []string{"a", "b"}}), data.ErrLabel, ":3: column 2", `"c"`, "2 classes")
}

// otherTargets gives numbers and texts where labels are wanted.
func otherTargets(t *testing.T) {
	labels := data.CSVOptions{Target: []string{"y"}, Labels: true}
	wantError(t, "labels with a fraction", csv("x,y\n1,0\n2,0.5\n3,1\n", labels), data.ErrLabel, ":3: column 2", "0.5", "integers")
	wantError(t, "texts without Labels", csv("x,y\n1,cat\n2,dog\n", data.CSVOptions{Target: []string{"y"}}), data.ErrCSV, ":2: column 2", `"cat"`)
	set := must(t)(data.ReadCSV(strings.NewReader("x,y\n1,dog\n2,cat\n3,dog\n"), labels))
	if y, _ := set.Field("y"); !slices.Equal(y.Ints, []int{1, 0, 1}) || !slices.Equal(y.ClassNames, []string{"cat", "dog"}) {
		t.Errorf("got the labels %v of %q, want texts in their order", y.Ints, y.ClassNames)
	}
	_, err := data.New(data.Field{Name: "y", Floats: []float64{0, 1, 2}, Classes: 3})
	wantError(t, "Classes of floats", err, data.ErrField, `field "y"`, "Ints or Bytes")
	floats := must(t)(data.XY([]float64{1, 2, 3}, 1, []float64{0, 1, 2}, 1))
	_, err = newTrainer(t, classifier(graph.Float64, 1, 3), train.Options{}).Fit(context.Background(), floats)
	wantError(t, "numbers for a classifier", err, data.ErrField, `"y"`)
	_, err = newTrainer(t, regressor(graph.Float64, 1), train.Options{Metrics: []train.Metric{train.Accuracy()}}).Fit(context.Background(), floats)
	if err == nil {
		t.Error("accuracy of numbers: got no error")
	}
}

// oneClass trains a classifier on a single class.
func oneClass(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	same := []int{1, 1, 1, 1}
	wantError(t, "XLabels", second(data.XLabels(x, 1, same)), data.ErrLabel, "label 1", "two classes")
	wantError(t, "New", second(data.New(data.Field{Name: "y", Ints: []int{0, 0}, Classes: 1})), data.ErrLabel, "two")
	wantError(t, "CSV", csv("x,y\n1,a\n2,a\n", data.CSVOptions{Target: []string{"y"}, Labels: true}), data.ErrLabel, `"a"`, "two classes")
	some := func(labels ...int) *data.Dataset {
		return must(t)(data.New(data.Field{Name: "x", Shape: []int{1}, Floats: x}, data.Field{Name: "y", Ints: labels, Classes: 4, ClassNames: []string{"a", "b", "c", "d"}}))
	}
	ctx := context.Background()
	for name, c := range map[string]struct {
		m   train.Model
		set *data.Dataset
	}{"a classifier": {classifier(graph.Float32, 1, 4), some(same...)}, "with an ignored label": {labeller(), some(1, 3, 3, 1)}} {
		tr := newTrainer(t, c.m, train.Options{})
		_, err := tr.Fit(ctx, c.set)
		wantError(t, name, err, data.ErrLabel, `field "y"`, `class 1 ("b")`, "two classes")
		if tr.Position().Step != 0 {
			t.Errorf("%s: got %d steps, want none", name, tr.Position().Step)
		}
		if _, err := tr.Evaluate(ctx, c.set); err != nil {
			t.Errorf("%s: got %v, want an evaluation on one class", name, err)
		}
		if _, err := tr.Fit(ctx, some(0, 1, 3, 1)); err != nil {
			t.Errorf("%s: got %v on two classes", name, err)
		}
	}
}

// absentClass tests on a class that training did not have: a note says so, and the metrics have
// values that are defined.
func absentClass(t *testing.T) {
	trainSet := labelled(t, []int{0, 1, 0, 1}, 3, "a", "b", "c")
	test := labelled(t, []int{0, 1, 2, 1}, 3, "a", "b", "c")
	macro := train.ClassOptions{}
	tr := newTrainer(t, classifier(graph.Float64, 1, 3), train.Options{Validation: test, Epochs: 2, Metrics: []train.Metric{
		train.Accuracy(), train.TopAccuracy(2), train.BalancedAccuracy(), train.Precision(macro), train.Recall(macro), train.F1(macro), train.IoU(macro),
		train.ROCAUC(macro), train.AveragePrecision(macro), train.LogLoss(train.ProbabilityOptions{Logits: true}), train.Confusion()}})
	h, err := tr.Fit(context.Background(), trainSet)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Notes) != 1 || !strings.Contains(h.Notes[0], `class 2 ("c"), which 1 labels`) {
		t.Errorf("got the notes %q, want one of class c", h.Notes)
	}
	r, err := tr.Evaluate(context.Background(), test)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Metrics {
		if math.IsNaN(v.Value) || v.Value < 0 || v.Name != "log_loss" && v.Value > 1 {
			t.Errorf("%s: got %v, want what is defined", v.Name, v.Value)
		}
	}
}

// gapInLabels has the labels 0 and 5: six classes where they are numbers, two where they are
// texts.
func gapInLabels(t *testing.T) {
	set := must(t)(data.XLabels([]float64{-1, 1, -2, 2}, 1, []int{0, 5, 0, 5}))
	if !slices.Equal(set.ClassCounts(), []int{2, 0, 0, 0, 0, 2}) {
		t.Errorf("got the counts %v, want six classes", set.ClassCounts())
	}
	table := must(t)(data.ReadCSV(strings.NewReader("x,y\n-1,0\n1,5\n-2,0\n2,5\n"), data.CSVOptions{Target: []string{"y"}, Labels: true}))
	if y, _ := table.Field("y"); !slices.Equal(y.Ints, []int{0, 1, 0, 1}) || !slices.Equal(y.ClassNames, []string{"0", "5"}) {
		t.Errorf("got the labels %v of %q, want two classes", y.Ints, y.ClassNames)
	}
	for _, d := range []*data.Dataset{set, table} {
		tr := newTrainer(t, classifier(graph.Float64, 1, d.Classes()), train.Options{Epochs: 60, Schedule: schedule.Constant(.1), Metrics: []train.Metric{train.Accuracy()}})
		h, err := tr.Fit(context.Background(), d)
		if v, _ := h.Last().Metric("accuracy"); err != nil || v != 1 {
			t.Errorf("%d classes: got the accuracy %v, %v, want 1", d.Classes(), v, err)
		}
	}
}

// unevenBatches trains with batches that are larger than the data and that do not divide it: the
// loss of an epoch, of an evaluation and the metrics are means over the examples.
func unevenBatches(t *testing.T) {
	set := blobs(t, 23)
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		near := map[graph.DType]float64{graph.Float64: 1e-12, graph.Float32: 1e-5}[d]
		measure := func(batch, eval int) (out []float64, predicted []float64) {
			tr := newTrainer(t, newNet(d, 0), train.Options{Epochs: 1, BatchSize: batch, EvalBatch: eval, Schedule: schedule.Constant(0), Metrics: []train.Metric{train.Accuracy()}})
			h, err := tr.Fit(context.Background(), set)
			r, err2 := tr.Evaluate(context.Background(), set)
			predicted, err3 := tr.Predict(context.Background(), set)
			if err := errors.Join(err, err2, err3); err != nil {
				t.Fatal(err)
			}
			if want := (23 + batch - 1) / batch; tr.Position().Step != want {
				t.Errorf("batches of %d: got %d steps, want %d", batch, tr.Position().Step, want)
			}
			return []float64{h.Last().Loss, r.Loss, r.Metrics[0].Value}, predicted
		}
		want, all := measure(23, 23)
		if math.Abs(want[0]-want[1]) > near {
			t.Errorf("%v: got the loss %v of an epoch without a change and %v of an evaluation", d, want[0], want[1])
		}
		for _, n := range []int{1, 4, 22, 100, math.MaxInt} {
			got, predicted := measure(min(n, 100), n)
			for i := range want {
				if math.Abs(got[i]-want[i]) > near {
					t.Errorf("%v, batches of %d: got %v, want %v", d, n, got, want)
				}
			}
			sameBits(t, "predictions", predicted, all)
		}
	}
	_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{BatchSize: 24, DropLast: true}).Fit(context.Background(), set)
	wantError(t, "DropLast", err, train.ErrOption, "23 examples", "24")
}

// shuffled draws orders and splits with a seed: they are the same on any number of processors.
func shuffled(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	set := blobs(t, 101)
	draw := func(seed uint64) string {
		b, err := data.NewBatches(101, 10, true, seed)
		if err != nil {
			t.Fatal(err)
		}
		var order []int
		for epoch := range 3 {
			b.Epoch(epoch)
			for index, ok := b.Next(); ok; index, ok = b.Next() {
				order = append(order, index...)
			}
		}
		for epoch := range 3 {
			if part := slices.Sorted(slices.Values(order[101*epoch : 101*(epoch+1)])); part[0] != 0 || part[100] != 100 || len(slices.Compact(part)) != 101 {
				t.Errorf("epoch %d is no permutation", epoch)
			}
		}
		if slices.Equal(order[:101], order[101:202]) {
			t.Error("two epochs have the same order")
		}
		tr := newTrainer(t, newNet(graph.Float32, .2), train.Options{Epochs: 2, BatchSize: 10, Seed: seed})
		h, err := tr.Fit(context.Background(), set)
		a, b2, err2 := set.Split(.3, seed)
		c, e, err3 := set.SplitStratified(.3, seed)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(order, h.Losses(), a.Fingerprint(), b2.Fingerprint(), c.Fingerprint(), e.Fingerprint())
	}
	want := draw(7)
	for _, n := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(n)
		if got := draw(7); got != want {
			t.Errorf("%d processors: got another order than with %d", n, before)
		}
	}
	if draw(8) == want {
		t.Error("two seeds have the same order")
	}
}

// brokenTables reads tables that are none: each error has line and column.
func brokenTables(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		kind  error
		words []string
	}{
		"a cell too many":      {"a,b\n1,2\n3,4,5\n", data.ErrCSV, []string{":3"}},
		"a cell too few":       {"a,b\n1,2\n3\n", data.ErrCSV, []string{":3"}},
		"a text":               {"a,b\n1,2\n3,four\n", data.ErrCSV, []string{":3: column 2", `"b"`, `"four"`}},
		"a formula":            {"a,b\n1,2\n3,=1+2\n", data.ErrCSV, []string{":3: column 2", `"=1+2"`}},
		"an empty cell":        {"a,b\n1,2\n,4\n", data.ErrCSV, []string{":3: column 1", `"a"`, "OnMissing"}},
		"a missing cell":       {"a,b\n1,2\n3,NA\n", data.ErrCSV, []string{":3: column 2", `"b"`}},
		"NaN":                  {"a,b\n1,2\n3,NaN\n", data.ErrNotFinite, []string{":3: column 2", `"b"`}},
		"an open quote":        {"a,b\n1,2\n3,\"4\n5,6\n", data.ErrCSV, []string{":3: column 2"}},
		"a quote within":       {"a,b\n1,2\n3,4\"5\n", data.ErrCSV, []string{":3: column 2"}},
		"text after a quote":   {"a,b\n1,2\n3,\"4\"5\n", data.ErrCSV, []string{":3: column 2"}},
		"an empty line":        {"a,b\n1,2\n\n3,4\n", data.ErrCSV, []string{":3"}},
		"a NUL byte":           {"a,b\n1,2\n3,\x004\n", data.ErrCSV, []string{":3: column 2"}},
		"a name twice":         {"a,a\n1,2\n", data.ErrCSV, []string{":1: column 2", `"a"`}},
		"no name":              {"a,\n1,2\n", data.ErrCSV, []string{":1: column 2"}},
		"a lone CR":            {"a,b\r1,2\r", data.ErrCSV, nil},
		"a decimal comma":      {"a,b\n1,2\n3,\"4,5\"\n", data.ErrCSV, []string{":3: column 2", "DecimalComma"}},
		"hexadecimal":          {"a,b\n1,2\n3,0x10\n", data.ErrCSV, []string{":3: column 2"}},
		"after a quoted break": {"a,\"b\nc\"\n1,2\n3,x\n", data.ErrCSV, []string{":4: column 2"}},
	} {
		err := csv(c.text, data.CSVOptions{})
		wantError(t, name, err, c.kind, c.words...)
		var at *data.CSVError
		if !errors.As(err, &at) {
			t.Errorf("%s: got %v, want a *CSVError", name, err)
		}
	}
}

// otherTexts reads tables in other encodings and with other separators.
func otherTexts(t *testing.T) {
	plain := "a,b\n1,2\n3,4\n"
	want := must(t)(data.ReadCSV(strings.NewReader(plain), data.CSVOptions{}))
	for name, text := range map[string]string{
		"BOM": "\ufeff" + plain, "CRLF": strings.ReplaceAll(plain, "\n", "\r\n"), "both": "\ufeff" + strings.ReplaceAll(plain, "\n", "\r\n"),
		"no last break": strings.TrimSpace(plain), "quotes": "\"a\",\"b\"\n\"1\",2\n3,\"4\"\n", "spaces": "a, b\n 1 ,2\n3, 4\n", "BOM and quotes": "\ufeff\"a\",b\n1,2\n3,4\n",
	} {
		got, err := data.ReadCSV(strings.NewReader(text), data.CSVOptions{})
		if err != nil || got.Fingerprint() != want.Fingerprint() {
			t.Errorf("%s: got %v and another table", name, err)
		}
	}
	for name, order := range map[string]binary.AppendByteOrder{"UTF-16LE": binary.LittleEndian, "UTF-16BE": binary.BigEndian} {
		for mark, text := range map[string]string{"with a mark": "\ufeff" + plain, "without one": plain} {
			var b []byte
			for _, u := range utf16.Encode([]rune(text)) {
				b = order.AppendUint16(b, u)
			}
			words := []string{"UTF-16"}
			if mark == "without one" {
				words = nil
			}
			wantError(t, name+" "+mark, csv(string(b), data.CSVOptions{}), data.ErrCSV, words...)
		}
	}
	semicolons := strings.ReplaceAll(plain, ",", ";")
	wantError(t, "semicolons", csv(semicolons, data.CSVOptions{}), data.ErrCSV, ":1", "Comma")
	got, err := data.ReadCSV(strings.NewReader(semicolons), data.CSVOptions{Comma: ';'})
	if err != nil || got.Fingerprint() != want.Fingerprint() {
		t.Errorf("semicolons with Comma: got %v and another table", err)
	}
	wantError(t, "Latin-1", csv("a,b\n1,caf\xe9\n", data.CSVOptions{Text: data.Category}), data.ErrCSV, ":2: column 2", "UTF-8")
}

// idxFile is a file of bytes with the axes.
func idxFile(axes []int, elements ...byte) []byte {
	out := []byte{0, 0, 8, byte(len(axes))}
	for _, n := range axes {
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	return append(out, elements...)
}

// brokenArrays reads IDX files that are cut, damaged, too long, or something else.
func brokenArrays(t *testing.T) {
	whole := idxFile([]int{3, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write(whole)
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	read := func(b []byte) error {
		return second(data.ReadIDX(bytes.NewReader(b), data.IDXOptions{MaxBytes: 1 << 20}))
	}
	for _, b := range [][]byte{whole, zipped.Bytes()} {
		if err := read(b); err != nil {
			t.Error(err)
		}
		for n := range b {
			wantError(t, fmt.Sprintf("cut to %d bytes", n), read(b[:n]), data.ErrIDX)
		}
		wantError(t, "a byte more", read(append(slices.Clone(b), 0)), data.ErrIDX)
	}
	for i := range 8 { // CRC and length stand at the end
		b := bytes.Clone(zipped.Bytes())
		b[len(b)-1-i] ^= 1
		wantError(t, "a bad checksum", read(b), data.ErrIDX, "gzip")
	}
	for name, b := range map[string][]byte{
		"HTML": []byte("<!DOCTYPE html><html><title>404 Not Found</title></html>"), "of another type": append([]byte{0, 0, 7}, whole[3:]...),
		"too large": idxFile([]int{1 << 30, 1 << 30}), "overflow": idxFile([]int{-1, -1, -1, -1}),
		"255 axes": idxFile(slices.Repeat([]int{1 << 24}, 255)), "zip": []byte("PK\x03\x04 and more of it"), "nothing": {},
	} {
		wantError(t, name, read(b), data.ErrIDX)
	}
	wantError(t, "no images", read(idxFile([]int{0, 28, 28})), data.ErrEmpty)
}

// otherCounts pairs images with other labels.
func otherCounts(t *testing.T) {
	dir := t.TempDir()
	for name, b := range map[string][]byte{
		"train-images-idx3-ubyte": idxFile([]int{10, 28, 28}, make([]byte, 10*28*28)...), "train-labels-idx1-ubyte": idxFile([]int{9}, 0, 1, 2, 3, 4, 5, 6, 7, 8),
		"t10k-images-idx3-ubyte": idxFile([]int{2, 28, 28}, make([]byte, 2*28*28)...), "t10k-labels-idx1-ubyte": idxFile([]int{2}, 0, 1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := data.MNIST(dir)
	wantError(t, "MNIST", err, data.ErrShape, "got 9 examples", "want 10")
	x, err := data.ReadIDXFile(filepath.Join(dir, "train-images-idx3-ubyte"), data.IDXOptions{})
	y, err2 := data.ReadIDXFile(filepath.Join(dir, "train-labels-idx1-ubyte"), data.IDXOptions{})
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	x.Name, y.Name, y.Classes = "x", "y", 10
	wantError(t, "New", second(data.New(x, y)), data.ErrShape, "got 9 examples", "want 10")
}

// largeTables reads a table of 100,000 columns, and refuses what is beyond the limits.
func largeTables(t *testing.T) {
	const columns = 100_000
	var names, row strings.Builder
	for i := range columns {
		fmt.Fprintf(&names, ",c%d", i)
		fmt.Fprintf(&row, ",%d", i%7)
	}
	table := names.String()[1:] + "\n" + row.String()[1:] + "\n"
	set := must(t)(data.ReadCSV(strings.NewReader(table), data.CSVOptions{}))
	if f, _ := set.Field("x"); f.Size() != columns || f.At(0, columns-1) != (columns-1)%7 {
		t.Errorf("got %d columns, want %d", f.Size(), columns)
	}
	wantError(t, "a text in the last column", csv(strings.TrimSuffix(table, fmt.Sprintf("%d\n", (columns-1)%7))+"x\n", data.CSVOptions{}), data.ErrCSV, ":2: column 100000", `"c99999"`)
	wantError(t, "too long", csv(table, data.CSVOptions{MaxBytes: 1 << 16}), data.ErrCSV, "MaxBytes")
	wantError(t, "a cell of 2 MB", csv("a,b\n1,"+strings.Repeat("9", 2<<20)+"\n", data.CSVOptions{}), data.ErrCSV, ":2: column 2")
	wantError(t, "a quoted cell of 2 MB", csv("a,b\n1,\""+strings.Repeat("9\n", 1<<20)+"\"\n", data.CSVOptions{}), data.ErrCSV, ":2: column 2")
	err := csv(strings.Repeat("a,", 1<<20)+"a\n", data.CSVOptions{})
	wantError(t, "too many columns", err, data.ErrCSV)
	if len(err.Error()) > 300 {
		t.Errorf("got a message of %d bytes", len(err.Error()))
	}
}
