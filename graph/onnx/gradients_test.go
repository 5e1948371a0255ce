package onnx_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"gorgonia.org/gorgonia"
	gtensor "gorgonia.org/tensor"
)

// slopes returns the gradients of the mean squares of a model's outputs by its parameters and
// its float inputs. It draws the inputs for a batch of n.
func slopes(of onnx.Model, n int, e *exported) (map[string][]float64, error) {
	b := graph.New(of.Params)
	loss := b.Scalar(0)
	for _, y := range of.Outputs(b, n) {
		if b.Err() == nil && y.Dtype() != gtensor.Int {
			loss = b.Add(loss, b.Mean(b.Square(y)))
		}
	}
	wrt := b.ParamNodes()
	for _, x := range b.InputNodes() {
		if x.Dtype() != gtensor.Int {
			wrt = append(wrt, x)
		}
	}
	grads, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, loss, wrt...)
	if err != nil {
		return nil, err
	}
	p, err := b.Compile(graph.Options{Outputs: append([]*gorgonia.Node{loss}, grads...), Workers: 1})
	if err != nil {
		return nil, err
	}
	if err := draw(p, e); err != nil {
		return nil, err
	}
	if err := p.Run(); err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	for i, x := range wrt {
		out[x.Name()] = graph.OutputOf[float64](p, 1+i).Read(nil)
	}
	return out, nil
}

// sameSlopes compares the gradients of a model and of its file, element by element, relative to
// the root mean square of the gradient. Some gradients are 0 but for rounding, such as that of
// the bias of attention's keys: the largest gradient of the model bounds those.
func sameSlopes(t *testing.T, e *exported, n int) {
	t.Helper()
	want, err := slopes(e.of, n, e)
	if err != nil {
		t.Errorf("%s: %v", e.name, err)
		return
	}
	m := again(t, e.name, e.of)
	got, err := slopes(onnx.Model{Params: m.Params(), Outputs: m.Outputs}, n, e)
	if err != nil {
		t.Errorf("%s: the file: %v", e.name, err)
		return
	}
	largest := 0.0
	for _, w := range want {
		for _, v := range w {
			largest = max(largest, math.Abs(v))
		}
	}
	for name, w := range want {
		g, found := got[name]
		if !found { // nothing needs it, so Write left it out
			g = make([]float64, len(w))
		}
		if len(g) != len(w) {
			t.Errorf("%s: %s: got %d elements, want %d", e.name, name, len(g), len(w))
			continue
		}
		squares := 0.0
		for _, v := range w {
			squares += v * v
		}
		bound := 1e-9*math.Sqrt(squares/float64(len(w))) + 1e-14*largest
		for i := range w {
			if !(math.Abs(g[i]-w[i]) <= bound) && !(g[i] != g[i] && w[i] != w[i]) {
				t.Errorf("%s: %s: got the slope %v at element %d, want %v", e.name, name, g[i], i, w[i])
				break
			}
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("%s: got a gradient by %s, which the model does not have", e.name, name)
	}
}

// TestSameGradients holds that a model that was written and read has the same gradients.
func TestSameGradients(t *testing.T) {
	for _, e := range zoo(t, graph.Float64) {
		if !testing.Short() || !e.big {
			sameSlopes(t, &e, 5)
		}
	}
}

// TestSameGradientsRandom holds it for random models.
func TestSameGradientsRandom(t *testing.T) {
	for _, jumps := range []bool{false, true} {
		for _, e := range randomModels(graph.Float64, jumps) {
			e.name = fmt.Sprintf("%s, jumps %v", e.name, jumps)
			sameSlopes(t, &e, 5)
		}
	}
}
