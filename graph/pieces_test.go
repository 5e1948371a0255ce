package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// TestPlanPieces: no two pieces overlap in place and time, all lie within the memory between the
// kernels, and what is needed at one time is at most Live and at some time as much.
func TestPlanPieces(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, ints := range []bool{false, true} {
			b := graph.New(graph.NewParams(d, 1))
			x := b.Input("x", 64, 32)
			for _, name := range []string{"a", "b", "c", "d"} {
				x = b.Softmax(nn.Dense(b, name, x, 32, nn.Tanh))
			}
			l := b.Mean(b.Square(x))
			if ints {
				sum := b.Sum(x, 1)
				l = b.Mean(b.Mul(sum, b.Take(b.Input("table", 64), b.ArgSort(sum, 0, graph.Ascending))))
			}
			grads, err := autograd.Gradients(l, b.ParamNodes()...)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := b.Plan(graph.Options{Outputs: gorgonia.Nodes{l}, Grads: grads, Workers: 3})
			if err != nil {
				t.Fatal(err)
			}
			checkPieces(t, plan, ints)
		}
	}
}

func checkPieces(t *testing.T, plan graph.Plan, ints bool) {
	t.Helper()
	needed := make([]int64, plan.Stats.Kernels)
	for i, p := range plan.Pieces {
		if p.Op == "" || p.From > p.To || p.From < 0 || p.To >= plan.Stats.Kernels || p.Bytes <= 0 || p.Offset+p.Bytes > int64(plan.Stats.Bytes["temp"]) {
			t.Errorf("piece %d: %+v", i, p)
			continue
		}
		for k := p.From; k <= p.To; k++ {
			needed[k] += p.Bytes
		}
		for _, q := range plan.Pieces[:i] {
			if p.From <= q.To && q.From <= p.To && p.Offset < q.Offset+q.Bytes && q.Offset < p.Offset+p.Bytes {
				t.Errorf("two pieces overlap: %+v and %+v", p, q)
			}
		}
	}
	if got, want := slices.Max(needed), int64(plan.Stats.Live); got > want || !ints && got < want { // Live adds what floats and integers need at most
		t.Errorf("got %d bytes at most, want %d", got, want)
	}
}

// TestPlanReads: layers name the layers and inputs that they read, also around a block.
func TestPlanReads(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 4, 8)
	a := nn.Dense(b, "a", x, 8, nn.Tanh)
	y := b.Add(nn.Dense(b, "b", a, 8, nn.Tanh), a)
	z := b.Mul(y, b.Input("z", 4, 8))
	plan, err := b.Plan(graph.Options{Outputs: gorgonia.Nodes{z}})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		reads  []int
		inputs string
	}{{nil, "x"}, {[]int{0}, ""}, {[]int{0, 1}, ""}, {[]int{2}, "z"}}
	if len(plan.Layers) != len(want) {
		t.Fatalf("got the layers %+v", plan.Layers)
	}
	for i, l := range plan.Layers {
		if !slices.Equal(l.Reads, want[i].reads) || strings.Join(l.Inputs, " ") != want[i].inputs {
			t.Errorf("layer %d: got %v and %v, want %v", i, l.Reads, l.Inputs, want[i])
		}
	}
}
