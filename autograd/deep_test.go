package autograd_test

import (
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// TestHundredThousand differentiates and compiles a chain of 50,000 operators,
// whose gradient doubles it: nothing may recurse or take more than linear time.
func TestHundredThousand(t *testing.T) {
	if testing.Short() {
		return
	}
	b := graph.New(nil)
	x := b.Input("x", 4)
	y := x
	for i := range 25000 {
		y = b.Tanh(b.AddConst(y, float64(i%3)))
	}
	grads, err := autograd.Gradients(b.Sum(y), x)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y, grads[0]}})
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.InputOf[float64](p, "x").Set([]float64{1, 2, 3, 4}); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if v := graph.OutputOf[float64](p, 0).Read(nil)[0]; !(v > -1 && v < 1) {
		t.Errorf("got %v", v)
	}
}
