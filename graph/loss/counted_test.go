package loss_test

import (
	"errors"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
)

// TestMeanOver holds a mean over what counts, and its gradient, to values by hand,
// with and without something that counts.
func TestMeanOver(t *testing.T) {
	for _, c := range []struct {
		name      string
		weights   []float64
		loss, dx0 float64
	}{
		{"two count", []float64{1, 0, 3}, (1*1 + 3*9) / 4.0, 2.0 / 4},
		{"none counts", []float64{0, 0, 0}, 0, 0},
	} {
		b := graph.New(nil)
		x := b.Input("x", 3)
		w := b.Const(c.weights, 3)
		mean := loss.MeanOver(b, b.Sum(b.Mul(w, b.Square(x))), b.Sum(w))
		g, err := autograd.Gradients(mean, x)
		if err != nil {
			t.Fatal(err)
		}
		out := runs(t, b, map[string][]float64{"x": {1, 2, 3}}, mean, g[0])
		if out[0][0] != c.loss || out[1][0] != c.dx0 {
			t.Errorf("%s: got %v with the derivative %v, want %v and %v", c.name, out[0][0], out[1][0], c.loss, c.dx0)
		}
		if m := b.CountedMeans(); len(m) != 1 || m[0].Node != mean {
			t.Errorf("%s: got the means %v, want the loss", c.name, m)
		}
	}
	b := graph.New(nil)
	loss.MeanOver(b, b.Input("x", 3), b.Scalar(1))
	if err := b.Err(); !errors.Is(err, graph.ErrShape) {
		t.Errorf("got %v for a sum of three elements, want ErrShape", err)
	}
}

// TestIgnoredLabel checks that the losses which leave a label out say so.
func TestIgnoredLabel(t *testing.T) {
	type f = func(b *builder, x, y *node, o ...loss.CrossEntropyOptions) *node
	for name, f := range map[string]f{"CrossEntropy": loss.CrossEntropy, "NLL": loss.NLL} {
		b := graph.New(nil)
		f(b, b.Input("x", 4, 3), b.Ints("y", 4), loss.CrossEntropyOptions{Ignore: new(-7)})
		if got, ok := b.IgnoredLabel("y"); !ok || got != (graph.IgnoredLabel{Label: -7, Classes: 3}) {
			t.Errorf("%s: got the ignored label %v, %v, want -7", name, got, ok)
		}
		if _, ok := b.IgnoredLabel("x"); ok || b.Err() != nil {
			t.Errorf("%s: got an ignored label of another input, or %v", name, b.Err())
		}
		if m := b.CountedMeans(); len(m) != 1 {
			t.Errorf("%s: got %d means over what counts, want 1", name, len(m))
		}
	}
}
