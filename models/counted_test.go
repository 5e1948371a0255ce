package models_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// tagged are sequences of 4 steps of two numbers, with lengths and two targets for each step
// that models of the head take. Behind the ends are the given targets.
func tagged(t *testing.T, h models.Head, lengths []int, behind float64) *data.Dataset {
	t.Helper()
	const steps = 4
	n := len(lengths)
	y := data.Field{Name: "y", Shape: []int{steps, 2}, AllowNonFinite: true}
	for i := range n * steps * 2 {
		v := float64((i*i + i/3) % 2)
		if h == models.Regression {
			v = math.Sin(float64(i))
		}
		if i/2%steps >= lengths[i/2/steps] {
			v = behind
		}
		y.Floats = append(y.Floats, v)
	}
	if h == models.MultiClass {
		y = data.Field{Name: "y", Shape: []int{steps}}
		for i := range n * steps {
			v := i * i % 3
			switch {
			case i%steps >= lengths[i/steps]:
				v = int(behind)
			case i == 5:
				v = -1
			}
			y.Ints = append(y.Ints, v)
		}
	}
	if h == models.Binary {
		y.Shape = []int{steps, 1}
		for i := range y.Floats[:n*steps] {
			y.Floats[i] = y.Floats[2*i]
		}
		y.Floats = y.Floats[:n*steps]
	}
	d, err := data.New(data.Field{Name: "x", Shape: []int{steps * 2}, Floats: wave(n*steps*2, 1, 1.1)}, data.Field{Name: "lengths", Ints: lengths}, y)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestMetricsOfTagger compares metrics of taggers with counts by hand over the steps that
// there are. What lies behind the ends, in no range of targets, changes no loss, no metric and
// no parameter.
func TestMetricsOfTagger(t *testing.T) {
	lengths := []int{4, 2, 0, 1, 3, 4, 1}
	out := map[models.Head]int{models.MultiClass: 3, models.Binary: 1, models.Regression: 2}
	for _, h := range []models.Head{models.MultiClass, models.Binary, models.Regression} {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			metrics := []train.Metric{train.MSE()}
			if h != models.Regression {
				metrics[0] = train.Accuracy()
			}
			seen := 0
			metrics = append(metrics, train.Metric{Name: "counted", Start: func() train.Meter { return &counter{n: &seen} }})
			run := func(behind float64) (train.Result, []float64, *train.History, *models.RNN) {
				set := tagged(t, h, lengths, behind)
				m, err := models.NewRNN(models.RNNOptions{Steps: 4, In: 2, Lengths: true, Hidden: 5, EachStep: true, Out: out[h], Head: h, DType: d, Seed: 2})
				if err != nil {
					t.Fatal(err)
				}
				o := train.Options{Metrics: metrics, Epochs: 2, BatchSize: 3, EvalBatch: 4, Validation: set, Stop: &train.EarlyStopping{Metric: metrics[0].Name}}
				if h == models.MultiClass {
					o.ClassWeights = []float64{1, 2, 0.5}
				}
				tr, err := train.New(m, o)
				if err != nil {
					t.Fatal(err)
				}
				history, err := tr.Fit(context.Background(), set)
				if err != nil {
					t.Fatalf("%v, %v behind the ends: %v", h, behind, err)
				}
				seen = 0
				r, err := tr.Evaluate(context.Background(), set)
				if err != nil {
					t.Fatalf("%v, %v behind the ends: %v", h, behind, err)
				}
				y, err := tr.Predict(context.Background(), set)
				if err != nil {
					t.Fatal(err)
				}
				return r, y, history, m
			}
			r, y, history, m := run(0)
			sum, n := 0.0, 0
			f, _ := tagged(t, h, lengths, 0).Field("y")
			for i := range 4 * len(lengths) {
				if i%4 >= lengths[i/4] || h == models.MultiClass && i == 5 {
					continue
				}
				row, w := y[i*out[h]:(i+1)*out[h]], max(1, f.Size()/4)
				for k := range w {
					switch want := f.At(i/4, i%4*w+k); {
					case h == models.Regression:
						sum += (row[k] - want) * (row[k] - want)
					case train.Predicted(row) == int(want):
						sum++
					}
					n++
				}
			}
			if got, want := r.Metrics[0].Value, sum/float64(n); math.Abs(got-want) > 1e-12 {
				t.Errorf("%v, %v: %s: got %v, want %v over %d targets", h, d, r.Metrics[0].Name, got, want, n)
			}
			if seen != n {
				t.Errorf("%v, %v: a meter was told that %d targets count, want %d", h, d, seen, n)
			}
			for _, behind := range []float64{99, -7, math.NaN()} {
				if h == models.MultiClass && behind != behind {
					continue
				}
				r2, y2, history2, m2 := run(behind)
				if r2.Loss != r.Loss || !slices.Equal(r2.Metrics, r.Metrics) || !slices.Equal(y2, y) || !slices.Equal(history2.Losses(), history.Losses()) {
					t.Errorf("%v, %v: %v behind the ends: got %v and losses %v, want %v and %v", h, d, behind, r2, history2.Losses(), r, history.Losses())
				}
				for _, q := range m.Params().List() {
					if !slices.Equal(m2.Params().Values(q.Name), m.Params().Values(q.Name)) {
						t.Errorf("%v, %v: %v behind the ends: parameter %q differs", h, d, behind, q.Name)
					}
				}
			}
		}
	}
}

// counter counts what counts.
type counter struct{ n *int }

func (c *counter) Add(b train.Scored) {
	for i := range len(b.Label) + len(b.Target) {
		if b.Counts == nil || b.Counts[i] {
			*c.n++
		}
	}
}

func (c *counter) Value() float64 { return float64(*c.n) }

// TestBadTargetOfTagger refuses a target that is out of range and counts, with its row.
func TestBadTargetOfTagger(t *testing.T) {
	for h, wrong := range map[models.Head]error{models.MultiClass: data.ErrLabel, models.Binary: graph.ErrTarget} {
		set := tagged(t, h, []int{1, 3}, 0)
		f, _ := set.Field("y")
		for _, at := range []int{4 + 2, 4 + 3} { // the last step of the second example, and one behind it
			if f.Integers() {
				f.Ints = slices.Clone(f.Ints)
				f.Ints[at] = 8
			} else {
				f.Floats = slices.Clone(f.Floats)
				f.Floats[at] = 8
			}
			x, _ := set.Field("x")
			l, _ := set.Field("lengths")
			d, err := data.New(x, l, f)
			if err != nil {
				t.Fatal(err)
			}
			out := 3
			if h == models.Binary {
				out = 1
			}
			m, err := models.NewRNN(models.RNNOptions{Steps: 4, In: 2, Lengths: true, Hidden: 3, EachStep: true, Out: out, Head: h})
			if err != nil {
				t.Fatal(err)
			}
			tr, err := train.New(m, train.Options{Metrics: []train.Metric{train.Accuracy()}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = tr.Evaluate(context.Background(), d)
			if counts := at == 6; counts && (!errors.Is(err, wrong) || !strings.Contains(err.Error(), "row 1")) || !counts && err != nil {
				t.Errorf("%v, target %d is 8: got %v, want an error if it counts: %v", h, at, err, counts)
			}
			if f.Integers() {
				f.Ints[at] = 0
			} else {
				f.Floats[at] = 0
			}
		}
	}
}
