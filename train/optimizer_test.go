package train_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// TestOptimizerOptions gives each setting of each optimizer every kind of wrong number,
// and 0.
func TestOptimizerOptions(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name string
		set  func(v float64) train.Optimizer
		zero bool // 0 has a meaning, or a default
		one  bool // 1 has one
	}{
		{"SGD.Momentum", func(v float64) train.Optimizer { return train.SGD{Momentum: v} }, true, false},
		{"SGD.Dampening", func(v float64) train.Optimizer { return train.SGD{Momentum: 0.5, Dampening: v} }, true, false},
		{"SGD.Decay", func(v float64) train.Optimizer { return train.SGD{Decay: v} }, true, true},
		{"Adam.Beta1", func(v float64) train.Optimizer { return train.Adam{Beta1: v} }, true, false},
		{"Adam.Beta2", func(v float64) train.Optimizer { return train.Adam{Beta2: v} }, true, false},
		{"Adam.Eps", func(v float64) train.Optimizer { return train.Adam{Eps: v} }, false, true},
		{"Adam.Decay", func(v float64) train.Optimizer { return train.Adam{Decay: v} }, true, true},
		{"AdamW.Beta1", func(v float64) train.Optimizer { return train.AdamW{Beta1: v} }, true, false},
		{"AdamW.Beta2", func(v float64) train.Optimizer { return train.AdamW{Beta2: v} }, true, false},
		{"AdamW.Eps", func(v float64) train.Optimizer { return train.AdamW{Eps: v} }, false, true},
		{"AdamW.Decay", func(v float64) train.Optimizer { return train.AdamW{Decay: v} }, true, true},
		{"Adagrad.RateDecay", func(v float64) train.Optimizer { return train.Adagrad{RateDecay: v} }, true, true},
		{"Adagrad.Initial", func(v float64) train.Optimizer { return train.Adagrad{Initial: v} }, true, true},
		{"Adagrad.Eps", func(v float64) train.Optimizer { return train.Adagrad{Eps: v} }, false, true},
		{"Adagrad.Decay", func(v float64) train.Optimizer { return train.Adagrad{Decay: v} }, true, true},
		{"Adadelta.Rho", func(v float64) train.Optimizer { return train.Adadelta{Rho: v} }, true, false},
		{"Adadelta.Eps", func(v float64) train.Optimizer { return train.Adadelta{Eps: v} }, false, true},
		{"Adadelta.Decay", func(v float64) train.Optimizer { return train.Adadelta{Decay: v} }, true, true},
		{"RMSprop.Alpha", func(v float64) train.Optimizer { return train.RMSprop{Alpha: v} }, true, false},
		{"RMSprop.Eps", func(v float64) train.Optimizer { return train.RMSprop{Eps: v} }, false, true},
		{"RMSprop.Momentum", func(v float64) train.Optimizer { return train.RMSprop{Momentum: v} }, true, false},
		{"RMSprop.Decay", func(v float64) train.Optimizer { return train.RMSprop{Decay: v} }, true, true},
		{"Adamax.Beta1", func(v float64) train.Optimizer { return train.Adamax{Beta1: v} }, true, false},
		{"Adamax.Beta2", func(v float64) train.Optimizer { return train.Adamax{Beta2: v} }, true, false},
		{"Adamax.Eps", func(v float64) train.Optimizer { return train.Adamax{Eps: v} }, false, true},
		{"Adamax.Decay", func(v float64) train.Optimizer { return train.Adamax{Decay: v} }, true, true},
		{"NAdam.Beta1", func(v float64) train.Optimizer { return train.NAdam{Beta1: v} }, true, false},
		{"NAdam.Beta2", func(v float64) train.Optimizer { return train.NAdam{Beta2: v} }, true, false},
		{"NAdam.Eps", func(v float64) train.Optimizer { return train.NAdam{Eps: v} }, false, true},
		{"NAdam.Decay", func(v float64) train.Optimizer { return train.NAdam{Decay: v} }, true, true},
		{"RAdam.Beta1", func(v float64) train.Optimizer { return train.RAdam{Beta1: v} }, true, false},
		{"RAdam.Beta2", func(v float64) train.Optimizer { return train.RAdam{Beta2: v} }, true, false},
		{"RAdam.Eps", func(v float64) train.Optimizer { return train.RAdam{Eps: v} }, false, true},
		{"RAdam.Decay", func(v float64) train.Optimizer { return train.RAdam{Decay: v} }, true, true},
		{"NAdam.MomentumDecay", func(v float64) train.Optimizer { return train.NAdam{MomentumDecay: v} }, true, true},
		{"Rprop.Down", func(v float64) train.Optimizer { return train.Rprop{Down: v} }, false, false},
		{"Rprop.Min", func(v float64) train.Optimizer { return train.Rprop{Min: v} }, true, true},
		{"Rprop.Max", func(v float64) train.Optimizer { return train.Rprop{Max: v} }, false, true},
		{"ASGD.Lambda", func(v float64) train.Optimizer { return train.ASGD{Lambda: v} }, true, true},
		{"ASGD.Alpha", func(v float64) train.Optimizer { return train.ASGD{Alpha: v} }, true, true},
		{"ASGD.T0", func(v float64) train.Optimizer { return train.ASGD{T0: v} }, true, true},
		{"ASGD.Decay", func(v float64) train.Optimizer { return train.ASGD{Decay: v} }, true, true},
		{"Lion.Beta1", func(v float64) train.Optimizer { return train.Lion{Beta1: v} }, true, false},
		{"Lion.Beta2", func(v float64) train.Optimizer { return train.Lion{Beta2: v} }, true, false},
		{"Lion.Decay", func(v float64) train.Optimizer { return train.Lion{Decay: v} }, true, true},
		{"LAMB.Beta1", func(v float64) train.Optimizer { return train.LAMB{Beta1: v} }, true, false},
		{"LAMB.Beta2", func(v float64) train.Optimizer { return train.LAMB{Beta2: v} }, true, false},
		{"LAMB.Eps", func(v float64) train.Optimizer { return train.LAMB{Eps: v} }, false, true},
		{"LAMB.Decay", func(v float64) train.Optimizer { return train.LAMB{Decay: v} }, true, true},
		{"LAMB.Most", func(v float64) train.Optimizer { return train.LAMB{Most: v} }, false, true},
		{"Muon.Momentum", func(v float64) train.Optimizer { return train.Muon{Momentum: v} }, true, false},
		{"Muon.Decay", func(v float64) train.Optimizer { return train.Muon{Decay: v} }, true, true},
		{"Muon.AdamWRate", func(v float64) train.Optimizer { return train.Muon{AdamWRate: v} }, false, true},
		{"Muon.AdamW.Eps", func(v float64) train.Optimizer { return train.Muon{AdamW: train.AdamW{Eps: v}} }, false, true},
	} {
		for _, v := range []struct {
			x  float64
			ok bool
		}{{nan, false}, {inf, false}, {-inf, false}, {-0.1, false}, {0, true}, {train.Zero, c.zero}, {0.5, true}, {1, c.one}, {2, c.one}} {
			_, err := train.New(newNet(graph.Float64, 0), train.Options{Optimizer: c.set(v.x)})
			if (err == nil) != v.ok || err != nil && !errors.Is(err, train.ErrOption) {
				t.Errorf("%s = %v: got %v, want it taken %v", c.name, v.x, err, v.ok)
			}
		}
		if strings.HasSuffix(c.name, ".Eps") {
			_, small := train.New(newNet(graph.Float32, 0), train.Options{Optimizer: c.set(math.SmallestNonzeroFloat32)})
			_, tiny := train.New(newNet(graph.Float32, 0), train.Options{Optimizer: c.set(1e-46)}) // which float32 rounds to 0
			if small != nil || !errors.Is(tiny, train.ErrOption) {
				t.Errorf("%s: got %v for the smallest float32 and %v for less, want it refused", c.name, small, tiny)
			}
		}
	}
}

// TestZero makes steps of Adam without averages: each is the rate, against the sign of
// the gradient, and AdamW's decay is off.
func TestZero(t *testing.T) {
	for _, o := range []train.Optimizer{
		train.Adam{Beta1: train.Zero, Beta2: train.Zero},
		train.AdamW{Beta1: train.Zero, Beta2: train.Zero, Decay: train.Zero},
	} {
		p := one(t, graph.Float64, 1, 2, 3)
		p.Get("w").Decay = true
		v, err := train.NewView(p, o, 1)
		if err != nil {
			t.Fatal(err)
		}
		_, gradient := p.Flat64()
		for i, g := range [][]float64{{5, -1, 0}, {-2, 0, 3}} {
			copy(gradient, g)
			o.Update(train.Step{N: i + 1, Rate: 0.25}, v)
		}
		for i, want := range []float64{1, 2.25, 2.75} {
			if got := p.Values("w")[i]; math.Abs(got-want) > 1e-7 {
				t.Errorf("%T: parameter %d: got %v, want %v", o, i, got, want)
			}
		}
	}
}
