package models_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// wave returns n numbers that are not all alike.
func wave(n int, seed, step float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Sin(seed + step*float64(i))
	}
	return v
}

// TestResidual holds a network with a residual block that halves the images and adds a
// channel to what PyTorch 1.13 computes in evaluation, in both types.
func TestResidual(t *testing.T) {
	want := []float64{-0.5760549666566768, -0.4993890963505171, -0.7078377618721143, -0.7114933212677992}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		m, err := models.NewCNN(models.CNNOptions{Channels: 2, Height: 5, Width: 5, Out: 2, Head: models.Regression, GlobalPool: true, DType: d,
			Blocks: []models.ConvBlock{{Channels: 3, Kernel: 3, Pad: 1, BatchNorm: true}, {Channels: 4, Kernel: 3, Pad: 1, Stride: 2, BatchNorm: true, Residual: true}}})
		if err != nil {
			t.Fatal(err)
		}
		b := graph.New(m.Params())
		_, output := m.Loss(b, 2)
		for i, q := range m.Params().List() {
			v := wave(q.Size(), float64(i+1), 0.7)
			for k := range v {
				v[k] *= 0.5
			}
			if err := m.Params().Set(q.Name, v); err != nil {
				t.Fatal(err)
			}
		}
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{output}})
		if err != nil {
			t.Fatal(err)
		}
		if err := graph.InputOf[float64](p, "x").Set(wave(2*2*5*5, 0, 0.7)); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		tol := map[graph.DType]float64{graph.Float64: 1e-14, graph.Float32: 1e-6}[d]
		for i, got := range graph.OutputOf[float64](p, 0).Read(nil) {
			if math.Abs(got-want[i]) > tol {
				t.Errorf("%v: output %d: got %v, want %v", d, i, got, want[i])
			}
		}
	}
}

// TestResNet20 counts the parameters of the presets: 0.27 million of ResNet-20, as the
// paper says, and 61,706 of LeNet-5.
func TestResNet20(t *testing.T) {
	for _, c := range []struct {
		name   string
		o      models.CNNOptions
		want   int
		states int
	}{{"ResNet-20", models.ResNet20(), 269722, 2 * 19}, {"LeNet-5", models.LeNet5(), 61706, 0}} {
		m, err := models.NewCNN(c.o)
		if err == nil {
			err = train.Build(m)
		}
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, q := range m.Params().List() {
			n += q.Size()
		}
		if states := len(m.Params().States()); n != c.want || states != c.states {
			t.Errorf("%s: got %d parameters and %d states, want %d and %d", c.name, n, states, c.want, c.states)
		}
	}
}
