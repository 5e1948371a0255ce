package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

var everyOptimizer = []train.Optimizer{train.SGD{}, train.SGD{Decay: 0.1}, train.SGD{Momentum: 0.9, Decay: 0.1},
	train.SGD{Momentum: 0.9, Nesterov: true}, train.SGD{Momentum: 0.9, Dampening: 0.5}, train.Adam{Decay: 0.1}, train.AdamW{Decay: 0.1},
	train.Adagrad{}, train.Adagrad{RateDecay: 0.1, Initial: 0.2, Decay: 0.1}, train.Adadelta{}, train.Adadelta{Rho: 0.8, Decay: 0.1},
	train.RMSprop{}, train.RMSprop{Centered: true, Decay: 0.1}, train.RMSprop{Momentum: 0.9, Decay: 0.1}, train.RMSprop{Centered: true, Momentum: 0.5},
	train.Adamax{}, train.Adamax{Decay: 0.1}, train.NAdam{}, train.NAdam{Decay: 0.1, MomentumDecay: train.Zero}, train.NAdam{Decay: 0.1, Decoupled: true, PyTorch1: true},
	train.RAdam{}, train.RAdam{Beta2: 0.9, Decay: 0.1}, train.RAdam{Decay: 0.1, Decoupled: true},
	train.Adam{AMSGrad: true}, train.AdamW{AMSGrad: true}, train.Rprop{}, train.ASGD{Decay: 0.1}, train.ASGD{T0: train.Zero}, train.Lion{Decay: 0.1},
	train.LAMB{}, train.LAMB{Decay: train.Zero, Most: 10}, train.Muon{Decay: 0.1}, train.Muon{Heavy: true, Except: []string{"one"}, AdamW: train.AdamW{AMSGrad: true}},
}

// TestRates trains with schedules that begin, end or pass through 0, or are too small
// for their type: steps with the rate 0 change no parameter, and training goes on.
func TestRates(t *testing.T) {
	for _, o := range everyOptimizer {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			for name, rates := range map[string][]float64{
				"warm-up": {0, 0.05, 0.1}, "decay to 0": {0.1, 0.05, 0}, "0 throughout": {0, 0, 0},
				"a pause": {0.1, 0, 0.1}, "underflow": {0.1, 1e-300, 5e-324}, "minus 0": {math.Copysign(0, -1), 0.1, 0.1},
			} {
				m := newNet(d, 0)
				tr := newTrainer(t, m, train.Options{Optimizer: o, BatchSize: 3, Schedule: schedule.Func(func(step int) float64 { return rates[min(step, 2)] })})
				set := blobs(t, 9)
				for i, rate := range rates {
					var before []float64
					if i > 0 {
						before = m.p.Values("out/weight")
					}
					if _, err := tr.Step(set, []int{3 * i, 3*i + 1, 3*i + 2}); err != nil {
						t.Fatalf("%T, %v, %s: %v", o, d, name, err)
					}
					rests := rate < 1e-200
					if _, ok := o.(train.Rprop); ok && d == graph.Float64 {
						rests = rate == 0 // any other rate is one
					}
					if same := slices.Equal(before, m.p.Values("out/weight")); i > 0 && same != rests {
						t.Errorf("%T%+v, %v, %s, step %d with the rate %v: parameters unchanged %v", o, o, d, name, i, rate, same)
					}
				}
			}
		}
	}
}

// TestBadRates checks that a rate without a meaning is refused by New, where it is
// that of the first step, and else before its step, which changes nothing.
func TestBadRates(t *testing.T) {
	for _, rate := range []float64{-1, math.NaN(), math.Inf(1), math.Inf(-1), -1e-300} {
		if _, err := train.New(newNet(graph.Float64, 0), train.Options{Schedule: schedule.Constant(rate)}); !errors.Is(err, train.ErrOption) {
			t.Errorf("New with the rate %v: got %v, want ErrOption", rate, err)
		}
		for _, o := range everyOptimizer {
			m := newNet(graph.Float64, 0)
			tr := newTrainer(t, m, train.Options{Optimizer: o, Epochs: 1, BatchSize: 3, InOrder: true, Schedule: schedule.Func(func(step int) float64 {
				return []float64{0.1, rate}[min(step, 1)]
			})})
			set := blobs(t, 6)
			if _, err := tr.Step(set, []int{0, 1, 2}); err != nil {
				t.Fatal(err)
			}
			before := m.p.Values("out/weight")
			_, err := tr.Fit(context.Background(), set)
			if !errors.Is(err, train.ErrOption) || tr.Position().Step != 1 || !slices.Equal(before, m.p.Values("out/weight")) {
				t.Errorf("%T, rate %v: got %v after %d steps, want ErrOption after one, and nothing changed", o, rate, err, tr.Position().Step)
			}
		}
	}
	for name, s := range map[string]schedule.Schedule{"every 0 steps": schedule.Step{Rate: 0.1, Every: 0, Factor: 0.5}, "factor NaN": schedule.Step{Rate: 0.1, Every: 1, Factor: math.NaN()}} {
		if _, err := train.New(newNet(graph.Float64, 0), train.Options{Schedule: s}); name == "every 0 steps" && !errors.Is(err, train.ErrOption) {
			t.Errorf("New with a decay of %s: got %v, want ErrOption", name, err)
		}
	}
	if _, err := train.New(newNet(graph.Float32, 0), train.Options{Schedule: schedule.Constant(1e39)}); !errors.Is(err, train.ErrOption) {
		t.Errorf("New with a rate beyond float32: got %v, want ErrOption", err)
	}
}

// TestFrozen checks that parameters which the loss does not depend on, stops the
// gradient of, or does not build at all stay as they are, bit for bit, under every
// optimizer, also when others of their Params are trained.
func TestFrozen(t *testing.T) {
	for _, o := range everyOptimizer {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			for _, wide := range []int{8, 9000} { // one worker, and parts for several
				name := fmt.Sprintf("%T%+v, %v, %d units", o, o, d, wide)
				p := graph.NewParams(d, 1)
				w := func(b *graph.Builder, name string) *gorgonia.Node { return b.Param(name, graph.Uniform(1, 2), 4, wide) }
				m := func(trained string) train.Model {
					return builds{p, func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
						x := b.Input("x", n, 4)
						w(b, "unused")
						out := b.Add(b.MatMul(x, b.StopGradient(w(b, "stopped"))), b.MatMul(x, w(b, trained)))
						return b.Mean(b.Square(out)), out
					}}
				}
				if err := errors.Join(train.Build(m("one")), train.Build(m("two"))); err != nil {
					t.Fatal(err)
				}
				all := []string{"unused", "stopped", "one", "two"}
				before := map[string][]float64{}
				for _, q := range all {
					before[q] = p.Values(q)
				}
				options := train.Options{Optimizer: o, AllowUnused: true, Schedule: schedule.Constant(0.01), Epochs: 2, BatchSize: 2, Workers: 2}
				if _, err := newTrainer(t, m("two"), options).Fit(context.Background(), blobs(t, 6)); err != nil {
					t.Fatal(name, err)
				}
				before["two"] = p.Values("two")
				if _, err := newTrainer(t, m("one"), options).Fit(context.Background(), blobs(t, 6)); err != nil {
					t.Fatal(name, err)
				}
				for _, q := range all {
					if same := slices.Equal(before[q], p.Values(q)); same == (q == "one") {
						t.Errorf("%s: the parameter %s has stayed: %v", name, q, same)
					}
				}
			}
		}
	}
}
