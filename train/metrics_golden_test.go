package train_test

import (
	"encoding/json"
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// measured is a case of testdata/metrics.json, which metrics.py writes.
type measured struct {
	Kind    string
	Batches []int
	Shape   []int
	Output  []float64
	Target  []float64
	Label   []int
	Weight  []float64
	Counts  []bool
	Want    map[string]any
}

// named returns the metric that the reference calls name, for a kind of case.
func named(t *testing.T, kind, name string) train.Metric {
	m := regexp.MustCompile(`^(.*?)(?:_(macro|micro|weighted|class\d+))?(_one)?$`).FindStringSubmatch(name)
	var o train.ClassOptions
	switch {
	case m[2] == "":
	case len(m[2]) > 5 && m[2][:5] == "class":
		o.Average = train.OneClass
		o.Class, _ = strconv.Atoi(m[2][5:])
	default:
		if err := o.Average.UnmarshalText([]byte(m[2])); err != nil {
			t.Fatal(err)
		}
	}
	if m[3] != "" {
		o.ZeroDivision = 1
	}
	o.MultiLabel = kind == "masks"
	if of, ok := map[string]func(train.ClassOptions) train.Metric{"precision": train.Precision, "recall": train.Recall, "f1": train.F1, "iou": train.IoU, "roc_auc": train.ROCAUC,
		"average_precision": train.AveragePrecision, "fbeta2": func(o train.ClassOptions) train.Metric { return train.FBeta(2, o) }}[m[1]]; ok {
		return of(o)
	}
	list := []train.Metric{train.Accuracy(), train.BalancedAccuracy(), train.TopAccuracy(2), train.ExactAccuracy(), train.LogLoss(train.ProbabilityOptions{}), train.Perplexity(train.ProbabilityOptions{}), train.Confusion(), train.MSE(), train.RMSE(),
		train.MAE(), train.MAPE(), train.R2(), train.ExplainedVariance()}
	for k := range 5 {
		list = append(list, train.LabelAccuracy(k))
	}
	for _, x := range list {
		if x.Name == name {
			return x
		}
	}
	t.Fatalf("no metric %q", name)
	return train.Metric{}
}

// batch returns n examples of c from the first one on.
func (c *measured) batch(first, n int) train.Scored {
	all := len(c.Output)
	for _, d := range c.Shape {
		all /= d
	}
	b := train.Scored{N: n, Shape: append([]int{n}, c.Shape...), Output: part(c.Output, first, n, all), Target: part(c.Target, first, n, all), Label: part(c.Label, first, n, all),
		Weight: part(c.Weight, first, n, all), Counts: part(c.Counts, first, n, all)}
	return b
}

// part returns the part of v that n of all examples have.
func part[T any](v []T, first, n, all int) []T {
	if v == nil {
		return nil
	}
	each := len(v) / all
	return v[first*each : (first+n)*each]
}

// TestMetricsOfReference holds all metrics to scikit-learn's values of random cases: uneven
// batches, weights, masks, steps and pixels that do not count, ties, missing classes. Values do not depend on the batches.
func TestMetricsOfReference(t *testing.T) {
	text, err := os.ReadFile("testdata/metrics.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []measured
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for i, c := range cases {
		for name, want := range c.Want {
			m := named(t, c.Kind, name)
			meter, whole := m.Start(), m.Start()
			first := 0
			for _, n := range c.Batches {
				meter.Add(c.batch(first, n))
				first += n
			}
			whole.Add(c.batch(0, first))
			if !same(meter.Value(), whole.Value(), 0) {
				t.Errorf("case %d, %s: got %v in batches and %v at once", i, name, meter.Value(), whole.Value())
			}
			seen[m.Name]++
			if name == "confusion" {
				got := meter.(interface{ Confusion() *train.ConfusionMatrix }).Confusion()
				for a, row := range want.([]any) {
					for b, v := range row.([]any) {
						if !same(got.Counts[a][b], v, 1e-12) {
							t.Errorf("case %d, confusion: got %v, want %v", i, got.Counts, want)
						}
					}
				}
				continue
			}
			if got := meter.Value(); !same(got, want, 1e-11) {
				t.Errorf("case %d (%s), %s: got %v, want %v", i, c.Kind, name, got, want)
			}
		}
	}
	if len(seen) < 40 {
		t.Errorf("got %d metrics, want more: %v", len(seen), seen)
	}
}

// same reports whether a number is what the reference has, within a relative tolerance; NaN is
// a string there.
func same(got float64, want any, tolerance float64) bool {
	w, ok := want.(float64)
	if !ok || math.IsNaN(w) {
		return math.IsNaN(got)
	}
	return math.Abs(got-w) <= tolerance*max(1, math.Abs(w))
}
