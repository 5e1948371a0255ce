package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// noises are the layers that draw in training. The elements of a part share a number of the
// first draw of a graph with the same seed, uniform or normal; want is the result for an
// element x and that number.
var noises = []struct {
	name   string
	f      func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
	part   int // elements that share a draw
	normal bool
	want   func(x, draw float64) float64
}{
	{"SpatialDropout", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.SpatialDropout(b, x, 0.25) }, 15, false, dropping},
	{"DropPath", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.DropPath(b, x, 0.25) }, 60, false, dropping},
	{"AlphaDropout", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.AlphaDropout(b, x, 0.25) }, 1, false, func(x, u float64) float64 {
		alpha := 1.6732632423543772848170429916717 * 1.0507009873554804934193349852946
		a := math.Pow((0.25*alpha*alpha+1)*0.75, -0.5)
		if u >= 0.75 {
			return a*-alpha + a*alpha*0.25
		}
		return a*x + a*alpha*0.25
	}},
	{"GaussianNoise", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.GaussianNoise(b, x, 0.5) }, 1, true, func(x, e float64) float64 { return x + 0.5*e }},
	{"GaussianDropout", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.GaussianDropout(b, x, 0.2) }, 1, true, func(x, e float64) float64 { return x * (1 + 0.5*e) }},
}

// dropping drops a quarter.
func dropping(x, u float64) float64 {
	if u >= 0.75 {
		return 0
	}
	return x / 0.75
}

// TestNoises compares each layer with its formula, in both types, and its gradient with
// differences. Outside of training it returns the operand, and others draw as in training.
func TestNoises(t *testing.T) {
	shape := []int{7, 4, 3, 5}
	size := ir.Shape(shape).Size()
	for _, l := range noises {
		t.Run(l.name, func(t *testing.T) {
			for _, d := range []graph.DType{graph.Float64, graph.Float32} {
				b := graph.New(graph.NewParams(d, 4))
				b.SetTraining(true)
				x := b.Const(graphtest.Wave(size, 1), shape...)
				out := graphtest.Run(t, b, nil, x, l.f(b, x), b.Uniform(3))
				b = graph.New(graph.NewParams(d, 4))
				n := size / l.part
				draw := b.Uniform(n)
				if l.normal {
					b = graph.New(graph.NewParams(d, 4))
					draw = b.Normal(n)
				}
				draws := graphtest.Run(t, b, nil, draw)[0]
				for i, got := range out[1] {
					if want := l.want(out[0][i], draws[i/l.part]); math.Abs(got-want) > 1e-6 {
						t.Fatalf("%v, element %d: got %v, want %v of %v", d, i, got, want, out[0][i])
					}
				}
				b = graph.New(graph.NewParams(d, 4))
				x = b.Input("x", shape...)
				if y := l.f(b, x); y != x {
					t.Errorf("outside of training: got another node than the operand (%v)", b.Err())
				}
				if after := graphtest.Run(t, b, nil, b.Uniform(3))[0]; !slices.Equal(after, out[2]) {
					t.Errorf("outside of training others draw %v, in training %v", after, out[2])
				}
			}
			b := graph.New(graph.NewParams(graph.Float64, 4))
			b.SetTraining(true)
			x := b.Input("x", shape...)
			at := autograd.Point{Floats: map[string][]float64{"x": graphtest.Wave(size, 1)}}
			loss := b.Sum(b.Cube(l.f(b, x)))
			for _, check := range []func(*graph.Builder, *gorgonia.Node, autograd.Point, autograd.CheckOptions) error{autograd.Check, autograd.CheckSecondOrder} {
				if err := check(b, loss, at, autograd.CheckOptions{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestNoiseMoments holds what the layers make of standard normal numbers to the mean and
// the variance that they promise, to five standard errors or so.
func TestNoiseMoments(t *testing.T) {
	const n = 1 << 16
	for _, l := range []struct {
		name     string
		f        func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
		variance float64
	}{
		{"AlphaDropout", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.AlphaDropout(b, x, 0.4) }, 1},
		{"GaussianNoise", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.GaussianNoise(b, x, 2) }, 5},
		{"GaussianDropout", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.GaussianDropout(b, x, 0.5) }, 2},
		{"Dropout", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.Dropout(b, x, 0.5) }, 2},
		{"SpatialDropout", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return nn.SpatialDropout(b, b.Reshape(x, n/4, 4, 1), 0.5)
		}, 2},
		{"DropPath", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.DropPath(b, x, 0.5) }, 2},
	} {
		b := graph.New(graph.NewParams(graph.Float64, 4))
		b.SetTraining(true)
		y := l.f(b, b.Normal(n))
		out := graphtest.Run(t, b, nil, b.Mean(y), b.Mean(b.Square(y)))
		if math.Abs(out[0][0]) > 5*math.Sqrt(l.variance/n) || math.Abs(out[1][0]/l.variance-1) > 0.04 {
			t.Errorf("%s: got the mean %v and the mean square %v, want 0 and %v", l.name, out[0][0], out[1][0], l.variance)
		}
	}
}

// Every run draws anew which of the two examples are dropped; the others are doubled.
func ExampleDropPath() {
	b := graph.New(graph.NewParams(graph.Float64, 1))
	b.SetTraining(true)
	x := b.Const([]float64{1, 2, 3, 4}, 2, 2)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{nn.DropPath(b, x, 0.5)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	y := graph.OutputOf[float64](p, 0)
	for range 3 {
		if err := p.Run(); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(y.Read(nil))
	}
	// Output:
	// [0 0 0 0]
	// [2 4 6 8]
	// [2 4 0 0]
}
