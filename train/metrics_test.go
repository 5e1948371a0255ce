package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// everyMetric are all metrics without settings.
func everyMetric() []train.Metric {
	var o train.ClassOptions
	var p train.ProbabilityOptions
	return []train.Metric{train.Accuracy(), train.BinaryAccuracy(), train.TopAccuracy(2), train.LabelAccuracy(0), train.ExactAccuracy(), train.BalancedAccuracy(), train.Precision(o), train.Recall(o), train.F1(o),
		train.FBeta(2, o), train.IoU(o), train.ROCAUC(o), train.AveragePrecision(o), train.LogLoss(p), train.Perplexity(p), train.Confusion(), train.MSE(), train.RMSE(), train.MAE(), train.MAPE(), train.R2(),
		train.ExplainedVariance()}
}

// TestMetricsOfNothing: a metric of nothing is NaN, also if nothing counts, and Check of nothing
// is no panic.
func TestMetricsOfNothing(t *testing.T) {
	for _, m := range everyMetric() {
		for name, b := range map[string]train.Scored{
			"no examples": {}, "nothing counts": {N: 2, Shape: []int{2, 2}, Output: []float64{1, 2, 3, 4}, Target: []float64{1, 0, 0, 1}, Counts: make([]bool, 4)},
			"no weight": {N: 2, Shape: []int{2, 2}, Output: []float64{1, 2, 3, 4}, Label: []int{1, 0}, Weight: make([]float64, 2)},
			"ignored":   {N: 2, Shape: []int{2, 1}, Output: []float64{1, 2}, Label: []int{1, 1}, Ignores: true, Ignore: 1},
		} {
			if name == "no weight" && !m.Maximize && m.Name != "log_loss" && m.Name != "perplexity" || strings.HasPrefix(m.Name, "accuracy_label") || name == "no weight" && strings.Contains("r2 explained_variance exact_accuracy", m.Name) {
				continue // not of such targets
			}
			meter := m.Start()
			meter.Add(b)
			if v := meter.Value(); !math.IsNaN(v) {
				t.Errorf("%s, %s: got %v, want NaN", m.Name, name, v)
			}
		}
		if err := m.Check(train.Pair{}); err != nil && !errors.Is(err, graph.ErrShape) && !errors.Is(err, data.ErrLabel) {
			t.Errorf("%s: Check of nothing: %v", m.Name, err)
		}
	}
}

// TestMetricsAllocate: a Meter takes in batches without memory, but for the curves.
func TestMetricsAllocate(t *testing.T) {
	rows := train.Scored{N: 4, Shape: []int{4, 3}, Output: []float64{.1, .2, .7, .5, .3, .2, .3, .3, .4, .1, .8, .1}, Label: []int{2, 0, 1, 1}, Weight: []float64{1, 2, 3, 4}}
	cells := train.Scored{N: 4, Shape: []int{4, 3}, Output: rows.Output, Target: []float64{1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1}, Counts: []bool{true, true, true, true, true, true, true, true, true, false, true, true}}
	for _, m := range everyMetric() {
		if m.Name == "roc_auc" || m.Name == "average_precision" {
			continue
		}
		b := cells
		if m.Name == "log_loss" || m.Name == "perplexity" || m.Name == "confusion" || strings.HasPrefix(m.Name, "top") {
			b = rows
		}
		meter := m.Start()
		meter.Add(b)
		if n := testing.AllocsPerRun(20, func() { meter.Add(b) }); n != 0 {
			t.Errorf("%s: got %v allocations for a batch, want none", m.Name, n)
		}
	}
}

