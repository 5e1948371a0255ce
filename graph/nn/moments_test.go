package nn_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// TestVarianceFarFromZero takes statistics of float32 numbers whose mean is ten million times their
// deviation, in short planes and in long ones, of many blocks: the variance has its digits.
func TestVarianceFarFromZero(t *testing.T) {
	for _, shape := range [][]int{{20000, 3}, {500, 3, 7, 8}, {700, 3, 40}} {
		b := graph.New(graph.NewParams(graph.Float32, 1))
		x := b.Input("x", shape...)
		zero := b.Const(make([]float64, 3), 3)
		m := nn.RunningStats(b, x, nn.Moments{Mean: zero, Variance: zero}, 1)
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{m.Mean, m.Variance}})
		if err != nil {
			t.Fatal(err)
		}
		inner := 1
		for _, n := range shape[2:] {
			inner *= n
		}
		data := make([]float32, shape[0]*3*inner)
		var sum, n [3]float64
		channel := func(i int) int { return i / inner % 3 }
		for i := range data {
			data[i] = 1e6 + float32((i*7919)%1009)/1009
			sum[channel(i)] += float64(data[i])
			n[channel(i)]++
		}
		var squares [3]float64
		for i, v := range data {
			d := float64(v) - sum[channel(i)]/n[channel(i)]
			squares[channel(i)] += d * d
		}
		if err := graph.InputOf[float32](p, "x").Set(data); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		for j, got := range graph.OutputOf[float32](p, 1).Read(nil) {
			if want := squares[j] / (n[j] - 1); math.Abs(float64(got)-want) > 1e-5*want {
				t.Errorf("%v: channel %d: got the variance %v, want %v", shape, j, got, want)
			}
		}
	}
}
