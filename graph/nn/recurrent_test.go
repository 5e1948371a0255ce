package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// loopCell is one step of a cell for one example, written as loops.
func loopCell(k nn.Cell, x, h, c, wi, wh, bi, bh []float64) (h2, c2 []float64) {
	n := len(h)
	g := k.Gates() * n
	a, r := append([]float64(nil), bi...), append([]float64(nil), bh...)
	for j := range g {
		for i, v := range x {
			a[j] += v * wi[i*g+j]
		}
		for i, v := range h {
			r[j] += v * wh[i*g+j]
		}
	}
	h2, c2 = make([]float64, n), make([]float64, n)
	for j := range n {
		at := func(gate int) float64 { return a[gate*n+j] + r[gate*n+j] }
		switch k {
		case nn.LSTM:
			c2[j] = sigmoid(at(1))*c[j] + sigmoid(at(0))*math.Tanh(at(2))
			h2[j] = sigmoid(at(3)) * math.Tanh(c2[j])
		case nn.GRU:
			z := sigmoid(at(1))
			fresh := math.Tanh(a[2*n+j] + sigmoid(at(0))*r[2*n+j])
			h2[j] = (1-z)*fresh + z*h[j]
		case nn.TanhRNN:
			h2[j] = math.Tanh(at(0))
		case nn.ReLURNN:
			h2[j] = max(at(0), 0)
		}
	}
	return h2, c2
}

// TestUnroll compares every cell, in both directions, with loops.
func TestUnroll(t *testing.T) {
	const steps, batch, in, hid = 4, 2, 3, 5
	for _, k := range []nn.Cell{nn.LSTM, nn.GRU, nn.TanhRNN, nn.ReLURNN} {
		for _, reverse := range []bool{false, true} {
			t.Run(fmt.Sprint(k, reverse), func(t *testing.T) {
				g := k.Gates() * hid
				x, wi, wh, bi, bh := graphtest.Wave(steps*batch*in, 1), graphtest.Wave(in*g, 2), graphtest.Wave(hid*g, 3), graphtest.Wave(g, 4), graphtest.Wave(g, 5)
				h0, c0 := graphtest.Wave(batch*hid, 6), graphtest.Wave(batch*hid, 7)
				b := graph.New(nil)
				y, last := nn.Unroll(b, k, b.Const(x, steps, batch, in), nn.State{H: b.Const(h0, batch, hid), C: b.Const(c0, batch, hid)},
					nn.CellWeights{Input: b.Const(wi, in, g), Hidden: b.Const(wh, hid, g), InputBias: b.Const(bi, g), HiddenBias: b.Const(bh, g)}, nn.UnrollOptions{Reverse: reverse})
				out := graphtest.Run(t, b, nil, y, last.H)
				want, end := make([]float64, steps*batch*hid), make([]float64, batch*hid)
				for e := range batch {
					h, c := h0[e*hid:(e+1)*hid], c0[e*hid:(e+1)*hid]
					for i := range steps {
						s := i
						if reverse {
							s = steps - 1 - i
						}
						h, c = loopCell(k, x[(s*batch+e)*in:(s*batch+e+1)*in], h, c, wi, wh, bi, bh)
						copy(want[(s*batch+e)*hid:], h)
					}
					copy(end[e*hid:], h)
				}
				graphtest.Same(t, "states", out[0], want)
				graphtest.Same(t, "last state", out[1], end)
			})
		}
	}
}

// TestRecurrentGradient checks the gradients of stacked layers in both
// directions against differences.
func TestRecurrentGradient(t *testing.T) {
	for _, k := range []nn.Cell{nn.LSTM, nn.GRU, nn.TanhRNN} {
		b := graph.New(nil)
		x := b.Input("x", 3, 2, 4)
		y, last := nn.Recurrent(b, "rnn", x, nn.RecurrentOptions{Cell: k, Hidden: 3, Layers: 2, Bidirectional: true})
		if got := b.Shape(y); fmt.Sprint(got) != "[3 2 6]" || len(last) != 4 {
			t.Fatalf("%v: got the states %v and %d last ones", k, got, len(last))
		}
		loss := b.Sum(b.Square(b.Add(y, b.Const(graphtest.Wave(36, 1), 3, 2, 6))))
		if err := autograd.Check(b, loss, autograd.Point{Floats: map[string][]float64{"x": graphtest.Wave(24, 2)}}, autograd.CheckOptions{}); err != nil {
			t.Errorf("%v: %v", k, err)
		}
	}
}

