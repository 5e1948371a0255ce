package train_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// tilted is the model mean Σ x·w of w: [1, units], whose gradient is x in each element,
// whatever w is, which begins as zeros.
func tilted(d graph.DType, units int) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.MatMul(b.Input("x", n, 1), b.Param("w", graph.Zeros(), 1, units))
		return b.Scale(b.Sum(out), 1/float64(n)), out
	}}
}

// moment is a step of a training of tilted.
type moment struct {
	gradient, rate float64
	bad            train.Stage // where numbers must not be finite; 0 for a good step
	slot           bool        // they must be in a slot
}

// TestOverflow makes steps that overflow in the parameters or in the optimizer's state
// among good ones, some of them with huge numbers: each is refused, of models of any
// size, and the training is that of the good ones alone, bit for bit.
func TestOverflow(t *testing.T) {
	good := []moment{{1, 0.1, 0, false}, {-2, 0.1, 0, false}, {3, 0.01, 0, false}}
	then := func(more ...moment) []moment { return slices.Concat(good, more, good) }
	for _, c := range []struct {
		name      string
		optimizer train.Optimizer
		moments   []moment // of float32
	}{
		{"rate", train.SGD{Decay: 0.1}, then(moment{1e10, 1e30, train.StageUpdate, false})},
		{"rate of momentum", train.SGD{Momentum: 0.9}, then(moment{1e10, 1e30, train.StageUpdate, false})},
		{"rate of dampened momentum", train.SGD{Momentum: 0.9, Dampening: 0.5}, then(moment{1e10, 1e30, train.StageUpdate, false})},
		{"rate of Nesterov's", train.SGD{Momentum: 0.9, Nesterov: true, Decay: 0.1}, then(moment{1e10, 1e30, train.StageUpdate, false})},
		{"decay", train.SGD{Decay: 1e36}, []moment{{1, 1e-10, 0, false}, {1, 1e20, train.StageUpdate, false}, {1, 1e-40, 0, false}}},
		{"momentum's state", train.SGD{Momentum: 0.9}, []moment{{2e38, 0, 0, false}, {2e38, 0, train.StageUpdate, false}, {1, 0, 0, false}, {1, 1e3, train.StageUpdate, false}, {1, 1e-38, 0, false}}},
		{"huge gradients", train.SGD{Momentum: 0.5}, then(moment{1e30, 1e-30, 0, false}, moment{-1e30, 1e-30, 0, false}, moment{1e30, 1e9, train.StageUpdate, false})},
		{"Adam's decay", train.Adam{Decay: 1e25}, []moment{{1, 0.1, 0, false}, {1, 0, train.StageUpdate, true}, {1, 0.1, train.StageUpdate, true}}},
		{"AdamW's decay", train.AdamW{Decay: 1e25}, []moment{{1, 0.1, 0, false}, {1, 1e15, train.StageUpdate, false}, {2, 0, 0, false}}},
		{"Adam's rate", train.Adam{}, then(moment{1e3, 3e38, train.StageUpdate, false})},
		{"Adam's gradient", train.Adam{}, then(moment{1e30, 0.1, train.StageGradient, false})},
		{"RMSprop's rate", train.RMSprop{}, then(moment{1e3, 3e38, train.StageUpdate, false})},
		{"RMSprop's momentum", train.RMSprop{Centered: true, Momentum: 0.9}, then(moment{1e3, 3e38, train.StageUpdate, false})},
		{"RMSprop's gradient", train.RMSprop{Momentum: 0.9}, then(moment{1e30, 0.1, train.StageGradient, false})},
		{"Adagrad's gradient", train.Adagrad{}, then(moment{1e30, 0.1, train.StageGradient, false})},
		{"Adagrad's sum ends at the largest number", train.Adagrad{}, then(moment{1.8e19, 0.1, 0, false}, moment{1.8e19, 0.1, 0, false})},
		{"Adagrad's decay", train.Adagrad{Decay: 1e25}, []moment{{1, 0.1, 0, false}, {1, 0, 0, false}, {1, 1e20, 0, false}, {1, 0, train.StageUpdate, false}}},
		{"Adadelta's gradient", train.Adadelta{}, then(moment{1e30, 1, train.StageGradient, false})},
		{"Adamax's rate", train.Adamax{}, then(moment{1e3, 3e38, train.StageUpdate, false})},
		{"Adamax's huge gradients", train.Adamax{}, then(moment{1e30, 1e-3, 0, false}, moment{-1e30, 1e-3, 0, false})},
		{"NAdam's rate", train.NAdam{}, then(moment{1e3, 3e38, train.StageUpdate, false})},
		{"NAdam's gradient", train.NAdam{}, then(moment{1e30, 0.1, train.StageGradient, false})},
		{"RAdam's rate", train.RAdam{}, then(moment{1e3, 3e38, train.StageUpdate, false})},
		{"RAdam's decay", train.RAdam{Decay: 10, Decoupled: true}, then(moment{1, 1e38, train.StageUpdate, false})},
		{"rate of AdamW", train.AdamW{}, then(moment{1e3, 3e38, train.StageUpdate, false})},
		{"rate of AMSGrad", train.Adam{AMSGrad: true}, then(moment{1e3, 3e38, train.StageUpdate, false})},
		{"AMSGrad's gradient", train.AdamW{AMSGrad: true}, then(moment{1e30, 0.1, train.StageGradient, false})},
		{"sizes of Rprop", train.Rprop{Up: 1e38, Max: 3e38}, []moment{{1e-10, 0.1, 0, false}, {1e-10, 0.1, 0, false}, {1e-10, 0.1, 0, false}, {1e-10, 0.1, train.StageUpdate, false}, {-1e-10, 0.1, 0, false}}},
		{"rate of ASGD", train.ASGD{Lambda: train.Zero}, then(moment{1e10, 1e30, train.StageUpdate, false})},
		{"Lion's decay", train.Lion{Decay: 1e3}, then(moment{1, 1e37, train.StageUpdate, false})},
		{"LAMB's gradient", train.LAMB{}, then(moment{1e30, 0.1, train.StageGradient, false})},
		{"Muon's decay", train.Muon{Decay: 1e3}, then(moment{1, 1e37, train.StageUpdate, false})},
		{"Muon's gradient", train.Muon{}, then(moment{1e30, 0.1, train.StageGradient, false})},
	} {
		for _, units := range []int{1, 5000, 100000} {
			if testing.Short() && units > 5000 {
				continue
			}
			t.Run(fmt.Sprintf("%s of %d", c.name, units), func(t *testing.T) {
				overflow(t, c.optimizer, c.moments, units)
			})
		}
	}
}

