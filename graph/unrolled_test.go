package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// unrolled is a training step of a recurrent layer of 64 units over the steps of 16
// sequences.
func unrolled(b testing.TB, cell nn.Cell, steps int, lengths bool) (*graph.Builder, graph.Options) {
	b.Helper()
	g := graph.New(graph.NewParams(graph.Float32, 1))
	o := nn.RecurrentOptions{Cell: cell, Hidden: 64}
	if lengths {
		o.Lengths = g.Ints("lengths", 16)
	}
	y, _ := nn.Recurrent(g, "rnn", g.Input("x", steps, 16, 32), o)
	loss := g.Mean(g.Square(y))
	grads, err := autograd.Gradients(loss, g.ParamNodes()...)
	if err != nil {
		b.Fatal(err)
	}
	return g, graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: grads, Workers: 1}
}

// TestUnrolled counts the kernels and the memory that each further step of a sequence
// takes: one product and a few loops to compute it, and one product and some loops for
// its gradient.
func TestUnrolled(t *testing.T) {
	for _, k := range []struct {
		cell             nn.Cell
		lengths          bool
		forward, kernels int
	}{
		{nn.LSTM, false, 3, 14}, {nn.LSTM, true, 3, 16},
		{nn.GRU, false, 2, 15}, {nn.GRU, true, 2, 16},
		{nn.TanhRNN, false, 1, 3}, {nn.TanhRNN, true, 1, 4},
	} {
		stats := func(steps int, training bool) graph.Stats {
			g, o := unrolled(t, k.cell, steps, k.lengths)
			if !training {
				o.Grads = nil
			}
			p, err := g.Compile(o)
			if err != nil {
				t.Fatal(err)
			}
			return p.Stats()
		}
		few, many, more := stats(10, true), stats(20, true), stats(30, true)
		if got, want := many.Kernels-few.Kernels, 10*k.kernels; got != want {
			t.Errorf("%v, lengths %v: got %d kernels for 10 steps of training, want %d", k.cell, k.lengths, got, want)
		}
		if got, want := stats(20, false).Kernels-stats(10, false).Kernels, 10*k.forward; got != want {
			t.Errorf("%v, lengths %v: got %d kernels for 10 steps, want %d", k.cell, k.lengths, got, want)
		}
		if a, b := many.Bytes["temp"]-few.Bytes["temp"], more.Bytes["temp"]-many.Bytes["temp"]; b*10 > a*11 {
			t.Errorf("%v, lengths %v: got %d bytes for steps 10 to 20 and %d for 20 to 30, want about as many", k.cell, k.lengths, a, b)
		}
	}
}

// BenchmarkUnrolled measures the compilation of recurrent layers, with their graphs and
// gradients, and their training steps. Both must be linear in the number of steps.
func BenchmarkUnrolled(b *testing.B) {
	for _, cell := range []nn.Cell{nn.LSTM, nn.GRU, nn.TanhRNN} {
		for _, lengths := range []bool{false, true} {
			for _, steps := range []int{100, 1000} {
				name := fmt.Sprintf("%v/lengths=%v/steps=%d", cell, lengths, steps)
				b.Run("compile/"+name, func(b *testing.B) {
					for b.Loop() {
						g, o := unrolled(b, cell, steps, lengths)
						if _, err := g.Compile(o); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run("run/"+name, func(b *testing.B) { runUnrolled(b, cell, steps, lengths) })
			}
		}
	}
}

// runUnrolled measures training steps, and says how many kernels and microseconds a step
// of the sequence takes.
func runUnrolled(b *testing.B, cell nn.Cell, steps int, lengths bool) {
	g, o := unrolled(b, cell, steps, lengths)
	p, err := g.Compile(o)
	if err == nil {
		err = graph.InputOf[float32](p, "x").Set(make([]float32, steps*16*32))
	}
	if err == nil && lengths {
		err = graph.InputOf[int](p, "lengths").Set(slices.Repeat([]int{steps, steps / 2}, 8))
	}
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		n++
		if err := p.Run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/1e3/float64(n*steps), "us/step")
	b.ReportMetric(float64(p.Stats().Kernels)/float64(steps), "kernels/step")
}