// TestRecurrentStep runs layers step by step, in the graph that has them and in another
// one: the states are those of Recurrent.
func TestRecurrentStep(t *testing.T) {
	const steps, n, in = 3, 5, 4
	for _, o := range []nn.RecurrentOptions{{Cell: nn.LSTM}, {Cell: nn.LSTM, Projection: 2}, {Cell: nn.GRU}, {Cell: nn.TanhRNN}, {Cell: nn.ReLURNN, NoBias: true}} {
		o.Hidden, o.Layers = 6, 2
		for d, tol := range map[graph.DType]float64{graph.Float32: 1e-6, graph.Float64: 1e-12} {
			x := graphtest.Wave(steps*n*in, 1)
			b := graph.New(graph.NewParams(d, 3))
			y, last := nn.Recurrent(b, "rnn", b.Const(x, steps, n, in), o)
			whole := gorgonia.Nodes{y, last[1].H}
			if o.Cell == nn.LSTM {
				whole = append(whole, last[1].C)
			}
			// stepwise returns the same by RecurrentStep in g.
			stepwise := func(g *graph.Builder) gorgonia.Nodes {
				var states []nn.State
				var out []*gorgonia.Node
				for i := range steps {
					var h *gorgonia.Node
					h, states = nn.RecurrentStep(g, "rnn", g.Const(x[i*n*in:(i+1)*n*in], n, in), states, o)
					out = append(out, h)
				}
				nodes := gorgonia.Nodes{g.Stack(0, out...), states[1].H}
				if o.Cell == nn.LSTM {
					nodes = append(nodes, states[1].C)
				}
				return nodes
			}
			want := graphtest.Run(t, b, nil, whole...)
			params := len(b.Params().List())
			other := graph.New(b.Params())
			for what, got := range map[string][][]float64{"same graph": graphtest.Run(t, b, nil, stepwise(b)...), "other graph": graphtest.Run(t, other, nil, stepwise(other)...)} {
				for i := range got {
					near(t, fmt.Sprint(o.Cell, d, what, i), got[i], want[i], tol)
				}
			}
			if got := len(b.Params().List()); got != params {
				t.Errorf("%v: got %d parameters, want the %d of Recurrent", o.Cell, got, params)
			}
		}
	}
}

// TestRecurrentDropout compares with layers that have a Dropout between them, in training,
// and looks at what evaluation leaves out.
func TestRecurrentDropout(t *testing.T) {
	const steps, n, in = 3, 4, 2
	for _, training := range []bool{false, true} {
		run := func(f func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node) []float64 {
			b := graph.New(graph.NewParams(graph.Float64, 3))
			b.SetTraining(training)
			return graphtest.Run(t, b, nil, f(b, b.Const(graphtest.Wave(steps*n*in, 1), steps, n, in)))[0]
		}
		layers := func(rate float64) []float64 {
			return run(func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
				y, _ := nn.Recurrent(b, "rnn", x, nn.RecurrentOptions{Cell: nn.GRU, Hidden: 5, Layers: 3, Dropout: rate})
				return y
			})
		}
		byHand := run(func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			for i, width := range []int{in, 5, 5} {
				if i > 0 {
					x = nn.Dropout(b, x, .5)
				}
				name := func(s string) string { return fmt.Sprintf("rnn/layer%d/%s", i, s) }
				w := nn.CellWeights{Input: b.Param(name("input"), graph.XavierUniform(), width, 15), Hidden: b.Param(name("hidden"), graph.XavierUniform(), 5, 15)}
				x, _ = nn.Unroll(b, nn.GRU, x, nn.State{H: b.Const(make([]float64, n*5), n, 5)}, w, nn.UnrollOptions{})
			}
			return x
		})
		graphtest.Same(t, "layers", layers(.5), byHand)
		if without := layers(0); slices.Equal(without, byHand) == training {
			t.Errorf("training %v: got the values without dropout: %v", training, !training)
		}
	}
}

// TestBatchFirst compares with the steps first.
func TestBatchFirst(t *testing.T) {
	b := graph.New(nil)
	x, lengths := b.Const(graphtest.Wave(24, 1), 4, 3, 2), b.ConstInts([]int{1, 4, 0}, 3)
	o := nn.RecurrentOptions{Hidden: 5, Bidirectional: true, Lengths: lengths}
	y, last := nn.Recurrent(b, "rnn", x, o)
	o.BatchFirst = true
	z, end := nn.Recurrent(b, "rnn", b.SwapAxes(x, 0, 1), o)
	if got := b.Shape(z); fmt.Sprint(got) != "[3 4 10]" {
		t.Fatalf("got %v, want [3 4 10]", got)
	}
	out := graphtest.Run(t, b, nil, y, last[1].C, b.SwapAxes(z, 0, 1), end[1].C)
	graphtest.Same(t, "hidden states", out[2], out[0])
	graphtest.Same(t, "last state", out[3], out[1])
}