// TestMetricsByHand holds values that scikit-learn does not have.
func TestMetricsByHand(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	rows := func(output []float64, label ...int) train.Scored {
		return train.Scored{N: len(label), Shape: []int{len(label), len(output) / len(label)}, Output: output, Label: label}
	}
	logits, p := train.ProbabilityOptions{Logits: true}, train.ProbabilityOptions{}
	for _, c := range []struct {
		name string
		m    train.Metric
		b    train.Scored
		want float64
	}{
		{"a tie in the top", train.TopAccuracy(1), rows([]float64{1, 1, 0, 1, 1, 0}, 0, 1), 0.5},
		{"the top of all", train.TopAccuracy(9), rows([]float64{1, 1, 0, nan, 1, 0}, 0, 1), 0.5},
		{"an output of NaN", train.Precision(train.ClassOptions{Average: train.Macro}), rows([]float64{1, 0, 0, 1, nan, 0}, 0, 1, 1), 1},
		{"recall with an output of NaN", train.Recall(train.ClassOptions{}), rows([]float64{1, 0, 0, 1, nan, 0}, 0, 1, 1), 0.5},
		{"a curve of NaN", train.ROCAUC(train.ClassOptions{}), rows([]float64{1, 0, 0, 1, nan, 0}, 0, 1, 1), nan},
		{"a curve of infinities", train.ROCAUC(train.ClassOptions{}), rows([]float64{-inf, inf, 0}, 0, 1, 1), 1},
		{"the curve of class 0", train.AveragePrecision(train.ClassOptions{Average: train.OneClass}), rows([]float64{0.1, 0.9, 0.5}, 0, 1, 0), 1},
		{"a curve without its class", train.ROCAUC(train.ClassOptions{}), rows([]float64{0.1, 0.9, 0.5}, 0, 0, 0), nan},
		{"a class that is missing", train.ROCAUC(train.ClassOptions{}), rows([]float64{.8, .1, .1, .2, .7, .1}, 0, 1), 1},
		{"logits", train.LogLoss(logits), rows([]float64{1000, 1000, 0, 0}, 0, 1), math.Ln2},
		{"one logit", train.LogLoss(logits), rows([]float64{0, 0}, 0, 1), math.Ln2},
		{"a logit of 800 that is wrong", train.LogLoss(logits), rows([]float64{800}, 0), 800},
		{"infinite logits", train.LogLoss(logits), rows([]float64{inf, 0, 1, -inf, 0, 1}, 0, 2), math.Log1p(math.Exp(-1)) / 2},
		{"no probability", train.LogLoss(p), rows([]float64{1.5, 0.5, 0.5, 0.5}, 1, 1), nan},
		{"no probability of one output", train.LogLoss(p), rows([]float64{-0.5, 0.5}, 1, 1), nan},
		{"perplexity of equal probabilities", train.Perplexity(p), rows([]float64{.25, .25, .25, .25, .25, .25, .25, .25}, 1, 3), 4},
		{"soft targets", train.LogLoss(p), train.Scored{N: 1, Shape: []int{1, 2}, Output: []float64{0.5, 0.5}, Target: []float64{0.3, 0.7}}, math.Ln2},
		{"a threshold", train.Precision(train.ClassOptions{Threshold: train.Zero}), rows([]float64{0.1, -0.1, 2}, 1, 1, 0), 0.5},
		{"rows that add up to 1 as labels of their own", train.Recall(train.ClassOptions{MultiLabel: true}), train.Scored{N: 2, Shape: []int{2, 2}, Output: []float64{0.4, 0.3, 0.6, 0.7}, Target: []float64{1, 0, 0, 1}}, 0.5},
		{"outputs without axes", train.Accuracy(), train.Scored{N: 2, Shape: []int{2}, Output: []float64{0.4, 0.3}, Target: []float64{1, 0}}, 0.5},
		{"one number", train.R2(), train.Scored{N: 1, Output: []float64{1}, Target: []float64{1}}, nan},
		{"a target of 0", train.MAPE(), train.Scored{N: 1, Output: []float64{1}, Target: []float64{0}}, 0x1p52},
	} {
		meter := c.m.Start()
		meter.Add(c.b)
		if got := meter.Value(); !same(got, c.want, 1e-14) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestConfusion: the matrix comes with the result, has the names of the classes, is printed, and
// survives JSON.
func TestConfusion(t *testing.T) {
	set, err := data.New(data.Field{Name: "x", Shape: []int{3}, Floats: []float64{5, 1, 0, 1, 2, 0, 3, 2, 0, 0, 1, 2}}, data.Field{Name: "w", Floats: []float64{1, 2, 0.5, 1}},
		data.Field{Name: "y", Ints: []int{0, 1, 1, 2}, Classes: 3, ClassNames: []string{"cat", "dog", "hen"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := newTrainer(t, shaped(3), train.Options{Metrics: []train.Metric{train.Confusion()}, EvalBatch: 3}).Evaluate(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Metrics[0].Confusion
	want := "     cat  dog  hen  recall\n" +
		"cat    1    0    0  100.0%\n" +
		"dog    1    1    0   50.0%\n" +
		"hen    0    0    1  100.0%\n"
	if c.String() != want || c.Accuracy() != 0.75 || c.Total() != 4 || r.Metrics[0].Value != 0.75 {
		t.Errorf("got accuracy %v of %v, and\n%swant\n%s", c.Accuracy(), c.Total(), c, want)
	}
	text, err := json.Marshal(r)
	var back train.Result
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("got %v and %+v from %s", err, back, text)
	}
	nan := train.ConfusionMatrix{Counts: [][]float64{{1, 0}, {0, 0}}, None: []float64{1.5, 0}}
	if got, want := nan.String(), "   0  1  NaN  recall\n0  1  0  1.5   40.0%\n1  0  0    0       -\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if empty := (&train.ConfusionMatrix{}); empty.String() != "" || !math.IsNaN(empty.Accuracy()) {
		t.Errorf("got %q and %v for no classes", empty, empty.Accuracy())
	}
}

// TestMetricNotes: what is not defined is said beside the value.
func TestMetricNotes(t *testing.T) {
	for _, c := range []struct {
		m      train.Metric
		output []int
		x      []float64
		y      data.Field
		value  float64
		note   string
	}{
		{train.Precision(train.ClassOptions{Average: train.Macro}), []int{3}, []float64{1, 0, 0, 1, 0, 0}, data.Field{Ints: []int{0, 1}}, 0.25,
			`metric "precision_macro": class 1 has 0/0, which is taken for 0: no prediction or no target is of it`},
		{train.Recall(train.ClassOptions{ZeroDivision: 1}), []int{2}, []float64{1, 0, 0, 0}, data.Field{Shape: []int{2}, Floats: []float64{0, 0, 0, 0}}, 1,
			`metric "recall": classes 0, 1 have 0/0, which is taken for 1: no prediction or no target is of it`},
		{train.F1(train.ClassOptions{}), []int{1}, []float64{0.9, 0.1}, data.Field{Ints: []int{1, 0}}, 1, ""},
		{train.F1(train.ClassOptions{}), []int{1}, []float64{0.2, 0.1}, data.Field{Ints: []int{0, 0}}, 0, `metric "f1": class 1 has 0/0, which is taken for 0: no prediction or no target is of it`},
		{train.ROCAUC(train.ClassOptions{}), []int{1}, []float64{0.2, 0.1}, data.Field{Ints: []int{0, 0}}, math.NaN(), `metric "roc_auc": class 1 has no curve: all examples are of it, or none is`},
		{train.ROCAUC(train.ClassOptions{}), []int{3}, []float64{0.2, 0.1, 0, 0, 1, 0}, data.Field{Ints: []int{0, 1}}, 1, `metric "roc_auc": class 2 has no curve: all examples are of it, or none is`},
		{train.ROCAUC(train.ClassOptions{}), []int{1}, []float64{0.2, 0.1}, data.Field{Ints: []int{1, 0}}, 1, ""},
	} {
		c.y.Name = "y"
		set, err := data.New(data.Field{Name: "x", Shape: c.output, Floats: c.x}, c.y)
		if err != nil {
			t.Fatal(err)
		}
		r, err := newTrainer(t, shaped(c.output...), train.Options{Metrics: []train.Metric{c.m}}).Evaluate(context.Background(), set)
		if err != nil || !same(r.Metrics[0].Value, c.value, 1e-15) || strings.Join(r.Notes, "\n") != c.note {
			t.Errorf("%s: got %v, %q and %v, want %v and %q", c.m.Name, r.Metrics, r.Notes, err, c.value, c.note)
		}
	}
}

// TestClassOptions: settings that are wrong are errors of Validate and of New, and classes that
// there are not errors of Check.
func TestClassOptions(t *testing.T) {
	for name, o := range map[string]train.ClassOptions{"an average": {Average: 9}, "a class": {Average: train.OneClass, Class: -1}, "a class of all": {Class: 1}, "a threshold": {Threshold: math.NaN()},
		"0/0": {ZeroDivision: 0.5}} {
		if err := o.Validate(); !errors.Is(err, train.ErrOption) {
			t.Errorf("%s: got %v, want ErrOption", name, err)
		}
		for _, m := range []train.Metric{train.F1(o), train.ROCAUC(o)} {
			if _, err := train.New(newNet(graph.Float64, 0), train.Options{Metrics: []train.Metric{m}}); !errors.Is(err, train.ErrOption) {
				t.Errorf("%s, %s: got %v from New, want ErrOption", name, m.Name, err)
			}
		}
	}
	for _, o := range []train.ClassOptions{{}, {Average: train.OneClass, Class: 7}, {Average: train.Micro, Threshold: train.Zero, ZeroDivision: 1, MultiLabel: true}} {
		text, err := json.Marshal(o)
		var back train.ClassOptions
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || back != o || o.Validate() != nil {
			t.Errorf("got %+v, %v and %v from %s", back, err, o.Validate(), text)
		}
	}
	for _, m := range []train.Metric{train.TopAccuracy(0), train.LabelAccuracy(-1), train.FBeta(0, train.ClassOptions{}), train.FBeta(math.NaN(), train.ClassOptions{})} {
		if _, err := train.New(newNet(graph.Float64, 0), train.Options{Metrics: []train.Metric{m}}); !errors.Is(err, train.ErrOption) {
			t.Errorf("%s: got %v from New, want ErrOption", m.Name, err)
		}
	}
}
