package train_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// restlessIn is restless in the type d.
func restlessIn(d graph.DType) builds {
	return builds{graph.NewParams(d, 3), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		h := nn.BatchNorm(b, "norm", nn.Dense(b, "hidden", b.Input("x", n, 4), 8, nn.Tanh), nn.BatchNormOptions{})
		out := nn.Dense(b, "out", nn.Dropout(b, h, 0.3), 3, nn.Identity)
		return loss.CrossEntropy(b, out, b.Ints("y", n)), out
	}}
}

// tired is a context that is cancelled when it has been asked n times.
type tired struct {
	context.Context
	n *int
}

func (c tired) Err() error {
	if *c.n--; *c.n < 0 {
		return context.Canceled
	}
	return nil
}

// TestFindRateLeavesNoTrace: a training with sweeps before it, within it and between two
// calls of Fit, complete or not, has the same bits as one without.
func TestFindRateLeavesNoTrace(t *testing.T) {
	sweeps := map[string]func(t *testing.T, tr *train.Trainer, d *data.Dataset){
		"none": func(*testing.T, *train.Trainer, *data.Dataset) {},
		"complete": func(t *testing.T, tr *train.Trainer, d *data.Dataset) {
			c, err := tr.FindRate(t.Context(), d, train.RateFinder{To: 1e-2, Steps: 12})
			if err != nil || len(c.Rates) != 12 || c.Diverged {
				t.Errorf("got %+v, %v", c, err)
			}
		},
		"diverged": func(t *testing.T, tr *train.Trainer, d *data.Dataset) {
			c, err := tr.FindRate(t.Context(), d, train.RateFinder{From: 1e-3, To: 1e30, Steps: 40})
			if err != nil || len(c.Rates) >= 40 || !c.Diverged {
				t.Errorf("got %+v, %v", c, err)
			}
		},
		"cancelled": func(t *testing.T, tr *train.Trainer, d *data.Dataset) {
			n := 5
			c, err := tr.FindRate(tired{context.Background(), &n}, d, train.RateFinder{From: 0.1})
			if !errors.Is(err, context.Canceled) || len(c.Rates) != 5 {
				t.Errorf("got %+v, %v", c, err)
			}
		},
	}
	for _, o := range []train.Optimizer{train.SGD{}, train.Adam{}, train.EMA{Optimizer: train.SGD{Momentum: 0.9}}} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			var want []float64
			for _, name := range []string{"none", "complete", "diverged", "cancelled"} {
				m, set := restlessIn(d), blobs(t, 30)
				sweep := func(tr *train.Trainer) { sweeps[name](t, tr, set) }
				enough := errors.New("enough")
				tr := newTrainer(t, m, train.Options{Optimizer: o, Epochs: 3, BatchSize: 7, Schedule: schedule.Cosine{Rate: 0.05}, Validation: set,
					Stop: &train.EarlyStopping{Patience: 5}, Augment: augment.Fields{"x": {augment.Noise{Sigma: 0.1}}},
					Callbacks: []train.Callback{train.On(func(e *train.StepEnd) error {
						if e.Step == 3 {
							sweep(e.Trainer)
						}
						if e.Step == 8 {
							return enough
						}
						return nil
					})}})
				sweep(tr)
				if _, err := tr.Fit(t.Context(), set); !errors.Is(err, enough) {
					t.Fatal(err)
				}
				before, states := all(m.p), append(slices.Clone(m.p.State64()), float64(len(m.p.State32())))
				sweep(tr)
				if after := all(m.p); !slices.Equal(before, after) || !slices.Equal(states[:len(states)-1], m.p.State64()) {
					t.Errorf("%T, %v, %s: the sweep has changed parameters or states", o, d, name)
				}
				h, err := tr.Fit(t.Context(), set)
				if err != nil {
					t.Fatal(err)
				}
				got := append(append(h.Losses(), h.Validations()...), all(m.p)...)
				for _, x := range m.p.State32() {
					got = append(got, float64(x))
				}
				got = append(got, m.p.State64()...)
				if name == "none" {
					want = got
				} else if !slices.Equal(got, want) {
					t.Errorf("%T, %v: the training with the sweep %q is another one", o, d, name)
				}
			}
		}
	}
}

