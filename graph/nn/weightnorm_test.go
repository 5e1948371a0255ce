package nn_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// wavy are a parameter's elements as graphtest.Wave has them.
func wavy(seed float64, shape ...int) graph.Initializer {
	return graph.Values(graphtest.Wave(ir.Shape(shape).Size(), seed))
}

// normed are layers with and without WeightNorm.
var normed = map[string]func(b *graph.Builder, norm bool) *gorgonia.Node{
	"Linear": func(b *graph.Builder, norm bool) *gorgonia.Node {
		return nn.Linear(b, "h", b.Const(graphtest.Wave(6, 3), 2, 3), nn.LinearOptions{Out: 2, NoBias: true, WeightNorm: norm, Weight: wavy(1, 3, 2)})
	},
	"Conv": func(b *graph.Builder, norm bool) *gorgonia.Node {
		return nn.Conv(b, "h", b.Const(graphtest.Wave(8, 3), 1, 2, 4), nn.ConvOptions{Out: 3, Kernel: []int{2}, NoBias: true, WeightNorm: norm, Weight: wavy(1, 3, 2, 2)})
	},
}

// TestWeightNormOfLayers compares with PyTorch, with gains that are set; before that the
// layer is the one without WeightNorm.
func TestWeightNormOfLayers(t *testing.T) {
	for name, c := range map[string]struct {
		gain, value, weight, slope []float64
	}{
		"Linear": {[]float64{2, 0.5}, []float64{1.468844909289052, 0.24829046349394, 0.359828082813756, 0.581211826497913},
			[]float64{1.213338331640022, -0.076335274676052, 0.39788123544259, -0.402839301010139, -0.64330146006874, 0.542347939619509}, []float64{-0.550501176280256, -0.525556158195775}},
		"Conv": {[]float64{2, 0.5, -1}, []float64{0.29516781626551, -0.098134531407702, -0.2698796281212, 0.100193193092216, 0.015256232955823, -0.104124556332311, -0.201431579598527, -0.09531060518133, 0.225992073049704},
			[]float64{-0.396863265111983, 2.842483342469193, 0.45588348139869, 2.454136230607345, 0.318704624641049, 0.454481265026935, 0.381866166399413, 0.274309164744212, -0.621198716980036, 0.541005320297496, -0.34846969444778, 0.793077651865859},
			[]float64{-0.276706088437055, -0.313804202552752, 0.06523477407279}},
	} {
		t.Run(name, func(t *testing.T) {
			b, plain := graph.New(nil), graph.New(nil)
			start := graphtest.Run(t, b, nil, normed[name](b, true))[0]
			graphtest.Same(t, "the start", start, graphtest.Run(t, plain, nil, normed[name](plain, false))[0])
			if err := b.Params().Set("h/gain", c.gain); err != nil {
				t.Fatal(err)
			}
			b = graph.New(b.Params())
			y := normed[name](b, true)
			cost := b.Sum(b.Mul(y, b.Const(graphtest.Wave(len(c.value), 5), b.Shape(y)...)))
			g, err := autograd.Gradients(cost, b.ParamNodes()...)
			if err != nil {
				t.Fatal(err)
			}
			out := graphtest.Run(t, b, nil, append(gorgonia.Nodes{y}, g...)...)
			graphtest.Same(t, "value", out[0], c.value)
			graphtest.Same(t, "gradient by the weight", out[1], c.weight)
			graphtest.Same(t, "gradient by the gain", out[2], c.slope)
			if err := autograd.CheckSecondOrder(b, b.Sum(b.Cube(y)), autograd.Point{}, autograd.CheckOptions{}); err != nil {
				t.Error(err)
			}
			if got := b.Params().Get("h/gain"); got.Decay || !slices.Equal(got.Shape, []int{len(c.gain)}) {
				t.Errorf("got the gain %+v, want a vector without decay", got)
			}
		})
	}
}

// TestWeightNormLater refuses WeightNorm for a weight that was made without, in the same
// graph and in another one of its Params.
func TestWeightNormLater(t *testing.T) {
	for name, f := range normed {
		b := graph.New(nil)
		f(b, false)
		if f(b, true); !errors.Is(b.Err(), graph.ErrOption) {
			t.Errorf("%s: in the same graph: got %v, want ErrOption", name, b.Err())
		}
		b = graph.New(nil)
		f(b, false)
		b = graph.New(b.Params())
		if f(b, true); !errors.Is(b.Err(), graph.ErrOption) {
			t.Errorf("%s: in another graph: got %v, want ErrOption", name, b.Err())
		}
	}
}
