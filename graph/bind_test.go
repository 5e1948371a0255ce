package graph_test

import (
	"errors"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// TestBind checks that a bound input is read in place, that feeding ends that,
// and that the wrong type is refused.
func TestBind(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 3)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{b.Sum(b.Square(x)), b.Reshape(x, 3, 1)}})
	if err != nil {
		t.Fatal(err)
	}
	v := []float64{1, 2, 3}
	if err := graph.InputOf[float64](p, "x").Bind(v); err != nil {
		t.Fatal(err)
	}
	for _, want := range []float64{14, 29} {
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if graph.OutputOf[float64](p, 0).Scalar() != want || graph.OutputOf[float64](p, 1).Read(nil)[2] != v[2] {
			t.Errorf("got %v and %v, want %v", graph.OutputOf[float64](p, 0).Scalar(), graph.OutputOf[float64](p, 1).Read(nil), want)
		}
		v[0] = 4 // is seen by the next run
	}
	if err := graph.InputOf[float64](p, "x").Set([]float64{0, 0, 1}); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil || graph.OutputOf[float64](p, 0).Scalar() != 1 || v[0] != 4 {
		t.Errorf("after Feed: got %v, %v, and %v in the caller's memory", graph.OutputOf[float64](p, 0).Scalar(), err, v)
	}
	if graph.InputOf[float32](p, "x").Bind(make([]float32, 3)) == nil || graph.InputOf[float64](p, "x").Bind(v[:2]) == nil || graph.InputOf[float64](p, "y").Bind(v) == nil {
		t.Error("a wrong Bind got no error")
	}
}

// TestMemory checks that what is written to an input's memory is read by the next
// run, also after the input was bound, and that the wrong type is refused.
func TestMemory(t *testing.T) {
	b := graph.New(nil)
	prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{b.Sum(b.Square(b.Input("x", 3)))}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // fed by nothing else at first, bound at the second time
		v, err := graph.InputOf[float64](prog, "x").Memory()
		if err != nil || len(v) != 3 {
			t.Fatalf("got %v, %v, want 3 elements", v, err)
		}
		for _, want := range []float64{1, 16} {
			v[0], v[1], v[2] = math.Sqrt(want), 0, 0
			if err := prog.Run(); err != nil || graph.OutputOf[float64](prog, 0).Scalar() != want {
				t.Errorf("got %v, %v, want %v", graph.OutputOf[float64](prog, 0).Scalar(), err, want)
			}
		}
		if err := graph.InputOf[float64](prog, "x").Bind([]float64{9, 9, 9}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := graph.InputOf[float32](prog, "x").Memory(); !errors.Is(err, graph.ErrDType) {
		t.Errorf("got %v of the wrong type, want ErrDType", err)
	}
	if _, err := graph.InputOf[float64](prog, "y").Memory(); err == nil {
		t.Error("an unknown input got no error")
	}
}
