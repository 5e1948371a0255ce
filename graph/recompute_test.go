package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// chains are computations of many layers over one input x.
var chains = map[string]struct {
	shape []int
	loss  func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
}{
	"perceptron with dropout and shortcuts": {[]int{8, 16}, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		for i := range 24 {
			h := nn.Dense(b, fmt.Sprint("dense", i), nn.Standardize(b, x, 1e-5, -1), 16, nn.Tanh)
			x = b.Add(x, nn.Dropout(b, h, 0.25))
		}
		return b.Mean(b.Square(x))
	}},
	"convolutions and a pool": {[]int{2, 3, 12, 12}, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		for i := range 12 {
			x = b.ReLU(nn.Conv(b, fmt.Sprint("conv", i), x, nn.ConvOptions{Out: 4, Kernel: []int{3}, Windowing: nn.Windowing{Pad: []int{1}}}))
			if i == 5 {
				x = nn.MaxPool(b, x, nn.PoolOptions{Kernel: []int{2}})
			}
		}
		return b.Mean(b.Square(x))
	}},
	"recurrence": {[]int{12, 3, 5}, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		y, _ := nn.Recurrent(b, "lstm", x, nn.RecurrentOptions{Hidden: 6})
		return b.Mean(b.Square(y))
	}},
	"steps of a differential equation": {[]int{50}, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		w := b.Param("w", graph.Values([]float64{0.7}), 1)
		for range 60 {
			x = b.Add(x, b.Scale(b.Softmax(b.Mul(w, x)), -0.01))
		}
		return b.Mean(b.Square(x))
	}},
}

// TestRecompute compares losses and gradients with those of a program that
// computes nothing twice: bit by bit, in both types, with one worker and three.
func TestRecompute(t *testing.T) {
	for name, c := range chains {
		t.Run(name, func(t *testing.T) {
			for _, d := range []graph.DType{graph.Float32, graph.Float64} {
				want, most := train3(t, d, c.shape, c.loss, graph.Options{Workers: 1})
				for _, workers := range []int{1, 3} {
					got, live := train3(t, d, c.shape, c.loss, graph.Options{Workers: workers, Recompute: true})
					if live > most/10*9 && name != "recurrence" {
						t.Errorf("%v: %d bytes are needed at once, %d when nothing is computed twice", d, live, most)
					}
					for i := range want {
						if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
							t.Fatalf("%v, %d workers: number %d is %v, want %v", d, workers, i, got[i], want[i])
						}
					}
				}
			}
		})
	}
}

// train3 makes three runs and returns all losses and gradients, and the bytes that
// are needed at once.
func train3(t *testing.T, d graph.DType, shape []int, f func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node, o graph.Options) (out []float64, live int) {
	t.Helper()
	b := graph.New(graph.NewParams(d, 3))
	b.SetTraining(true)
	x := b.Input("x", shape...)
	loss := f(b, x)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	var err error
	if o.Grads, err = autograd.Gradients(loss, b.ParamNodes()...); err != nil {
		t.Fatal(err)
	}
	o.Outputs = gorgonia.Nodes{loss}
	p, err := b.Compile(o)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		v := make([]float64, ir.Shape(shape).Size())
		for i := range v {
			v[i] = r.NormFloat64()
		}
		if err := graph.InputOf[float64](p, "x").Set(v); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		out = append(out, graph.OutputOf[float64](p, 0).Scalar())
		for _, n := range b.ParamNodes() {
			out = append(out, b.Params().Grad(n.Name())...)
		}
	}
	if n := testing.AllocsPerRun(5, func() { _ = p.Run() }); n != 0 {
		t.Errorf("a run allocates %v times, want 0", n)
	}
	return out, p.Stats().Live
}

// The gradient of a deep network with little memory: of its 256 layers the results
// of some are kept, and the others computed again when their gradients need them.
func ExampleOptions_recompute() {
	b := graph.New(nil)
	x := b.Input("x", 64, 32)
	for i := range 256 {
		x = nn.Dense(b, fmt.Sprint("dense", i), x, 32, nn.Tanh)
	}
	loss := b.Mean(b.Square(x))
	grads, err := autograd.Gradients(loss, b.ParamNodes()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	var need [2]graph.Stats
	for i := range need {
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: grads, Recompute: i == 1})
		if err != nil {
			fmt.Println(err)
			return
		}
		need[i] = p.Stats()
	}
	fmt.Println("at most a quarter of the memory:", need[1].Bytes["temp"] <= need[0].Bytes["temp"]/4)
	fmt.Printf("%.1f times the operations\n", float64(need[1].Flops)/float64(need[0].Flops))
	// Output:
	// at most a quarter of the memory: true
	// 1.3 times the operations
}