// TestUnrollLengths compares one direction with Recurrent.
func TestUnrollLengths(t *testing.T) {
	b := graph.New(nil)
	x, lengths := b.Const(append(graphtest.Wave(18, 1), math.NaN(), math.Inf(1), 1, 2, 3, 4), 4, 3, 2), b.ConstInts([]int{3, 4, 0}, 3)
	y, last := nn.Recurrent(b, "rnn", x, nn.RecurrentOptions{Hidden: 5, Lengths: lengths})
	w := map[string]*gorgonia.Node{}
	for _, q := range b.ParamNodes() {
		w[q.Name()] = q
	}
	zero := b.Const(make([]float64, 15), 3, 5)
	z, end := nn.Unroll(b, nn.LSTM, x, nn.State{H: zero, C: zero},
		nn.CellWeights{Input: w["rnn/layer0/input"], Hidden: w["rnn/layer0/hidden"], InputBias: w["rnn/layer0/bias"]}, nn.UnrollOptions{Lengths: lengths})
	out := graphtest.Run(t, b, nil, y, last[0].C, z, end.C)
	graphtest.Same(t, "hidden states", out[2], out[0])
	graphtest.Same(t, "last state", out[3], out[1])
}

// TestAttention compares with loops, with and without a mask.
func TestAttention(t *testing.T) {
	const n, d = 4, 3
	q, k, v := graphtest.Wave(n*d, 1), graphtest.Wave(n*d, 2), graphtest.Wave(n*d, 3)
	for _, causal := range []bool{false, true} {
		b := graph.New(nil)
		var mask *gorgonia.Node
		if causal {
			mask = nn.CausalMask(b, n)
		}
		got := graphtest.Run(t, b, nil, nn.Attention(b, b.Const(q, n, d), b.Const(k, n, d), b.Const(v, n, d), mask))[0]
		want := make([]float64, n*d)
		for i := range n {
			var weight [n]float64
			total := 0.0
			for j := range n {
				if causal && j > i {
					continue
				}
				s := 0.0
				for e := range d {
					s += q[i*d+e] * k[j*d+e]
				}
				weight[j] = math.Exp(s / math.Sqrt(d))
				total += weight[j]
			}
			for j, w := range weight {
				for e := range d {
					want[i*d+e] += w / total * v[j*d+e]
				}
			}
		}
		graphtest.Same(t, fmt.Sprint("attention, causal ", causal), got, want)
	}
}

// TestConvolution compares with loops, and the layer's shapes and parameters
// with what its comment says.
func TestConvolution(t *testing.T) {
	const n, c, h, w, o, k = 2, 3, 6, 5, 4, 3
	x, weight := graphtest.Wave(n*c*h*w, 1), graphtest.Wave(o*c*k*k, 2)
	b := graph.New(nil)
	y := nn.Convolve(b, b.Const(x, n, c, h, w), b.Const(weight, o, c, k, k), nn.Windowing{Stride: []int{2, 1}, Pad: []int{1, 0}})
	shape := b.Shape(y)
	if fmt.Sprint(shape) != "[2 4 3 3]" {
		t.Fatalf("got the shape %v", shape)
	}
	var want []float64
	for i := range n {
		for f := range o {
			for oy := range 3 {
				for ox := range 3 {
					s := 0.0
					for e := range c {
						for ky := range k {
							for kx := range k {
								iy, ix := 2*oy+ky-1, ox+kx
								if iy >= 0 && iy < h && ix < w {
									s += x[((i*c+e)*h+iy)*w+ix] * weight[((f*c+e)*k+ky)*k+kx]
								}
							}
						}
					}
					want = append(want, s)
				}
			}
		}
	}
	graphtest.Same(t, "convolution", graphtest.Run(t, b, nil, y)[0], want)

	b = graph.New(nil)
	l := nn.Conv(b, "conv", b.Input("x", 2, 3, 8, 8), nn.ConvOptions{Out: 5, Kernel: []int{3}})
	if got := fmt.Sprint(b.Shape(l), b.Params().Get("conv/weight").Shape, b.Params().Get("conv/bias").Shape); got != "[2 5 6 6] [5 3 3 3] [5]" {
		t.Errorf("got the shapes %s", got)
	}
}
