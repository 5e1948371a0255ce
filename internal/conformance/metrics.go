package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// This file has the cases about metrics. Each has targets, predictions or scores, and values
// under scikit-learn's names.

// table is a list of numbers, or a list of rows of them.
type table struct {
	flat  []float64
	shape []int
}

// width returns the extent of a row.
func (t *table) width() int {
	if len(t.shape) > 1 {
		return t.shape[1]
	}
	return 1
}

// tableOf reads a list, nil if v is none.
func tableOf(v any) *table {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil
	}
	t := &table{shape: []int{len(list)}}
	for i, x := range list {
		if row := tableOf(x); row != nil && len(row.shape) == 1 && (i == 0 || len(t.shape) == 2 && t.shape[1] == row.shape[0]) {
			t.shape, t.flat = []int{len(list), row.shape[0]}, append(t.flat, row.flat...)
			continue
		}
		n, err := number(x)
		if err != nil || len(t.shape) == 2 {
			return nil
		}
		t.flat = append(t.flat, n)
	}
	return t
}

// measures are the inputs of a case.
type measures struct {
	wanted, predicted, scores *table
	weight                    []float64
}

// averages is how a name ends: with how classes are averaged, and what 0/0 is.
var averages = regexp.MustCompile(`(?:_(?:average_)?(macro|micro|weighted|binary|per_class|none|class_?\d+))?(?:_zero_division_?([01]))?$`)

// otherNames are other names of metrics, without "_score" at their end.
var otherNames = map[string]string{"mean_squared_error": "mse", "root_mean_squared_error": "rmse", "mean_absolute_error": "mae", "mean_absolute_percentage_error": "mape", "r2": "r2",
	"jaccard": "iou", "mean_iou": "iou_macro", "pr_auc": "average_precision", "confusion_matrix": "confusion", "cross_entropy": "log_loss", "logloss": "log_loss", "auc": "roc_auc", "hamming_accuracy": "label_accuracy"}

// plain are the metrics without settings; those of several labels measure them together.
var plain = map[string]func() train.Metric{"balanced_accuracy": train.BalancedAccuracy, "mse": train.MSE, "rmse": train.RMSE, "mae": train.MAE, "mape": train.MAPE, "r2": train.R2,
	"explained_variance": train.ExplainedVariance, "confusion": train.Confusion, "label_accuracy": train.BinaryAccuracy,
	"log_loss":   func() train.Metric { return train.LogLoss(train.ProbabilityOptions{}) },
	"perplexity": func() train.Metric { return train.Perplexity(train.ProbabilityOptions{}) }}

// classed are the metrics with an average.
var classed = map[string]func(train.ClassOptions) train.Metric{"precision": train.Precision, "recall": train.Recall, "f1": train.F1, "iou": train.IoU, "roc_auc": train.ROCAUC, "average_precision": train.AveragePrecision,
	"fbeta2": func(o train.ClassOptions) train.Metric { return train.FBeta(2, o) }, "f2": func(o train.ClassOptions) train.Metric { return train.FBeta(2, o) },
	"fbeta_0.5": func(o train.ClassOptions) train.Metric { return train.FBeta(0.5, o) }, "f0.5": func(o train.ClassOptions) train.Metric { return train.FBeta(0.5, o) }}

var top = regexp.MustCompile(`^top_?(\d+)(?:_accuracy)?$`)

// metricOf returns the metric of the name, whether it is of scores, whether it is of classes, and
// whether the value is one for each class.
func (m *measures) metricOf(name string) (x train.Metric, scores, classes, each bool, err error) {
	end := averages.FindStringSubmatch(name)
	base := strings.TrimSuffix(strings.NewReplacer("_ovr", "", "_score", "").Replace(strings.TrimSuffix(name, end[0])), "_")
	if other, ok := otherNames[base]; ok {
		base, _ = strings.CutSuffix(other, "_macro")
		if base != other {
			end[1] = "macro"
		}
	}
	o := train.ClassOptions{MultiLabel: m.wanted.width() > 1}
	switch {
	case end[1] == "" || end[1] == "binary":
	case end[1] == "per_class" || end[1] == "none":
		each = true
	case strings.HasPrefix(end[1], "class"):
		o.Average = train.OneClass
		o.Class, _ = strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(end[1], "class"), "_"))
	default:
		if err = o.Average.UnmarshalText([]byte(end[1])); err != nil {
			return x, false, false, false, err
		}
	}
	if end[2] == "1" {
		o.ZeroDivision = 1
	}
	scores = slices.Contains([]string{"roc_auc", "average_precision", "log_loss", "perplexity"}, base)
	switch {
	case base == "accuracy" && m.wanted.width() > 1:
		return train.ExactAccuracy(), false, true, false, nil
	case base == "accuracy":
		return train.Accuracy(), false, true, false, nil
	case top.MatchString(base):
		k, _ := strconv.Atoi(top.FindStringSubmatch(base)[1])
		return train.TopAccuracy(k), true, true, false, nil
	case plain[base] != nil:
		return plain[base](), scores, scores || base == "confusion" || base == "balanced_accuracy", false, nil
	case classed[base] != nil:
		if each {
			o.Average = train.OneClass
		}
		return classed[base](o), scores, true, each, nil
	}
	return x, false, false, false, missing("the metric %s", name)
}