func overflow(t *testing.T, o train.Optimizer, moments []moment, units int) {
	rate := 0.0
	options := train.Options{Optimizer: o, Schedule: schedule.Func(func(int) float64 { return rate })}
	m, control := tilted(graph.Float32, units), tilted(graph.Float32, units)
	tr, without := newTrainer(t, m, options), newTrainer(t, control, options)
	for i, k := range moments {
		rate = k.rate
		d, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: []float64{k.gradient}})
		if err != nil {
			t.Fatal(err)
		}
		err = step(t, tr, d, 0)
		if k.bad == 0 {
			if err := errors.Join(err, step(t, without, d, 0)); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
		} else if bad := (*train.NotFiniteError)(nil); !errors.As(err, &bad) || bad.Stage != k.bad || bad.Param != "w" || !bad.Kept || k.slot != (bad.Slot != "") {
			t.Fatalf("step %d: got %v, want the %v of w refused, and all kept", i, err, k.bad)
		}
		if !slices.EqualFunc(m.p.Values("w"), control.p.Values("w"), func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
			t.Fatalf("step %d: the parameters are not those of the good steps", i)
		}
	}
	if tr.Position().Step != without.Position().Step {
		t.Errorf("%d steps are counted, want %d", tr.Position().Step, without.Position().Step)
	}
}
