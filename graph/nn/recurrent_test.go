package nn_test

import (
	"fmt"
	"math"
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
					nn.CellWeights{Input: b.Const(wi, in, g), Hidden: b.Const(wh, hid, g), InputBias: b.Const(bi, g), HiddenBias: b.Const(bh, g)}, reverse)
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