// inputs are the names of a case that are no metrics.
var inputs = []string{"name", "note", "kind", "category", "y_true", "y_pred", "y_score", "y_scores", "y_prob", "y_proba", "scores", "probs", "sample_weight", "labels", "classes", "n_classes", "num_classes", "threshold"}

// checkMetrics compares each metric that the project has.
func checkMetrics(text []byte) error {
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	m := measures{wanted: tableOf(all["y_true"]), predicted: tableOf(all["y_pred"])}
	for _, name := range []string{"y_score", "y_scores", "y_prob", "y_proba", "scores", "probs"} {
		if t := tableOf(all[name]); t != nil {
			m.scores = t
		}
	}
	if w := tableOf(all["sample_weight"]); w != nil {
		m.weight = w.flat
	}
	if m.wanted == nil || m.predicted == nil && m.scores == nil {
		return missing("targets or predictions that are no list of numbers")
	}
	var open error
	for _, name := range sorted(all) {
		if _, isText := all[name].(string); slices.Contains(inputs, name) || all[name] == nil || isText && !slices.Contains([]any{"NaN", "Inf", "-Inf"}, all[name]) {
			continue
		}
		if err := m.check(name, all[name]); errors.Is(err, graph.ErrUnsupported) {
			open = err
		} else if err != nil {
			return err
		}
	}
	return open
}

// check compares the metric of the name.
func (m *measures) check(name string, want any) error {
	metric, scores, classes, each, err := m.metricOf(name)
	if err != nil {
		return err
	}
	b, err := m.scored(scores, classes)
	if err != nil {
		return err
	}
	if list := tableOf(want); list != nil && metric.Name == "confusion" {
		got := measure(metric, b).(interface{ Confusion() *train.ConfusionMatrix }).Confusion().Counts
		return compareLists(name, slices.Concat(got...), list.flat)
	} else if list != nil && each {
		var got []float64
		for k := range list.flat {
			end := averages.FindStringSubmatch(name)
			one, _, _, _, err := m.metricOf(strings.Replace(name, end[1], fmt.Sprintf("class%d", k), 1))
			if err != nil {
				return err
			}
			got = append(got, measure(one, b).Value())
		}
		return compareLists(name, got, list.flat)
	}
	v, err := number(want)
	if err != nil {
		return missing("the value %v of %s", want, name)
	}
	return compareLists(name, []float64{measure(metric, b).Value()}, []float64{v})
}

// measure returns the Meter that has seen the batch.
func measure(m train.Metric, b train.Scored) train.Meter {
	meter := m.Start()
	meter.Add(b)
	return meter
}

func compareLists(name string, got, want []float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%s: got %d numbers, want %d", name, len(got), len(want))
	}
	for i := range got {
		if !near(got[i], want[i], 1e-9*math.Abs(want[i])+1e-12) && !(math.IsNaN(got[i]) && math.IsNaN(want[i])) {
			return fmt.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	return nil
}

// scored are predictions or scores as a metric takes them: predictions of classes as scores of
// each class.
func (m *measures) scored(scores, classes bool) (train.Scored, error) {
	n, from := m.wanted.shape[0], m.predicted
	if scores && m.scores != nil || from == nil {
		from = m.scores
	}
	if from == nil || from.shape[0] != n || m.weight != nil && len(m.weight) != n {
		return train.Scored{}, missing("predictions of another length than the targets")
	}
	s := train.Scored{N: n, Shape: []int{n, from.width()}, Output: from.flat, Weight: m.weight}
	if !classes || m.wanted.width() > 1 { // numbers, or labels of their own
		s.Target = m.wanted.flat
		if len(s.Target) != len(s.Output) {
			return s, missing("predictions of another shape than the targets")
		}
		return s, nil
	}
	known := m.classesKnown(from)
	for _, v := range m.wanted.flat {
		s.Label = append(s.Label, slices.Index(known, v))
	}
	if from == m.scores || from.width() > 1 || scores {
		return s, nil
	}
	s.Shape, s.Output = []int{n, len(known)}, make([]float64, n*len(known))
	for i, p := range from.flat {
		k := slices.Index(known, p)
		if k < 0 {
			return s, missing("a prediction of %v that is no class", p)
		}
		s.Output[i*len(known)+k] = 1
	}
	return s, nil
}

// classesKnown returns the classes, in order: those of the outputs, or those that occur, with 0
// and 1 if there are no others.
func (m *measures) classesKnown(from *table) []float64 {
	var known []float64
	if w := from.width(); w > 1 {
		for k := range w {
			known = append(known, float64(k))
		}
		return known
	}
	known = slices.Clone(m.wanted.flat)
	if from != m.scores {
		known = append(known, from.flat...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if !slices.ContainsFunc(known, func(v float64) bool { return v != 0 && v != 1 }) {
		return []float64{0, 1}
	}
	if len(known) == 1 {
		known = append(known, known[0]+1)
	}
	return known
}
