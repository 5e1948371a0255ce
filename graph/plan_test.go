package graph_test

import (
	"errors"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// TestPlanStats: a Plan has the Stats of the compiled program, leaves the graph as it is, and
// lets it have more parameters.
func TestPlanStats(t *testing.T) {
	for _, workers := range []int{1, 3} {
		b := graph.New(nil)
		x := b.Input("x", 64, 32)
		for _, name := range []string{"a", "b", "c"} {
			x = nn.Dense(b, name, x, 32, nn.Tanh)
		}
		l := b.Mean(b.Square(x))
		if _, err := b.Plan(graph.Options{Outputs: gorgonia.Nodes{l}}); err != nil {
			t.Fatal(err)
		}
		l = b.Add(l, b.Sum(b.Square(b.Param("later", graph.Ones(), 3))))
		grads, err := autograd.Gradients(l, b.ParamNodes()...)
		if err != nil {
			t.Fatal(err)
		}
		o := graph.Options{Outputs: gorgonia.Nodes{l}, Grads: grads, Workers: workers}
		plan, err := b.Plan(o)
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.Compile(o)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := plan.Stats.String(), p.Stats().String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		var scopes []string
		for _, l := range plan.Layers {
			scopes = append(scopes, l.Scope)
		}
		if want := []string{"a", "b", "c", "", "", "", "", ""}; !slices.Equal(scopes, want) {
			t.Errorf("got the scopes %q, want %q", scopes, want)
		}
		if last := plan.Layers[len(plan.Layers)-1]; last.Op != "Add" || len(last.Shape) != 0 || last.Flops != 1 {
			t.Errorf("the last layer: got %+v", last)
		}
	}
}

// TestPlanOfLoop: a loop over steps is one layer for each operator and scope in it.
func TestPlanOfLoop(t *testing.T) {
	b := graph.New(nil)
	x, h := b.Input("x", 4, 8), b.Input("h", 4, 8)
	for range 50 {
		h = b.Tanh(b.Add(nn.Dense(b, "step", h, 8, nn.Identity), x))
	}
	plan, err := b.Plan(graph.Options{Outputs: gorgonia.Nodes{h}})
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Layers) != 3 || plan.Layers[0].Scope != "step" || len(plan.Layers[0].Params) != 2 || plan.Layers[2].Flops != 50*32 {
		t.Errorf("got %+v, want three layers", plan.Layers)
	}
}

// TestPlanTooLarge plans what no machine could run.
func TestPlanTooLarge(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("inputs cannot be as large")
	}
	b := graph.New(nil)
	x := b.Input("x", 1<<20, 1<<10)
	y := x
	for range 100 {
		y = b.Add(b.CumSum(y, 0), x)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	plan, err := b.Plan(graph.Options{Outputs: gorgonia.Nodes{y}, MemoryLimit: 1})
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if need := int64(plan.Stats.Bytes["input"] + plan.Stats.Bytes["temp"] + plan.Stats.Bytes["output"]); need < 3<<33 {
		t.Errorf("got %d bytes, want three arrays of 8 GiB or more", need)
	}
	if made := after.TotalAlloc - before.TotalAlloc; made > 16<<20 {
		t.Errorf("made %d bytes", made)
	}
}

// TestPlanErrors: what Compile refuses, Plan refuses.
func TestPlanErrors(t *testing.T) {
	if _, err := (*graph.Builder)(nil).Plan(graph.Options{}); !errors.Is(err, graph.ErrOption) {
		t.Errorf("nil: got %v, want ErrOption", err)
	}
	b := graph.New(nil)
	if _, err := b.Plan(graph.Options{}); !errors.Is(err, graph.ErrOption) {
		t.Errorf("no outputs: got %v, want ErrOption", err)
	}
	b.Add(b.Input("x", 2), b.Input("y", 3))
	if _, err := b.Plan(graph.Options{}); !errors.Is(err, graph.ErrShape) {
		t.Errorf("a mistake before: got %v, want ErrShape", err)
	}
}
