package nn_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// A residual MLP: blocks that add to what comes in. The names of parameters follow the
// names of the containers.
func ExampleSequential() {
	dense := func(name string, out int, act nn.Activation) nn.Layer {
		return func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.Dense(b, name, x, out, act) }
	}
	block := func(name string) nn.Layer {
		return func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return nn.Residual(b, x, func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
				return nn.Sequential(b, name, x, dense("in", 32, nn.ReLU), dense("out", 16, nn.Identity))
			})
		}
	}
	b := graph.New(nil)
	x := b.Input("x", 8, 4)
	y := nn.Sequential(b, "net", x, dense("first", 16, nn.ReLU), block("block1"), block("block2"), dense("last", 3, nn.Identity))
	fmt.Println(b.Shape(y))
	for _, p := range b.Params().List() {
		fmt.Println(p.Name, p.Shape)
	}
	// Output:
	// [8 3]
	// net/first/weight [4 16]
	// net/first/bias [16]
	// net/block1/in/weight [16 32]
	// net/block1/in/bias [32]
	// net/block1/out/weight [32 16]
	// net/block1/out/bias [16]
	// net/block2/in/weight [16 32]
	// net/block2/in/bias [32]
	// net/block2/out/weight [32 16]
	// net/block2/out/bias [16]
	// net/last/weight [16 3]
	// net/last/bias [3]
}

// TestContainers holds containers to the same calls by hand.
func TestContainers(t *testing.T) {
	type B = graph.Builder
	type N = gorgonia.Node
	x := graphtest.Wave(6, 1)
	b := graph.New(graph.NewParams(graph.Float64, 2))
	in := b.Const(x, 2, 3)
	half := func(b *B, x *N) *N { return nn.Dense(b, "half", x, 3, nn.Tanh) }
	y := nn.Sequential(b, "net", in, half, func(b *B, x *N) *N { return nn.Residual(b, x, half) })
	var want *N
	b.Scope("net", func() {
		h := nn.Dense(b, "half", in, 3, nn.Tanh)
		want = b.Add(h, nn.Dense(b, "half", h, 3, nn.Tanh))
	})
	out := graphtest.Run(t, b, nil, y, want)
	graphtest.Same(t, "containers", out[0], out[1])
	if got := names(b); !slices.Equal(got, []string{"net/half/weight", "net/half/bias"}) {
		t.Errorf("got the parameters %q", got)
	}
	if err := autograd.Check(b, b.Sum(b.Square(y)), autograd.Point{}, autograd.CheckOptions{}); err != nil {
		t.Error(err)
	}
	if nn.Sequential(b, "none", in) != in {
		t.Error("without layers the result is another node")
	}
}
