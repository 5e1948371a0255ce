package graph_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// TestNothingMerges builds what gorgonia would make one node of: operators that
// differ in an attribute, constants of one name, equal dropouts.
func TestNothingMerges(t *testing.T) {
	b := graph.New(nil)
	b.SetTraining(true)
	x := b.Input("x", 4, 4)
	pairs := [][2]*gorgonia.Node{
		{b.Const([]float64{1, 2}, 2), b.Const([]float64{3, 4}, 2)},
		{b.Scalar(1), b.Scalar(2)},
		{b.Scale(x, 2), b.Scale(x, 3)},
		{b.Sum(x, 0), b.Sum(x, 1)},
		{nn.Dropout(b, x, 0.5), nn.Dropout(b, x, 0.5)},
		{b.Reshape(x, 2, 8), b.Reshape(x, 8, 2)},
		{b.Add(x, x), b.Add(x, x)},
	}
	ones := make([]float64, 16)
	for i := range ones {
		ones[i] = float64(i + 1)
	}
	for i, p := range pairs {
		if p[0] == p[1] || p[0].ID() == p[1].ID() {
			t.Errorf("pair %d is one node", i)
		}
		got := graphtest.Run(t, b, map[string][]float64{"x": ones}, p[0], p[1])
		if same := fmt.Sprint(got[0]) == fmt.Sprint(got[1]); same != (i >= 5) {
			t.Errorf("pair %d: got %v and %v", i, got[0], got[1])
		}
	}
}

// TestDropout looks at the mask: its share of zeros, that runs differ, that a
// step can be repeated, and that outside of training there is none.
func TestDropout(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 100, 100)
	if nn.Dropout(b, x, 0.3) != x {
		t.Error("dropout changes x outside of training")
	}
	b.SetTraining(true)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{nn.Dropout(b, x, 0.3)}})
	if err != nil {
		t.Fatal(err)
	}
	in := make([]float64, 10000)
	for i := range in {
		in[i] = 7
	}
	if err := graph.InputOf[float64](p, "x").Set(in); err != nil {
		t.Fatal(err)
	}
	draw := func(step int) []float64 {
		p.SetStep(step)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		return graph.OutputOf[float64](p, 0).Read(nil)
	}
	first, second, again := draw(1), draw(2), draw(1)
	zeros, equal := 0, 0
	for i, v := range first {
		switch {
		case v == 0:
			zeros++
		case v != 7/0.7:
			t.Fatalf("got %v, want 0 or %v", v, 7/0.7)
		}
		if v == second[i] {
			equal++
		}
		if v != again[i] {
			t.Fatal("one step drew twice differently")
		}
	}
	if zeros < 2770 || zeros > 3230 { // five standard deviations
		t.Errorf("got %d zeros of 10000, want about 3000", zeros)
	}
	if equal < 5570 || equal > 6030 { // 0.3² + 0.7² = 0.58
		t.Errorf("two steps agree in %d of 10000, want about 5800", equal)
	}
}

// TestParamsAreShared compiles two batch sizes over one set of parameters.
func TestParamsAreShared(t *testing.T) {
	params := graph.NewParams(graph.Float32, 3)
	program := func(n int) *graph.Program {
		b := graph.New(params)
		y := b.Add(b.MatMul(b.Input("x", n, 2), b.Param("w", graph.Normal(0, 1), 2, 2)), b.Param("b", graph.Zeros(), 2))
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range b.ParamNodes() {
			if fmt.Sprint(node.Value().Data()) != fmt.Sprint(narrow(params.Values(node.Name()))) {
				t.Errorf("the node %s shows %v, want %v", node.Name(), node.Value().Data(), params.Values(node.Name()))
			}
		}
		return p
	}
	one, two := program(1), program(2)
	if err := params.Set("w", []float64{1, 2, 3, 4}); err != nil {
		t.Fatal(err)
	}
	if err := params.Set("b", []float64{10, 20}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		p    *graph.Program
		x    []float64
		want string
	}{{one, []float64{1, 1}, "[14 26]"}, {two, []float64{1, 0, 0, 1}, "[11 22 13 24]"}} {
		if err := graph.InputOf[float64](c.p, "x").Set(c.x); err != nil {
			t.Fatal(err)
		}
		if err := c.p.Run(); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(graph.OutputOf[float64](c.p, 0).Read(nil)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	b := graph.New(params)
	b.Param("new", graph.Zeros(), 1)
	if b.Err() == nil {
		t.Error("a new parameter after Compile: got no error")
	}
}

func narrow(v []float64) []float32 {
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x)
	}
	return out
}

// TestForks runs many forks of one program at once, which the race detector
// watches; each gives what the serial run gives.
func TestForks(t *testing.T) {
	b := graph.New(nil)
	y := b.Tanh(b.MatMul(b.Input("x", 8, 8), b.Param("w", graph.Normal(0, 1), 8, 8)))
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
	if err != nil {
		t.Fatal(err)
	}
	run := func(p *graph.Program, k int) string {
		x := make([]float64, 64)
		for i := range x {
			x[i] = float64((i*k)%7) / 7
		}
		if err := graph.InputOf[float64](p, "x").Set(x); err != nil {
			t.Error(err)
		}
		if err := p.Run(); err != nil {
			t.Error(err)
		}
		return fmt.Sprint(graph.OutputOf[float64](p, 0).Read(nil))
	}
	var wg sync.WaitGroup
	got := make([]string, 20)
	for k := range got {
		fork := p.Fork()
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 20 {
				got[k] = run(fork, k)
			}
		}()
	}
	wg.Wait()
	for k, g := range got {
		if want := run(p, k); g != want {
			t.Errorf("fork %d gives %s, the program %s", k, g, want)
		}
	}
}
