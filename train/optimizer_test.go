package train_test

import (
	"errors"
	"math"
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
		{"SGD.Decay", func(v float64) train.Optimizer { return train.SGD{Decay: v} }, true, true},
		{"Adam.Beta1", func(v float64) train.Optimizer { return train.Adam{Beta1: v} }, true, false},
		{"Adam.Beta2", func(v float64) train.Optimizer { return train.Adam{Beta2: v} }, true, false},
		{"Adam.Eps", func(v float64) train.Optimizer { return train.Adam{Eps: v} }, false, true},
		{"Adam.Decay", func(v float64) train.Optimizer { return train.Adam{Decay: v} }, true, true},
		{"AdamW.Beta1", func(v float64) train.Optimizer { return train.AdamW{Beta1: v} }, true, false},
		{"AdamW.Beta2", func(v float64) train.Optimizer { return train.AdamW{Beta2: v} }, true, false},
		{"AdamW.Eps", func(v float64) train.Optimizer { return train.AdamW{Eps: v} }, false, true},
		{"AdamW.Decay", func(v float64) train.Optimizer { return train.AdamW{Decay: v} }, true, true},
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