// TestFindRate: the rates grow by one factor, and the suggested one trains.
func TestFindRate(t *testing.T) {
	set := blobs(t, 60)
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Optimizer: train.SGD{}, BatchSize: 20})
	c, err := tr.FindRate(t.Context(), set, train.RateFinder{From: 1e-4, To: 1e3})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range c.Rates {
		if want := 1e-4 * math.Pow(1e7, float64(i)/99); math.Abs(r/want-1) > 1e-12 {
			t.Errorf("step %d: got the rate %v, want %v", i, r, want)
		}
	}
	if c.Smoothed[0] != c.Losses[0] || math.Abs(c.Smoothed[1]-(0.09*c.Losses[0]+0.1*c.Losses[1])/0.19) > 1e-12 {
		t.Errorf("got the losses %v, smoothed %v", c.Losses[:2], c.Smoothed[:2])
	}
	if rate := c.Suggested(); !(rate > 1e-3 && rate < 10) {
		t.Errorf("suggested %v, want a usual rate", rate)
	}
	var b bytes.Buffer
	if err := c.WriteSVG(&b); err != nil || strings.Contains(b.String(), "NaN") || !strings.Contains(b.String(), "suggested") {
		t.Errorf("got %v and %s", err, b.String())
	}
	for d := xml.NewDecoder(&b); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFindRateMistakes(t *testing.T) {
	set := blobs(t, 9)
	for name, r := range map[string]train.RateFinder{"RateFinder.From": {From: -1}, "RateFinder.To": {To: math.NaN()}, "RateFinder.To: got": {From: 2, To: 1},
		"RateFinder.Steps": {Steps: 2}, "RateFinder.Smooth": {Smooth: 1}, "RateFinder.Diverge": {Diverge: 1}} {
		c, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{}).FindRate(t.Context(), set, r)
		if !errors.Is(err, train.ErrOption) || !strings.Contains(err.Error(), name) || len(c.Rates) != 0 {
			t.Errorf("%+v: got %v, %v, want an ErrOption of %s", r, c, err, name)
		}
	}
	tr := newTrainer(t, newNet(graph.Float32, 0), train.Options{})
	if _, err := tr.FindRate(t.Context(), set, train.RateFinder{To: 1e39}); !errors.Is(err, train.ErrOption) {
		t.Errorf("a rate beyond float32: got %v, want ErrOption", err)
	}
	if _, err := tr.FindRate(t.Context(), nil, train.RateFinder{}); !errors.Is(err, data.ErrEmpty) {
		t.Errorf("no data: got %v, want ErrEmpty", err)
	}
	if _, err := newTrainer(t, roots(graph.Float64, 3), train.Options{BatchSize: 1, InOrder: true}).FindRate(t.Context(), fourRows(t), train.RateFinder{Steps: 9}); err != nil {
		t.Errorf("a gradient that is not finite in step 3: got %v, want the end of the sweep", err)
	}
	var none *train.RateCurve
	for _, c := range []*train.RateCurve{none, {}, {Rates: []float64{1, 2, 3}, Losses: []float64{1, 2, 3}, Smoothed: []float64{1, 2, 3}}} {
		if v := c.Suggested(); !math.IsNaN(v) {
			t.Errorf("%v: suggested %v, want NaN", c, v)
		}
	}
	if none.WriteSVG(io.Discard) == nil || new(train.RateCurve).WriteSVG(nil) == nil {
		t.Error("nothing is drawn")
	}
	flat := &train.RateCurve{Rates: []float64{1, 2}, Losses: []float64{0, 0}, Smoothed: []float64{0, 0}}
	if err := flat.WriteSVG(io.Discard); err != nil {
		t.Error(err)
	}
}
